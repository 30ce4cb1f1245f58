"""Slots of 63 bits, four to an element of a blob (spec §4, Data)."""

from collections.abc import Sequence

from rollup.params import SLOT_BITS, SLOTS_PER_ELEMENT

SLOT_LIMIT = 1 << SLOT_BITS


def slots_of(elements: Sequence[int], start: int, count: int) -> tuple[int, ...]:
    """Return `count` slots from slot `start` on.

    SPEC: slot 4i + k is bits [63k, 63k + 63) of element i; the bits of an element above those mean nothing, and one that is not there reads as 0.
    """
    return tuple(_slot(elements, at) for at in range(start, start + count))


def elements_of_slots(slots: Sequence[int]) -> tuple[int, ...]:
    """Return the elements that carry these slots, the last one padded with zero slots."""
    assert all(0 <= slot < SLOT_LIMIT for slot in slots), "a slot has 63 bits"
    groups = (slots[at : at + SLOTS_PER_ELEMENT] for at in range(0, len(slots), SLOTS_PER_ELEMENT))
    return tuple(bits_of(group) for group in groups)


def bits_of(slots: Sequence[int]) -> int:
    """Return the little-endian bit string of slots as an integer."""
    return sum(slot << SLOT_BITS * at for at, slot in enumerate(slots))


def slots_from_bits(bits: int, count: int) -> tuple[int, ...]:
    """Cut a bit string into `count` slots, which must hold it."""
    assert 0 <= bits < 1 << SLOT_BITS * count, "the bit string is longer than its slots"
    return tuple(bits >> SLOT_BITS * at & (SLOT_LIMIT - 1) for at in range(count))


def _slot(elements: Sequence[int], at: int) -> int:
    place, part = divmod(at, SLOTS_PER_ELEMENT)
    element = elements[place] if place < len(elements) else 0
    return element >> SLOT_BITS * part & (SLOT_LIMIT - 1)
