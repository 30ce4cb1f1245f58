"""Writing a graph anew, in the order of its instructions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from rollup.crypto.fr import R
from rollup.ir.bounds import ARITHMETIC, BOOLEAN, of_width
from rollup.ir.check import KEY_ITEMS
from rollup.ir.graph import Check, Graph, Instruction
from rollup.ir.layout import Layout
from rollup.ir.primitives import OPERANDS, PRIMITIVES, Primitive

TAKES_QUEUE: Final = frozenset({Primitive.HASH, Primitive.VERIFY_SIGNATURE})


@dataclass(frozen=True)
class Rewritten:
    """A graph after a pass.

    Parameters
    ----------
    graph
        It computes what the graph before computed, for every input.
    renamed
        For each register of the graph before, the one that now holds the same; None if none does.
    """

    graph: Graph
    renamed: tuple[int | None, ...]

    def then(self, later: "Rewritten") -> "Rewritten":
        """Return both passes as one."""
        return Rewritten(later.graph, tuple(None if r is None else later.renamed[r] for r in self.renamed))


class Rewriter:
    """Code under way; a rule of a pass asks it what is known of registers, and has it write.

    Attributes
    ----------
    bounds
        Exclusive upper bound of each register that was written; R for a full element.
    queue
        Registers that the `arg`s just before the instruction at hand queue.
    """

    def __init__(self, graph: Graph, layout: Layout) -> None:
        self.layout = layout
        self.graph = graph
        self.instructions: list[Instruction] = []
        self.bounds: list[int] = []
        self.queue: list[int] = []
        self._pool: dict[int, int] = {}
        self._constants: dict[int, int] = {}

    def number(self, register: int) -> int | None:
        """Return the constant that a register holds; None if it is another's result."""
        instruction = self.instructions[register]
        return self.constants[instruction.a] if instruction.op is Primitive.CONST else None

    @property
    def constants(self) -> tuple[int, ...]:
        """The pool so far."""
        return tuple(self._pool)

    def const(self, value: int) -> int:
        """Return the register of a constant, written now unless it stands already."""
        if value not in self._constants:
            self._write(Instruction(Primitive.CONST, a=self._pool.setdefault(value, len(self._pool))), value + 1)
        return self._constants[value]

    def emit(self, op: Primitive, *operands: int, imm: int = 0) -> int:
        """Write an arithmetic primitive and return its register."""
        return self.write(Instruction(op, imm, *operands))

    def write(self, instruction: Instruction) -> int:
        """Write an instruction that is no constant, with what is queued for it, and return its register."""
        if instruction.op in TAKES_QUEUE:
            for start in range(0, len(self.queue), len(OPERANDS)):
                self._write(Instruction(Primitive.ARG, 0, *self.queue[start : start + len(OPERANDS)]), 1)
            self.queue.clear()
        return self._write(instruction, self._bound(instruction))

    def may_stand_for(self, register: int, instruction: Instruction) -> bool:
        """Return whether a register that holds the same as an instruction may be read in its place.

        A full element stays one: sums and products of it wrap, and those of integers are refused where they might.
        """
        return self.bounds[register] == R or self._bound(instruction) < R

    def _bound(self, instruction: Instruction) -> int:
        op = instruction.op
        if op in ARITHMETIC:
            return ARITHMETIC[op](instruction.imm, tuple(self.bounds[register] for register in instruction.registers))
        if op is Primitive.INPUT:
            return of_width(self.graph.inputs[instruction.a])
        if op is Primitive.LOAD:
            return of_width(self.layout.tables[self.graph.slots[instruction.a]].widths[instruction.imm])
        if op is Primitive.OPEN:
            return (instruction.imm << self.layout.key_bits) + self.bounds[instruction.a]
        return R if op is Primitive.HASH else BOOLEAN

    def _write(self, instruction: Instruction, bound: int) -> int:
        if instruction.op is Primitive.CONST:
            self._constants.setdefault(bound - 1, len(self.instructions))
        self.instructions.append(instruction)
        self.bounds.append(bound)
        return len(self.instructions) - 1


Rule = Callable[[Rewriter, Instruction], int | None]
"""From an instruction, whose operands are named anew, to the register that holds its result instead; None to keep it."""


def rewrite(graph: Graph, layout: Layout, rule: Rule) -> Rewritten:
    """Write a graph anew: where a rule gives a register it is used, elsewhere the instruction is kept.

    Constants that stand already are not written again, and the pool is in the order of first use.

    INVARIANT: what is written depends on the instructions up to it alone, so graphs that begin alike still do.
    """
    writer = Rewriter(graph, layout)
    renamed: list[int | None] = []
    for instruction in graph.instructions:
        new = name_anew(instruction, renamed)
        if new.op is Primitive.ARG:
            writer.queue += new.operands
            renamed.append(None)
            continue
        if new.op is Primitive.CONST:
            renamed.append(writer.const(graph.constants[new.a]))
            continue
        # What an `arg` that is not full holds besides its items is nothing's.
        del writer.queue[items_taken(new) :]
        found = rule(writer, new)
        if found is not None and not writer.may_stand_for(found, new):
            found = None
        renamed.append(writer.write(new) if found is None else found)
        writer.queue.clear()
    return Rewritten(of_parts(graph, writer.instructions, writer.constants, renamed), tuple(renamed))


def items_taken(instruction: Instruction) -> int:
    """Return how many queued registers an instruction takes."""
    if instruction.op is Primitive.HASH:
        return instruction.a
    return KEY_ITEMS + instruction.imm if instruction.op is Primitive.VERIFY_SIGNATURE else 0


def of_parts(
    graph: Graph, instructions: Sequence[Instruction], constants: Sequence[int], renamed: Sequence[int | None]
) -> Graph:
    """Return a graph with other code, whose checks follow their registers."""
    checks = tuple(_follow(check, renamed) for check in graph.checks)
    return replace(graph, instructions=tuple(instructions), constants=tuple(constants), checks=checks)


def name_anew(instruction: Instruction, renamed: Sequence[int | None]) -> Instruction:
    """Return an instruction that reads registers by their new names."""
    operands = (
        _named(renamed, number) if operand in PRIMITIVES[instruction.op].registers else number
        for operand, number in zip(OPERANDS, instruction.operands, strict=True)
    )
    return Instruction(instruction.op, instruction.imm, *operands)


def _follow(check: Check, renamed: Sequence[int | None]) -> Check:
    return replace(check, register=_named(renamed, check.register))


def _named(renamed: Sequence[int | None], register: int) -> int:
    found = renamed[register]
    assert found is not None, f"register {register} is read and gone"
    return found
