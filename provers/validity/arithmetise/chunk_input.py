"""What a chunk is proved from: its context and elements, and a trace of each of its steps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from provers.validity.arithmetise.binding import chunk_hash, chunk_value
from rollup.batch.batch import Batch
from rollup.batch.inbox import Message
from rollup.batch.moment import Moment
from rollup.batch.receipt import StepKind
from rollup.execution.step_trace import SlotTrace, StepTrace
from rollup.ir.layout import Layout
from rollup.params import BLOB_ELEMENTS, MESSAGE_WORDS, STEP_HEADER_WORDS, ChunkKind
from rollup.state.header import StepHeader

INBOX_MESSAGES = 8
TAIL_ELEMENTS = 256
NO_HEADER = (0,) * STEP_HEADER_WORDS
NO_MOMENT = Moment(0, 0)


@dataclass(frozen=True, slots=True)
class StepWitness:
    """What the circuit must be told of a step; the rest it computes.

    Attributes
    ----------
    kind
        Which rule of SPEC §4 gave it.
    slots
        The records in the order in which the state takes them, each with its path under the root reached until then. Steps that a chunk has room for and
        that are not taken need none.
    """

    kind: StepKind
    slots: tuple[SlotTrace, ...]

    @classmethod
    def of(cls, trace: StepTrace) -> "StepWitness":
        """Take it from a step's trace; an identity step has no witness."""
        assert trace.task is not None, "the identity past the end is no step of a chunk"
        return cls(trace.task.kind, trace.slots)


@dataclass(frozen=True)
class ChunkInput:
    """A chunk of a batch; it can be pickled, and proved by who knows nothing but the program.

    Attributes
    ----------
    kind
        Of the chunk.
    start, count
        The elements that it covers; 0 for `INBOX`.
    domain, inbox_to, payee, moment
        Of the batch; 0 for `TAIL`.
    header_in, header_out
        Around its steps; None for `TAIL`.
    messages
        Of an `INBOX` chunk, at most 8.
    elements
        As many as `count`.
    steps
        Those taken between the headers, in order.
    top
        The nodes of the state before them, as many levels below its root as a trace keeps (`StepTrace.top`); empty for `TAIL`.
    """

    kind: ChunkKind
    start: int = 0
    count: int = 0
    domain: int = 0
    inbox_to: int = 0
    payee: int = 0
    moment: Moment = NO_MOMENT
    header_in: StepHeader | None = None
    header_out: StepHeader | None = None
    messages: tuple[Message, ...] = ()
    elements: tuple[int, ...] = ()
    steps: tuple[StepWitness, ...] = ()
    top: tuple[int, ...] = ()

    @property
    def context(self) -> tuple[int, ...]:
        """The context's words (SPEC §7): 23, and 48 of an `INBOX` chunk's messages."""
        headers = [NO_HEADER if header is None else header.words() for header in (self.header_in, self.header_out)]
        words = (self.start, self.count, self.domain, self.inbox_to, self.payee, *self.moment)
        return (*words, *headers[0], *headers[1], *self.message_words)

    @property
    def message_words(self) -> tuple[int, ...]:
        """Six words a message, absent ones 0; empty unless an `INBOX` chunk."""
        if self.kind is not ChunkKind.INBOX:
            return ()
        words = [word for message in self.messages for word in message.words()]
        return (*words, *(0,) * (INBOX_MESSAGES * MESSAGE_WORDS - len(words)))

    @property
    def padded_elements(self) -> tuple[int, ...]:
        """The elements that h hashes: of a `TAIL` 256."""
        missing = TAIL_ELEMENTS - len(self.elements) if self.kind is ChunkKind.TAIL else 0
        return (*self.elements, *(0,) * missing)

    @property
    def h(self) -> int:
        """The chunk's hash."""
        return chunk_hash(self.kind, self.context, self.padded_elements)

    def y(self, z: int, zc: int) -> int:
        """Return the chunk's value at z; `ZeroDivisionError` if z is a point of the blob's domain."""
        return chunk_value(self.start, self.context, self.padded_elements, z, zc)

    def public_inputs(self, z: int, zc: int) -> tuple[int, int, int, int]:
        """Return h, z, zc and y."""
        return self.h, z, zc, self.y(z, zc)

    def step(self, kind: StepKind, number: int) -> StepWitness | None:
        """Return step `number` of a kind, or None if it is not taken."""
        steps = [step for step in self.steps if step.kind == kind]
        return steps[number] if number < len(steps) else None


