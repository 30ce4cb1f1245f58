"""The arithmetic of the language against Python's own."""
# Assignment converts when an action is traced, which mypy cannot know.
# mypy: disable-error-code="assignment"

import operator
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollup import (
    U8,
    U16,
    U32,
    U64,
    U128,
    AccountId,
    Bool,
    Field,
    L1Address,
    Program,
    Record,
    Table,
    Transaction,
    action,
    digest,
    require,
    select,
)
from rollup.crypto.fr import R
from rollup.crypto.poseidon2 import hash_items
from rollup.ir.image import Image
from rollup.params import Status
from tests.programs.world import World, outcome, why


class Result(Record):
    flag: Bool
    byte: U8
    word: U64
    wide: U128
    full: Field
    account: AccountId
    address: L1Address


class Base(Program):
    account_bits = 6
    results = Table(Result, key=AccountId)


WORLDS: dict[str, World] = {}


def _world(program: type[Program]) -> World:
    """Return the world of a program, with one account; tests of one program share it."""
    if program.__name__ not in WORLDS:
        WORLDS[program.__name__] = World(program.image())
        WORLDS[program.__name__].register()
    return WORLDS[program.__name__]


def apply(program: type[Program], *arguments: int) -> tuple[int, ...] | str:
    """Run action `act` on a fresh record; return the record, or why it failed."""
    world = _world(program)
    world.write(1, (1,), (0,) * 7)
    run = world.act("act", 1, *arguments)
    if outcome(run)[0] is Status.FAILED:
        return why(run)
    assert outcome(run)[0] is Status.APPLIED
    return world.record(1, 1)


def integers(width: int) -> st.SearchStrategy[int]:
    top = (1 << width) - 1
    return st.one_of(st.sampled_from([0, 1, 2, top - 1, top]), st.integers(0, top))


class Sums(Base):
    @action
    def act(self, tx: Transaction, a: U8, b: U8) -> None:
        self.results[tx.sender].byte = a + b


class Differences(Base):
    @action
    def act(self, tx: Transaction, a: U8, b: U8) -> None:
        self.results[tx.sender].byte = a - b


class Products(Base):
    @action
    def act(self, tx: Transaction, a: U8, b: U8) -> None:
        self.results[tx.sender].byte = a * b


@pytest.mark.parametrize(
    ("program", "exact", "problem"),
    [
        (Sums, operator.add, "U8 overflow in +"),
        (Differences, operator.sub, "U8 underflow in -"),
        (Products, operator.mul, "U8 overflow in *"),
    ],
)
@given(a=integers(8), b=integers(8))
def test_arithmetic_is_exact_or_fails(
    program: type[Program], exact: Callable[[int, int], int], problem: str, a: int, b: int
) -> None:
    expected = exact(a, b)
    result = apply(program, a, b)
    assert result == ((0, expected, 0, 0, 0, 0, 0) if 0 <= expected < 256 else problem)


class Comparisons(Base):
    @action
    def act(self, tx: Transaction, a: U128, b: U64) -> None:
        answers = [a < b, a <= b, a > b, a >= b, a == b, a != b]
        total = U8(0)
        for place, answer in enumerate(answers):
            total += select(answer, U8(1 << place), 0)
        self.results[tx.sender].byte = total


@given(a=integers(128), b=integers(64))
def test_comparisons_of_two_widths_are_those_of_integers(a: int, b: int) -> None:
    answers = [a < b, a <= b, a > b, a >= b, a == b, a != b]
    result = apply(Comparisons, a, b)
    assert result[1] == sum(answer << place for place, answer in enumerate(answers))


class Mixed(Base):
    @action
    def act(self, tx: Transaction, a: U64, b: U8) -> None:
        record = self.results[tx.sender]
        record.wide = a + b
        record.word = 2 * a - b
        record.byte = a


@pytest.mark.parametrize(
    ("a", "b", "result"),
    [
        (200, 7, (0, 200, 393, 207, 0, 0, 0)),
        (256, 7, "U64 does not fit U8"),
        (2**64 - 1, 1, "U64 overflow in +"),
        (2**63, 0, "U64 overflow in *"),
        (3, 7, "U64 underflow in -"),
    ],
)
def test_two_widths_meet_in_the_wider_and_assignment_narrows_with_a_check(
    a: int, b: int, result: tuple[int, ...] | str
) -> None:
    assert apply(Mixed, a, b) == result


class Elements(Base):
    @action
    def act(self, tx: Transaction, a: Field, b: Field, n: U128) -> None:
        wide = Field(n)
        self.results[tx.sender].full = (a * b + 3 - n) * (wide * wide) + (5 - a) - (n - b) * 0


@given(a=st.integers(0, R - 1), b=st.sampled_from([0, 1, R - 1]), n=integers(128))
def test_field_arithmetic_wraps_at_its_order(a: int, b: int, n: int) -> None:
    expected = ((a * b + 3 - n) * n * n + 5 - a) % R
    assert apply(Elements, a, b, n) == (0, 0, 0, 0, expected, 0, 0)


