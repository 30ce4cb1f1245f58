"""From a deposit on L1 to a withdrawal paid there, through every part that is not settlement."""

from dataclasses import replace
from typing import Any, Literal

import pytest

from examples.counter import Counter
from examples.payments import Payments
from examples.tokens import Tokens
from rollup.batch.parcel import elements_of
from rollup.batch.transaction import Transaction
from rollup.devnet import Account, Devnet
from rollup.errors import AuthorError, OutsideError
from rollup.execution.builder import TransactionRefusedError
from rollup.nodes.sequencer import FeeTooLowError
from rollup.params import END, Reason, Status

GWEI = 10**9


@pytest.mark.parametrize("data", ["blob", "calldata"])
def test_value_when_it_goes_through_the_whole_chain_arrives_to_the_gwei(data: Literal["blob", "calldata"]) -> None:
    with Devnet(Tokens, "mock", data=data, accounts=2) as chain:
        alice, bob = chain.accounts
        before = chain.balance(alice)
        assert chain.deposit(alice, 5_000).status is Status.APPLIED
        assert chain.send(alice, "mint", token=1, amount=100).status is Status.APPLIED
        assert chain.send(alice, "transfer", to=bob.id, token=1, amount=30).status is Status.APPLIED
        failed = chain.send(bob, "transfer", to=alice.id, token=1, amount=31)
        assert (failed.status, failed.reason) == (Status.FAILED, "insufficient balance")
        left = chain.withdraw(alice, 1_234)
        fees = 3 * left.fee
        block = chain.post()
        assert block is not None
        assert block.step_headers[-1].data_cursor == END

        independent = chain.full_node()
        independent.sync()
        assert independent.header(1) == chain.node.header(1) == block.header
        assert independent.state_before(2).root == block.header.state_root
        assert chain.record("balances", bob.id, 1) == {"amount": 30}
        assert chain.balance(alice) == before + 5_000 - 1_234 - fees

        assert chain.propose() == (1,)
        chain.settle()
        held = chain.l1.balance(alice.l1.address)
        chain.release()
        assert chain.l1.balance(alice.l1.address) - held == 1_234 * GWEI
        assert chain.l1.balance(chain.rollup.address) == (2 * 10**9 + 5_000 - 1_234) * GWEI
        assert chain.release() == ()
        assert chain.alarms == []


@pytest.mark.parametrize("backend", ["mock", "optimistic"])
def test_payment_when_its_batch_is_settled_can_be_withdrawn_by_who_was_paid(backend: str) -> None:
    with Devnet(Payments, backend, accounts=2) as chain:
        alice, bob = chain.accounts
        before = (chain.balance(alice), chain.balance(bob))
        fee = chain.send(alice, "pay", to=bob.id, amount=70).fee
        failed = chain.send(bob, "pay", to=77, amount=1)
        assert (failed.status, failed.reason) == (Status.FAILED, "the account to pay does not exist")
        chain.withdraw(bob, 60 + before[1] - failed.fee - fee)
        assert (chain.balance(alice), chain.balance(bob)) == (before[0] - 70 - fee, 10)
        chain.post()
        chain.settle()
        held = chain.l1.balance(bob.l1.address)
        chain.release()
        assert chain.l1.balance(bob.l1.address) - held == (60 + before[1] - failed.fee - fee) * GWEI


def test_transaction_when_refused_says_why_and_costs_nothing(chain: Devnet) -> None:
    alice, bob, _ = chain.accounts
    right = chain.sign(alice, "mint", token=1, amount=1)
    cases: dict[Reason, Transaction] = {
        Reason.BAD_SIGNATURE: replace(right, args=(1, 2)),
        Reason.UNKNOWN_ACCOUNT: replace(right, sender=77),
        Reason.CANNOT_PAY: chain.sign(bob, "mint", token=1, amount=1, fee=2 << 30),
    }
    for reason, transaction in cases.items():
        with pytest.raises(TransactionRefusedError) as refused:
            chain.sequencer.submit(transaction)
        assert refused.value.reason is reason
    with pytest.raises(FeeTooLowError) as low:
        chain.sequencer.submit(replace(right, fee=0))
    assert low.value.got == 0
    assert chain.node.store.pending() == ()
    assert chain.sequencer.submit(right) is not None


def test_transactions_when_they_come_in_the_wrong_order_run_in_that_of_their_nonces(chain: Devnet) -> None:
    alice = chain.account(0)
    nonce = chain.sequencer.nonce(alice.id)
    calls = [
        Transaction(2, alice.id, 1, (1, amount)).sign(alice.secret, chain.image, chain.domain, nonce + place)
        for place, amount in enumerate((10, 20, 30))
    ]
    assert chain.sequencer.submit(calls[2]) is None
    assert chain.sequencer.submit(calls[1]) is None
    assert chain.record("balances", alice.id, 1) == {"amount": 0}
    assert chain.sequencer.submit(calls[0]) is not None
    assert chain.record("balances", alice.id, 1) == {"amount": 60}
    assert chain.sequencer.nonce(alice.id) == nonce + 3


