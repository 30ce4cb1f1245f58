"""Programs that nobody wrote: every graph of them drawn, the frame's own included, with batches for them."""

from collections.abc import Sequence
from random import Random
from typing import Final

from hypothesis import strategies as st

from rollup.batch.inbox import Message
from rollup.batch.parcel import Parcel, elements_of
from rollup.crypto.fr import R
from rollup.crypto.poseidon2 import Domain
from rollup.ir.bounds import of_width
from rollup.ir.graph import Graph
from rollup.ir.image import Image
from rollup.ir.layout import Layout, TableLayout, accounts_table
from rollup.params import (
    FULL,
    SLOT_BITS,
    TAG_CALL,
    TAG_DEPOSIT,
    TAG_FEES,
    CallInput,
    DepositInput,
    MessageKind,
    Output,
    TransactionInput,
)
from rollup.program.call_frame import call_inputs
from rollup.program.frame import deposit_graph, fees_graph, transaction_inputs
from rollup.state.tree import Tree
from tests.agreement.chain import Posted, post
from tests.agreement.drawn import Draft, edges
from tests.agreement.writing import overwrite, parts

ACCOUNT_BITS: Final = 4
PAIRS, FOUR = 1, 4
ARGUMENTS: Final = ((8, FULL, 1), (64, 160, FULL))
"""The widths of the arguments of each action."""
DRAWN_LAYOUT: Final = Layout(
    account_bits=ACCOUNT_BITS,
    tables=(
        accounts_table(ACCOUNT_BITS),
        TableLayout("pairs", (4,), (("flag", 1), ("full", 0))),
        TableLayout("longs", (4, 2), tuple((f"a{k}", width) for k, width in enumerate((8, 0, 253, 64, 1, 160, 0)))),
        TableLayout("single", (5,), (("wide", 252),)),
        TableLayout("four", (4,), tuple((f"b{k}", width) for k, width in enumerate((252, 1, 253, 0)))),
    ),
    argument_bits=479,
    stride=13,
    actions=len(ARGUMENTS),
    capacity=4,
    inbox_cap=8,
    table_bits=3,
    calls=(1, 2),
)
BOUNDS: Final = {
    Output.WITHDRAWALS_COUNT: 1 << 64,
    Output.NEXT_ACCOUNT: 1 << ACCOUNT_BITS + 1,
    Output.FEES: 1 << 64,
    Output.STATUS: 2,
    Output.REASON: 2,
}
"""What the headers and receipts that engine and L1 make can hold."""


def _drawn(
    draw: st.DrawFn,
    name: str,
    tag: int,
    inputs: Sequence[int],
    *,
    withdrawals: int | None,
    arguments: Sequence[int] = (),
    signatures: int = 0,
) -> Graph:
    """Draw a graph whose first record takes a digest of everything that it computes.

    Parameters
    ----------
    withdrawals
        The input that holds the accumulator, if it reads it: the only thing that the output of this name may extend.
    """
    draft = Draft(draw, DRAWN_LAYOUT, inputs, distinct=True)
    b = draft.builder
    draft.open(PAIRS)
    draft.fill(12, signatures)
    if withdrawals is not None and draw(st.booleans()):
        items = (b.input(withdrawals), draft.register(1 << 160), draft.register(1 << 64))
        b.output(Output.WITHDRAWALS, b.hash(Domain.WITHDRAWAL, items))
    b.store(0, 1, draft.digest())
    draft.effects(BOUNDS)
    return draft.graph(name, tag, arguments)


