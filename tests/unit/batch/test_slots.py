"""Slots in elements, bit by bit."""

from hypothesis import given
from hypothesis import strategies as st

from rollup.batch.slots import bits_of, elements_of_slots, slots_from_bits, slots_of
from rollup.crypto.fr import R

SLOTS = st.lists(st.integers(0, (1 << 63) - 1), max_size=20)


@given(SLOTS)
def test_elements_carry_the_slots_they_were_made_of(slots: list[int]) -> None:
    elements = elements_of_slots(slots)
    assert len(elements) == -(-len(slots) // 4)
    assert all(element < 1 << 252 for element in elements)
    assert list(slots_of(elements, 0, len(slots))) == slots


@given(SLOTS, st.integers(0, 25), st.integers(0, 9))
def test_slots_after_the_last_element_read_as_zero(slots: list[int], start: int, count: int) -> None:
    padded = [*slots, *[0] * 40]
    assert list(slots_of(elements_of_slots(slots), start, count)) == padded[start : start + count]


def test_slot_is_its_bits_of_the_element() -> None:
    element = sum((k + 5) << 63 * k for k in range(4))
    assert slots_of((0, element), 4, 4) == (5, 6, 7, 8)


@given(st.integers(1 << 252, R - 1))
def test_bits_of_an_element_above_the_slots_mean_nothing(element: int) -> None:
    assert slots_of((element,), 0, 4) == slots_of((element % (1 << 252),), 0, 4)


@given(st.integers(0, (1 << 63 * 7) - 1))
def test_bit_string_reads_back_from_its_slots(bits: int) -> None:
    assert bits_of(slots_from_bits(bits, 7)) == bits
