"""Common subexpressions: what was computed before is not computed again."""

from rollup.ir.graph import Graph, Instruction
from rollup.ir.layout import Layout
from rollup.ir.passes.rewriting import Rewriter, Rewritten, rewrite
from rollup.ir.primitives import COMMUTATIVE, EFFECTS, Primitive

_Key = tuple[Primitive, int, tuple[int, ...], tuple[int, ...]]


def share(graph: Graph, layout: Layout) -> Rewritten:
    """Name the first register of each expression wherever it is computed again; a hash and a signature with what they take."""
    known: dict[_Key, int] = {}

    def rule(writer: Rewriter, instruction: Instruction) -> int | None:
        if instruction.op in EFFECTS:
            return None
        operands: tuple[int, ...] = instruction.operands
        if instruction.op in COMMUTATIVE:
            operands = (*sorted(instruction.registers), 0)
        key = (instruction.op, instruction.imm, operands, tuple(writer.queue))
        if key not in known:
            known[key] = writer.write(instruction)
        return known[key]

    return rewrite(graph, layout, rule)
