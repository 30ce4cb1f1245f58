"""Planted bugs: for each primitive at least one in each table of meanings."""

from collections.abc import Callable, Mapping
from math import isqrt
from typing import Final

from provers.validity.arithmetise import rules as constraints
from provers.validity.arithmetise.graphs import Node
from provers.validity.arithmetise.rules import Scope
from provers.validity.constraints.bits import from_bits
from provers.validity.constraints.linear import Term
from provers.validity.constraints.poseidon2 import hash_items
from rollup.crypto.fr import R
from rollup.execution import interpreter, native_program
from rollup.execution import native_kernels as n
from rollup.execution.interpreter import Machine
from rollup.execution.native_program import _Encoder
from rollup.ir.graph import Instruction
from rollup.ir.primitives import Primitive
from tests.agreement.weaving import Mutation

P = Primitive
ReferenceRule = Callable[[Machine, Instruction], int]
ConstraintRule = Callable[[Scope, Node], Term]
NativeRule = Callable[[_Encoder, int, Instruction], None]


def _wrong_index(machine: Machine, instruction: Instruction) -> int:
    interpreter._open(machine, instruction)
    machine.indices[-1] = machine.registers[instruction.a]
    return machine.indices[-1]


def _wrong_slot(machine: Machine, instruction: Instruction) -> int:
    machine.after[0][instruction.imm] = machine.registers[instruction.b]
    return 0


def _queue_in_another_order(machine: Machine, instruction: Instruction) -> int:
    machine.queue.extend(machine.registers[register] for register in (instruction.b, instruction.a, instruction.c))
    return 0


def _hash_in_another_domain(machine: Machine, instruction: Instruction) -> int:
    return interpreter._hash(machine, Instruction(P.HASH, instruction.imm ^ 1, instruction.a))


def _any_signature(machine: Machine, instruction: Instruction) -> int:
    machine.queue.clear()
    return int(machine.registers[instruction.c] != 0)


def _wrong_output(machine: Machine, instruction: Instruction) -> int:
    machine.outputs[0] = machine.registers[instruction.a]
    return 0


