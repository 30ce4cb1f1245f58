"""Random graphs that the checker accepts, with inputs for them."""

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st

from rollup.crypto.fr import R
from rollup.ir.bounds import ARITHMETIC, of_width
from rollup.ir.builder import Builder
from rollup.ir.graph import Check, Graph
from rollup.ir.layout import Layout, TableLayout, accounts_table
from rollup.ir.primitives import PRIMITIVES, Primitive
from rollup.params import FULL, Output

LAYOUT = Layout(
    account_bits=4,
    tables=(accounts_table(4), TableLayout("cells", (4, 3), (("small", 8), ("full", 0), ("flag", 1)))),
    argument_bits=263,
    stride=9,
    actions=1,
)
INPUTS = (1, 4, 7, 8, 64, 128, 253, FULL)

elements = st.one_of(
    st.sampled_from([0, 1, 2, 255, 2**64 - 1, 2**128, 2**252, 2**253 - 1, R - 2, R - 1]), st.integers(0, R - 1)
)


@dataclass(frozen=True)
class Case:
    """A graph, code that has not been pruned, and what to run it on."""

    builder: Builder
    graph: Graph
    inputs: tuple[int, ...]
    records: tuple[tuple[int, ...], ...]


def values_of(width: int) -> st.SearchStrategy[int]:
    bound = of_width(width)
    return st.one_of(st.sampled_from([0, 1, bound - 1]), st.integers(0, bound - 1))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    builder = Builder(LAYOUT, INPUTS)
    writers: list[Callable[[], int]] = [
        lambda: builder.const(draw(elements)),
        lambda: builder.input(draw(st.integers(0, len(INPUTS) - 1))),
        lambda: builder.hash(draw(st.integers(0, 255)), draw(st.lists(registers(builder), max_size=7))),
        lambda: _arithmetic(draw, builder),
        lambda: _arithmetic(draw, builder),
        lambda: _arithmetic(draw, builder),
    ]
    builder.input(0)
    builder.open(0, builder.input(1))
    builder.open(1, builder.input(2))
    for slot in range(2):
        for attribute in range(len(LAYOUT.tables[slot].attributes)):
            builder.load(slot, attribute)
    for _ in range(draw(st.integers(0, 25))):
        draw(st.sampled_from(writers))()
    _write_effects(draw, builder)
    checks = [Check(r, "false", "", 0) for r, bound in enumerate(builder.bounds) if bound == 2][-2:]
    # What a check reads must be computed, so it is written out, as the frame's conjunction is.
    builder.output(Output.STATUS, builder.all([check.register for check in checks]))
    graph = Graph(
        "random", 1, (8, FULL), ("small", "full"), INPUTS,
        tuple(builder.constants), tuple(builder.instructions), tuple(builder.slots), tuple(checks),
    )  # fmt: skip
    inputs = tuple(draw(values_of(width)) for width in INPUTS)
    records = tuple(tuple(draw(values_of(width)) for width in LAYOUT.tables[slot].widths) for slot in range(2))
    return Case(builder, graph, inputs, records)


def registers(builder: Builder, bound: int = R) -> st.SearchStrategy[int]:
    """Draw a register that holds something, of at most this bound."""
    silent = (Primitive.ARG, Primitive.STORE, Primitive.OUTPUT)
    rows = zip(builder.instructions, builder.bounds, strict=True)
    return st.sampled_from([r for r, (i, known) in enumerate(rows) if i.op not in silent and known <= bound])


def _arithmetic(draw: st.DrawFn, builder: Builder) -> int:
    op = draw(st.sampled_from(sorted(ARITHMETIC)))
    operands = [draw(registers(builder)) for _ in PRIMITIVES[op].registers]
    imm = draw(st.sampled_from([1, 7, 8, 64, 252, 253])) if PRIMITIVES[op].uses_imm else 0
    try:
        return builder.emit(op, *operands, imm=imm)
    except ValueError:  # the operands are too large for it, which is what bounds are for
        return builder.emit(Primitive.EQ, *operands[:1] * 2)


def _write_effects(draw: st.DrawFn, builder: Builder) -> None:
    for slot, attribute, bound in ((0, 0, R), (1, 0, 256), (1, 1, R), (1, 2, 2)):
        if draw(st.booleans()):
            builder.store(slot, attribute, draw(registers(builder, bound)))
    for number in (Output.WITHDRAWALS, Output.FEES):
        if draw(st.booleans()):
            builder.output(number, draw(registers(builder)))
