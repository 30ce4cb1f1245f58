"""Names: taken, renewed, handed on, and lost when a period goes unpaid."""

import pytest

from examples.names import Names
from rollup.params import Status
from tests.programs.world import World, outcome, why

NAMES, BALANCES = 1, 2
REGISTRAR, ADA, BOB = 1, 2, 3
PERIOD = Names.PERIOD


@pytest.fixture
def world() -> World:
    """Three accounts with 100 each; Ada has name 42 for two periods, which cost 10."""
    world = World(Names.image())
    for account in (REGISTRAR, ADA, BOB):
        world.register()
        world.act("mint", account, 100)
    done(world, "claim", ADA, 42, 2, 0xAD)
    return world


def done(world: World, name: str, sender: int, *arguments: int) -> None:
    run = world.act(name, sender, *arguments)
    assert outcome(run)[0] is Status.APPLIED, why(run)


def balance(world: World, account: int) -> int:
    return world.record(BALANCES, account)[0]


def test_name_is_its_owner_s_while_it_is_paid(world: World) -> None:
    start = world.timestamp
    assert world.record(NAMES, 42) == (ADA, 0xAD, start + 2 * PERIOD)
    assert (balance(world, ADA), balance(world, REGISTRAR)) == (90, 110)
    for world.timestamp in (start, start + 2 * PERIOD):
        assert why(world.act("claim", BOB, 42, 1, 0xB0)) == "this name is taken"
    world.timestamp += 1
    done(world, "claim", BOB, 42, 1, 0xB0)
    assert world.record(NAMES, 42) == (BOB, 0xB0, world.timestamp + PERIOD)
    assert why(world.act("renew", ADA, 42, 1)) == "not your name"


def test_renewal_adds_periods_and_is_too_late_once_a_name_has_lapsed(world: World) -> None:
    done(world, "renew", ADA, 42, 3)
    assert world.record(NAMES, 42)[2] == world.timestamp + 5 * PERIOD
    world.timestamp += 5 * PERIOD + 1
    assert why(world.act("renew", ADA, 42, 1)) == "not your name"
    assert why(world.act("transfer", ADA, 42, BOB, 1)) == "not your name"


def test_name_is_handed_on_by_its_owner_only(world: World) -> None:
    assert why(world.act("transfer", BOB, 42, BOB, 1)) == "not your name"
    assert why(world.act("transfer", ADA, 42, 0, 1)) == "nobody cannot own a name"
    done(world, "transfer", ADA, 42, BOB, 0xB0)
    assert world.record(NAMES, 42) == (BOB, 0xB0, world.timestamp + 2 * PERIOD)
    assert why(world.act("transfer", ADA, 42, ADA, 1)) == "not your name"


def test_what_the_registry_refuses(world: World) -> None:
    assert why(world.act("claim", BOB, 7, 0, 1)) == "a name is taken for a period at least"
    assert why(world.act("claim", BOB, 7, 21, 1)) == "U64 underflow in -"
    assert why(world.act("claim", REGISTRAR, 7, 1, 1)) == "the registrar takes no names"
    assert world.record(NAMES, 7) == (0, 0, 0)