REFERENCE: Final[Mapping[Primitive, ReferenceRule]] = {
    P.CONST: lambda m, i: m.graph.constants[0],
    P.INPUT: lambda m, i: m.inputs[0],
    P.OPEN: _wrong_index,
    P.LOAD: lambda m, i: m.before[0][i.imm],
    P.STORE: _wrong_slot,
    P.ADD: lambda m, i: m.registers[i.a] + m.registers[i.b],
    P.SUB: lambda m, i: abs(m.registers[i.a] - m.registers[i.b]),
    P.MUL: lambda m, i: (m.registers[i.a] * m.registers[i.b]) % 2**256 % R,
    P.MINUS: lambda m, i: (m.registers[i.a] - m.registers[i.b]) % R,
    P.LT: lambda m, i: int(m.registers[i.a] <= m.registers[i.b]),
    P.RANGE: lambda m, i: int(m.registers[i.a] <= 1 << i.imm),
    P.NARROW: lambda m, i: m.registers[i.a] % (1 << i.imm),
    P.EQ: lambda m, i: int(m.registers[i.a] % 2**254 == m.registers[i.b] % 2**254),
    P.AND: lambda m, i: m.registers[i.a],
    P.OR: lambda m, i: m.registers[i.a] ^ m.registers[i.b],
    P.NOT: lambda m, i: m.registers[i.a],
    P.SELECT: lambda m, i: m.registers[i.c if m.registers[i.a] else i.b],
    P.ARG: _queue_in_another_order,
    P.HASH: _hash_in_another_domain,
    P.VERIFY_SIGNATURE: _any_signature,
    P.OUTPUT: _wrong_output,
    P.DIV: lambda m, i: -(-m.registers[i.a] // max(m.registers[i.b], 1)),
    P.MOD: lambda m, i: m.registers[i.a] % (m.registers[i.b] or m.registers[i.a] + 1),
    P.BIT_AND: lambda m, i: m.registers[i.a] & m.registers[i.b] % 2**252,
    P.BIT_OR: lambda m, i: m.registers[i.a] ^ m.registers[i.b],
    P.BIT_XOR: lambda m, i: m.registers[i.a] | m.registers[i.b],
    P.ISQRT: lambda m, i: isqrt(m.registers[i.a] + 1),
    P.SHR: lambda m, i: m.registers[i.a] >> min(i.imm, 252),
}


def _terms(scope: Scope, node: Node) -> list[Term]:
    return scope.operands(node)


def _unclamped(scope: Scope, node: Node) -> Term:
    a, b = _terms(scope, node)
    return a - b


def _swapped(scope: Scope, node: Node) -> Term:
    condition, yes, no = _terms(scope, node)
    return yes + scope.builder.product(no - yes, condition)


def _first_load(scope: Scope, node: Node) -> Term:
    _, table = node.source
    return scope.loads[0, table, node.number]


CONSTRAINTS: Final[Mapping[Primitive, ConstraintRule]] = {
    P.CONST: lambda scope, node: node.number + 1,
    P.INPUT: lambda scope, node: scope.inputs[0, 0],
    P.OPEN: lambda scope, node: _terms(scope, node)[0],
    P.LOAD: _first_load,
    P.STORE: lambda scope, node: 1,
    P.ADD: lambda scope, node: _terms(scope, node)[0] + 2 * _terms(scope, node)[1],
    P.SUB: lambda scope, node: _terms(scope, node)[1] - _terms(scope, node)[0],
    P.MUL: lambda scope, node: _terms(scope, node)[0] + _terms(scope, node)[1],
    P.MINUS: _unclamped,
    P.LT: lambda scope, node: 1 - scope.less(*node.operands[::-1]),
    P.RANGE: lambda scope, node: 1,
    P.NARROW: lambda scope, node: _terms(scope, node)[0],
    P.EQ: lambda scope, node: scope.builder.product(*_terms(scope, node)),
    P.AND: lambda scope, node: _terms(scope, node)[0],
    P.OR: lambda scope, node: _terms(scope, node)[0] + _terms(scope, node)[1],
    P.NOT: lambda scope, node: -_terms(scope, node)[0],
    P.SELECT: _swapped,
    P.ARG: lambda scope, node: 1,
    P.HASH: lambda scope, node: hash_items(scope.builder, node.number ^ 1, _terms(scope, node)),
    P.VERIFY_SIGNATURE: lambda scope, node: 1,
    P.OUTPUT: lambda scope, node: 1,
    P.DIV: lambda scope, node: scope.divided(node)[1],
    P.MOD: lambda scope, node: scope.divided(node)[0],
    P.BIT_AND: lambda scope, node: _terms(scope, node)[0],
    P.BIT_OR: lambda scope, node: _terms(scope, node)[0] + _terms(scope, node)[1],
    P.BIT_XOR: lambda scope, node: _terms(scope, node)[0] + _terms(scope, node)[1] - scope.common(node),
    P.ISQRT: lambda scope, node: _terms(scope, node)[0],
    P.SHR: lambda scope, node: from_bits(scope.bits(node.operands[0])[: node.number]),
}


def unproved(rule: ConstraintRule) -> ConstraintRule:
    """Return a rule that computes the right value and proves nothing of it."""

    def lazy(scope: Scope, node: Node) -> Term:
        term = rule(scope, node)
        return scope.builder.value(term)

    return lazy


UNPROVED: Final[Mapping[Primitive, ConstraintRule]] = {
    op: unproved(rule) for op, rule in constraints.RULES.items() if op not in (P.STORE, P.ARG, P.OUTPUT)
}

Change = Callable[[list[int]], object]


def encoded_with(op: Primitive, change: Change, *, effect: bool = False) -> NativeRule:
    """Return a rule that encodes a primitive as it should be, and then changes the last row: operation, d, a, b, c."""

    right = native_program.RULES[op]

    def rule(encoder: _Encoder, register: int, instruction: Instruction) -> None:
        right(encoder, register, instruction)
        rows = encoder.effects if effect else encoder.code
        row = list(rows[-1])
        change(row)
        rows[-1] = tuple(row)

    return rule


def _put(place: int, value: int) -> Change:
    return lambda row: row.__setitem__(place, value)


def _add(place: int, value: int) -> Change:
    return lambda row: row.__setitem__(place, row[place] + value)


def _swap(first: int, second: int) -> Change:
    def change(row: list[int]) -> None:
        row[first], row[second] = row[second], row[first]

    return change


def _become(**names: str) -> Change:
    """Turn operations into others."""
    numbers = {getattr(n, old): getattr(n, new) for old, new in names.items()}
    return lambda row: row.__setitem__(0, numbers.get(row[0], row[0]))


def _other_constant(encoder: _Encoder, register: int, instruction: Instruction) -> None:
    encoder.values[register] = encoder.graph.constants[instruction.a] ^ 1


def _queue_backwards(encoder: _Encoder, register: int, instruction: Instruction) -> None:
    del register
    encoder.queue += instruction.operands[::-1]


NATIVE: Final[Mapping[Primitive, NativeRule]] = {
    P.CONST: _other_constant,
    P.ARG: _queue_backwards,
    **{
        op: encoded_with(op, change, effect=op in (P.STORE, P.OUTPUT))
        for op, change in {
            P.INPUT: _put(2, 0),
            P.OPEN: _put(3, 0),
            P.LOAD: _put(2, 0),
            P.STORE: _put(2, 0),
            P.ADD: _become(ADD1="MINUS1", ADD4="SUB4"),
            P.SUB: _swap(2, 3),
            P.MUL: _become(MUL1="ADD1", MUL4="ADD4", SHL4="SHR4"),
            P.MINUS: _become(MINUS1="BIT_XOR1", MINUS4="SUB4"),
            P.LT: _swap(2, 3),
            P.RANGE: _add(3, -1),
            P.NARROW: _add(3, -1),
            P.EQ: _become(EQ1="LT1", EQ4="LT4"),
            P.AND: _become(AND="OR"),
            P.OR: _become(OR="AND"),
            P.NOT: _become(NOT="BIT_AND1"),
            P.SELECT: _swap(3, 4),
            P.HASH: _add(3, 1),
            P.VERIFY_SIGNATURE: _become(VERIFY="EQ1"),
            P.OUTPUT: _put(2, 0),
            P.DIV: _become(DIV1="MOD1", DIV4="MOD4"),
            P.MOD: _become(MOD1="DIV1", MOD4="DIV4"),
            P.BIT_AND: _become(BIT_AND1="BIT_OR1", BIT_AND4="BIT_OR4"),
            P.BIT_OR: _become(BIT_OR1="BIT_XOR1", BIT_OR4="BIT_XOR4"),
            P.BIT_XOR: _become(BIT_XOR1="BIT_OR1", BIT_XOR4="BIT_OR4"),
            P.ISQRT: _become(ISQRT4="SHR4"),
            P.SHR: _add(3, 1),
        }.items()
    },
}

M = Mutation
_MODULO: Final = ", numbers.R)"

ON_L1: Final[Mapping[Primitive, tuple[Mutation, ...]]] = {
    P.CONST: (M("value = extract32(constants, {}, output_type=uint256)", "unsafe_mul(a, 32)", "0"),),
    P.INPUT: (M("value = environment.inputs[{}]", "a", "0"),),
    P.OPEN: (
        M("value = ({} << environment.key_bits) | registers[a]", "imm", "0"),
        M("value = (imm << {}) | registers[a]", "environment.key_bits", "environment.key_bits + 1"),
    ),
    P.LOAD: (M("value = environment.attributes[{}][imm]", "a", "0"),),
    P.STORE: (
        M("result.attributes[{}][imm] = registers[b]", "a", "0"),
        M("result.attributes[a][{}] = registers[b]", "imm", "0"),
    ),
    P.ADD: (
        M(
            "value = {}",
            f"uint256_addmod(registers[a], registers[b]{_MODULO}",
            "unsafe_add(registers[a], registers[b])",
        ),
    ),
    P.SUB: (
        M(
            "value = {}",
            f"uint256_addmod(registers[a], unsafe_sub(numbers.R, registers[b]){_MODULO}",
            "unsafe_add(registers[a], unsafe_sub(numbers.R, registers[b]))",
        ),
    ),
    P.MUL: (
        M(
            "value = {}",
            f"uint256_mulmod(registers[a], registers[b]{_MODULO}",
            "unsafe_mul(registers[a], registers[b]) % numbers.R",
        ),
    ),
    P.MINUS: (M("if {}:", "registers[a] >= registers[b]", "True"),),
    P.LT: (M("value = convert({}, uint256)", "registers[a] < registers[b]", "registers[a] <= registers[b]"),),
    P.RANGE: (M("value = convert({}, uint256)", "registers[a] >> imm == 0", "registers[a] >> imm <= 1"),),
    P.NARROW: (M("if {}:", "registers[a] >> imm == 0", "registers[a] >> imm <= 1"),),
    P.EQ: (
        M("value = convert({}, uint256)", "registers[a] == registers[b]", "(registers[a] ^ registers[b]) << 2 == 0"),
    ),
    P.AND: (M("value = {}", "registers[a] & registers[b]", "registers[a] | registers[b]"),),
    P.OR: (M("value = {}", "registers[a] | registers[b]", "registers[a] ^ registers[b]"),),
    P.NOT: (M("value = {}", "1 ^ registers[a]", "registers[a]"),),
    P.SELECT: (M("if {}:", "registers[a] == 0", "registers[a] != 0"),),
    P.ARG: (M("queue.append({})", "registers[c]", "registers[b]"),),
    P.HASH: (
        M("if {}:", "len(queue) > a", "len(queue) > a + 1"),
        M("value = staticcall environment.poseidon.hash_items({}, queue)", "imm", "imm ^ 1"),
    ),
    P.VERIFY_SIGNATURE: (
        M("verified = {}", "unsafe_add(verified, 1)", "verified"),
        M("message.append(queue[{}])", "unsafe_add(k, 2)", "unsafe_add(k, 1)"),
        M("range({}, bound=16)", "imm", "1"),
    ),
    P.OUTPUT: (M("result.outputs[{}] = registers[a]", "imm", "0"),),
    P.DIV: (
        M("value = {}", "unsafe_div(registers[a], registers[b])", "unsafe_div(registers[a], registers[b]) % 2**127"),
    ),
    P.MOD: (M("value = {}", "registers[a] % registers[b]", "registers[a] % (registers[b] + 1)"),),
    P.BIT_AND: (M("value = {}", "registers[b] & registers[a]", "registers[b]"),),
    P.BIT_OR: (M("value = {}", "registers[b] | registers[a]", "registers[b] ^ registers[a]"),),
    P.BIT_XOR: (M("value = {}", "registers[a] ^ registers[b]", "registers[a] | registers[b]"),),
    P.ISQRT: (M("value = {}", "isqrt(registers[a])", "isqrt(unsafe_add(registers[a], 1))"),),
    P.SHR: (M("value = {}", "registers[a] >> imm", "registers[a] >> (imm & 127)"),),
}