def chunks_of(layout: Layout, batch: Batch, traces: Sequence[StepTrace], transactions: int) -> tuple[ChunkInput, ...]:
    """Cut a batch into chunks, in the order in which L1 takes them.

    Parameters
    ----------
    traces
        Of all steps of the batch, the last one's header terminal.
    transactions
        Of a `DATA` chunk.
    """
    inbox = [trace for trace in traces if trace.task is not None and trace.task.kind == "inbox"]
    data = [trace for trace in traces if trace.task is not None and trace.task.kind != "inbox"]
    chunks = [*_inbox_chunks(batch, inbox), *_data_chunks(layout, batch, data, transactions)]
    return (*chunks, *_tail_chunks(batch, chunks[-1].start + chunks[-1].count))


def _inbox_chunks(batch: Batch, traces: Sequence[StepTrace]) -> Iterator[ChunkInput]:
    for at in range(0, len(traces), INBOX_MESSAGES):
        steps = tuple(traces[at : at + INBOX_MESSAGES])
        messages = tuple(batch.message(step.before.inbox_index) for step in steps)
        yield _stepping(ChunkKind.INBOX, batch, steps, messages=messages)


def _data_chunks(layout: Layout, batch: Batch, traces: Sequence[StepTrace], transactions: int) -> Iterator[ChunkInput]:
    """The last trace is the fee step; it stands in the chunk in which the data ends."""
    count = layout.elements_of(transactions)
    called, fees = traces[:-1], traces[-1]
    ends_inside = -(-(len(called) + 1) // transactions)
    # SPEC: §7. A chunk whose last transaction fills the batch takes the fee step too: nothing can follow it.
    chunks = min(ends_inside, layout.capacity // transactions)
    for k in range(chunks):
        steps = tuple(called[k * transactions : (k + 1) * transactions]) + ((fees,) if k == chunks - 1 else ())
        yield _stepping(ChunkKind.DATA, batch, steps, start=k * count, elements=_elements(batch, k * count, count))


def _tail_chunks(batch: Batch, start: int) -> Iterator[ChunkInput]:
    used = max((i + 1 for i, element in enumerate(batch.elements) if element), default=0)
    for at in range(start, used, TAIL_ELEMENTS):
        count = min(TAIL_ELEMENTS, BLOB_ELEMENTS - at)
        yield ChunkInput(ChunkKind.TAIL, start=at, count=count, elements=_elements(batch, at, count))


def _stepping(
    kind: ChunkKind,
    batch: Batch,
    steps: tuple[StepTrace, ...],
    *,
    start: int = 0,
    elements: tuple[int, ...] = (),
    messages: tuple[Message, ...] = (),
) -> ChunkInput:
    return ChunkInput(
        kind,
        start=start,
        count=len(elements),
        domain=batch.domain,
        inbox_to=batch.inbox_to,
        payee=batch.payee,
        moment=batch.moment,
        header_in=steps[0].before,
        header_out=steps[-1].after,
        messages=messages,
        elements=elements,
        steps=tuple(map(StepWitness.of, steps)),
        top=steps[0].top,
    )


def _elements(batch: Batch, start: int, count: int) -> tuple[int, ...]:
    present = batch.elements[start : start + count]
    return (*present, *(0,) * (count - len(present)))
