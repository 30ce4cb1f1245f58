"""The meaning of every primitive as a term of z3: integers are unbounded integers, and full elements are reduced modulo R where they may wrap.

`hash` and `verify_signature` are functions of which nothing is known but their range: what is proved holds for any hash, and for any scheme of signatures.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from rollup.audit.solver import Term, load_z3
from rollup.crypto.fr import R
from rollup.ir.bounds import of_width
from rollup.ir.check import KEY_ITEMS, check
from rollup.ir.graph import Graph, Instruction
from rollup.ir.layout import Layout
from rollup.ir.primitives import Primitive


@dataclass(frozen=True)
class Call:
    """An application of a function of which nothing is known: the register that holds it, what it was applied to, and the application."""

    register: int
    arguments: tuple[Term, ...]
    term: Term


@dataclass
class Scope:
    """A graph under translation; the register of the next instruction is `len(registers)`.

    Attributes
    ----------
    bounds
        By the checker, of every register.
    registers
        One term an instruction: of Boolean sort where the primitive answers yes or no, else an integer. `number` and `truth` convert.
    facts
        What is known of inputs, records and hashes: their ranges.
    calls
        Of `hash` and `verify_signature`, of which nothing is known, and of `isqrt`, of which the facts say all.
    """

    graph: Graph
    layout: Layout
    bounds: tuple[int, ...]
    z3: Any
    inputs: list[Term] = field(default_factory=list)
    registers: list[Term] = field(default_factory=list)
    indices: list[Term] = field(default_factory=list)
    before: list[tuple[Term, ...]] = field(default_factory=list)
    after: list[list[Term]] = field(default_factory=list)
    queue: list[Term] = field(default_factory=list)
    outputs: dict[int, Term] = field(default_factory=dict)
    facts: list[Term] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    def number(self, register: int) -> Term:
        """Return a register as an integer."""
        return self.as_number(self.registers[register])

    def as_number(self, term: Term) -> Term:
        """Return a term as an integer: 0 or 1 for a Boolean."""
        return self.z3.If(term, self.z3.IntVal(1), self.z3.IntVal(0)) if self.z3.is_bool(term) else term

    def truth(self, register: int) -> Term:
        """Return a register as a Boolean."""
        term = self.registers[register]
        return term if self.z3.is_bool(term) else term != 0

    def numbers(self, instruction: Instruction) -> list[Term]:
        """Return the operands as integers."""
        return [self.number(register) for register in instruction.registers]

    def truths(self, instruction: Instruction) -> list[Term]:
        """Return the operands as Booleans."""
        return [self.truth(register) for register in instruction.registers]

    def wraps(self, instruction: Instruction) -> bool:
        """Tell whether an operand is a full element.

        INVARIANT: where none is, the checker has made sure that the result is the one of arithmetic (SOUNDNESS 1).
        """
        return any(self.bounds[register] == R for register in instruction.registers)

    def variable(self, name: str, bound: int) -> Term:
        """Return a new integer in [0, bound)."""
        term = self.z3.Int(name)
        self.facts += [term >= 0, term < bound]
        return term

    def call(self, name: str, arguments: list[Term], sort: Term) -> Term:
        """Apply a function of which nothing is known."""
        function = self.z3.Function(name, *[self.z3.IntSort()] * len(arguments), sort)
        term = function(*arguments)
        self.calls.append(Call(len(self.registers), tuple(arguments), term))
        return term


Rule = Callable[[Scope, Instruction], Term]


def translate(graph: Graph, layout: Layout) -> Scope:
    """Return the terms of a graph that the checker accepts: of inputs and records that are whatever their widths allow.

    Raises
    ------
    OutsideError
        If z3 is not installed.
    """
    scope = Scope(graph, layout, check(graph, layout), load_z3())
    scope.inputs = [scope.variable(f"input{k}", of_width(width)) for k, width in enumerate(graph.inputs)]
    for instruction in graph.instructions:
        scope.registers.append(RULES[instruction.op](scope, instruction))
    return scope


def _const(scope: Scope, instruction: Instruction) -> Term:
    return scope.z3.IntVal(scope.graph.constants[instruction.a])


def _input(scope: Scope, instruction: Instruction) -> Term:
    return scope.inputs[instruction.a]


def _open(scope: Scope, instruction: Instruction) -> Term:
    # The key is below 2^key_bits, so the sum is the concatenation.
    index = (instruction.imm << scope.layout.key_bits) + scope.number(instruction.a)
    slot, table = len(scope.indices), scope.layout.tables[instruction.imm]
    record = tuple(scope.variable(f"slot{slot}.{name}", of_width(width)) for name, width in table.attributes)
    scope.indices.append(index)
    scope.before.append(record)
    scope.after.append(list(record))
    return index


def _load(scope: Scope, instruction: Instruction) -> Term:
    return scope.before[instruction.a][instruction.imm]


def _store(scope: Scope, instruction: Instruction) -> Term:
    scope.after[instruction.a][instruction.imm] = scope.number(instruction.b)
    return scope.z3.IntVal(0)


def _add(scope: Scope, instruction: Instruction) -> Term:
    a, b = scope.numbers(instruction)
    # Both are below R, so one subtraction reduces: (a + b) mod R = a + b, or a + b − R.
    return scope.z3.If(a + b >= R, a + b - R, a + b) if scope.wraps(instruction) else a + b


def _sub(scope: Scope, instruction: Instruction) -> Term:
    a, b = scope.numbers(instruction)
    return scope.z3.If(a >= b, a - b, a - b + R)


def _mul(scope: Scope, instruction: Instruction) -> Term:
    a, b = scope.numbers(instruction)
    return a * b % R if scope.wraps(instruction) else a * b


def _minus(scope: Scope, instruction: Instruction) -> Term:
    a, b = scope.numbers(instruction)
    return scope.z3.If(a >= b, a - b, scope.z3.IntVal(0))


def _lt(scope: Scope, instruction: Instruction) -> Term:
    a, b = scope.numbers(instruction)
    return a < b


def _range(scope: Scope, instruction: Instruction) -> Term:
    return scope.number(instruction.a) < 1 << instruction.imm


def _narrow(scope: Scope, instruction: Instruction) -> Term:
    a = scope.number(instruction.a)
    return scope.z3.If(a < 1 << instruction.imm, a, scope.z3.IntVal(0))


def _eq(scope: Scope, instruction: Instruction) -> Term:
    a, b = scope.numbers(instruction)
    return a == b


def _and(scope: Scope, instruction: Instruction) -> Term:
    return scope.z3.And(*scope.truths(instruction))


def _or(scope: Scope, instruction: Instruction) -> Term:
    return scope.z3.Or(*scope.truths(instruction))


def _not(scope: Scope, instruction: Instruction) -> Term:
    return scope.z3.Not(scope.truth(instruction.a))


def _select(scope: Scope, instruction: Instruction) -> Term:
    yes, no = scope.registers[instruction.b], scope.registers[instruction.c]
    if not (scope.z3.is_bool(yes) and scope.z3.is_bool(no)):
        yes, no = scope.as_number(yes), scope.as_number(no)
    return scope.z3.If(scope.truth(instruction.a), yes, no)


def _arg(scope: Scope, instruction: Instruction) -> Term:
    scope.queue += scope.numbers(instruction)
    return scope.z3.IntVal(0)


def _hash(scope: Scope, instruction: Instruction) -> Term:
    items = scope.queue[: instruction.a]
    scope.queue.clear()
    term = scope.call(f"hash{instruction.imm}_{instruction.a}", items, scope.z3.IntSort())
    scope.facts += [term >= 0, term < R]
    return term


def _verify_signature(scope: Scope, instruction: Instruction) -> Term:
    key_and_message = scope.queue[: KEY_ITEMS + instruction.imm]
    scope.queue.clear()
    arguments = [*key_and_message, *scope.numbers(instruction)]
    return scope.call(f"verify_signature_{instruction.imm}", arguments, scope.z3.BoolSort())


def _div(scope: Scope, instruction: Instruction) -> Term:
    a, b = scope.numbers(instruction)
    return scope.z3.If(b == 0, scope.z3.IntVal(0), a / b)


def _mod(scope: Scope, instruction: Instruction) -> Term:
    a, b = scope.numbers(instruction)
    return scope.z3.If(b == 0, scope.z3.IntVal(0), a % b)


def _common(scope: Scope, instruction: Instruction) -> Term:
    """Return the bits that are in both operands: exact, as both are below 2^width.

    Of a constant every run of ones is a quotient and a remainder, which z3 finds easier than bits.
    """
    z3, (a, b) = scope.z3, scope.numbers(instruction)
    for term, mask in ((a, b), (b, a)):
        if z3.is_int_value(mask):
            runs = [term / (1 << low) % (1 << width) * (1 << low) for low, width in _runs(mask.as_long())]
            return z3.Sum([z3.IntVal(0), *runs])
    width = max((scope.bounds[register] - 1).bit_length() for register in instruction.registers) or 1
    return z3.BV2Int(z3.Int2BV(a, width) & z3.Int2BV(b, width))


def _runs(mask: int) -> Iterator[tuple[int, int]]:
    """Give where each run of ones begins, and its length."""
    low = 0
    while mask >> low:
        low += ((mask >> low) & -(mask >> low)).bit_length() - 1
        width = (~(mask >> low) & (mask >> low) + 1).bit_length() - 1
        yield low, width
        low += width


def _either(scope: Scope, instruction: Instruction) -> Term:
    a, b = scope.numbers(instruction)
    return a + b - _common(scope, instruction)


def _one_of_two(scope: Scope, instruction: Instruction) -> Term:
    a, b = scope.numbers(instruction)
    return a + b - 2 * _common(scope, instruction)


def _isqrt(scope: Scope, instruction: Instruction) -> Term:
    """INVARIANT: of all integers only the root satisfies the facts."""
    a = scope.number(instruction.a)
    root = scope.call("isqrt", [a], scope.z3.IntSort())
    scope.facts += [root >= 0, root * root <= a, a < (root + 1) * (root + 1)]
    return root


def _shr(scope: Scope, instruction: Instruction) -> Term:
    return scope.number(instruction.a) / (1 << instruction.imm)


def _output(scope: Scope, instruction: Instruction) -> Term:
    scope.outputs[instruction.imm] = scope.number(instruction.a)
    return scope.z3.IntVal(0)


RULES: Final[Mapping[Primitive, Rule]] = MappingProxyType(
    {
        Primitive.CONST: _const,
        Primitive.INPUT: _input,
        Primitive.OPEN: _open,
        Primitive.LOAD: _load,
        Primitive.STORE: _store,
        Primitive.ADD: _add,
        Primitive.SUB: _sub,
        Primitive.MUL: _mul,
        Primitive.MINUS: _minus,
        Primitive.LT: _lt,
        Primitive.RANGE: _range,
        Primitive.NARROW: _narrow,
        Primitive.EQ: _eq,
        Primitive.AND: _and,
        Primitive.OR: _or,
        Primitive.NOT: _not,
        Primitive.SELECT: _select,
        Primitive.ARG: _arg,
        Primitive.HASH: _hash,
        Primitive.VERIFY_SIGNATURE: _verify_signature,
        Primitive.OUTPUT: _output,
        Primitive.DIV: _div,
        Primitive.MOD: _mod,
        Primitive.BIT_AND: _common,
        Primitive.BIT_OR: _either,
        Primitive.BIT_XOR: _one_of_two,
        Primitive.ISQRT: _isqrt,
        Primitive.SHR: _shr,
    }
)
"""The meaning of each primitive."""
