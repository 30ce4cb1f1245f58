"""Native payments, action by action: value moves between accounts or not at all (SOUNDNESS 4, 20)."""

from pathlib import Path

import pytest

from examples import payments
from examples.payments import Payments
from rollup import U64, AccountId, L1Address, Program, Transaction, action, pay, send_to_l1
from rollup.crypto.poseidon2 import hash_items
from rollup.params import Reason, Status
from tests.programs.world import World, outcome, why

APPLIED = (Status.APPLIED, Reason.NONE)
FAILED = (Status.FAILED, Reason.NONE)
ALICE, BOB, CAROL, NOBODY = 1, 2, 3, 4
TWICE = "a record is borrowed twice"


class Sharing(Program):
    """Several payments in one action."""

    @action
    def share(self, tx: Transaction, one: AccountId, other: AccountId, amount: U64, out: L1Address) -> None:
        """Pay two accounts, one of them twice, and L1."""
        pay(one, amount)
        send_to_l1(out, 5)
        pay(other, amount)
        pay(one, 7)


def world_of(program: type[Program]) -> World:
    world = World(program.image())
    for balance in (1000, 20, 2**64 - 50):
        world.register(balance)
    return world


@pytest.fixture
def world() -> World:
    return world_of(Payments)


@pytest.fixture
def sharing() -> World:
    return world_of(Sharing)


def balances(world: World) -> tuple[int, ...]:
    return tuple(map(world.balance, (ALICE, BOB, CAROL)))


def test_payment_moves_balance_and_the_fee_comes_first(world: World) -> None:
    assert outcome(world.act("pay", ALICE, BOB, 300, fee=10)) == APPLIED
    assert balances(world) == (690, 320, 2**64 - 50)
    assert (world.nonce(ALICE), world.nonce(BOB), world.fees) == (1, 0, 10)


def test_payment_of_all_that_is_left_applies(world: World) -> None:
    assert outcome(world.act("pay", ALICE, BOB, 990, fee=10)) == APPLIED
    assert balances(world)[:2] == (0, 1010)


def test_payment_keeps_the_key_of_the_account_paid(world: World) -> None:
    before = world.record(0, BOB)
    world.act("pay", ALICE, BOB, 1)
    assert world.record(0, BOB) == (*before[:4], 21)


@pytest.mark.parametrize(
    ("to", "amount", "message"),
    [
        (BOB, 991, "the balance does not cover the payment"),
        (0, 1, "the account to pay does not exist"),
        (NOBODY, 1, "the account to pay does not exist"),
        (2**20 - 1, 0, "the account to pay does not exist"),
        (CAROL, 50, "the account paid cannot hold so much"),
        (ALICE, 1, TWICE),
        (ALICE, 0, TWICE),
    ],
)
def test_payment_that_fails_takes_nonce_and_fee_and_nothing_else(
    world: World, to: int, amount: int, message: str
) -> None:
    run = world.act("pay", ALICE, to, amount, fee=10)
    assert (outcome(run), why(run)) == (FAILED, message)
    assert balances(world) == (990, 20, 2**64 - 50)
    assert (world.nonce(ALICE), world.fees) == (1, 10)
    assert not any(world.record(0, NOBODY))


def test_payment_that_fills_the_account_paid_applies(world: World) -> None:
    assert outcome(world.act("pay", ALICE, CAROL, 49)) == APPLIED
    assert world.balance(CAROL) == 2**64 - 1


def test_payments_of_one_action_add_up(sharing: World) -> None:
    assert outcome(sharing.act("share", ALICE, BOB, CAROL, 40, 0xBEEF, fee=10)) == APPLIED
    assert balances(sharing) == (1000 - 10 - 40 - 5 - 40 - 7, 20 + 40 + 7, 2**64 - 10)
    assert sharing.withdrawals == hash_items(4, [0, 0xBEEF, 5])


def test_payments_that_only_together_exceed_the_balance_fail_as_a_whole(sharing: World) -> None:
    sharing.write(0, (CAROL,), (*sharing.record(0, CAROL)[:4], 30))
    run = sharing.act("share", ALICE, BOB, CAROL, 490, 0xBEEF, fee=10)
    assert (outcome(run), why(run)) == (FAILED, "the balance does not cover the payment")
    assert balances(sharing) == (990, 20, 30)
    assert (sharing.withdrawals, sharing.withdrawals_count) == (0, 0)


def test_payments_to_one_account_by_two_names_fail_as_borrowed_twice(sharing: World) -> None:
    run = sharing.act("share", ALICE, BOB, BOB, 1, 0xBEEF)
    assert (outcome(run), why(run)) == (FAILED, TWICE)
    assert balances(sharing) == (1000, 20, 2**64 - 50)


def test_account_paid_is_borrowed_once_an_action() -> None:
    assert [len(Sharing.image().action(name).slots) for name in ("withdraw", "share")] == [1, 3]


def test_a_failed_payment_names_the_line_of_the_author(world: World) -> None:
    run = world.act("pay", ALICE, NOBODY, 1)
    assert run.failed_check is not None
    assert run.failed_check.file == "payments.py"
    assert "pay(to, amount)" in Path(payments.__file__).read_text().splitlines()[run.failed_check.line - 1]
