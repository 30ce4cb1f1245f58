"""The tokens of the design, action by action."""

from pathlib import Path

import pytest

from examples import tokens
from examples.tokens import Tokens
from rollup.params import Reason, Status
from tests.programs.world import World, outcome, why

BALANCES = 1
GOLD = 7
APPLIED = (Status.APPLIED, Reason.NONE)
FAILED = (Status.FAILED, Reason.NONE)


@pytest.fixture
def world() -> World:
    world = World(Tokens.image())
    world.register()
    world.register()
    return world


def held(world: World, account: int) -> int:
    return world.record(BALANCES, account, GOLD)[0]


def test_mint_of_tokens_adds_to_the_sender(world: World) -> None:
    assert outcome(world.act("mint", 1, GOLD, 500)) == APPLIED
    assert outcome(world.act("mint", 1, GOLD, 50)) == APPLIED
    assert held(world, 1) == 550


def test_transfer_of_held_tokens_moves_them(world: World) -> None:
    world.act("mint", 1, GOLD, 500)
    assert outcome(world.act("transfer", 1, 2, GOLD, 200, fee=10)) == APPLIED
    assert (held(world, 1), held(world, 2)) == (300, 200)
    assert (world.balance(1), world.nonce(1), world.fees) == (990, 2, 10)


def test_transfer_of_more_than_is_held_fails_and_pays_the_fee(world: World) -> None:
    world.act("mint", 1, GOLD, 100)
    run = world.act("transfer", 1, 2, GOLD, 101, fee=10)
    assert (outcome(run), why(run)) == (FAILED, "insufficient balance")
    assert (held(world, 1), held(world, 2)) == (100, 0)
    assert (world.balance(1), world.nonce(1), world.fees) == (990, 2, 10)


def test_transfer_to_oneself_fails_as_borrowed_twice(world: World) -> None:
    world.act("mint", 1, GOLD, 100)
    run = world.act("transfer", 1, 1, GOLD, 30, fee=10)
    assert (outcome(run), why(run)) == (FAILED, "a record is borrowed twice")
    assert (held(world, 1), world.balance(1), world.nonce(1)) == (100, 990, 2)


def test_mint_past_128_bits_fails(world: World) -> None:
    world.write(BALANCES, (1, GOLD), (2**128 - 1,))
    run = world.act("mint", 1, GOLD, 1)
    assert (outcome(run), why(run)) == (FAILED, "U128 overflow in +")
    assert held(world, 1) == 2**128 - 1


def test_transfer_that_overflows_the_target_leaves_the_source(world: World) -> None:
    world.write(BALANCES, (1, GOLD), (5,))
    world.write(BALANCES, (2, GOLD), (2**128 - 4,))
    run = world.act("transfer", 1, 2, GOLD, 5)
    assert outcome(run) == FAILED
    assert (held(world, 1), held(world, 2)) == (5, 2**128 - 4)


def test_a_failed_check_names_the_line_of_the_author(world: World) -> None:
    run = world.act("transfer", 1, 2, GOLD, 1)
    assert run.failed_check is not None
    assert run.failed_check.file == "tokens.py"
    assert "insufficient balance" in Path(tokens.__file__).read_text().splitlines()[run.failed_check.line - 1]
