"""The frame: what every transaction, deposit and payment of fees does around the body (SOUNDNESS 4, 5, 18)."""

import pytest

from examples.counter import Counter
from rollup.crypto import eddsa
from rollup.crypto.fr import R
from rollup.crypto.poseidon2 import hash_items
from rollup.ir.prefix import shared_prefix
from rollup.ir.primitives import Primitive
from rollup.params import AccountAttribute, Output, Reason, Status
from tests.programs.world import World, outcome, why

APPLIED = (Status.APPLIED, Reason.NONE)
FAILED = (Status.FAILED, Reason.NONE)
ALICE = 1


def skipped(reason: Reason) -> tuple[Status, Reason]:
    return (Status.SKIPPED, reason)


@pytest.fixture
def world() -> World:
    world = World(Counter.image())
    world.register(1000)
    return world


def count(world: World, account: int = ALICE) -> int:
    return world.record(1, account)[0]


def test_applied_transaction_uses_a_nonce_and_pays_the_fee(world: World) -> None:
    assert outcome(world.act("add", ALICE, 5, fee=7)) == APPLIED
    assert (count(world), world.nonce(ALICE), world.balance(ALICE), world.fees) == (5, 1, 993, 7)


def test_replayed_transaction_is_skipped_as_badly_signed(world: World) -> None:
    graph = world.image.action("add")
    inputs = world.inputs(graph, ALICE, (5,), 0)
    assert outcome(world.step(graph, list(inputs))) == APPLIED
    assert outcome(world.step(graph, list(inputs))) == skipped(Reason.BAD_SIGNATURE)
    assert count(world) == 5


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"decodable": 0}, Reason.UNDECODABLE),
        ({"s": 1}, Reason.BAD_SIGNATURE),
        ({"s": 2**252 - 1}, Reason.BAD_SIGNATURE),
        ({"r_y": R - 1}, Reason.BAD_SIGNATURE),
        ({"r_y": 0}, Reason.BAD_SIGNATURE),
        ({"domain": 0xD1}, Reason.BAD_SIGNATURE),
        ({"tag": 1}, Reason.BAD_SIGNATURE),
        ({"fee": 8}, Reason.BAD_SIGNATURE),
    ],
)
def test_changed_transaction_is_skipped_without_any_effect(
    world: World, changes: dict[str, int], reason: Reason
) -> None:
    before = dict(world.records)
    assert outcome(world.act("add", ALICE, 5, fee=7, change=changes)) == skipped(reason)
    assert world.fees == 0
    assert {k: v for k, v in world.records.items() if any(v)} == before


@pytest.mark.parametrize("sender", [0, 2, 2**20 - 1])
def test_sender_that_does_not_exist_is_skipped(world: World, sender: int) -> None:
    assert outcome(world.act("add", sender, 5)) == skipped(Reason.UNKNOWN_ACCOUNT)


def test_fee_above_the_balance_is_skipped(world: World) -> None:
    assert outcome(world.act("add", ALICE, 5, fee=1001)) == skipped(Reason.CANNOT_PAY)
    assert (world.balance(ALICE), world.nonce(ALICE)) == (1000, 0)


def test_reasons_are_asked_in_the_order_of_the_rules(world: World) -> None:
    hopeless = {"decodable": 0, "s": 1, "next_account": 1}
    assert outcome(world.act("add", ALICE, 5, fee=2000, change=hopeless)) == skipped(Reason.UNDECODABLE)
    del hopeless["decodable"]
    assert outcome(world.act("add", ALICE, 5, fee=2000, change=hopeless)) == skipped(Reason.UNKNOWN_ACCOUNT)
    world.next_account = 2
    assert outcome(world.act("add", ALICE, 5, fee=2000, change={"s": 1})) == skipped(Reason.BAD_SIGNATURE)
    assert outcome(world.act("add", ALICE, 5, fee=2000)) == skipped(Reason.CANNOT_PAY)


