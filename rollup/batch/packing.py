"""A transaction as the element and the little-endian bit string that a batch carries (spec §4, Data).

`tag 8 | sender account_bits | fee 16 | s 252 | r_sign 1 | arguments, each of its width (a full element: 255) | zeros`
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rollup.batch.packed_fee import decode_fee, encode_fee
from rollup.batch.parcel import Parcel
from rollup.batch.slots import bits_of, slots_from_bits
from rollup.crypto.fr import R
from rollup.errors import DecodeError
from rollup.ir.layout import Layout
from rollup.params import FEE_BITS, FULL, PACKED_FEE_BITS, SCALAR_BITS, SIGN_BITS, SLOT_BITS, TAG_BITS


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a machine reads out of a transaction's parcel, whatever it holds.

    Attributes
    ----------
    tag, sender, s, r_sign
        As they stand: 8 bits, account_bits, 252 bits, 1 bit.
    fee
        m·2^e in gwei, canonical or not.
    r_y
        As it stands, an element.
    args
        One an argument of the action; of a full element 0 where what stands there is not below R.
    decodable
        Whether the fee and every full element of the arguments are canonical and the padding is 0.
    """

    tag: int
    sender: int
    fee: int
    s: int
    r_sign: int
    r_y: int
    args: tuple[int, ...]
    decodable: bool


def field_widths(layout: Layout, widths: Sequence[int]) -> tuple[int, ...]:
    """Return the width of every part of a transaction's bit string, those of the action's arguments last."""
    return (TAG_BITS, layout.account_bits, PACKED_FEE_BITS, SCALAR_BITS, SIGN_BITS, *widths)


def transaction_bits(layout: Layout, widths: Sequence[int]) -> int:
    """Return how many bits of a transaction's slots mean something; the rest is padding."""
    return sum(field_widths(layout, widths))


def tag_of(parcel: Parcel) -> int:
    """Return the tag of a transaction."""
    return parcel.slots[0] & ((1 << TAG_BITS) - 1)


def words_of(layout: Layout, parcel: Parcel) -> tuple[int, ...]:
    """Return the words in which a transaction's arguments are signed: the bits where the widest action has its arguments, 252 a word.

    SPEC: §4. They are the same bits whichever action runs, and decodable or not.
    """
    return tuple(_cut(bits_of(parcel.slots) >> layout.arguments_offset, layout.word_widths))[:-1]


def signed_elements(
    layout: Layout, domain: int, nonce: int, head: tuple[int, int, int], words: Sequence[int]
) -> tuple[int, ...]:
    """Return what is signed: `domain`, ((nonce·2^42 + fee)·2^account_bits + sender)·2^8 + tag modulo R, and the words; `head` is tag, sender and fee."""
    tag, sender, fee = head
    call = ((nonce << FEE_BITS | fee) << layout.account_bits | sender) << TAG_BITS | tag
    return (domain, call % R, *words)


def decode_transaction(layout: Layout, widths: Sequence[int], parcel: Parcel) -> Decoded:
    """Read a transaction from its parcel; total: whatever it holds decodes to something.

    Parameters
    ----------
    widths
        Bits of the arguments of the action that `tag_of(parcel)` names; 255 for a full element.
    """
    assert len(parcel.slots) == layout.stride, f"a transaction takes {layout.stride} slots, not {len(parcel.slots)}"
    *fields, padding = _cut(bits_of(parcel.slots), field_widths(layout, widths))
    tag, sender, packed, s, r_sign, *args = fields
    fee, canonical = decode_fee(packed)
    elements = (arg for arg, width in zip(args, widths, strict=True) if width == FULL)
    return Decoded(
        tag,
        sender,
        fee,
        s,
        r_sign,
        parcel.r_y,
        tuple(_canonical(arg) if width == FULL else arg for arg, width in zip(args, widths, strict=True)),
        decodable=canonical and padding == 0 and all(element < R for element in elements),
    )


def encode_transaction(layout: Layout, widths: Sequence[int], transaction: Decoded) -> Parcel:
    """Write a transaction.

    Raises
    ------
    DecodeError
        If it is not decodable, a part does not fit its width, or the fee cannot be written exactly.
    """
    t = transaction
    if not t.decodable or len(t.args) != len(widths):
        raise DecodeError("packing: no transaction of this action", expected=f"{len(widths)} arguments", got=t)
    if not 0 <= t.r_y < R:
        raise DecodeError("packing: r_y of a transaction does not fit", expected=f"< {R}", got=t.r_y)
    fields = (t.tag, t.sender, encode_fee(t.fee), t.s, t.r_sign, *t.args)
    bits = offset = 0
    for place, (value, width) in enumerate(zip(fields, field_widths(layout, widths), strict=True)):
        limit = R if width == FULL else 1 << width
        if not 0 <= value < limit:
            raise DecodeError(f"packing: part {place} of a transaction does not fit", expected=f"< {limit}", got=value)
        bits |= value << offset
        offset += width
    assert offset <= SLOT_BITS * layout.stride, "the stride of a layout holds its widest action"
    return Parcel(t.r_y, slots_from_bits(bits, layout.stride))


def _cut(bits: int, widths: Sequence[int]) -> Iterator[int]:
    """Yield the parts of a bit string from its low end, and at last what is above them."""
    for width in widths:
        yield bits & ((1 << width) - 1)
        bits >>= width
    yield bits


def _canonical(element: int) -> int:
    return element if element < R else 0
