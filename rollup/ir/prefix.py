"""What several graphs begin with."""

from collections.abc import Sequence

from rollup.ir.graph import Graph, Instruction
from rollup.ir.primitives import Primitive


def shared_prefix(graphs: Sequence[Graph]) -> int:
    """Return how many instructions all graphs begin with, reading inputs of the same widths and constants of the same value."""
    length = 0
    for row in zip(*(graph.instructions for graph in graphs), strict=False):
        if any(instruction != row[0] for instruction in row) or not _same_source(graphs, row[0]):
            break
        length += 1
    return length


def _same_source(graphs: Sequence[Graph], instruction: Instruction) -> bool:
    if instruction.op is Primitive.INPUT:
        return len({graph.inputs[instruction.a] for graph in graphs}) == 1
    if instruction.op is Primitive.CONST:
        return len({graph.constants[instruction.a] for graph in graphs}) == 1
    return True
