"""Step traces and stateless execution: the same headers, from proofs alone."""

from dataclasses import replace

import pytest

from examples.tokens import Tokens
from rollup.batch.batch import Batch
from rollup.batch.parcel import elements_of
from rollup.errors import PeerError
from rollup.execution.engine import execute
from rollup.execution.step_trace import StepTrace, trace_batch, trace_step
from rollup.params import Status
from rollup.state.header import StepHeader
from rollup.state.proof import InclusionProof, root_from
from rollup.state.state_witness import StateWitness
from tests.unit.execution.chain import KEYS, Chain, deposit

IMAGE = Tokens.image()


@pytest.fixture
def chain() -> Chain:
    """Two accounts; account 1 has tokens of kind 7."""
    chain = Chain(IMAGE)
    chain.fund(1000, 1000)
    chain.apply(chain.batch(elements_of([chain.call(1, "mint", 7, 50).parcel(IMAGE)])))
    return chain


def busy_batch(chain: Chain) -> Batch:
    """A deposit, an applied transfer, one that borrows a record twice, a skipped one, a failed one, the fees."""
    calls = [
        chain.call(1, "transfer", 2, 7, 20, fee=2),
        chain.call(1, "transfer", 1, 7, 20, fee=2, nonce=2),
        chain.call(2, "mint", 1, 1, nonce=9),
        chain.call(2, "transfer", 1, 7, 21, fee=1),
    ]
    parcels = [call.parcel(IMAGE) for call in calls]
    return chain.batch(elements_of(parcels), [deposit(KEYS[2], 5)], payee=3)


def traces(chain: Chain, batch: Batch) -> tuple[StepTrace, ...]:
    return trace_batch(IMAGE, StepHeader.start(chain.header), batch, chain.state.fork())


def test_trace_has_the_headers_and_receipts_of_execution(chain: Chain) -> None:
    batch = busy_batch(chain)
    found = traces(chain, batch)
    execution = chain.apply(batch)
    assert tuple(trace.after for trace in found) == execution.step_headers
    assert tuple(trace.receipt for trace in found) == execution.receipts
    assert [receipt.status for receipt in execution.receipts] == [
        Status.APPLIED,
        Status.APPLIED,
        Status.FAILED,
        Status.SKIPPED,
        Status.FAILED,
        Status.APPLIED,
    ]


def test_paths_of_a_trace_lead_from_root_to_root(chain: Chain) -> None:
    for trace in traces(chain, busy_batch(chain)):
        root = trace.before.state_root
        for slot in trace.slots:
            old, new = slot.leaves
            root = InclusionProof(slot.index, slot.path).update(root, old, new)
            assert root == slot.root == root_from(slot.index, new, slot.path)
        assert root == trace.after.state_root


def test_trace_replaces_slot_zero_last(chain: Chain) -> None:
    orders = [[slot.slot for slot in trace.slots] for trace in traces(chain, busy_batch(chain))]
    assert orders == [[0], [1, 2, 0], [1, 2, 0], [1, 0], [1, 2, 0], [0]]


def test_record_borrowed_twice_keeps_its_value_in_both_slots(chain: Chain) -> None:
    trace = traces(chain, busy_batch(chain))[2]
    first, second, account = trace.slots
    assert first.index == second.index != account.index
    assert first.old == first.new == second.old == second.new
    assert account.old != account.new


def test_trace_past_the_end_is_empty(chain: Chain) -> None:
    end = traces(chain, busy_batch(chain))[-1].after
    trace = trace_step(IMAGE, end, busy_batch(chain), chain.state)
    assert (trace.before, trace.after, trace.task, trace.slots) == (end, end, None, ())


def test_witness_of_the_state_after_the_batch_is_refused(chain: Chain) -> None:
    batch, parent = busy_batch(chain), chain.header
    execution = chain.apply(batch)
    witness = StateWitness.of(chain.state, execution.accesses)
    with pytest.raises(PeerError, match="another root"):
        witness.state(parent.state_root)


def test_stateless_execution_needs_header_batch_and_witness_only(chain: Chain) -> None:
    batch, parent = busy_batch(chain), chain.header
    expected = execute(IMAGE, parent, batch, chain.state.fork())
    witness = StateWitness.of(chain.state, expected.accesses)
    sent = StateWitness.from_bytes(witness.to_bytes())
    assert execute(IMAGE, parent, batch, sent.state(parent.state_root)) == expected


def test_witness_that_leaves_a_record_out_stops_the_validator_by_name(chain: Chain) -> None:
    batch, parent = busy_batch(chain), chain.header
    expected = execute(IMAGE, parent, batch, chain.state.fork())
    for index in expected.accesses:
        witness = StateWitness.of(chain.state, [other for other in expected.accesses if other != index])
        with pytest.raises(PeerError, match=f"record {index} is missing"):
            execute(IMAGE, parent, batch, witness.state(parent.state_root))


def test_witness_with_a_richer_account_is_refused(chain: Chain) -> None:
    batch, parent = busy_batch(chain), chain.header
    expected = execute(IMAGE, parent, batch, chain.state.fork())
    witness = StateWitness.of(chain.state, expected.accesses)
    records = tuple(
        (index, (*record[:-1], record[-1] + 1) if len(record) == 5 else record) for index, record in witness.records
    )
    assert records != witness.records
    with pytest.raises(PeerError, match="another root"):
        replace(witness, records=records).state(parent.state_root)
