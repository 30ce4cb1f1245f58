"""A transaction as the little-endian bit string that a batch carries (spec §4, Data).

`tag 8 | sender account_bits | fee 16 | s 252 | r_sign 1 | r_y 255 | arguments, each of its width (a full element: 255) | zeros`
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rollup.batch.packed_fee import decode_fee, encode_fee
from rollup.batch.slots import bits_of, slots_from_bits
from rollup.crypto.fr import R
from rollup.errors import DecodeError
from rollup.ir.layout import Layout
from rollup.params import FULL, PACKED_FEE_BITS, SCALAR_BITS, SIGN_BITS, SLOT_BITS, TAG_BITS


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a machine reads out of a transaction's slots, whatever they hold.

    Attributes
    ----------
    tag, sender, s, r_sign
        As they stand: 8 bits, account_bits, 252 bits, 1 bit.
    fee
        m·2^e in gwei, canonical or not.
    r_y
        In [0, R); 0 where what stands there is not below R.
    args
        One an argument of the action; full elements as `r_y`.
    decodable
        Whether the fee and every full element are canonical and the padding is 0.
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
    """Return the width of every part of a transaction, those of the action's arguments last."""
    return (TAG_BITS, layout.account_bits, PACKED_FEE_BITS, SCALAR_BITS, SIGN_BITS, FULL, *widths)


def transaction_bits(layout: Layout, widths: Sequence[int]) -> int:
    """Return how many bits of a transaction mean something; the rest of its slots is padding."""
    return sum(field_widths(layout, widths))


def tag_of(slots: Sequence[int]) -> int:
    """Return the tag of the transaction that starts with these slots."""
    return slots[0] & ((1 << TAG_BITS) - 1)


def decode_transaction(layout: Layout, widths: Sequence[int], slots: Sequence[int]) -> Decoded:
    """Read a transaction from its `stride` slots; total: any slots decode to something.

    Parameters
    ----------
    widths
        Bits of the arguments of the action that `tag_of(slots)` names; 255 for a full element.
    """
    assert len(slots) == layout.stride, f"a transaction takes {layout.stride} slots, not {len(slots)}"
    *fields, padding = _cut(bits_of(slots), field_widths(layout, widths))
    tag, sender, packed, s, r_sign, r_y, *args = fields
    fee, canonical = decode_fee(packed)
    elements = [r_y, *(arg for arg, width in zip(args, widths, strict=True) if width == FULL)]
    return Decoded(
        tag,
        sender,
        fee,
        s,
        r_sign,
        _canonical(r_y),
        tuple(_canonical(arg) if width == FULL else arg for arg, width in zip(args, widths, strict=True)),
        decodable=canonical and padding == 0 and all(element < R for element in elements),
    )


def encode_transaction(layout: Layout, widths: Sequence[int], transaction: Decoded) -> tuple[int, ...]:
    """Write a transaction into `stride` slots.

    Raises
    ------
    DecodeError
        If it is not decodable, a part does not fit its width, or the fee cannot be written exactly.
    """
    t = transaction
    if not t.decodable or len(t.args) != len(widths):
        raise DecodeError("packing: no transaction of this action", expected=f"{len(widths)} arguments", got=t)
    fields = (t.tag, t.sender, encode_fee(t.fee), t.s, t.r_sign, t.r_y, *t.args)
    bits = offset = 0
    for place, (value, width) in enumerate(zip(fields, field_widths(layout, widths), strict=True)):
        limit = R if width == FULL else 1 << width
        if not 0 <= value < limit:
            raise DecodeError(f"packing: part {place} of a transaction does not fit", expected=f"< {limit}", got=value)
        bits |= value << offset
        offset += width
    assert offset <= SLOT_BITS * layout.stride, "the stride of a layout holds its widest action"
    return slots_from_bits(bits, layout.stride)


def _cut(bits: int, widths: Sequence[int]) -> Iterator[int]:
    """Yield the parts of a bit string from its low end, and at last what is above them."""
    for width in widths:
        yield bits & ((1 << width) - 1)
        bits >>= width
    yield bits


def _canonical(element: int) -> int:
    return element if element < R else 0
