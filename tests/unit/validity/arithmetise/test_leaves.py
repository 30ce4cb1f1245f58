"""The leaves of a record before and after a step, against the state's own."""

from collections.abc import Collection, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provers.validity.arithmetise.leaves import Guest, LeafPair, Records, RecordTerms
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from rollup.crypto.fr import R
from rollup.crypto.poseidon2 import Domain, hash_items, permute
from rollup.state.leaf import head_hash, head_length, leaf_hash
from tests.unit.validity.constraints.harness import Gadget, build, constraints, run

NOTE, ACCOUNT, PROFILE = 1, 2, 3
LENGTHS = {NOTE: 2, ACCOUNT: 5, PROFILE: 7}
HASH, ZERO = 264, 2
LEAF = ZERO + 1
"""Whether all items are those of an absent record, and the product with it."""


def pair(b: Builder, leaves: LeafPair, new: Records, stored: Mapping[int, Collection[int]]) -> Sequence[Term]:
    leaves.before(b)
    return leaves.after(b, new, stored)


def one_table(length: int, stored: Collection[int]) -> Gadget:
    """Inputs: the record before, and after."""

    def gadget(b: Builder, x: Sequence[Term]) -> Sequence[Term]:
        old, new = (RecordTerms(dict(enumerate(record))) for record in (x[:length], x[length:]))
        return pair(b, LeafPair({0: 1}, {0: length}, {0: old}), {0: new}, {0: stored})

    return gadget


def hidden_head(length: int, stored: Collection[int]) -> Gadget:
    """Inputs: the hash of the head and the last two attributes before, and the latter after."""
    head = head_length(length)

    def gadget(b: Builder, x: Sequence[Term]) -> Sequence[Term]:
        old, new = (RecordTerms(dict(enumerate(tail, head)), x[0]) for tail in (x[1:3], x[3:]))
        return pair(b, LeafPair({0: 1}, {0: length}, {0: old}), {0: new}, {0: stored})

    return gadget


def three_tables(b: Builder, x: Sequence[Term]) -> Sequence[Term]:
    """Inputs: three flags, then a note, an account of which only the head's hash is known, and a profile, before and after."""
    flags = dict(zip(LENGTHS, x[:3], strict=True))

    def records(x: Sequence[Term]) -> dict[int, RecordTerms]:
        account = RecordTerms(dict(enumerate(x[3:5], 3)), x[2])
        return {
            NOTE: RecordTerms(dict(enumerate(x[:2]))),
            ACCOUNT: account,
            PROFILE: RecordTerms(dict(enumerate(x[5:]))),
        }

    leaves = LeafPair(flags, LENGTHS, records(x[3:15]))
    return pair(b, leaves, records(x[15:]), {NOTE: {1}, ACCOUNT: {4}, PROFILE: {3, 6}})


elements = st.sampled_from([0, 1, 5, R - 5]) | st.integers(0, R - 1)


@settings(max_examples=30)
@given(data=st.data(), length=st.integers(1, 9))
def test_leaves_are_those_of_the_state_whatever_is_stored(data: st.DataObject, length: int) -> None:
    old, new = (data.draw(st.lists(elements, min_size=length, max_size=length)) for _ in range(2))
    stored = data.draw(st.sets(st.integers(0, length - 1)))
    after = [new[i] if i in stored else old[i] for i in range(length)]
    assert run(one_table(length, stored), *old, *after) == (leaf_hash(old), leaf_hash(after))


@settings(max_examples=20)
@given(old=st.lists(elements, min_size=4, max_size=7), new=st.tuples(elements, elements), absent=st.booleans())
def test_leaves_of_a_record_whose_head_is_hidden_are_those_of_the_state(
    old: list[int],
    new: tuple[int, int],
    absent: bool,  # noqa: FBT001
) -> None:
    old = [0] * len(old) if absent else old
    after = [*old[:-2], *new]
    length = len(old)
    got = run(hidden_head(length, {length - 1, length - 2}), head_hash(old), *old[-2:], *new)
    assert got == (leaf_hash(old), leaf_hash(after))


