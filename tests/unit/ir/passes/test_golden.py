"""The text of one graph after every pass, as committed."""

import os
from pathlib import Path

from rollup.ir.builder import Builder
from rollup.ir.graph import Check, Graph
from rollup.ir.passes.pipeline import PASSES
from rollup.ir.primitives import Primitive
from rollup.ir.text import to_text
from rollup.params import Output
from tests.programs.graphs import INPUTS, LAYOUT

GOLDEN = Path(__file__).parents[3] / "golden" / "ir" / "passes.txt"
P = Primitive


def example() -> Graph:
    """Return code as a careless author would have it traced: something in it for each pass, and for some after others."""
    b = Builder(LAYOUT, INPUTS)
    flag, small, amount = b.input(0), b.input(3), b.input(4)
    step = b.emit(P.MUL, b.const(2), b.const(4))  # folding, then reduction of what divides by it
    share = b.emit(P.DIV, amount, step)
    fits = b.emit(P.RANGE, small, imm=16)  # ranges, then reduction of what is joined with it
    both = b.emit(P.AND, b.emit(P.RANGE, share, imm=32), b.emit(P.RANGE, share, imm=16))
    joined = b.emit(P.AND, fits, both)
    eighth = b.emit(P.SHR, amount, imm=3)  # shared with the quotient once that is a shift
    chosen = b.emit(P.SELECT, b.emit(P.NOT, flag), b.emit(P.ADD, share, eighth), small)
    b.hash(8, [chosen, small])  # nobody reads it
    slot = b.open(1, b.input(1))
    b.store(slot, 1, b.emit(P.SELECT, joined, chosen, b.load(slot, 1)))
    b.output(Output.STATUS, b.emit(P.NOT, joined))
    checks = (Check(fits, "small is wide", "example.py", 7), Check(both, "share is wide", "example.py", 9))
    parts = (tuple(b.constants), tuple(b.instructions), tuple(b.slots), checks)
    return Graph("example", 1, (8,), ("x",), INPUTS, *parts)


def test_text_after_every_pass_is_the_committed_one() -> None:
    graph = example()
    texts = [f"; as it was traced\n{to_text(graph, LAYOUT)}"]
    for turn in range(2):
        for name, one in PASSES.items():
            after = one(graph, LAYOUT).graph
            said = "nothing changed\n" if after == graph else to_text(after, LAYOUT)
            texts.append(f"; {name}, round {turn + 1}\n{said}")
            graph = after
    text = "\n".join(texts)
    if os.environ.get("TANDEM_WRITE_GOLDEN"):
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text(), "a pass changed: see it with git diff after TANDEM_WRITE_GOLDEN=1 pytest"
