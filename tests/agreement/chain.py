"""A batch on a small chain, run by every machine: the engine, the stepper on L1 step by step, and the circuits chunk by chunk."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from l1bridge import kzg
from l1bridge.client import L1Client
from provers.optimistic.one_step import evidence_of
from provers.validity.arithmetise.chunk_input import ChunkInput, chunks_of
from provers.validity.constraints.r1cs import ints_of
from rollup.batch.batch import Batch
from rollup.batch.blob import to_data
from rollup.batch.inbox import Message, rolling_hash
from rollup.batch.moment import Moment
from rollup.batch.receipt import Receipt
from rollup.crypto.fr import R
from rollup.crypto.keccak import keccak256
from rollup.execution.engine import execute
from rollup.execution.step_trace import StepTrace, trace_batch, trace_step
from rollup.ir.image import Image
from rollup.params import DataKind, Reason, Status
from rollup.ports.l1 import Contract
from rollup.state.header import Header, StepHeader
from rollup.state.tree import Tree
from tests.agreement.bare import COMPILED
from tests.agreement.programs import NEXT_ACCOUNT, TRANSACTIONS, circuits, compiled, genesis, system
from tests.unit.validity.constraints.harness import undetermined

DOMAIN = 0xD0
MOMENT = Moment(timestamp=1_700_000_000, batch_number=1)
Z = 0x1234567890ABCDEF << 130


@dataclass(frozen=True)
class Posted:
    """A batch and what it is run on."""

    image: Image
    header: Header
    state: Tree = field(repr=False)
    batch: Batch

    @property
    def start(self) -> StepHeader:
        return StepHeader.start(self.header)

    @cached_property
    def traces(self) -> tuple[StepTrace, ...]:
        """Run the batch by the reference."""
        return trace_batch(self.image, self.start, self.batch, self.state.fork())

    def chunks(self) -> tuple[ChunkInput, ...]:
        """Cut the run into chunks."""
        return chunks_of(self.image.layout, self.batch, self.traces, TRANSACTIONS)


def post(
    image: Image,
    elements: Sequence[int] = (),
    messages: Sequence[Message] = (),
    *,
    payee: int = 2,
    kind: DataKind = DataKind.CALLDATA,
    next_account: int = NEXT_ACCOUNT,
    withdrawals: tuple[int, int] = (0, 0),
    state: Tree | None = None,
) -> Posted:
    """Return the first batch on a state, that of `genesis` by default, of these elements and messages."""
    state = genesis(image) if state is None else state
    data = to_data(kind, elements)
    batch = Batch(
        number=MOMENT.batch_number,
        parent_hash=image.program_id,
        timestamp=MOMENT.timestamp,
        inbox_from=0,
        inbox_to=len(messages),
        rolling=rolling_hash(messages),
        payee=payee,
        kind=kind,
        data_hash=kzg.hash_of(data) if kind is DataKind.BLOB else keccak256(data),
        domain=DOMAIN,
        elements=tuple(elements),
        messages=tuple(messages),
    )
    header = replace(
        Header.genesis(state.root, next_account), withdrawals=withdrawals[0], withdrawals_count=withdrawals[1]
    )
    return Posted(image, header, state, batch)


@dataclass(frozen=True)
class OnL1:
    """The stepper of a program."""

    l1: L1Client
    stepper: Contract

    def context(self, posted: Posted, inbox_index: int) -> tuple[Any, ...]:
        """Return what L1 itself holds of a batch."""
        batch, messages = posted.batch, posted.batch.messages
        rolling = (rolling_hash(messages[:inbox_index]), rolling_hash(messages[: inbox_index + 1]))
        return (batch.domain, batch.inbox_to, batch.payee, *batch.moment, int(batch.kind), batch.data_hash, *rolling)

    def step(self, posted: Posted, trace: StepTrace) -> tuple[tuple[int, ...], Status, Reason]:
        """Take the step of a trace on L1; return the header after it, status and reason."""
        context = self.context(posted, trace.before.inbox_index)
        evidence = evidence_of(posted.image, trace, posted.batch, kzg).to_abi()
        words, status, reason = self.l1.call(self.stepper, "step", context, trace.before.words(), evidence)
        return tuple(words), Status(status), Reason(reason)


def agree_on_l1(posted: Posted, on_l1: OnL1) -> list[Receipt]:
    """Take every step of a batch on L1, and the identity after it, and hold header, status and reason to the reference."""
    traces = posted.traces
    for trace in traces:
        assert trace.receipt is not None
        expected = (trace.after.words(), trace.receipt.status, trace.receipt.skip)
        assert on_l1.step(posted, trace) == expected
    end = trace_step(posted.image, traces[-1].after, posted.batch, posted.state.fork())
    assert on_l1.step(posted, end) == (traces[-1].after.words(), Status.APPLIED, Reason.NONE)
    return [trace.receipt for trace in traces if trace.receipt is not None]


def agree_by_kernels(posted: Posted) -> None:
    """Execute the batch with the compiled interpreter and hold it to the reference, header by header and record by record."""
    reference, compiled = posted.state.fork(), posted.state.fork()
    one = execute(posted.image, posted.header, posted.batch, reference)
    other = execute(posted.image, posted.header, posted.batch, compiled, COMPILED)
    assert one == other
    assert reference.root == compiled.root == one.header.state_root
    assert one.step_headers == tuple(trace.after for trace in posted.traces)


def agree_in_constraints(posted: Posted, words: Sequence[str] = StepHeader.__slots__) -> None:
    """Prove every chunk of a batch, and see that no other word in the header after it has a proof.

    Parameters
    ----------
    words
        Which ones to try.
    """
    for number, chunk in enumerate(posted.chunks()):
        assert holds(posted.image, chunk, number)
        if chunk.header_out is not None:
            for word in words:
                assert not holds(posted.image, with_word(chunk, word), number), word


def agree_by_tape(posted: Posted) -> None:
    """Compute the wires of every chunk by its circuit's tape, also for other words in the header after it, and hold them to the plain twin's."""
    for number, chunk in enumerate(posted.chunks()):
        circuit, programs = compiled(posted.image, chunk.kind), circuits(posted.image)
        hostile = [with_word(chunk, word) for word in StepHeader.__slots__[:1] if chunk.header_out is not None]
        for each in (chunk, *hostile):
            public, witness = programs.assign_plain(each.kind, each, Z, pow(Z, 4096 + 128 * number, R))
            wires = circuit.tape.run(circuit.system, public, programs.brought(each.kind, each))
            assert np.array_equal(wires, witness)


def leave_no_choice(posted: Posted) -> None:
    """See that every wire of the first chunk follows from public inputs, elements and records, but those declared free; a second for 20,000 constraints."""
    chunk = posted.chunks()[0]
    shape = circuits(posted.image).shape(chunk.kind)
    _, witness = circuits(posted.image).assign_plain(chunk.kind, chunk, Z, pow(Z, 4096, R))
    known = [*range(1 + shape.public), *shape.data]
    assert undetermined(system(posted.image, chunk.kind), ints_of(witness), known) <= set(shape.free)


def holds(image: Image, chunk: ChunkInput, number: int = 0) -> bool:
    """Tell whether a chunk satisfies its circuit, h and y being those of the chunk as it is given."""
    _, witness = circuits(image).assign_plain(chunk.kind, chunk, Z, pow(Z, 4096 + 128 * number, R))
    return system(image, chunk.kind).is_satisfied(witness) is None


def with_word(chunk: ChunkInput, word: str) -> ChunkInput:
    """Return a chunk that claims one more in a word of the header after it."""
    assert chunk.header_out is not None
    return replace(chunk, header_out=replace(chunk.header_out, **{word: (getattr(chunk.header_out, word) + 1) % R}))
