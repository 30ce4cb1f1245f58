"""Arrays and nested records: views of where they lie, copied by assignment."""
# Assignment converts when an action is traced, which mypy cannot know.
# mypy: disable-error-code="assignment"

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollup import (
    U8,
    U16,
    U64,
    AccountId,
    Array,
    Bool,
    Field,
    Program,
    Record,
    Table,
    Transaction,
    action,
    digest,
    maximum,
    select,
)
from rollup.crypto.poseidon2 import Domain, hash_items
from rollup.params import Status
from tests.programs.world import World, outcome

Triple = Array[U8, Literal[3]]
numbers = st.one_of(st.sampled_from([0, 1, 255]), st.integers(0, 255))
triples = st.tuples(numbers, numbers, numbers)


class Pair(Record):
    left: U8
    right: U8


class Seal(Record):
    seal: Field


class Cell(Record):
    first: Triple
    pair: Pair
    same: Bool
    last: U16


class Arrays(Program):
    account_bits = 4
    cells = Table(Cell, key=AccountId)

    @action
    def look(self, tx: Transaction, items: Triple, x: U8) -> None:
        """Loop, sum, find."""
        cell = self.cells[tx.sender]
        cell.same = items.contains(x)
        cell.last = sum(map(U16, items))
        cell.pair.left = maximum(*items)
        cell.pair.right = items[-1]
        cell.first = reversed_of(items)

    @action
    def copy(self, tx: Transaction, items: Triple, pair: Pair) -> None:
        """What is assigned is copied; what is read stays where it is."""
        cell = self.cells[tx.sender]
        cell.first, view = items, cell.first
        items[0] = 77
        view[1] = 78
        cell.pair = pair
        pair.left, pair.right = pair.right, pair.left
        inner = cell.pair
        inner.right = 79
        cell.last = select(cell.pair == pair, U16(1), 2)

    @action
    def compare(self, tx: Transaction, items: Triple, other: Triple) -> None:
        """By their items, of whichever width."""
        cell = self.cells[tx.sender]
        wide = Array[U64, Literal[3]](other)
        cell.same = wide == items
        cell.last = select(wide != [1, 2, 3], U16(1), 0)


def reversed_of(items: Triple) -> list[U8]:
    """A helper in plain Python."""
    return [items[len(items) - 1 - place] for place in range(len(items))]


class Sealing(Program):
    account_bits = 4
    seals = Table(Seal, key=AccountId)

    @action
    def act(self, tx: Transaction, items: Triple, pair: Pair) -> None:
        """Hash them whole."""
        self.seals[tx.sender].seal = digest(items, pair, U8(9))


def run(program: type[Program], name: str, *arguments: int) -> tuple[int, ...]:
    world = World(program.image())
    world.register()
    assert outcome(world.act(name, 1, *arguments))[0] is Status.APPLIED
    return world.record(1, 1)


@given(triples, numbers)
def test_items_are_looped_over_summed_and_found(items: tuple[int, int, int], x: int) -> None:
    found = run(Arrays, "look", *items, x)
    assert found == (*items[::-1], max(items), items[-1], x in items, sum(items))


@pytest.mark.parametrize(("pair", "last"), [((5, 6), 2), ((79, 5), 2), ((79, 79), 1)])
def test_assignment_copies_and_reading_does_not(pair: tuple[int, int], last: int) -> None:
    assert run(Arrays, "copy", 1, 2, 3, *pair) == (1, 78, 3, pair[0], 79, 0, last)


@given(triples, triples)
def test_arrays_are_equal_if_their_items_are(items: tuple[int, int, int], other: tuple[int, int, int]) -> None:
    assert run(Arrays, "compare", *items, *other)[5:] == (items == other, other != (1, 2, 3))
    assert run(Arrays, "compare", *items, *items)[5] == 1


@pytest.mark.parametrize("place", range(3))
def test_arrays_of_which_one_item_differs_are_not_equal(place: int) -> None:
    other = [1, 2, 3]
    other[place] += 1
    assert run(Arrays, "compare", 1, 2, 3, *other)[5:] == (0, 1)


def test_digest_of_arrays_and_records_is_that_of_their_values_in_a_row() -> None:
    assert run(Sealing, "act", 1, 2, 3, 4, 5) == (hash_items(Domain.USER, [1, 2, 3, 4, 5, 9]),)
