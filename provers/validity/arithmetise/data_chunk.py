"""The circuit of a chunk of transactions, and of the fee step after the last one."""

from collections.abc import Iterator, Sequence
from functools import partial

from provers.validity.arithmetise.chunk_input import ChunkInput, StepWitness
from provers.validity.arithmetise.context import (
    Context,
    HeaderTerms,
    Public,
    bind,
    give_context,
    give_elements,
)
from provers.validity.arithmetise.decoding import TransactionReader, read_group, select_action
from provers.validity.arithmetise.evaluation import run_length
from provers.validity.arithmetise.graphs import merge
from provers.validity.arithmetise.records import Brought, Selection, slot_count
from provers.validity.arithmetise.step import State, StepInputs, run_family, slots_of
from provers.validity.arithmetise.top import give_top, levels_for, nodes_of, root_of
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term, add_all
from provers.validity.constraints.logic import disjunction, is_equal, select
from rollup.ir.image import Image
from rollup.params import END, GROUP, SLOT_BITS, TAG_FEES, ChunkKind, TransactionInput

TRANSACTION = "transaction"
"""The piece that runs one transaction."""


class DataCircuit:
    """Runs transactions until a tag is unknown or the batch is full, then the fee step.

    Parameters
    ----------
    transactions
        How many a chunk has: a multiple of 4, so that chunks cover whole groups, that divides the program's capacity, so that none reaches beyond it.

    Raises
    ------
    ValueError
        If `transactions` is no such number.
    """

    def __init__(self, image: Image, transactions: int) -> None:
        layout = image.layout
        if transactions <= 0 or transactions % GROUP or layout.capacity % transactions:
            raise ValueError(f"{transactions} transactions are no multiple of 4 that divides {layout.capacity}")
        self._layout = layout
        self._actions = image.actions
        self._transactions = transactions
        self._elements = layout.elements_of(transactions)
        self._family = merge(image.actions, layout, TransactionInput.WORDS + len(layout.word_widths))
        self._fees = merge([image.fees], layout, len(image.fees.inputs))
        accesses = transactions * slot_count(self._family) + slot_count(self._fees)
        self._levels = levels_for(accesses, layout.depth)
        self._brought = Brought(layout, self._family, self._levels)
        self._brought_to_fees = Brought(layout, self._fees, self._levels)

    def build(self, b: Builder, public: Public, chunk: ChunkInput | None) -> None:
        """Build the circuit; `chunk` is given where a witness is wanted."""
        context = give_context(b, ChunkKind.DATA, chunk)
        elements = give_elements(b, self._elements, chunk)
        b.enforce_equal(context.count, self._elements)
        bind(b, ChunkKind.DATA, public, context.terms, context.start, elements, run_length(self._elements))
        header = context.header_in
        # SPEC: §4, rules 1 and 2. The cursor stands at these elements, so it is a multiple of 4 and not END; and the inbox is drained.
        b.enforce_equal(header.data_cursor * self._elements, context.start * self._transactions)
        b.enforce_equal(header.inbox_index, context.inbox_to)
        before = State(header.words, give_top(b, self._levels, header.state_root, chunk))
        reached, alive, called = self._run(b, context, before, elements, chunk)
        after = self._end(b, context, reached, header.step + called, alive, chunk)
        after.require(b, context.header_out)

    def brought(self, chunk: ChunkInput) -> Iterator[int]:
        """Yield what the circuit is given of a chunk, in the order in which `build` asks for it."""
        yield from chunk.context
        yield from chunk.padded_elements
        yield from nodes_of(self._levels, chunk)
        for number in range(self._transactions):
            yield from self._brought.of(slots_of(chunk.step("transaction", number)))
        yield from self._brought_to_fees.of(slots_of(chunk.step("fees", 0)))

    def _run(
        self, b: Builder, context: Context, state: State, elements: Sequence[Term], chunk: ChunkInput | None
    ) -> tuple[State, Term, Term]:
        """Return the state after all transactions, whether the last one ran, and how many did.

        SAFETY: a transaction runs exactly if the one before it ran and its own tag is known, so which ones run is no prover's choice (SPEC §4, rule 3). None lies
        beyond the capacity: a chunk starts at transaction k·n, where the cursor stands, and n divides the capacity.
        """
        size = self._layout.group_elements
        with b.part("decoding"):
            groups = [read_group(b, elements[at : at + size]) for at in range(0, len(elements), size)]
        parcels = [parcel for group in groups for parcel in group]
        alive, called = b.pin(1), []
        for number, own in enumerate(parcels):
            body = partial(self._call, chunk.step("transaction", number) if chunk else None)
            alive, *after = b.repeat(TRANSACTION, body, [alive, context.domain, *context.moment, *state.terms(), *own])
            state = State.of(after)
            called.append(alive)
        return state, alive, add_all(called)

    def _call(self, step: StepWitness | None, b: Builder, inputs: Sequence[Term]) -> list[Term]:
        """Run a transaction if the first input, a Boolean, is 1 and its tag is known; domain, time and number of the batch, the state, r_y and the bits follow."""
        length = SLOT_BITS * self._layout.stride
        alive, domain, timestamp, number, *before, r_y = inputs[:-length]
        state, bits = State.of(before), inputs[-length:]
        with b.part("decoding"):
            selection = select_action(b, bits, alive, self._layout.actions)
            reader = TransactionReader(b, self._layout, self._actions, r_y, bits, selection)
            read = reader.inputs(domain, (timestamp, number), state.words)
        after = run_family(b, self._layout, self._family, selection, read, state, step)
        return [*b.pin_all([selection.any(), *after.words.terms()]), *after.top]

    def _end(
        self, b: Builder, context: Context, state: State, step: Term, alive: Term, chunk: ChunkInput | None
    ) -> HeaderTerms:
        """Take the fee step if the data has ended, at an unknown tag or because the batch is full (SPEC §4, rule 4); else only move the cursor."""
        # Where the data has not ended every transaction of the chunk has run, so this is the cursor.
        cursor = context.header_in.data_cursor + self._transactions
        full = is_equal(b, cursor, self._layout.capacity)
        ended = disjunction(b, [1 - alive, full])
        read = StepInputs.of([context.payee, state.words.fees, state.words.next_account])
        selection = Selection({TAG_FEES: ended})
        fees = chunk.step("fees", 0) if chunk else None
        after = run_family(b, self._layout, self._fees, selection, read, state, fees)
        root, read_to = root_of(b, after.top), context.header_in.inbox_index
        return HeaderTerms(root, after.words, read_to, select(b, ended, END, cursor), step + ended)
