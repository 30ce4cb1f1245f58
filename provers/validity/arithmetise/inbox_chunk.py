"""The circuit of up to eight inbox messages."""

from collections.abc import Iterator, Sequence
from functools import partial

from provers.validity.arithmetise.arguments import ArgumentReader
from provers.validity.arithmetise.chunk_input import INBOX_MESSAGES, ChunkInput, StepWitness
from provers.validity.arithmetise.context import HeaderTerms, Public, bind, give_context
from provers.validity.arithmetise.graphs import merge
from provers.validity.arithmetise.records import Brought, Selection, slot_count
from provers.validity.arithmetise.step import State, StepInputs, run_family, slots_of
from provers.validity.arithmetise.top import give_top, levels_for, nodes_of, root_of
from provers.validity.constraints.bits import canonical_bits, require_bits
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term, add_all
from provers.validity.constraints.logic import is_equal, is_zero
from rollup.ir.image import Image
from rollup.params import (
    ADDRESS_BITS,
    AMOUNT_BITS,
    MESSAGE_WORDS,
    SIGNED_BITS,
    TAG_CALL,
    TAG_DEPOSIT,
    CallInput,
    ChunkKind,
    DepositInput,
    MessageKind,
)

DEPOSIT = "deposit"
"""The piece that delivers one message."""
COUNTER_BITS = 64


class InboxCircuit:
    """Delivers messages, the first one being number `inbox_index`, until eight are delivered or `inbox_to` is reached; runs those that are calls."""

    def __init__(self, image: Image) -> None:
        self._layout = image.layout
        self._calls = image.calls
        self._family = merge([image.deposit, *image.calls], image.layout, CallInput.ARGUMENTS)
        self._levels = levels_for(INBOX_MESSAGES * slot_count(self._family), image.layout.depth)
        self._brought = Brought(image.layout, self._family, self._levels)

    def build(self, b: Builder, public: Public, chunk: ChunkInput | None) -> None:
        """Build the circuit; `chunk` is given where a witness is wanted."""
        context = give_context(b, ChunkKind.INBOX, chunk)
        b.enforce_equal(context.start, 0)
        b.enforce_equal(context.count, 0)
        bind(b, ChunkKind.INBOX, public, context.terms, 0, [], 1)
        header = context.header_in
        state = State(header.words, give_top(b, self._levels, header.state_root, chunk))
        active = b.pin_all(_active(b, context.inbox_to - header.inbox_index))
        for number in range(INBOX_MESSAGES):
            message = context.messages[number * MESSAGE_WORDS : (number + 1) * MESSAGE_WORDS]
            body = partial(self._deliver, chunk.step("inbox", number) if chunk else None)
            state = State.of(b.repeat(DEPOSIT, body, [active[number], *context.moment, *message, *state.terms()]))
        taken = add_all(active)
        root, words, read_to = root_of(b, state.top), state.words, header.inbox_index + taken
        after = HeaderTerms(root, words, read_to, header.data_cursor, header.step + taken)
        after.require(b, context.header_out)

    def brought(self, chunk: ChunkInput) -> Iterator[int]:
        """Yield what the circuit is given of a chunk, in the order in which `build` asks for it."""
        yield from chunk.context
        yield from nodes_of(self._levels, chunk)
        for number in range(INBOX_MESSAGES):
            yield from self._brought.of(slots_of(chunk.step("inbox", number)))

    def _deliver(self, step: StepWitness | None, b: Builder, inputs: Sequence[Term]) -> list[Term]:
        """Deliver a message if the first input, a Boolean, is 1; time and number of the batch follow, the message's six words, then the state."""
        active, timestamp, number, kind, *rest = inputs
        message, state = rest[: MESSAGE_WORDS - 1], State.of(rest[MESSAGE_WORDS - 1 :])
        # L1 has checked these before it gives them, and gives 0 for a message that is not there. The graph's bounds rest on them, so they are proved again.
        require_bits(b, message[DepositInput.ACCOUNT], self._layout.account_bits)
        require_bits(b, message[DepositInput.L1_ADDRESS], ADDRESS_BITS)
        require_bits(b, message[DepositInput.AMOUNT], AMOUNT_BITS)
        selection = self._select(b, active, kind)
        words = state.words
        read = StepInputs.of([*message, words.withdrawals, words.withdrawals_count, words.next_account])
        if self._calls:
            read = self._read_call(b, message, selection, read, (timestamp, number))
        after = run_family(b, self._layout, self._family, selection, read, state, step)
        return [*b.pin_all(after.words.terms()), *after.top]

    def _select(self, b: Builder, active: Term, kind: Term) -> Selection:
        """Return what a message runs: the call that its kind names, else `DEPOSIT` (SPEC §4, Inbox messages); 3 constraints a call."""
        calls = {
            graph.tag: b.product(is_equal(b, kind, MessageKind.CALL + graph.tag - TAG_CALL), active)
            for graph in self._calls
        }
        # SAFETY: at most one of the calls is named, and none where `active` is 0, so the rest is a Boolean.
        return Selection({TAG_DEPOSIT: active - add_all(calls.values()), **calls})

    def _read_call(
        self, b: Builder, message: Sequence[Term], selection: Selection, read: StepInputs, moment: tuple[Term, Term]
    ) -> StepInputs:
        """Add what calls read to what deposits do."""
        with b.part("decoding"):
            words = [canonical_bits(b, message[k]) for k in (CallInput.WORD_0, CallInput.WORD_1)]
            arguments = ArgumentReader(b, self._calls, [bit for bits in words for bit in bits[:SIGNED_BITS]], selection)
            above = [bit for bits in words for bit in bits[SIGNED_BITS:]]
            # SAFETY: a sum of Booleans, of which there are fewer than R: it is 0 only if each is.
            decodable = is_zero(b, arguments.faults() + add_all(above))
            terms, known = dict(read.terms), dict(read.bits)
            more = {CallInput.TIMESTAMP: moment[0], CallInput.BATCH_NUMBER: moment[1], CallInput.DECODABLE: decodable}
            terms |= {(0, int(number)): term for number, term in more.items()}
            for name, term, bits in arguments.terms(CallInput.ARGUMENTS):
                terms[name] = term
                if bits is not None:
                    known[name] = bits
        return StepInputs(terms, known)


def _active(b: Builder, remaining: Term) -> list[Term]:
    """Return which of the chunk's messages are there: those before number `remaining`, which is proved not to be negative."""
    require_bits(b, remaining, COUNTER_BITS)
    ends = [is_equal(b, remaining, number) for number in range(INBOX_MESSAGES)]
    # SAFETY: at most one of the ends is 1, so each sum is a Boolean: whether `remaining` is at most `number`.
    return [1 - add_all(ends[: number + 1]) for number in range(INBOX_MESSAGES)]
