"""L1 goes back on a block: deposits and batches that it held are undone, and everybody follows."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from examples.tokens import Tokens
from l1bridge.client import L1Client
from l1bridge.devchain import connect
from rollup.devnet import Devnet
from rollup.params import Status


@dataclass
class Forking:
    """A chain whose L1 can be taken back."""

    chain: Devnet
    l1: L1Client


@pytest.fixture
def forking() -> Iterator[Forking]:
    # The finalised head stays behind, so that the outbox keeps what L1 may still lose.
    l1 = connect(confirmations=(4, 8))
    with Devnet(Tokens, "mock", accounts=2, l1=l1) as chain:
        yield Forking(chain, l1)


def test_batch_when_its_l1_block_is_lost_is_posted_again_and_comes_to_the_same(forking: Forking) -> None:
    chain, l1 = forking.chain, forking.l1
    chain.send(chain.account(0), "mint", token=1, amount=5)
    before = l1.snapshot()
    first = chain.post()
    assert first is not None
    l1.revert(before)
    l1.mine()
    chain.sync()
    assert chain.node.derived() == 0
    assert chain.record("balances", chain.account(0).id, 1) == {"amount": 5}
    again = chain.post()
    assert again is not None
    assert again.header == first.header
    assert (again.posted.hash, again.batch.number) != (first.posted.hash, 2)
    independent = chain.full_node()
    assert independent.sync() == 1
    assert independent.header(1) == first.header
    assert chain.alarms == []


def test_batch_when_another_takes_its_place_while_nobody_looks_is_noticed(forking: Forking) -> None:
    chain, l1 = forking.chain, forking.l1
    alice = chain.account(0)
    chain.send(alice, "mint", token=1, amount=5)
    before = l1.snapshot()
    chain.post()
    l1.revert(before)
    header = (chain.image.program_id, l1.head().timestamp, 0, bytes(32), 0)
    chain.batcher._l1.transact(chain.rollup, "post_calldata", *header, b"")
    chain.sync()
    assert (chain.node.derived(), chain.node.header(1).inbox_index) == (1, 0)
    assert chain.record("balances", alice.id, 1) == {"amount": 5}
    block = chain.post()
    assert block is not None
    assert (block.batch.number, len(block.receipts)) == (2, 2 + 1 + 1)
    assert chain.alarms == []


def test_deposit_when_its_l1_block_is_lost_is_lost_with_what_was_built_on_it(forking: Forking) -> None:
    chain, l1 = forking.chain, forking.l1
    alice = chain.account(0)
    held = chain.balance(alice)
    before = l1.snapshot()
    chain.deposit(alice, 1_000)
    receipt = chain.withdraw(alice, held + 500)  # more than without the deposit
    assert receipt.status is Status.APPLIED
    chain.post()
    l1.revert(before)
    l1.mine(3)
    chain.sync()
    assert chain.node.derived() == 0
    assert chain.balance(alice) == held - receipt.fee  # the withdrawal still ran, and failed
    chain.post()
    failed = [item for item in chain.node.block(1).receipts if item.transaction]
    assert [item.status for item in failed] == [Status.FAILED]
    # What it says of the batch that L1 lost was withdrawn on the stream before: nobody lied.
    assert chain.alarms == []


def test_account_when_the_deposit_that_made_it_is_lost_has_its_transactions_dropped_and_listed() -> None:
    l1 = connect(confirmations=(4, 8))
    with Devnet(Tokens, "mock", accounts=1, funds=0, l1=l1) as chain:
        alice = chain.account(0)
        before = l1.snapshot()
        chain.deposit(alice, 1_000)
        chain.send(alice, "mint", token=1, amount=5)
        ((transaction_hash, _),) = chain.node.store.pending()
        l1.revert(before)
        l1.mine()
        chain.sync()
        assert chain.sequencer.dropped == [transaction_hash]
        assert chain.node.store.pending() == ()
        assert chain.sequencer.next_account == 1


def test_full_node_when_many_blocks_are_lost_goes_back_to_the_fork(forking: Forking) -> None:
    chain, l1 = forking.chain, forking.l1
    chain.send(chain.account(0), "mint", token=1, amount=1)
    chain.post()
    kept = chain.node.header(1)
    before = l1.snapshot()
    for amount in (2, 3, 4):
        chain.send(chain.account(0), "mint", token=1, amount=amount)
        chain.post()
    lost = [chain.node.header(number) for number in (2, 3, 4)]
    independent = chain.full_node()
    assert independent.sync() == 4
    l1.revert(before)
    l1.mine(9)
    assert independent.sync() == 1
    assert independent.header(1) == kept
    assert independent.store.state(1).root == kept.state_root
    chain.sync()
    while chain.node.derived() < 4:
        assert chain.post() is not None
    assert independent.sync() == 4
    assert [independent.header(number) for number in (2, 3, 4)] == lost


def test_claims_when_their_l1_block_is_lost_are_made_again(forking: Forking) -> None:
    chain, l1 = forking.chain, forking.l1
    chain.send(chain.account(0), "mint", token=1, amount=1)
    chain.post()
    before = l1.snapshot()
    assert chain.propose() == (1,)
    assert chain.finalise() == (1,)
    l1.revert(before)
    l1.mine()
    chain.sync()
    assert (list(chain.claims), chain.claims.final_batch) == ([], 0)
    assert chain.propose() == (1,)
    assert chain.finalise() == (1,)
