"""Strength reduction: the same from something cheaper."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from rollup.ir.bounds import BOOLEAN, COMPARABLE, DIVIDEND, DIVISOR
from rollup.ir.graph import Graph, Instruction
from rollup.ir.layout import Layout
from rollup.ir.passes.rewriting import Rewriter, Rewritten, Rule, rewrite
from rollup.ir.primitives import COMMUTATIVE, Primitive


def reduce_strength(graph: Graph, layout: Layout) -> Rewritten:
    """Replace what is an operand, a constant, or a cheaper primitive of the same operands."""
    return rewrite(graph, layout, _reduce)


def _reduce(writer: Rewriter, instruction: Instruction) -> int | None:
    rule = _RULES.get(instruction.op)
    return None if rule is None else rule(writer, instruction)


def _constant_last(writer: Rewriter, instruction: Instruction) -> tuple[int, int | None]:
    """Return the first operand, and the number that the second is; of commutative primitives the one that is a number comes second."""
    a, b = instruction.a, instruction.b
    if instruction.op in COMMUTATIVE and writer.number(a) is not None:
        a, b = b, a
    return a, writer.number(b)


def _add(writer: Rewriter, instruction: Instruction) -> int | None:
    a, number = _constant_last(writer, instruction)
    return a if number == 0 else None


def _difference(writer: Rewriter, instruction: Instruction) -> int | None:
    """`sub`, `minus` and `bit_xor`: nothing taken away, or all."""
    a, number = _constant_last(writer, instruction)
    if number == 0:
        return a
    return writer.const(0) if instruction.a == instruction.b else None


def _mul(writer: Rewriter, instruction: Instruction) -> int | None:
    a, number = _constant_last(writer, instruction)
    if number == 0:
        return writer.const(0)
    return a if number == 1 else None


def _lt(writer: Rewriter, instruction: Instruction) -> int | None:
    return writer.const(0) if instruction.a == instruction.b else None


def _eq(writer: Rewriter, instruction: Instruction) -> int | None:
    if instruction.a == instruction.b:
        return writer.const(1)
    a, number = _constant_last(writer, instruction)
    if writer.bounds[a] > BOOLEAN or number not in (0, 1):
        return None
    return a if number == 1 else _negate(writer, a)


def _and(writer: Rewriter, instruction: Instruction) -> int | None:
    a, number = _constant_last(writer, instruction)
    if instruction.a == instruction.b or number == 1:
        return a
    return writer.const(0) if number == 0 or _are_opposites(writer, instruction) else None


def _or(writer: Rewriter, instruction: Instruction) -> int | None:
    a, number = _constant_last(writer, instruction)
    if instruction.a == instruction.b or number == 0:
        return a
    return writer.const(1) if number == 1 or _are_opposites(writer, instruction) else None


def _not(writer: Rewriter, instruction: Instruction) -> int | None:
    inner = writer.instructions[instruction.a]
    return inner.a if inner.op is Primitive.NOT else None


def _select(writer: Rewriter, instruction: Instruction) -> int | None:
    condition, yes, no = instruction.registers
    number = writer.number(condition)
    if yes == no or number is not None:
        return yes if yes == no or number else no
    numbers = writer.number(yes), writer.number(no)
    if numbers == (1, 0):
        return condition
    if numbers == (0, 1):
        return _negate(writer, condition)
    inner = writer.instructions[condition]
    return writer.emit(Primitive.SELECT, inner.a, no, yes) if inner.op is Primitive.NOT else None


def _div(writer: Rewriter, instruction: Instruction) -> int | None:
    number = writer.number(instruction.b)
    if not number or number & (number - 1):
        return None
    places = number.bit_length() - 1
    return writer.emit(Primitive.SHR, instruction.a, imm=places) if places else instruction.a


def _mod(writer: Rewriter, instruction: Instruction) -> int | None:
    return writer.const(0) if writer.number(instruction.b) == 1 else None


def _bit_and(writer: Rewriter, instruction: Instruction) -> int | None:
    a, number = _constant_last(writer, instruction)
    if instruction.a == instruction.b:
        return a
    if number is None or number & (number + 1):
        return None
    if number == 0:
        return writer.const(0)
    # A mask of low ones: what a division leaves needs no bits of the mask in a circuit.
    within = writer.bounds[a] <= DIVIDEND and number + 2 <= DIVISOR
    return writer.emit(Primitive.MOD, a, writer.const(number + 1)) if within else None


def _bit_or(writer: Rewriter, instruction: Instruction) -> int | None:
    a, number = _constant_last(writer, instruction)
    return a if instruction.a == instruction.b or number == 0 else None


def _shr(writer: Rewriter, instruction: Instruction) -> int | None:
    if instruction.imm == 0:
        return instruction.a
    inner = writer.instructions[instruction.a]
    places = inner.imm + instruction.imm
    if inner.op is not Primitive.SHR or 1 << places > COMPARABLE:
        return None
    return writer.emit(Primitive.SHR, inner.a, imm=places)


def _negate(writer: Rewriter, condition: int) -> int:
    return writer.emit(Primitive.NOT, condition)


def _are_opposites(writer: Rewriter, instruction: Instruction) -> bool:
    a, b = instruction.registers
    return any(
        writer.instructions[x].op is Primitive.NOT and writer.instructions[x].a == y for x, y in ((a, b), (b, a))
    )


_RULES: Final[Mapping[Primitive, Rule]] = MappingProxyType(
    {
        Primitive.ADD: _add,
        Primitive.SUB: _difference,
        Primitive.MUL: _mul,
        Primitive.MINUS: _difference,
        Primitive.LT: _lt,
        Primitive.EQ: _eq,
        Primitive.AND: _and,
        Primitive.OR: _or,
        Primitive.NOT: _not,
        Primitive.SELECT: _select,
        Primitive.DIV: _div,
        Primitive.MOD: _mod,
        Primitive.BIT_AND: _bit_and,
        Primitive.BIT_OR: _bit_or,
        Primitive.BIT_XOR: _difference,
        Primitive.SHR: _shr,
    }
)
