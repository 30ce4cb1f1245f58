"""A program that can be paused: what asks is stopped, what does not goes on."""

import pytest

from rollup import U64, AccountId, Pausable, Record, Table, Transaction, action
from rollup.params import Status
from tests.programs.world import World, outcome, why

GUARDIAN, ADA = 1, 2


class Cell(Record):
    """A number."""

    value: U64


class Market(Pausable):
    """One action that can be stopped, and one that cannot."""

    account_bits = 4
    cells = Table(Cell, key=AccountId)

    @action
    def buy(self, tx: Transaction, amount: U64) -> None:
        """Stop while it is paused."""
        self.require_running()
        self.cells[tx.sender].value += amount

    @action
    def leave(self, tx: Transaction) -> None:
        """Go on."""
        self.cells[tx.sender].value = 0  # type: ignore[assignment]


@pytest.fixture
def world() -> World:
    world = World(Market.image())
    for _ in range(3):
        world.register()
    return world


def test_paused_program_stops_what_asks_and_lets_everybody_out(world: World) -> None:
    assert outcome(world.act("buy", ADA, 5))[0] is Status.APPLIED
    assert outcome(world.act("pause", GUARDIAN))[0] is Status.APPLIED
    assert why(world.act("buy", ADA, 5)) == "the program is paused"
    assert outcome(world.act("leave", ADA))[0] is Status.APPLIED
    assert outcome(world.act("withdraw", ADA, 0xADA, 10))[0] is Status.APPLIED
    assert outcome(world.act("resume", GUARDIAN))[0] is Status.APPLIED
    assert outcome(world.act("buy", ADA, 5))[0] is Status.APPLIED


def test_only_the_guardian_pauses_by_transaction_or_from_l1(world: World) -> None:
    assert why(world.act("pause", ADA)) == "only account 1 may do this"
    assert why(world.call("pause", ADA)) == "only account 1 may do this"
    assert outcome(world.call("pause", GUARDIAN))[0] is Status.APPLIED
    assert why(world.act("resume", ADA)) == "only account 1 may do this"
    assert why(world.act("buy", ADA, 5)) == "the program is paused"
    other = World(Market.with_parameters(GUARDIAN=ADA).image())
    for _ in range(3):
        other.register()
    assert why(other.act("pause", GUARDIAN)) == "only account 2 may do this"
    assert outcome(other.act("pause", ADA))[0] is Status.APPLIED
