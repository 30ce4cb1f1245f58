"""A value of an enum is one of its members, wherever it comes from."""
# Assignment converts when an action is traced, which mypy cannot know.
# mypy: disable-error-code="assignment"

import pytest

from rollup import U8, U32, AccountId, Array, Enum, Field, Program, Record, Table, Transaction, action, select
from rollup.ir.primitives import Primitive
from rollup.params import Status
from tests.programs.world import World, outcome, why


class Side(Enum):
    BUY = 1
    SELL = 2

    def opposite(self) -> "Side":
        return select(self == Side.BUY, Side.SELL, Side.BUY)


class Level(Enum):
    NONE = 0
    LOW = 1
    MIDDLE = 2
    HIGH = 3


class Cell(Record):
    number: U8
    level: Level
    counts: Array[U8, 4]  # type: ignore[valid-type]
    full: Field


class Sides(Program):
    account_bits = 4
    cells = Table(Cell, key=(Level, AccountId))

    @action
    def convert(self, tx: Transaction, number: U32) -> None:
        """From a number to a member, and back."""
        cell = self.cells[Level.HIGH, tx.sender]
        cell.number = U8(Side(number).opposite())
        cell.full = Field(Side(2))

    @action
    def level(self, tx: Transaction, level: Level) -> None:
        """As a key and as an index."""
        cell = self.cells[level, tx.sender]
        cell.level = level
        cell.counts[level] = 9
        for place, each in enumerate(Level):
            cell.number += select(level == each, U8(place + 1), 0)


@pytest.fixture
def world() -> World:
    world = World(Sides.image())
    world.register()
    return world


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1, (2, 0, 0, 0, 0, 0, 2)),
        (2, (1, 0, 0, 0, 0, 0, 2)),
        (0, "no member of Side"),
        (3, "no member of Side"),
        (4, "U32 does not fit Side"),
        (2**32 - 1, "U32 does not fit Side"),
    ],
)
def test_number_becomes_a_member_or_the_transaction_fails(world: World, number: int, expected: object) -> None:
    run = world.act("convert", 1, number)
    assert (world.record(1, 3, 1) if outcome(run)[0] is Status.APPLIED else why(run)) == expected


@pytest.mark.parametrize("level", range(4))
def test_member_is_a_key_and_an_index(world: World, level: int) -> None:
    assert outcome(world.act("level", 1, level))[0] is Status.APPLIED
    counts = tuple(9 * (place == level) for place in range(4))
    assert world.record(1, level, 1) == (level + 1, level, *counts, 0)


def test_enum_of_all_numbers_of_its_width_wants_no_check() -> None:
    """Every argument of two bits is a level, and an index of four items, so nothing is compared but equalities and what the frame and `+` ask."""
    checks = [check.message for check in Sides.image().action("level").checks]
    assert checks == ["U8 overflow in +"] * 4
    ranges = [item for item in Sides.image().action("level").instructions if item.op is Primitive.LT]
    assert len(ranges) == 2, "of the frame: whether the sender exists, and can pay"