@pytest.mark.parametrize("table", LENGTHS)
@pytest.mark.parametrize("absent", [False, True])
def test_leaves_of_a_slot_of_three_tables_are_those_of_the_table_in_use(table: int, absent: bool) -> None:  # noqa: FBT001
    before = [0] * LENGTHS[table] if absent else list(range(7, 7 + LENGTHS[table]))
    stored = {NOTE: {1}, ACCOUNT: {4}, PROFILE: {3, 6}}[table]
    after = [value + 100 if number in stored else value for number, value in enumerate(before)]
    sides = []
    for record in (before, after):
        parts = {NOTE: [0] * 2, ACCOUNT: [0] * 3, PROFILE: [0] * 7}
        parts[table] = [head_hash(record), *record[3:]] if table == ACCOUNT else record
        sides += [value for part in parts.values() for value in part]
    flags = [int(table == other) for other in LENGTHS]
    assert run(three_tables, *flags, *sides) == (leaf_hash(before), leaf_hash(after))


@pytest.mark.parametrize(
    "record", [(0, 0, 0), (0, 5, 0), (5, R - 5, 0), (1, 1, 1), (0,), (3,), (0, 0, 0, 0), (5, R - 5, 0, 0)]
)
def test_record_whose_attributes_cancel_does_not_pass_for_absent(record: tuple[int, ...]) -> None:
    assert run(one_table(len(record), ()), *record, *record) == (leaf_hash(record),) * 2


def test_head_that_is_hidden_does_not_pass_for_absent_if_it_is_called_zero() -> None:
    """Its hash given as 0, as that of a slot that is not used: the record of zeros has a hash."""
    assert build(hidden_head(5, {4}), 0, 0, 0, 0, 0).outputs != (0, 0)
    assert build(hidden_head(5, {4}), head_hash((0,) * 5), 0, 0, 0, 0).outputs == (0, 0)


@pytest.mark.parametrize(
    ("length", "stored", "hashes", "zeros"),
    [
        (5, {3, 4}, 1 + 2, 3 + 2),
        (5, {0}, 2 + 2, 3 + 1),
        (5, {2, 4}, 2 + 2, 3 + 2),
        (7, {6}, 2 + 2, 3 + 1),
        (7, {3}, 3 + 2, 3 + 1),
        (3, {2}, 2, 3 + 1),
    ],
)
def test_what_cannot_differ_is_hashed_once(length: int, stored: set[int], hashes: int, zeros: int) -> None:
    assert constraints(one_table(length, stored), 2 * length) == hashes * HASH + zeros * ZERO + 2 * LEAF


def test_record_whose_head_is_hidden_has_two_hashes() -> None:
    assert constraints(hidden_head(5, {3, 4}), 5) == 2 * HASH + 5 * ZERO + 2 * LEAF


def test_record_that_nothing_stores_has_one_leaf() -> None:
    assert constraints(one_table(5, ()), 10) == 2 * HASH + 3 * ZERO + LEAF


def hosting(items: int) -> Gadget:
    """Inputs: whether the slot is used, whether the guest runs, a record of five attributes, and the guest's items."""

    def gadget(b: Builder, x: Sequence[Term]) -> Sequence[Term]:
        used, runs, *rest = x
        record = {0: RecordTerms(dict(enumerate(rest[:5])))}
        leaves = LeafPair({0: used}, {0: 5}, record)
        hashed = leaves.before(b, Guest(runs, (Domain.WITHDRAWAL << 64) + items, rest[5:]))
        return [hashed, leaves.after(b, record, {})[0]]

    return gadget


@settings(max_examples=20)
@given(record=st.lists(elements, min_size=5, max_size=5), items=st.lists(elements, min_size=1, max_size=3))
def test_idle_permutation_gives_the_guests_hash_and_a_busy_one_the_leaf(record: list[int], items: list[int]) -> None:
    gadget = hosting(len(items))
    assert run(gadget, 0, 1, *[0] * 5, *items)[0] == hash_items(Domain.WITHDRAWAL, items)
    assert run(gadget, 1, 0, *record, *items)[1] == leaf_hash(record)
    assert run(gadget, 0, 0, *[0] * 5, *items)[0] == permute((0, 0, 0, 0))[0]
