"""Ranges: what the bounds of registers tell already is not asked again.

SAFETY: bounds hold for every input, whether a check fails or not (`rollup.ir.bounds`); what a check demands is never taken for granted (SOUNDNESS 1, 3).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from rollup.ir.graph import Graph, Instruction
from rollup.ir.layout import Layout
from rollup.ir.passes.rewriting import Rewriter, Rewritten, Rule, rewrite
from rollup.ir.primitives import Primitive


def merge_ranges(graph: Graph, layout: Layout) -> Rewritten:
    """Remove questions that bounds answer, and merge two ranges of one register."""
    return rewrite(graph, layout, _merge)


def _merge(writer: Rewriter, instruction: Instruction) -> int | None:
    rule = _RULES.get(instruction.op)
    return None if rule is None else rule(writer, instruction)


def _range(writer: Rewriter, instruction: Instruction) -> int | None:
    return writer.const(1) if writer.bounds[instruction.a] <= 1 << instruction.imm else None


def _narrow(writer: Rewriter, instruction: Instruction) -> int | None:
    if writer.bounds[instruction.a] <= 1 << instruction.imm:
        return instruction.a
    inner = writer.instructions[instruction.a]
    # Where the inner one gives 0 so does the outer, and the inner width is the larger: else the bound had told.
    return writer.emit(Primitive.NARROW, inner.a, imm=instruction.imm) if inner.op is Primitive.NARROW else None


def _and(writer: Rewriter, instruction: Instruction) -> int | None:
    left, right = (writer.instructions[register] for register in instruction.registers)
    if left.op is right.op is Primitive.RANGE and left.a == right.a:
        return instruction.a if left.imm <= right.imm else instruction.b
    return None


def _lt(writer: Rewriter, instruction: Instruction) -> int | None:
    (a, b), bounds = instruction.registers, writer.bounds
    lowest_a, lowest_b = (writer.number(register) or 0 for register in (a, b))
    if bounds[a] <= lowest_b:
        return writer.const(1)
    return writer.const(0) if bounds[b] <= lowest_a + 1 else None


def _eq(writer: Rewriter, instruction: Instruction) -> int | None:
    (a, b), bounds = instruction.registers, writer.bounds
    lowest_a, lowest_b = (writer.number(register) or 0 for register in (a, b))
    return writer.const(0) if bounds[a] <= lowest_b or bounds[b] <= lowest_a else None


def _minus(writer: Rewriter, instruction: Instruction) -> int | None:
    lowest_b = writer.number(instruction.b) or 0
    return writer.const(0) if writer.bounds[instruction.a] <= lowest_b + 1 else None


def _div(writer: Rewriter, instruction: Instruction) -> int | None:
    return writer.const(0) if writer.bounds[instruction.a] <= (writer.number(instruction.b) or 0) else None


def _mod(writer: Rewriter, instruction: Instruction) -> int | None:
    return instruction.a if writer.bounds[instruction.a] <= (writer.number(instruction.b) or 0) else None


def _shr(writer: Rewriter, instruction: Instruction) -> int | None:
    return writer.const(0) if writer.bounds[instruction.a] <= 1 << instruction.imm else None


_RULES: Final[Mapping[Primitive, Rule]] = MappingProxyType(
    {
        Primitive.RANGE: _range,
        Primitive.NARROW: _narrow,
        Primitive.AND: _and,
        Primitive.LT: _lt,
        Primitive.EQ: _eq,
        Primitive.MINUS: _minus,
        Primitive.DIV: _div,
        Primitive.MOD: _mod,
        Primitive.SHR: _shr,
    }
)
