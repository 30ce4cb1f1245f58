"""Graphs that run one primitive on many operands at once: operands in the records of some slots, results in those of another."""

from collections.abc import Iterator, Sequence
from itertools import islice
from random import Random
from typing import Final

from rollup.crypto.fr import R
from rollup.ir.bounds import of_width
from rollup.ir.builder import Builder
from rollup.ir.graph import Graph, Instruction
from rollup.ir.primitives import Primitive
from rollup.params import MAX_ATTRIBUTES, MAX_SLOTS, WIDEST_INTEGER
from tests.agreement.bare import DIVIDENDS, ELEMENTS, FLAGS, HALVES, INPUTS, INTEGERS, LAYOUT, Case

LARGEST: Final = (1 << WIDEST_INTEGER) - 1
POWERS: Final = (7, 8, 63, 64, 127, 128, 251, 252)
SQUARES: Final = tuple(n * n + d for n in (3, (1 << 64) - 1, (1 << 124) - 1) for d in (-1, 0, 1))
EDGES: Final = {
    FLAGS: (0, 1),
    INTEGERS: tuple(sorted({0, 1, 2, 3, LARGEST - 1, LARGEST} | {(1 << k) + d for k in POWERS for d in (-1, 0, 1)})),
    HALVES: (
        0,
        1,
        2,
        3,
        5,
        7,
        8,
        255,
        256,
        (1 << 64) - 1,
        1 << 64,
        (1 << 64) + 1,
        1 << 127,
        (1 << 128) - 2,
        (1 << 128) - 1,
    ),
    DIVIDENDS: tuple(
        sorted(
            {0, 1, 2, 3, 4, 8, 9, 255, 256, 257, *SQUARES, (1 << 248) - 1}
            | {(1 << k) + d for k in (63, 64, 124, 125, 128, 192, 247) for d in (-1, 0, 1)}
        )
    ),
}
ELEMENT_EDGES: Final = (*EDGES[INTEGERS], 1 << 253, 1 << 254, R // 2, R // 2 + 1, R - 2, R - 1)
MIDDLE: Final = (0, 3, 200, 511, 77, 1 << 251, 1 << 252, R - 5)
"""Inputs where they do not matter."""
Row = tuple[int, ...]


def edges(table: int) -> tuple[int, ...]:
    """Return the numbers at which something changes, of those that a record of a wide table can hold."""
    return ELEMENT_EDGES if table == ELEMENTS else EDGES[table]


def rows(tables: Sequence[int], seed: int) -> list[Row]:
    """Return operands from these tables: neighbours, each value beside the least and the largest, and some at random."""
    first, *others = (edges(table) for table in tables)
    if not others:
        return [(value,) for value in first]
    *_, last = others
    near = [(x, y) for at, x in enumerate(first) for y in last[max(at - 1, 0) : at + 2]]
    far = [pair for x in first for end in (last[0], last[-1]) for pair in ((x, end), (end, x))]
    random = Random(seed)
    return list(dict.fromkeys([*near, *far, *((random.choice(first), random.choice(last)) for _ in range(40))]))


def sheets(op: Primitive, tables: Sequence[int], operands: Sequence[Row], imm: int = 0) -> Iterator[Case]:
    """Yield cases that run a primitive on rows of operands, each from a record of its table."""
    pending = iter(operands)
    while chunk := list(islice(pending, MAX_SLOTS // (len(tables) + 1) * MAX_ATTRIBUTES)):
        b, records = Builder(LAYOUT, INPUTS), list[Row]()
        for start in range(0, len(chunk), MAX_ATTRIBUTES):
            part = chunk[start : start + MAX_ATTRIBUTES]
            padding = (0,) * (MAX_ATTRIBUTES - len(part))
            slots = [b.open(table, b.const(len(records) + k)) for k, table in enumerate((*tables, ELEMENTS))]
            records += [*((*column, *padding) for column in zip(*part, strict=True)), (7,) * MAX_ATTRIBUTES]
            for attribute in range(len(part)):
                loaded = [b.load(slot, attribute) for slot in slots[:-1]]
                b.store(slots[-1], attribute, b.emit(op, *loaded, imm=imm))
        yield case_of(b, records)


def case_of(b: Builder, records: Sequence[Row] = (), inputs: Row = MIDDLE) -> Case:
    """Return what a builder holds, with inputs cut to their widths."""
    return code_case(b.instructions, records, inputs, b.constants, b.slots)


def code_case(
    code: Sequence[Instruction],
    records: Sequence[Row] = (),
    inputs: Row = MIDDLE,
    constants: Sequence[int] = (),
    slots: Sequence[int] = (),
) -> Case:
    """Return a case of code that no builder would write."""
    cut = tuple(value % of_width(width) for value, width in zip(inputs, INPUTS, strict=True))
    return Case(Graph("corpus", 1, (), (), INPUTS, tuple(constants), tuple(code), tuple(slots)), cut, tuple(records))
