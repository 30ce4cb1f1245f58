"""Constant folding: what is computed from constants alone is computed now."""

from rollup.ir.arithmetic import MEANING
from rollup.ir.graph import Graph, Instruction
from rollup.ir.layout import Layout
from rollup.ir.passes.rewriting import Rewriter, Rewritten, rewrite


def fold_constants(graph: Graph, layout: Layout) -> Rewritten:
    """Replace arithmetic of constants by its results."""
    return rewrite(graph, layout, _fold)


def _fold(writer: Rewriter, instruction: Instruction) -> int | None:
    meaning = MEANING.get(instruction.op)
    numbers = [writer.number(register) for register in instruction.registers]
    known = [number for number in numbers if number is not None]
    if meaning is None or len(known) < len(numbers):
        return None
    return writer.const(meaning(instruction.imm, known))
