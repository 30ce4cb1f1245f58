"""The leaves of a record before and after a step, against the state's own."""

from collections.abc import Collection, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provers.validity.arithmetise.leaves import LeafHasher
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from rollup.crypto.fr import R
from rollup.state.leaf import leaf_hash
from tests.unit.validity.constraints.harness import Gadget, constraints, run

NOTE, ACCOUNT = 1, 2
LENGTHS = {NOTE: 2, ACCOUNT: 5}
HASH, ZERO = 264, 2


def one_table(length: int, stored: Collection[int]) -> Gadget:
    """Inputs: the record before, and after."""

    def gadget(b: Builder, x: Sequence[Term]) -> Sequence[Term]:
        return LeafHasher({0: 1}, {0: length}).pair(b, {0: x[:length]}, {0: x[length:]}, stored)

    return gadget


def two_tables(b: Builder, x: Sequence[Term]) -> Sequence[Term]:
    """Inputs: whether the record is an account, then a note and an account before, and the same after; of the two one is zeros."""
    before, after = ({NOTE: x[at : at + 2], ACCOUNT: x[at + 2 : at + 7]} for at in (1, 8))
    return LeafHasher({NOTE: 1 - x[0], ACCOUNT: x[0]}, LENGTHS).pair(b, before, after, {1, 3})


elements = st.sampled_from([0, 1, 5, R - 5]) | st.integers(0, R - 1)


@settings(max_examples=30)
@given(data=st.data(), length=st.integers(1, 7))
def test_leaves_are_those_of_the_state_whatever_is_stored(data: st.DataObject, length: int) -> None:
    old, new = (data.draw(st.lists(elements, min_size=length, max_size=length)) for _ in range(2))
    stored = data.draw(st.sets(st.integers(0, length - 1)))
    after = [new[i] if i in stored else old[i] for i in range(length)]
    assert run(one_table(length, stored), *old, *after) == (leaf_hash(old), leaf_hash(after))


@pytest.mark.parametrize("account", [0, 1])
@pytest.mark.parametrize("absent", [False, True])
def test_leaves_of_a_slot_of_two_tables_are_those_of_the_table_in_use(account: int, absent: bool) -> None:  # noqa: FBT001
    length = LENGTHS[NOTE + account]
    before = ((0,) * 5 if absent else (7, 8, 9, 1, 2))[:length]
    after = [value + 1 if i in {1, 3} else value for i, value in enumerate(before)]
    sides = [(*([0] * 2), *record) if account else (*record, *([0] * 5)) for record in (before, after)]
    assert run(two_tables, account, *sides[0], *sides[1]) == (leaf_hash(before), leaf_hash(after))


@pytest.mark.parametrize("record", [(0, 0, 0), (0, 5, 0), (5, R - 5, 0), (1, 1, 1), (0,), (3,)])
def test_record_whose_attributes_cancel_does_not_pass_for_absent(record: tuple[int, ...]) -> None:
    assert run(one_table(len(record), ()), *record, *record) == (leaf_hash(record),) * 2


@pytest.mark.parametrize(
    ("length", "stored", "hashes", "zeros"),
    [(5, {3, 4}, 3, 5 + 2), (5, {0}, 4, 5 + 1), (5, {2, 4}, 4, 5 + 2), (6, {3}, 3, 6 + 1), (3, {2}, 2, 3 + 1)],
)
def test_blocks_before_the_first_stored_attribute_are_hashed_once(
    length: int, stored: set[int], hashes: int, zeros: int
) -> None:
    both = 2 * (ZERO + 1)  # whether all are zero, and the product with it
    assert constraints(one_table(length, stored), 2 * length) == hashes * HASH + zeros * ZERO + both


def test_record_that_nothing_stores_has_one_leaf() -> None:
    assert constraints(one_table(5, ()), 10) == 2 * HASH + 5 * ZERO + ZERO + 1