class Logic(Base):
    @action
    def act(self, tx: Transaction, a: Bool, b: Bool) -> None:
        record = self.results[tx.sender]
        record.flag = (a & ~b) | (True & (b == a)) | False
        record.byte = U8(a) + U8(b)
        record.word = select(a != b, U64(10), U8(20))


@pytest.mark.parametrize(("a", "b"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_logic_on_booleans_is_that_of_python(a: int, b: int) -> None:
    flag = int((a and not b) or a == b)
    assert apply(Logic, a, b) == (flag, a + b, 10 if a != b else 20, 0, 0, 0, 0)


class Identifiers(Base):
    @action
    def act(self, tx: Transaction, to: AccountId, number: U64, where: L1Address) -> None:
        require(to != tx.sender, "to oneself")
        record = self.results[tx.sender]
        record.account = AccountId(number)
        record.address = where
        record.word = U64(to) + U64(tx.fee)
        a_flag = to == to  # noqa: PLR0124 -- a Bool that holds
        record.full = digest(to, where, a_flag)


@pytest.mark.parametrize(
    ("to", "number", "result"),
    [
        (2, 63, (0, 0, 2, 0, hash_items(8, [2, 2**160 - 1, 1]), 63, 2**160 - 1)),
        (1, 63, "to oneself"),
        (2, 64, "U64 does not fit AccountId"),
    ],
)
def test_identifiers_are_compared_and_converted(to: int, number: int, result: tuple[int, ...] | str) -> None:
    assert apply(Identifiers, to, number, 2**160 - 1) == result


class Swap(Base):
    @action
    def act(self, tx: Transaction, a: U32) -> None:
        mine = self.results[tx.sender]
        mine.word = a
        other = self.results[0]
        other.word, mine.word = mine.word, other.word + 1
        mine.byte = mine.word


def test_records_give_their_current_attributes() -> None:
    assert apply(Swap, 77) == (0, 1, 1, 0, 0, 0, 0)
    assert _world(Swap).record(1, 0)[2] == 77


class Unrolled(Base):
    SIZE = 4

    @action
    def act(self, tx: Transaction, a: U16) -> None:
        self.results[tx.sender].word = self._power(U64(a))

    def _power(self, a: U64) -> U64:
        result = U64(1)
        for _ in range(self.SIZE):
            result *= a
        return result


def test_loops_over_fixed_ranges_unroll_and_methods_inline() -> None:
    assert apply(Unrolled, 10) == (0, 0, 10**4, 0, 0, 0, 0)
    assert apply(Unrolled, 2**16 - 1) == (0, 0, (2**16 - 1) ** 4, 0, 0, 0, 0)


def test_failed_value_goes_on_as_0_and_nothing_is_kept() -> None:
    world = _world(Mixed)
    world.write(1, (1,), (0,) * 7)
    run = world.act("act", 1, 3, 7)
    assert outcome(run)[0] is Status.FAILED
    assert world.record(1, 1) == (0,) * 7


class Wide(Base):
    account_bits = 8
    max_tables = 8
    capacity = 64
    inbox_cap = 4
    pairs = Table(Result, key=(U8, AccountId, U16))

    @action
    def act(self, tx: Transaction, a: U64) -> None:
        self.pairs[a, tx.sender, 0x1234].flag = True


def test_options_shape_the_layout() -> None:
    layout = Wide.image().layout
    assert (layout.account_bits, layout.table_bits, layout.key_bits, layout.depth) == (8, 3, 32, 18)
    assert (layout.capacity, layout.inbox_cap) == (64, 4)


def test_key_of_several_parts_is_narrowed_part_by_part() -> None:
    world = _world(Wide)
    assert outcome(world.act("act", 1, 0xAB))[0] is Status.APPLIED
    assert world.record(2, 0xAB, 1, 0x1234)[0] == 1
    run = world.act("act", 1, 0x100)
    assert why(run) == "U64 does not fit U8"
    assert run.indices[1] == world.image.layout.tree_index(2, 0x011234)


def test_image_of_a_class_is_made_once_and_not_inherited() -> None:
    class Child(Sums):
        @action
        def more(self, tx: Transaction) -> None:
            self.results[tx.sender].byte = 1

    image: Image = Sums.image()
    assert Sums.image() is image
    child: Any = Child.image()
    assert [graph.name for graph in child.actions] == ["withdraw", "act", "more"]
    assert [graph.tag for graph in child.actions] == [1, 2, 3]


def test_table_may_be_written_with_its_type() -> None:
    table = Table[Result](Result, key=AccountId)
    assert table.attributes["wide"] is U128


def test_image_of_a_program_that_annotates_in_strings_is_the_same() -> None:
    class Quoted(Base):
        @action
        def act(self, tx: "Transaction", a: "U8", b: "U8") -> None:
            self.results[tx.sender].byte = a + b

    assert Quoted.image().program_id == Sums.image().program_id
