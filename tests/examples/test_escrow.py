"""Money that waits: who may let it go, and to whom."""

import pytest

from examples.escrow import Escrow
from rollup.params import Status
from tests.programs.world import World, outcome, why

DEALS, BALANCES = 1, 2
BUYER, SELLER, ARBITER, STRANGER = 1, 2, 3, 4


@pytest.fixture
def world() -> World:
    """Four accounts; the first has put 60 of its 100 aside in deal 7."""
    world = World(Escrow.image())
    for _ in range(4):
        world.register()
    world.act("mint", BUYER, 100)
    assert outcome(world.act("open", BUYER, 7, SELLER, ARBITER, 60))[0] is Status.APPLIED
    return world


def balances(world: World) -> tuple[int, ...]:
    return tuple(world.record(BALANCES, account)[0] for account in (BUYER, SELLER, ARBITER, STRANGER))


@pytest.mark.parametrize(
    ("sender", "to", "expected"),
    [
        (BUYER, SELLER, (40, 60, 0, 0)),
        (SELLER, BUYER, (100, 0, 0, 0)),
        (ARBITER, SELLER, (40, 60, 0, 0)),
        (ARBITER, BUYER, (100, 0, 0, 0)),
    ],
)
def test_money_goes_where_who_may_say_so_says(world: World, sender: int, to: int, expected: tuple[int, ...]) -> None:
    assert outcome(world.act("close", sender, 7, to))[0] is Status.APPLIED
    assert balances(world) == expected
    assert why(world.act("close", sender, 7, to)) == "there is no such deal"


@pytest.mark.parametrize(
    ("sender", "to", "reason"),
    [
        (BUYER, BUYER, "a buyer pays the seller only"),
        (SELLER, SELLER, "a seller gives back only"),
        (ARBITER, ARBITER, "not a party"),
        (ARBITER, STRANGER, "not a party"),
        (STRANGER, SELLER, "not your deal"),
    ],
)
def test_nobody_takes_what_is_not_for_him(world: World, sender: int, to: int, reason: str) -> None:
    assert why(world.act("close", sender, 7, to)) == reason
    assert balances(world) == (40, 0, 0, 0)


def test_a_number_is_taken_once_and_no_party_decides(world: World) -> None:
    assert why(world.act("open", BUYER, 7, SELLER, ARBITER, 1)) == "this number is taken"
    assert why(world.act("open", BUYER, 8, SELLER, SELLER, 1)) == "the arbiter is a party"
    assert why(world.act("open", BUYER, 8, SELLER, BUYER, 1)) == "the arbiter is a party"
    assert why(world.act("open", BUYER, 8, SELLER, ARBITER, 41)) == "U64 underflow in -"
    assert why(world.act("close", BUYER, 9, SELLER)) == "there is no such deal"
    world.act("close", BUYER, 7, SELLER)
    assert why(world.act("open", BUYER, 7, SELLER, ARBITER, 1)) == "this number is taken"
