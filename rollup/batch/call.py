"""The arguments of a call from L1, in two words of its message (spec §4, Inbox messages).

They are the same bits as in a transaction, one behind the other from the lowest on: the first 252 in `word_0`, the rest in `word_1`.
"""

from collections.abc import Sequence
from typing import NamedTuple

from rollup.crypto.fr import R
from rollup.errors import DecodeError
from rollup.params import CALL_WORDS, FULL, MAX_CALL_BITS, SIGNED_BITS

_WORD = (1 << SIGNED_BITS) - 1


class DecodedCall(NamedTuple):
    """What a machine reads out of a call's words, whatever they hold.

    Attributes
    ----------
    args
        One an argument of the action; of a full element 0 where what stands there is not below R.
    decodable
        Whether both words are below 2^252, every full element is canonical and the bits behind the arguments are 0.
    """

    args: tuple[int, ...]
    decodable: bool


def decode_call(widths: Sequence[int], words: tuple[int, int]) -> DecodedCall:
    """Read arguments of these widths (255 for a full element) from two words; total.

    SPEC: §4. Of each word the low 252 bits are read.
    """
    bits = words[0] & _WORD | (words[1] & _WORD) << SIGNED_BITS
    args: list[int] = []
    decodable = max(words) <= _WORD
    for width in widths:
        value, bits = bits & (1 << width) - 1, bits >> width
        if width == FULL and value >= R:
            value, decodable = 0, False
        args.append(value)
    return DecodedCall(tuple(args), decodable and bits == 0)


def encode_call(widths: Sequence[int], args: Sequence[int]) -> tuple[int, int]:
    """Write arguments into two words; `DecodeError` if one does not fit its width."""
    if len(args) != len(widths):
        raise DecodeError("call: another number of arguments", expected=len(widths), got=len(args))
    bits = offset = 0
    for place, (value, width) in enumerate(zip(args, widths, strict=True)):
        limit = R if width == FULL else 1 << width
        if not 0 <= value < limit:
            raise DecodeError(f"call: argument {place} does not fit", expected=f"< {limit}", got=value)
        bits |= value << offset
        offset += width
    if offset > MAX_CALL_BITS:
        raise DecodeError("call: the arguments are too wide", expected=f"<= {MAX_CALL_BITS} bits", got=offset)
    assert CALL_WORDS == 2
    return bits & _WORD, bits >> SIGNED_BITS
