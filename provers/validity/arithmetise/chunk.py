"""The three circuits of a program: a chunk of inbox messages, of transactions, of elements that nobody reads (SPEC §7).

What a prover may choose is the hints of the gadgets, and here: context, elements, old records and paths. Context and elements are bound by h and y,
records and paths by the state root; which steps are taken follows from these alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from provers.validity.arithmetise.chunk_input import INBOX_MESSAGES, TAIL_ELEMENTS, ChunkInput
from provers.validity.arithmetise.decoding import TransactionReader, read_element, select_action
from provers.validity.arithmetise.evaluation import require_value
from provers.validity.arithmetise.graphs import merge
from provers.validity.arithmetise.records import Selection
from provers.validity.arithmetise.step import StepInputs, Words, run_family
from provers.validity.constraints.bits import require_bits
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term, add_all
from provers.validity.constraints.logic import disjunction, is_equal, require_zero_unless, select
from provers.validity.constraints.poseidon2 import hash_items
from rollup.crypto.poseidon2 import Domain
from rollup.execution.step_trace import StepTrace
from rollup.ir.image import Image
from rollup.params import (
    ADDRESS_BITS,
    AMOUNT_BITS,
    END,
    MESSAGE_WORDS,
    SLOT_BITS,
    SLOTS_PER_ELEMENT,
    STEP_HEADER_WORDS,
    TAG_DEPOSIT,
    TAG_FEES,
    ChunkKind,
    DepositInput,
    FeesInput,
    MessageKind,
    TransactionInput,
)

COUNTER_BITS = 64
TRANSACTION = "transaction"
DEPOSIT = "deposit"
ELEMENT = "element"
"""Names of the pieces of circuits that repeat."""


@dataclass(frozen=True, slots=True)
class Public:
    """The public inputs of every circuit, in their order."""

    h: Term
    z: Term
    zc: Term
    y: Term


@dataclass(frozen=True, slots=True)
class HeaderTerms:
    """A step header in terms: the words that graphs compute, and the three that count steps."""

    words: Words
    inbox_index: Term
    data_cursor: Term
    step: Term

    @classmethod
    def of(cls, words: Sequence[Term]) -> "HeaderTerms":
        """Read the eight words in their order (SPEC §3)."""
        root, withdrawals, count, inbox_index, next_account, cursor, fees, step = words
        return cls(Words(root, withdrawals, count, next_account, fees), inbox_index, cursor, step)

    def terms(self) -> list[Term]:
        """Return the eight words in their order."""
        w = self.words
        head = [w.state_root, w.withdrawals, w.withdrawals_count, self.inbox_index, w.next_account]
        return [*head, self.data_cursor, w.fees, self.step]

    def require(self, b: Builder, other: "HeaderTerms") -> None:
        """Prove that two headers are equal: 8 constraints."""
        for mine, theirs in zip(self.terms(), other.terms(), strict=True):
            b.enforce_equal(mine, theirs)


@dataclass(frozen=True)
class Context:
    """The context's words (SPEC §7)."""

    start: Term
    count: Term
    domain: Term
    inbox_to: Term
    payee: Term
    header_in: HeaderTerms
    header_out: HeaderTerms
    messages: Sequence[Term]
    terms: Sequence[Term]


