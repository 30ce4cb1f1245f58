"""Transactions in the elements of a batch: groups of four, the y of each signature's R an element of its own (spec §4, Data)."""

from collections.abc import Sequence
from typing import NamedTuple

from rollup.batch.slots import bits_of, elements_of_slots, slots_from_bits, slots_of
from rollup.crypto.fr import from_bytes32, to_bytes32
from rollup.errors import DecodeError
from rollup.params import GROUP, SLOT_BITS, SLOTS_PER_ELEMENT

R_Y_BYTES = 32


class Parcel(NamedTuple):
    """A transaction as data carries it, whatever it holds.

    Attributes
    ----------
    r_y
        An element.
    slots
        Of 63 bits, `stride` of them: everything else, as one bit string.
    """

    r_y: int
    slots: tuple[int, ...]

    def to_bytes(self) -> bytes:
        """Return r_y as a word, then the slots' bit string in little-endian bytes."""
        return to_bytes32(self.r_y) + bits_of(self.slots).to_bytes(_slot_bytes(len(self.slots)), "little")

    @classmethod
    def from_bytes(cls, data: bytes, stride: int) -> "Parcel":
        """Read what `to_bytes` wrote; `DecodeError` for anything else."""
        if len(data) != wire_bytes(stride):
            raise DecodeError("transaction: another length", expected=wire_bytes(stride), got=len(data))
        bits = int.from_bytes(data[R_Y_BYTES:], "little")
        if bits >> SLOT_BITS * stride:
            raise DecodeError("transaction: bits after the last slot", expected=0, got=data[-1])
        return cls(from_bytes32(data[:R_Y_BYTES]), slots_from_bits(bits, stride))


def wire_bytes(stride: int) -> int:
    """Return how many bytes `Parcel.to_bytes` writes."""
    return R_Y_BYTES + _slot_bytes(stride)


def parcel_at(elements: Sequence[int], stride: int, number: int) -> Parcel:
    """Return transaction `number` of the data, counted from 0; what is not there reads as 0.

    SPEC: group g has 4 + stride elements from g·(4 + stride) on: the r_y of its four transactions, then their slots, `stride` each.
    """
    group, place = divmod(number, GROUP)
    first = group * (GROUP + stride)
    r_y = elements[first + place] if first + place < len(elements) else 0
    return Parcel(r_y, slots_of(elements, (first + GROUP) * SLOTS_PER_ELEMENT + place * stride, stride))


def elements_of(parcels: Sequence[Parcel]) -> tuple[int, ...]:
    """Return the elements that carry transactions of one stride, from the first group on; after the last one's slots nothing is written."""
    elements: list[int] = []
    for at in range(0, len(parcels), GROUP):
        group = parcels[at : at + GROUP]
        elements += [parcel.r_y for parcel in group] + [0] * (GROUP - len(group))
        elements += elements_of_slots([slot for parcel in group for slot in parcel.slots])
    return tuple(elements)


def _slot_bytes(stride: int) -> int:
    return -(-SLOT_BITS * stride // 8)