def test_failed_body_uses_nonce_and_fee_only(world: World) -> None:
    world.act("add", ALICE, 2**32 - 1)
    run = world.act("add", ALICE, 1, fee=7)
    assert (outcome(run), why(run)) == (FAILED, "U32 overflow in +")
    assert (count(world), world.nonce(ALICE), world.balance(ALICE), world.fees) == (2**32 - 1, 2, 993, 7)


def test_withdrawal_debits_the_sender_and_extends_the_accumulator(world: World) -> None:
    assert outcome(world.act("withdraw", ALICE, 0xBEEF, 400, fee=50)) == APPLIED
    assert (world.balance(ALICE), world.withdrawals_count) == (550, 1)
    assert world.withdrawals == hash_items(4, [0, 0xBEEF, 400])


def test_withdrawal_of_more_than_is_left_after_the_fee_fails(world: World) -> None:
    run = world.act("withdraw", ALICE, 0xBEEF, 951, fee=50)
    assert (outcome(run), why(run)) == (FAILED, "the balance does not cover the withdrawal")
    assert (world.balance(ALICE), world.withdrawals, world.withdrawals_count) == (950, 0, 0)


def test_withdrawal_of_all_that_is_left_applies(world: World) -> None:
    assert outcome(world.act("withdraw", ALICE, 0xBEEF, 950, fee=50)) == APPLIED
    assert world.balance(ALICE) == 0


def test_deposit_for_a_new_account_registers_it(world: World) -> None:
    key = eddsa.generate(b"k" * 32).public
    assert outcome(world.deposit(0, 70, key, l1_address=0xCAFE)) == APPLIED
    assert world.record(0, 2) == (key.x, key.y, 0xCAFE, 0, 70)
    assert world.next_account == 3


def test_deposit_for_an_account_credits_it_and_keeps_its_key(world: World) -> None:
    before = world.record(0, ALICE)
    assert outcome(world.deposit(ALICE, 70, (1, 2), l1_address=0xCAFE)) == APPLIED
    assert world.record(0, ALICE) == (*before[:4], 1070)
    assert world.next_account == 2


@pytest.mark.parametrize(
    ("account", "amount", "next_account"),
    [(9, 70, 2), (ALICE, 2**64 - 1000, 2), (0, 70, 2**20)],
    ids=["unknown", "overflow", "full"],
)
def test_deposit_that_cannot_be_delivered_becomes_a_withdrawal(
    world: World, account: int, amount: int, next_account: int
) -> None:
    world.next_account = next_account
    before = dict(world.records)
    assert outcome(world.deposit(account, amount, (5, 6), l1_address=0xCAFE)) == FAILED
    assert {k: v for k, v in world.records.items() if any(v)} == before
    assert (world.withdrawals, world.withdrawals_count) == (hash_items(4, [0, 0xCAFE, amount]), 1)
    assert world.next_account == next_account


def test_fees_go_to_the_payee(world: World) -> None:
    world.fees = 33
    assert outcome(world.collect(ALICE)) == APPLIED
    assert (world.balance(ALICE), world.fees) == (1033, 0)


@pytest.mark.parametrize(("payee", "fees"), [(0, 33), (2, 33), (ALICE, 2**64 - 1)])
def test_fees_that_the_payee_cannot_take_are_burnt(world: World, payee: int, fees: int) -> None:
    world.fees = fees
    assert outcome(world.collect(payee)) == FAILED
    assert (world.balance(ALICE), world.fees) == (1000, 0)


def test_every_action_begins_with_the_same_prologue() -> None:
    graphs = Counter.image().actions
    prologue = graphs[0].instructions[: shared_prefix(graphs)]
    effects = {(i.op, i.imm) for i in prologue}
    assert (Primitive.VERIFY_SIGNATURE, 3) in effects  # domain, call and one word of arguments
    assert (Primitive.STORE, AccountAttribute.NONCE) in effects
    assert (Primitive.OUTPUT, Output.FEES) in effects
    assert (Primitive.OUTPUT, Output.REASON) in effects
    assert prologue[-1].op is Primitive.SELECT  # what the balance becomes if the body is not applied