class Circuits:
    """Builds a program's circuits.

    Parameters
    ----------
    image
        The program.
    transactions
        Of a `DATA` chunk: a multiple of 4, so that chunks cover whole elements, that divides the program's capacity, so that none reaches beyond it.

    Raises
    ------
    ValueError
        If `transactions` is no such number.
    """

    def __init__(self, image: Image, transactions: int) -> None:
        layout = image.layout
        if transactions <= 0 or transactions % SLOTS_PER_ELEMENT or layout.capacity % transactions:
            raise ValueError(
                f"circuits: {transactions} transactions are no multiple of 4 that divides {layout.capacity}"
            )
        self.image = image
        self.layout = layout
        self.transactions = transactions
        self.elements = transactions * layout.stride // SLOTS_PER_ELEMENT
        self._actions = merge(image.actions, layout, TransactionInput.WORDS + layout.arguments)
        self._deposit = merge([image.deposit], layout, len(image.deposit.inputs))
        self._fees = merge([image.fees], layout, len(image.fees.inputs))

    def build(self, b: Builder, kind: ChunkKind, public: Public, chunk: ChunkInput | None) -> None:
        """Build the circuit of one kind; `chunk` is given where a witness is wanted."""
        {ChunkKind.INBOX: self._inbox, ChunkKind.DATA: self._data, ChunkKind.TAIL: self._tail}[kind](b, public, chunk)

    # -- INBOX

    def _inbox(self, b: Builder, public: Public, chunk: ChunkInput | None) -> None:
        context = _context(b, ChunkKind.INBOX, chunk)
        b.enforce_equal(context.start, 0)
        b.enforce_equal(context.count, 0)
        with b.part("binding"):
            _require_hash(b, ChunkKind.INBOX, context.terms, [], public.h)
            _require_value(b, public, context.terms, 0, [])
        header = context.header_in
        words = header.words
        active = b.pin_all(_active_messages(b, context.inbox_to - header.inbox_index))
        for number in range(INBOX_MESSAGES):
            message = context.messages[number * MESSAGE_WORDS : (number + 1) * MESSAGE_WORDS]
            body = partial(self._deliver, _trace(chunk, "inbox", number))
            words = Words(*b.repeat(DEPOSIT, body, [active[number], *message, *words.terms()]))
        taken = add_all(active)
        after = replace(header, words=words, inbox_index=header.inbox_index + taken, step=header.step + taken)
        after.require(b, context.header_out)

    def _deliver(self, trace: StepTrace | None, b: Builder, inputs: Sequence[Term]) -> list[Term]:
        """Deliver a message where the Boolean that comes first is 1; then its six words and the header's five."""
        active, kind, *message = inputs[: 1 + MESSAGE_WORDS]
        words = Words(*inputs[1 + MESSAGE_WORDS :])
        # L1 has checked these already and gives 0 for a message that is not there; the graph's bounds rest on them.
        b.enforce(kind - MessageKind.DEPOSIT, active, 0)
        require_bits(b, message[DepositInput.ACCOUNT], self.layout.account_bits)
        require_bits(b, message[DepositInput.L1_ADDRESS], ADDRESS_BITS)
        require_bits(b, message[DepositInput.AMOUNT], AMOUNT_BITS)
        inputs_by_name = _own_inputs([*message, words.withdrawals, words.withdrawals_count, words.next_account])
        selection = Selection({TAG_DEPOSIT: active})
        after = run_family(b, self.layout, self._deposit, selection, inputs_by_name, words, trace)
        return b.pin_all(after.terms())

    # -- DATA

    def _data(self, b: Builder, public: Public, chunk: ChunkInput | None) -> None:
        context = _context(b, ChunkKind.DATA, chunk)
        elements = b.hints(self.elements, _elements(chunk))
        b.enforce_equal(context.count, self.elements)
        with b.part("binding"):
            _require_hash(b, ChunkKind.DATA, context.terms, elements, public.h)
            _require_value(b, public, context.terms, context.start, elements)
        header = context.header_in
        # SPEC: §4, rules 1 to 3. The cursor is that of these elements, hence not END, which no multiple of 4 is; and the inbox is drained.
        b.enforce_equal(header.data_cursor, context.start * SLOTS_PER_ELEMENT)
        b.enforce_equal(header.inbox_index, context.inbox_to)
        words, alive, called = self._transactions(b, context, elements, chunk)
        after = self._end(b, context, replace(header, words=words, step=header.step + called), alive, chunk)
        after.require(b, context.header_out)

    def _transactions(
        self, b: Builder, context: Context, elements: Sequence[Term], chunk: ChunkInput | None
    ) -> tuple[Words, Term, Term]:
        """Return the words after all transactions, whether the data goes on after the last one, and how many there were.

        SAFETY: `alive` says that every tag so far was known, so which transactions run is no choice. None lies beyond the capacity, since chunks start at
        multiples of their size from slot 0 (the cursor says where), and the capacity is such a multiple.
        """
        with b.part("decoding"):
            bits = [bit for element in elements for bit in b.repeat(ELEMENT, read_element, [element])]
        words, alive, called = context.header_in.words, b.pin(1), []
        taken = SLOT_BITS * self.layout.stride
        for number in range(self.transactions):
            body = partial(self._call, _trace(chunk, "transaction", number))
            own = bits[number * taken : (number + 1) * taken]
            alive, *after = b.repeat(TRANSACTION, body, [alive, context.domain, *words.terms(), *own])
            words = Words(*after)
            called.append(alive)
        return words, alive, add_all(called)

    def _call(self, trace: StepTrace | None, b: Builder, inputs: Sequence[Term]) -> list[Term]:
        """Run a transaction if data goes on (the first input) and its tag is known; then domain, the header's five words, and the bits."""
        alive, domain, *head = inputs[:7]
        words, bits = Words(*head), inputs[7:]
        with b.part("decoding"):
            selection = select_action(b, bits, alive, self.layout.actions)
            reader = TransactionReader(b, self.layout, self.image.actions, bits, selection)
            read = reader.inputs(domain, words)
        after = run_family(b, self.layout, self._actions, selection, read, words, trace)
        return b.pin_all([selection.any(), *after.terms()])

    def _end(
        self, b: Builder, context: Context, header: HeaderTerms, alive: Term, chunk: ChunkInput | None
    ) -> HeaderTerms:
        """Take the fee step if the data has ended: at an unknown tag, or because the batch is full."""
        cursor = context.start * SLOTS_PER_ELEMENT + self.transactions * self.layout.stride
        full = is_equal(b, cursor, self.layout.capacity * self.layout.stride)
        ended = disjunction(b, [1 - alive, full])
        inputs = {
            FeesInput.PAYEE: context.payee,
            FeesInput.FEES: header.words.fees,
            FeesInput.NEXT_ACCOUNT: header.words.next_account,
        }
        read = _own_inputs([inputs[name] for name in FeesInput])
        selection = Selection({TAG_FEES: ended})
        trace = _trace(chunk, "fees", 0)
        words = run_family(b, self.layout, self._fees, selection, read, header.words, trace)
        # Where the data has not ended, every transaction of the chunk has run.
        return HeaderTerms(words, header.inbox_index, select(b, ended, END, cursor), header.step + ended)

    # -- TAIL

    def _tail(self, b: Builder, public: Public, chunk: ChunkInput | None) -> None:
        start, count = b.hints(2, lambda: (chunk.start, chunk.count) if chunk else (0, 0))
        elements = b.hints(TAIL_ELEMENTS, _elements(chunk))
        context = [start, count, *(0,) * (3 + 2 * STEP_HEADER_WORDS)]
        ends = [is_equal(b, count, number) for number in range(TAIL_ELEMENTS + 1)]
        b.enforce_equal(add_all(ends), 1)
        for number, element in enumerate(elements):
            require_zero_unless(b, 1 - add_all(ends[: number + 1]), element)
        with b.part("binding"):
            _require_hash(b, ChunkKind.TAIL, context, elements, public.h)
            _require_value(b, public, context, start, elements)


