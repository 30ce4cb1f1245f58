"""Names: taken, renewed, handed on, and lost when a period goes unpaid."""

import pytest

from examples.names import Names
from rollup.params import Status
from tests.programs.world import World, outcome, why

NAMES, BALANCES = 1, 3
REGISTRAR, ADA, BOB = 1, 2, 3


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
    assert world.record(NAMES, 42) == (ADA, 0xAD, 1)
    assert (balance(world, ADA), balance(world, REGISTRAR)) == (90, 110)
    for _ in range(2):
        assert why(world.act("claim", BOB, 42, 1, 0xB0)) == "this name is taken"
        done(world, "tick", REGISTRAR)
    done(world, "claim", BOB, 42, 1, 0xB0)
    assert world.record(NAMES, 42) == (BOB, 0xB0, 2)
    assert why(world.act("renew", ADA, 42, 1)) == "not your name"


def test_renewal_adds_periods_and_is_too_late_once_a_name_has_lapsed(world: World) -> None:
    done(world, "renew", ADA, 42, 3)
    assert world.record(NAMES, 42)[2] == 4
    for _ in range(5):
        done(world, "tick", REGISTRAR)
    assert why(world.act("renew", ADA, 42, 1)) == "not your name"
    assert why(world.act("transfer", ADA, 42, BOB, 1)) == "not your name"


def test_name_is_handed_on_by_its_owner_only(world: World) -> None:
    assert why(world.act("transfer", BOB, 42, BOB, 1)) == "not your name"
    assert why(world.act("transfer", ADA, 42, 0, 1)) == "nobody cannot own a name"
    done(world, "transfer", ADA, 42, BOB, 0xB0)
    assert world.record(NAMES, 42) == (BOB, 0xB0, 1)
    assert why(world.act("transfer", ADA, 42, ADA, 1)) == "not your name"


def test_what_the_registry_refuses(world: World) -> None:
    assert why(world.act("claim", BOB, 7, 0, 1)) == "a name is taken for a period at least"
    assert why(world.act("claim", BOB, 7, 21, 1)) == "U64 underflow in -"
    assert why(world.act("claim", REGISTRAR, 7, 1, 1)) == "the registrar takes no names"
    assert outcome(world.act("tick", ADA))[0] is Status.FAILED
    assert world.record(NAMES, 7) == (0, 0, 0)
