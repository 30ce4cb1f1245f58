"""The circuit of up to eight inbox messages."""

from collections.abc import Iterator, Sequence
from functools import partial

from provers.validity.arithmetise.chunk_input import INBOX_MESSAGES, ChunkInput, StepWitness
from provers.validity.arithmetise.context import HeaderTerms, Public, bind, give_context
from provers.validity.arithmetise.graphs import merge
from provers.validity.arithmetise.records import Brought, Selection, slot_count
from provers.validity.arithmetise.step import State, StepInputs, run_family, slots_of
from provers.validity.arithmetise.top import give_top, levels_for, nodes_of, root_of
from provers.validity.constraints.bits import require_bits
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term, add_all
from provers.validity.constraints.logic import is_equal
from rollup.ir.image import Image
from rollup.params import (
    ADDRESS_BITS,
    AMOUNT_BITS,
    MESSAGE_WORDS,
    TAG_DEPOSIT,
    ChunkKind,
    DepositInput,
    MessageKind,
)

DEPOSIT = "deposit"
"""The piece that delivers one message."""
COUNTER_BITS = 64


class InboxCircuit:
    """Delivers messages, the first one being number `inbox_index`, until eight are delivered or `inbox_to` is reached."""

    def __init__(self, image: Image) -> None:
        self._layout = image.layout
        self._family = merge([image.deposit], image.layout, len(image.deposit.inputs))
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
            state = State.of(b.repeat(DEPOSIT, body, [active[number], *message, *state.terms()]))
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
        """Deliver a message if the first input, a Boolean, is 1; its six words follow, then the state."""
        active, kind, *message = inputs[: 1 + MESSAGE_WORDS]
        state = State.of(inputs[1 + MESSAGE_WORDS :])
        # L1 has checked these before it gives them, and gives 0 for a message that is not there. The graph's bounds rest on them, so they are proved again.
        b.enforce(kind - MessageKind.DEPOSIT, active, 0)
        require_bits(b, message[DepositInput.ACCOUNT], self._layout.account_bits)
        require_bits(b, message[DepositInput.L1_ADDRESS], ADDRESS_BITS)
        require_bits(b, message[DepositInput.AMOUNT], AMOUNT_BITS)
        words = state.words
        read = StepInputs.of([*message, words.withdrawals, words.withdrawals_count, words.next_account])
        selection = Selection({TAG_DEPOSIT: active})
        after = run_family(b, self._layout, self._family, selection, read, state, step)
        return [*b.pin_all(after.words.terms()), *after.top]


def _active(b: Builder, remaining: Term) -> list[Term]:
    """Return which of the chunk's messages are there: those before number `remaining`, which is proved not to be negative."""
    require_bits(b, remaining, COUNTER_BITS)
    ends = [is_equal(b, remaining, number) for number in range(INBOX_MESSAGES)]
    # SAFETY: at most one of the ends is 1, so each sum is a Boolean: whether `remaining` is at most `number`.
    return [1 - add_all(ends[: number + 1]) for number in range(INBOX_MESSAGES)]
