"""What a crash leaves behind is what the store, the outbox and L1 hold; a new process starts from these alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from examples.tokens import Tokens
from rollup.devnet import Devnet
from rollup.errors import OutsideError
from rollup.nodes.batcher import Batcher
from rollup.nodes.full_node import FullNode
from rollup.nodes.l1_clock import L1Clock
from rollup.nodes.outbox import Outbox
from rollup.nodes.sequencer import Sequencer
from rollup.nodes.stream import Stream
from rollup.ports.l1 import L1Reverted
from rollup.store.store import Store

BATCHER_KEY = (2).to_bytes(32, "big")


@dataclass
class Process:
    """Full node, sequencer and batcher over one database, as a process has them after it started."""

    node: FullNode
    sequencer: Sequencer
    batcher: Batcher
    outbox: Outbox
    stream: Stream

    def close(self) -> None:
        self.outbox.close()
        assert isinstance(self.node.store, Store)
        self.node.store.close()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'node.sqlite'}"


@pytest.fixture
def chain(url: str) -> Iterator[Devnet]:
    with Devnet(Tokens, "mock", accounts=2, store=url) as running:
        yield running


def start(chain: Devnet, url: str) -> Process:
    """Start over the database of a chain whose own process is taken to be dead."""
    node, outbox, stream = chain.full_node(url), Outbox(url), Stream()
    sequencer = Sequencer(chain.programs, L1Clock(chain.l1, chain.rollup), node.store, outbox, stream)
    layer = chain._layers[next(iter(chain._layers))]
    batcher = Batcher(chain.l1.as_account(BATCHER_KEY), chain.rollup, layer, outbox, node.store)
    return Process(node, sequencer, batcher, outbox, stream)


def posted(chain: Devnet) -> int:
    number: int = chain.l1.call(chain.rollup, "newest_batch")[0]
    return number


def test_transaction_when_the_sequencer_dies_after_its_receipt_is_in_the_next_batch(chain: Devnet, url: str) -> None:
    alice = chain.account(0)
    receipts = [chain.send(alice, "mint", token=1, amount=amount) for amount in (5, 6)]
    process = start(chain, url)
    said = [receipt for block in process.stream.after(-1) for receipt in block.receipts if receipt.transaction]
    assert said == receipts
    process.sequencer.seal()
    process.batcher.post()
    process.node.sync()
    ran = [receipt for receipt in process.node.block(1).receipts if receipt.transaction]
    assert ran == receipts
    process.close()


def test_batch_when_the_process_dies_between_seal_and_post_is_posted_once_as_it_was_sealed(
    chain: Devnet, url: str
) -> None:
    alice = chain.account(0)
    chain.send(alice, "mint", token=1, amount=5)
    sealed = chain.sequencer.seal()
    assert sealed is not None
    chain.send(alice, "mint", token=1, amount=6)  # in the batch after it
    process = start(chain, url)
    assert process.sequencer.batch_number == 2
    assert process.batcher.post() is not None
    process.node.sync()
    assert (process.node.header(1), posted(chain)) == (sealed.header, 1)
    # A third process, and again: nothing is posted twice.
    assert process.batcher.post() is None
    process.close()
    again = start(chain, url)
    assert again.batcher.post() is None
    again.sequencer.seal()
    assert again.batcher.post() is not None
    again.node.sync()
    assert [receipt.args for receipt in again.node.block(2).receipts if receipt.transaction] == [(1, 6)]
    assert posted(chain) == 2
    again.close()


def test_batch_when_the_process_dies_after_post_before_it_saw_that_is_not_posted_again(chain: Devnet, url: str) -> None:
    chain.send(chain.account(0), "mint", token=1, amount=5)
    chain.sequencer.seal()
    chain.batcher.post()  # and nobody derives it
    process = start(chain, url)
    assert process.batcher.post() is None  # its node has not caught up
    process.node.sync()
    process.sequencer.refresh()
    assert (process.batcher.post(), posted(chain), process.sequencer.batch_number) == (None, 1, 2)
    process.close()


def test_batch_when_two_batchers_race_is_taken_once_by_l1(chain: Devnet, url: str) -> None:
    chain.send(chain.account(0), "mint", token=1, amount=5)
    sealed = chain.sequencer.seal()
    assert sealed is not None
    process = start(chain, url)
    process.batcher.post()
    with pytest.raises(L1Reverted, match="not the parent"):
        chain.batcher._l1.transact(chain.rollup, "post_calldata", chain.image.program_id, 0, 0, bytes(32), 0, b"")
    with pytest.raises(L1Reverted) as refused:
        _send_on_old_parent(chain, sealed.inbox_to, sealed.rolling)
    assert refused.value.reason == "rollup: not the parent"
    assert posted(chain) == 1
    process.close()


def _send_on_old_parent(chain: Devnet, inbox_to: int, rolling: bytes) -> None:
    header = (chain.image.program_id, chain.l1.head().timestamp, inbox_to, rolling, 0)
    chain.batcher._l1.transact(chain.rollup, "post_calldata", *header, b"")


def test_transaction_when_the_disk_refuses_it_is_neither_acknowledged_nor_in_the_batch(
    chain: Devnet, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = chain.account(0)
    chain.send(alice, "mint", token=1, amount=5)

    def full(*_: object) -> bool:
        raise OutsideError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(chain.node.store, "add_pending", full)
        with pytest.raises(OutsideError, match="the disk is full"):
            chain.send(alice, "mint", token=1, amount=6)
    assert chain.record("balances", alice.id, 1) == {"amount": 5}
    chain.send(alice, "mint", token=1, amount=7)
    block = chain.post()
    assert block is not None
    assert [receipt.args for receipt in block.receipts if receipt.transaction] == [(1, 5), (1, 7)]
    assert chain.alarms == []


def test_full_node_when_restarted_goes_on_where_it_stopped(chain: Devnet, url: str) -> None:
    chain.send(chain.account(0), "mint", token=1, amount=5)
    chain.post()
    process = start(chain, url)
    assert process.node.derived() == 1
    point = process.node.store.point()
    chain.l1.mine(3)
    process.node.sync()
    after = process.node.store.point()
    assert point is not None
    assert after is not None
    assert after.number == point.number + 3
    process.close()


def test_batch_when_the_disk_refuses_it_is_not_announced_and_can_be_sealed_again(
    chain: Devnet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OutsideError("the disk is full")

    chain.send(chain.account(0), "mint", token=1, amount=5)
    with monkeypatch.context() as patch:
        patch.setattr(chain.outbox, "put", full)
        with pytest.raises(OutsideError, match="the disk is full"):
            chain.post()
    block = chain.post()
    assert block is not None
    assert [receipt.args for receipt in block.receipts if receipt.transaction] == [(1, 5)]
    assert [mini.batch for mini in chain.stream.after(-1) if mini.sealed] == [1]
    assert chain.alarms == []


def test_sequencer_when_it_speaks_on_a_stream_that_another_used_takes_back_what_that_said(chain: Devnet) -> None:
    chain.send(chain.account(0), "mint", token=1, amount=5)
    Sequencer(chain.programs, L1Clock(chain.l1, chain.rollup), chain.node.store, chain.outbox, chain.stream).seal()
    while chain.batcher.post() is not None:
        chain.node.sync()
    assert (chain.node.derived(), chain.alarms) == (1, [])
