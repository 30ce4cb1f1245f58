"""What is done to code between tracing and use."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from rollup.ir.graph import Graph, Instruction
from rollup.ir.primitives import EFFECTS, OPERANDS, PRIMITIVES, Primitive

_TAKES_QUEUE: Final = frozenset({Primitive.HASH, Primitive.VERIFY_SIGNATURE})


class Pruned(NamedTuple):
    """Code without what nobody reads.

    Parameters
    ----------
    instructions, constants
        The code that is left, and its pool in the order of first use.
    renamed
        From each register that is left to its new number.
    """

    instructions: tuple[Instruction, ...]
    constants: tuple[int, ...]
    renamed: dict[int, int]


def prune(instructions: Sequence[Instruction], constants: Sequence[int]) -> Pruned:
    """Remove the instructions that have no effect and whose register nothing with an effect depends on; the order of the others stays.

    A pool of the code's own is made anew, so a prefix of code that two graphs share also shares its pool.
    """
    alive = _alive(instructions)
    renamed: dict[int, int] = {}
    pool: dict[int, int] = {}
    kept: list[Instruction] = []
    for old, instruction in enumerate(instructions):
        if alive[old]:
            renamed[old] = len(kept)
            kept.append(_rename(instruction, renamed, pool, constants))
    return Pruned(tuple(kept), tuple(pool), renamed)


def _alive(instructions: Sequence[Instruction]) -> list[bool]:
    alive = [instruction.op in EFFECTS for instruction in instructions]
    queue_alive = False
    for i in range(len(instructions) - 1, -1, -1):
        instruction = instructions[i]
        # INVARIANT: `arg`s stand just before the instruction that takes them, so they live exactly if it does.
        if instruction.op is Primitive.ARG:
            alive[i] = queue_alive
        elif instruction.op in _TAKES_QUEUE:
            queue_alive = alive[i]
        if alive[i]:
            for register in instruction.registers:
                alive[register] = True
    return alive


def _rename(
    instruction: Instruction, renamed: dict[int, int], pool: dict[int, int], constants: Sequence[int]
) -> Instruction:
    if instruction.op is Primitive.CONST:
        return replace(instruction, a=pool.setdefault(constants[instruction.a], len(pool)))
    # INVARIANT: an `arg` that is not full has zeros at its end, and those stay 0: they mark register 0 as read, and so it keeps its number.
    a, b, c = (
        renamed[number] if operand in PRIMITIVES[instruction.op].registers else number
        for operand, number in zip(OPERANDS, instruction.operands, strict=True)
    )
    return Instruction(instruction.op, instruction.imm, a, b, c)


def shared_prefix(graphs: Sequence[Graph]) -> int:
    """Return how many instructions all graphs begin with, reading inputs of the same widths and constants of the same pool."""
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
