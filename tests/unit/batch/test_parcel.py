"""Transactions in groups of four."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollup.batch.parcel import Parcel, elements_of, parcel_at, wire_bytes
from rollup.crypto.fr import R
from rollup.errors import DecodeError

STRIDE = 5
SLOTS = st.lists(st.integers(0, (1 << 63) - 1), min_size=STRIDE, max_size=STRIDE).map(tuple)
PARCELS = st.builds(Parcel, st.integers(0, R - 1), SLOTS)
NOTHING = Parcel(0, (0,) * STRIDE)


def parcel(number: int) -> Parcel:
    return Parcel(100 + number, tuple(1000 * number + k for k in range(STRIDE)))


def test_group_is_four_r_y_and_the_slots_of_four_transactions() -> None:
    elements = elements_of([parcel(number) for number in range(4)])
    slots = [1000 * number + k for number in range(4) for k in range(STRIDE)]
    assert elements[:4] == (100, 101, 102, 103)
    assert elements[4:] == tuple(
        sum(slot << 63 * k for k, slot in enumerate(slots[at : at + 4])) for at in range(0, 20, 4)
    )


def test_next_group_follows_the_first() -> None:
    parcels = [parcel(number) for number in range(5)]
    assert elements_of(parcels) == (*elements_of(parcels[:4]), *elements_of(parcels[4:]))
    assert len(elements_of(parcels)) == (4 + STRIDE) + 4 + 2


@given(st.lists(PARCELS, max_size=9), st.integers(0, 30))
def test_elements_carry_the_transactions_they_were_made_of_and_nothing_after_them(
    parcels: list[Parcel], number: int
) -> None:
    elements = elements_of(parcels)
    assert parcel_at(elements, STRIDE, number) == (parcels[number] if number < len(parcels) else NOTHING)


@given(st.lists(st.integers(0, R - 1), max_size=20), st.integers(0, 9))
def test_any_elements_hold_some_transaction_at_every_place(elements: list[int], number: int) -> None:
    got = parcel_at(elements, STRIDE, number)
    assert 0 <= got.r_y < R
    assert all(0 <= slot < 1 << 63 for slot in got.slots)
    assert got == parcel_at([*elements, 0, 0], STRIDE, number)


@given(PARCELS)
def test_bytes_read_back(given: Parcel) -> None:
    data = given.to_bytes()
    assert len(data) == wire_bytes(STRIDE) == 32 + 40
    assert Parcel.from_bytes(data, STRIDE) == given


@pytest.mark.parametrize(
    "wrong",
    [
        parcel(1).to_bytes()[:-1],
        parcel(1).to_bytes() + b"\0",
        R.to_bytes(32, "big") + parcel(1).to_bytes()[32:],
        parcel(1).to_bytes()[:-1] + b"\x08",
    ],
)
def test_bytes_that_nobody_writes_are_refused(wrong: bytes) -> None:
    with pytest.raises(DecodeError):
        Parcel.from_bytes(wrong, STRIDE)
