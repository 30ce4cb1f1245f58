"""Transactions as a hostile sequencer writes them: any bits in any place."""

from dataclasses import dataclass, replace
from typing import Any

from rollup.batch.packed_fee import encode_fee
from rollup.batch.packing import field_widths
from rollup.batch.parcel import Parcel, elements_of
from rollup.batch.slots import slots_from_bits
from rollup.batch.transaction import Transaction
from rollup.ir.image import Image


@dataclass(frozen=True)
class Packed:
    """The parts of a transaction, each as the bits that stand in its place; nothing is checked but that they fit."""

    image: Image
    tag: int
    sender: int
    packed_fee: int
    s: int
    r_sign: int
    r_y: int
    args: tuple[int, ...]
    padding: int = 0

    @classmethod
    def of(cls, image: Image, call: Transaction, **changes: Any) -> "Packed":
        """Take a signed call, with some parts changed."""
        assert call.signature is not None
        r_y, r_sign, s = call.signature
        packed = cls(image, call.tag, call.sender, encode_fee(call.fee), s, r_sign, r_y, call.args)
        return replace(packed, **changes)

    def parcel(self) -> Parcel:
        """Return what a batch carries."""
        widths = field_widths(self.image.layout, self.image.graph(self.tag).arguments)
        fields = (self.tag, self.sender, self.packed_fee, self.s, self.r_sign, *self.args)
        bits = offset = 0
        for value, width in zip(fields, widths, strict=True):
            assert 0 <= value < 1 << width, f"{value} has more than {width} bits"
            bits |= value << offset
            offset += width
        return Parcel(self.r_y, slots_from_bits(bits | self.padding << offset, self.image.layout.stride))


def data_of(*packed: Packed) -> tuple[int, ...]:
    """Return the elements that carry these, one after the other."""
    return elements_of([one.parcel() for one in packed])
