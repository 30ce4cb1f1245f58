"""The builder: what it promises at once is what everybody derives later."""

from dataclasses import replace

import pytest

from rollup.batch.transaction import Transaction
from rollup.errors import PeerError
from rollup.execution.builder import BatchBuilder, BatchFullError, Draft, TransactionRefusedError
from rollup.execution.engine import Execution
from rollup.params import DataKind, Reason, Status
from tests.unit.execution.chain import KEYS, Chain, deposit
from tests.unit.execution.programs import Counter

IMAGE = Counter.image()


@pytest.fixture
def chain() -> Chain:
    """Accounts 1 and 2 with 1,000 gwei each."""
    chain = Chain(IMAGE)
    chain.fund(1000, 1000)
    return chain


def builder_on(chain: Chain, **options: object) -> BatchBuilder:
    return BatchBuilder(IMAGE, chain.domain, chain.header, chain.state, chain.timestamp, **options)  # type: ignore[arg-type]


def derived(chain: Chain, draft: Draft) -> Execution:
    """What the draft becomes once it is on L1."""
    batch = chain.batch(draft.elements, draft.messages, draft.payee)
    assert draft.batch(chain.parent_hash, batch.rolling, DataKind.CALLDATA, bytes(32)) == batch
    return chain.apply(batch)


def test_sealed_batch_executes_to_the_header_and_receipts_promised(chain: Chain) -> None:
    builder = builder_on(chain, messages=[deposit(KEYS[2], 70)], payee=2)
    promised = [
        builder.add(chain.call(1, "add", 4, fee=5)),
        builder.add(chain.call(1, "add", 0, fee=5, nonce=1)),
        builder.add(chain.call(3, "withdraw", 0xBEEF, 70)),
    ]
    assert [receipt.status for receipt in promised] == [Status.APPLIED, Status.FAILED, Status.APPLIED]
    draft = builder.seal()
    execution = derived(chain, draft)
    assert execution.header == draft.header
    assert execution.receipts == draft.receipts
    assert execution.receipts[1:4] == tuple(promised)
    assert draft.state.root == chain.state.root


def test_builder_leaves_the_state_it_stands_on(chain: Chain) -> None:
    root, record = chain.state.root, chain.state.get(1)
    builder = builder_on(chain)
    builder.add(chain.call(1, "add", 4))
    builder.seal()
    assert (chain.state.root, chain.state.get(1)) == (root, record)


def test_transaction_that_would_be_skipped_is_refused_and_leaves_no_trace(chain: Chain) -> None:
    builder = builder_on(chain)
    good = chain.call(1, "add", 4)
    for wrong, reason in (
        (replace(good, sender=9), Reason.UNKNOWN_ACCOUNT),
        (replace(good, args=(5,)), Reason.BAD_SIGNATURE),
        (chain.call(1, "add", 4, fee=1001), Reason.CANNOT_PAY),
    ):
        with pytest.raises(TransactionRefusedError) as raised:
            builder.add(wrong)
        assert raised.value.reason is reason
    assert (builder.receipts, builder.room, builder.nonce(1)) == ((), IMAGE.layout.capacity, 0)
    assert builder.add(good).position == 0


@pytest.mark.parametrize("change", [{"signature": None}, {"tag": 9}, {"fee": 2049}, {"args": (1, 2)}])
def test_transaction_that_cannot_be_written_is_refused(chain: Chain, change: dict[str, object]) -> None:
    wrong: Transaction = replace(chain.call(1, "add", 4), **change)  # type: ignore[arg-type]
    with pytest.raises(PeerError):
        builder_on(chain).add(wrong)


def test_full_batch_takes_no_more_and_still_seals(chain: Chain) -> None:
    builder = builder_on(chain)
    for nonce in range(IMAGE.layout.capacity):
        assert builder.room == IMAGE.layout.capacity - nonce
        assert builder.nonce(1) == nonce
        builder.add(chain.call(1, "add", 1, nonce=nonce))
    with pytest.raises(BatchFullError):
        builder.add(chain.call(2, "add", 1))
    draft = builder.seal()
    assert len(draft.elements) == IMAGE.layout.data_elements
    assert derived(chain, draft).header == draft.header


def test_drain_gives_each_change_once(chain: Chain) -> None:
    builder = builder_on(chain, messages=[deposit(KEYS[2], 70)])
    first = builder.drain()
    assert [receipt.kind for receipt in first.receipts] == ["inbox"]
    assert set(first.records) == {3}
    receipt = builder.add(chain.call(1, "add", 4))
    second = builder.drain()
    assert second.receipts == (receipt,)
    assert set(second.records) == {1, IMAGE.layout.tree_index(1, 0)}
    assert builder.drain().receipts == ()
    assert builder.records.get(IMAGE.layout.tree_index(1, 0)) == (4,)


def test_empty_batch_seals(chain: Chain) -> None:
    draft = builder_on(chain).seal()
    assert draft.elements == ()
    assert derived(chain, draft).header == draft.header