def _context(b: Builder, kind: ChunkKind, chunk: ChunkInput | None) -> Context:
    count = 5 + 2 * STEP_HEADER_WORDS + (INBOX_MESSAGES * MESSAGE_WORDS if kind is ChunkKind.INBOX else 0)
    terms = b.hints(count, lambda: chunk.context if chunk else (0,) * count)
    header_in, header_out = (HeaderTerms.of(terms[at : at + STEP_HEADER_WORDS]) for at in (5, 5 + STEP_HEADER_WORDS))
    start, covered, domain, inbox_to, payee = terms[:5]
    messages = terms[5 + 2 * STEP_HEADER_WORDS :]
    return Context(start, covered, domain, inbox_to, payee, header_in, header_out, messages, terms)


def _require_hash(b: Builder, kind: ChunkKind, context: Sequence[Term], elements: Sequence[Term], h: Term) -> None:
    b.enforce_equal(hash_items(b, Domain.CHUNK, [kind, *context, *elements]), h)


def _require_value(b: Builder, public: Public, context: Sequence[Term], start: Term, elements: Sequence[Term]) -> None:
    indices = [start + place for place in range(len(elements))]
    require_value(b, z=public.z, zc=public.zc, y=public.y, context=context, indices=indices, elements=elements)


def _active_messages(b: Builder, remaining: Term) -> list[Term]:
    """Return which of a chunk's messages are there: those before number `remaining`, which is proved to be no negative number."""
    require_bits(b, remaining, COUNTER_BITS)
    ends = [is_equal(b, remaining, number) for number in range(INBOX_MESSAGES)]
    return [1 - add_all(ends[: number + 1]) for number in range(INBOX_MESSAGES)]


def _own_inputs(terms: Sequence[Term]) -> StepInputs:
    """Name the inputs of a family that has one graph."""
    return StepInputs({(0, number): term for number, term in enumerate(terms)}, {})


def _trace(chunk: ChunkInput | None, kind: str, number: int) -> StepTrace | None:
    """Return the trace of step `number` of a kind, or None if there is none."""
    steps = [step for step in chunk.steps if step.task is not None and step.task.kind == kind] if chunk else []
    return steps[number] if number < len(steps) else None


def _elements(chunk: ChunkInput | None) -> Callable[[], Sequence[int]]:
    return lambda: chunk.padded_elements if chunk else ()