@st.composite
def images(draw: st.DrawFn, signatures: int = 0) -> Image:
    """Draw a program; each of its actions verifies so many signatures."""
    actions = tuple(
        _drawn(
            draw,
            f"action{tag}",
            tag,
            transaction_inputs(DRAWN_LAYOUT, arguments),
            withdrawals=TransactionInput.WITHDRAWALS,
            arguments=arguments,
            signatures=signatures,
        )
        for tag, arguments in enumerate(ARGUMENTS, 1)
    )
    widths = deposit_graph(DRAWN_LAYOUT).inputs, fees_graph(DRAWN_LAYOUT).inputs
    deposit = _drawn(draw, "DEPOSIT", TAG_DEPOSIT, widths[0], withdrawals=DepositInput.WITHDRAWALS)
    fees = _drawn(draw, "FEES", TAG_FEES, widths[1], withdrawals=None)
    calls = tuple(
        _drawn(
            draw,
            f"L1:action{tag}",
            TAG_CALL + tag,
            call_inputs(DRAWN_LAYOUT, arguments),
            withdrawals=CallInput.WITHDRAWALS,
            arguments=arguments,
        )
        for tag, arguments in enumerate(ARGUMENTS, 1)
    )
    return Image("Drawn", DRAWN_LAYOUT, actions, deposit, fees, calls)


@st.composite
def transactions(draw: st.DrawFn, image: Image) -> Parcel:
    """Draw a transaction: its parts at their edges, or garbage behind a tag that is mostly known."""
    layout, random = image.layout, Random(draw(st.integers(0, 2**32)))
    tag = draw(st.sampled_from([1, 2, 1, 2, 1, 2, 3]))
    parcel = Parcel(random.randrange(R), tuple(random.getrandbits(SLOT_BITS) for _ in range(layout.stride)))
    if tag <= layout.actions and draw(st.booleans()):
        for part, (offset, width) in parts(image, tag).items():
            wanted = 0 if part == "padding" else draw(edges(R if width == FULL else 1 << width))
            parcel = overwrite(parcel, offset, width, wanted)
    return overwrite(parcel, 0, 8, tag)


def messages(layout: Layout) -> st.SearchStrategy[list[Message]]:
    """Draw messages that L1 would accept: deposits, and calls that can sometimes be decoded."""
    widths = (layout.account_bits, FULL, FULL, 160, 64)
    deposits = st.tuples(*(edges(of_width(width)) for width in widths)).map(lambda words: Message(1, *words))
    words = st.one_of(edges(R), st.integers(0, 2**252 - 1), st.just(0))
    addresses = st.one_of(st.sampled_from([0xA0 + account for account in range(6)]), edges(1 << 160))
    calls = st.builds(
        Message,
        st.sampled_from([MessageKind.CALL + tag for tag in (1, 2, 3, 255)]),
        st.integers(1, (1 << layout.account_bits) - 1),
        words,
        words,
        addresses,
        edges(1 << 64),
    )
    return st.lists(st.one_of(deposits, calls), max_size=2)


@st.composite
def drawn_batches(draw: st.DrawFn, signatures: int = 0) -> Posted:
    """Draw a program, a batch for it, and a state in which most of the records stand that the batch opens."""
    image = draw(images(signatures))
    parcels = draw(st.lists(transactions(image), max_size=4))
    inbox, payee = draw(messages(image.layout)), draw(st.integers(0, 15))
    elements, tree = elements_of(parcels), Tree(image.layout.depth)
    opened = {s.index for trace in post(image, elements, inbox, payee=payee, state=tree).traces for s in trace.slots}
    random = Random(draw(st.integers(0, 2**32)))
    tree = Tree.of(image.layout.depth, {index: _record(image.layout, index, random) for index in sorted(opened)})
    return post(image, elements, inbox, payee=payee, state=tree)


def _record(layout: Layout, index: int, random: Random) -> tuple[int, ...]:
    """Return what stands at a tree index: zeros one time in four, else anything that its table can hold, the least and the largest more often."""
    bounds = [of_width(width) for width in layout.tables[index >> layout.key_bits].widths]
    absent = random.random() < 0.25
    return tuple(0 if absent else random.choice((0, 1, bound - 1, random.randrange(bound))) for bound in bounds)