def test_queue_when_worked_off_runs_what_is_right_and_drops_the_rest(chain: Devnet) -> None:
    alice = chain.account(0)
    right = chain.sign(alice, "mint", token=1, amount=1)
    for transaction in (replace(right, sender=99), right, right):
        chain.sequencer.enqueue(transaction)
    assert [receipt.status for receipt in chain.sequencer.work()] == [Status.APPLIED]
    assert chain.sequencer.work() == []


def test_batch_when_more_is_sent_than_it_holds_is_sealed_and_the_next_goes_on() -> None:
    class Narrow(Tokens):
        capacity = 4

    with Devnet(Narrow, "mock", accounts=1) as chain:
        alice = chain.account(0)
        for amount in range(1, 11):
            chain.send(alice, "mint", token=1, amount=amount)
        chain.post()
        assert chain.node.derived() == 3
        assert [len(chain.node.block(number).receipts) for number in (1, 2, 3)] == [1 + 4 + 1, 4 + 1, 2 + 1]
        assert chain.record("balances", alice.id, 1) == {"amount": 55}
        assert chain.sequencer.base_fee > 1  # two full batches


def test_garbage_when_somebody_posts_it_is_skipped_by_everybody_and_the_sequencer_goes_on(chain: Devnet) -> None:
    alice = chain.account(0)
    chain.post()
    chain.send(alice, "mint", token=1, amount=5)
    elements = elements_of([replace(chain.sign(alice, "mint", token=1, amount=6), args=(1, 7)).parcel(chain.image)])
    _post_by_hand(chain, elements)
    chain.sync()
    assert [receipt.skip for receipt in chain.node.block(2).receipts if receipt.kind == "transaction"] == [
        Reason.BAD_SIGNATURE
    ]
    assert chain.sequencer.batch_number == 3
    assert chain.record("balances", alice.id, 1) == {"amount": 5}  # acknowledged, so run again
    block = chain.post()
    assert block is not None
    assert (block.batch.number, block.receipts[0].args) == (3, (1, 5))


def _post_by_hand(chain: Devnet, elements: tuple[int, ...]) -> None:
    """Post a batch from the sequencer's account, past the sequencer."""
    l1 = chain.l1.as_account((2).to_bytes(32, "big"))
    posting = chain._layers[chain.node.batch(1).kind].encode(elements)
    position = chain.node.position(chain.node.derived())
    header = (position.batch_hash, l1.head().timestamp, position.inbox_index, position.rolling, 0)
    l1.transact(chain.rollup, "post_blob", *header, blobs=posting.blobs)


def test_withdrawals_when_there_are_more_than_a_call_takes_are_released_in_prefixes_by_anyone() -> None:
    with Devnet(Counter, "mock", accounts=2) as chain:
        alice, bob = chain.accounts
        for amount in range(1, 71):
            chain.withdraw(alice if amount % 2 else bob, amount)
        chain.post()
        chain.settle()
        assert [len(chain.withdrawals.due()), chain.claims.final_batch] == [70, 1]
        chain.withdrawals.release(limit=1)
        assert len(chain.withdrawals.due()) == 6
        # What becomes final meanwhile waits until this walk has ended.
        chain.withdraw(alice, 1_000)
        chain.post()
        chain.settle()
        assert len(chain.withdrawals.due()) == 6
        held = [chain.l1.balance(account.l1.address) for account in chain.accounts]
        chain.release()
        paid = [chain.l1.balance(account.l1.address) for account in chain.accounts]
        odd, even = sum(range(1, 71, 2)), sum(range(2, 71, 2))
        assert [after - before for after, before in zip(paid, held, strict=True)] == [
            (odd + 1_000) * GWEI,
            even * GWEI,
        ]
        assert chain.withdrawals.due() == ()


def test_deposit_when_a_batch_is_open_is_delivered_at_the_head_of_the_next(chain: Devnet) -> None:
    alice = chain.account(0)
    chain.send(alice, "mint", token=1, amount=1)
    receipt = chain.deposit(alice, 777)
    assert (receipt.kind, receipt.position, chain.sequencer.batch_number) == ("inbox", 0, 2)
    chain.post()
    assert chain.node.derived() == 2


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (("burn", (), {}), "no such action"),
        (("mint", (1,), {}), "other arguments"),
        (("mint", (1, 2), {"amount": 3}), "other arguments"),
        (("mint", (1,), {"value": 3}), "other arguments"),
    ],
)
def test_call_when_it_is_none_of_the_programs_names_what_there_is(
    chain: Devnet, call: tuple[str, tuple[int, ...], dict[str, Any]], expected: str
) -> None:
    name, args, named = call
    with pytest.raises(AuthorError, match=expected):
        chain.send(chain.account(0), name, *args, **named)


def test_account_when_nothing_was_deposited_for_it_has_no_id_until_something_is() -> None:
    with Devnet(Counter, "mock", accounts=1, funds=0) as chain:
        alice: Account = chain.account(0)
        with pytest.raises(OutsideError, match="not registered"):
            chain.send(alice, "add", 1)
        chain.deposit(alice, 10)
        assert chain.send(alice, "add", 1).status is Status.APPLIED


def test_devnet_when_it_has_too_few_keys_says_so() -> None:
    with pytest.raises(OutsideError, match="no L1 key"):
        Devnet(Counter, "mock", accounts=16)
