"""Graphs as `native_kernels` reads them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np

from rollup.crypto.fr import R
from rollup.crypto.fr_kernels import SIZE
from rollup.crypto.limbs import Words, words_from_ints
from rollup.errors import InternalError
from rollup.execution import native_kernels as n
from rollup.ir.check import KEY_ITEMS, check
from rollup.ir.graph import Frame, Graph, Instruction
from rollup.ir.layout import Layout
from rollup.ir.primitives import Primitive
from rollup.params import CallInput, DepositInput, FeesInput, Output, TransactionInput

WORD: Final = 1 << 64
_CHAINED: Final[Mapping[Frame, Mapping[int, Output]]] = {
    frame: {
        frame[output.name]: output
        for output in (Output.WITHDRAWALS, Output.WITHDRAWALS_COUNT, Output.NEXT_ACCOUNT, Output.FEES)
        if output.name in frame.__members__
    }
    for frame in (TransactionInput, CallInput, DepositInput, FeesInput)
}
"""Inputs that are what an earlier call put out."""


@dataclass(frozen=True)
class Signed:
    """Where a graph keeps what it verifies: the registers of key and message, then of r_y, r_sign and s; empty if it verifies nothing."""

    registers: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class NativeProgram:
    """Encoded graphs.

    Attributes
    ----------
    graphs
        Those that are encoded, in order.
    code, starts
        int64[m, 5]; the first instruction of each graph.
    registers
        With the constants in them: uint64[total, 4]. A copy is what the kernel works on.
    files
        The first register of each graph.
    signed
        Of each graph.
    """

    graphs: tuple[Graph, ...]
    code: n.Code
    starts: n.Numbers
    registers: Words
    files: tuple[int, ...]
    signed: tuple[Signed, ...]

    @classmethod
    def of(cls, graphs: Sequence[Graph], layout: Layout, *, chained: bool = True) -> "NativeProgram":
        """Encode graphs that the checker accepts.

        Parameters
        ----------
        chained
            Whether the frame's inputs come from what earlier calls put out; else all are given.

        Raises
        ------
        InternalError
            A graph verifies more than one signature; those of programs verify one.
        """
        code: list[tuple[int, ...]] = []
        values: list[int] = []
        starts, files, signed = [], [], []
        for graph in graphs:
            starts.append(len(code))
            files.append(len(values))
            sources = _CHAINED[graph.frame] if chained else {}
            encoder = _Encoder(graph, layout, len(values), sources)
            encoder.encode()
            code += encoder.code
            values += encoder.values
            signed.append(encoder.signed)
        return cls(
            tuple(graphs),
            np.array(code, dtype=np.int64).reshape(-1, 5),
            np.array(starts, dtype=np.int64),
            words_from_ints(values, 4),
            tuple(files),
            tuple(signed),
        )


@dataclass
class _Encoder:
    """One graph under way: `values` are its registers before any call."""

    graph: Graph
    layout: Layout
    base: int
    sources: Mapping[int, Output]
    code: list[tuple[int, ...]] = field(default_factory=list)
    effects: list[tuple[int, ...]] = field(default_factory=list)
    values: list[int] = field(default_factory=list)
    queue: list[int] = field(default_factory=list)
    signed: Signed = field(default_factory=Signed)
    slots: int = 0

    def encode(self) -> None:
        """Write all instructions, and the effects behind them."""
        self.bounds = check(self.graph, self.layout)
        self.values = [0] * len(self.bounds)
        for register, instruction in enumerate(self.graph.instructions):
            RULES[instruction.op](self, register, instruction)
        self.code.append((n.EFFECTS, 0, 0, 0, 0))
        self.code += self.effects
        for number, condition in enumerate(self.graph.checks):
            self.code.append((n.CHECK, self.at(condition.register), number, 0, 0))
        self.code.append((n.END, 0, 0, 0, 0))

    def at(self, register: int) -> int:
        """Return a register's byte."""
        return SIZE * (self.base + register)

    def write(self, op: int, register: int, a: int = 0, b: int = 0, c: int = 0) -> None:
        """Append an instruction."""
        self.code.append((op, self.at(register), a, b, c))

    def is_word(self, *registers: int) -> bool:
        """Tell whether registers hold integers below 2^64."""
        return all(self.bounds[register] <= WORD for register in registers)


_Rule = Callable[[_Encoder, int, Instruction], None]


def _const(e: _Encoder, register: int, instruction: Instruction) -> None:
    e.values[register] = e.graph.constants[instruction.a]


def _input(e: _Encoder, register: int, instruction: Instruction) -> None:
    narrow = e.is_word(register)
    if instruction.a in e.sources:
        e.write(n.CHAIN1 if narrow else n.CHAIN4, register, SIZE * e.sources[instruction.a])
    else:
        e.write(n.INPUT1 if narrow else n.INPUT4, register, SIZE * instruction.a)


def _open(e: _Encoder, register: int, instruction: Instruction) -> None:
    size = SIZE * len(e.layout.tables[instruction.imm].attributes)
    e.write(n.OPEN, register, e.at(instruction.a), instruction.imm << e.layout.key_bits, size)
    e.slots += 1


def _load(e: _Encoder, register: int, instruction: Instruction) -> None:
    e.write(n.LOAD1 if e.is_word(register) else n.LOAD4, register, instruction.a, SIZE * instruction.imm)


def _store(e: _Encoder, register: int, instruction: Instruction) -> None:
    del register
    e.effects.append((n.STORE, e.at(instruction.b), instruction.a, SIZE * instruction.imm, 0))


def _output(e: _Encoder, register: int, instruction: Instruction) -> None:
    del register
    e.effects.append((n.OUTPUT, e.at(instruction.a), instruction.imm, 0, 0))


def _binary(narrow: int, wide: int) -> _Rule:
    """Of two registers: in a word if they and the result fit one."""

    def rule(e: _Encoder, register: int, instruction: Instruction) -> None:
        a, b = instruction.a, instruction.b
        e.write(narrow if e.is_word(register, a, b) else wide, register, e.at(a), e.at(b))

    return rule


def _mul(e: _Encoder, register: int, instruction: Instruction) -> None:
    a, b = instruction.a, instruction.b
    if e.is_word(register, a, b):
        return e.write(n.MUL1, register, e.at(a), e.at(b))
    for factor, other in ((a, b), (b, a)):
        number = e.values[factor] if e.graph.instructions[factor].op is Primitive.CONST else 0
        # Full elements wrap, which a shift does not.
        if number and number & (number - 1) == 0 and e.bounds[register] < R:
            return e.write(n.SHL4, register, e.at(other), number.bit_length() - 1)
    return e.write(n.MUL4, register, e.at(a), e.at(b))


def _range(e: _Encoder, register: int, instruction: Instruction) -> None:
    a, imm = instruction.a, instruction.imm
    if not e.is_word(a):
        e.write(n.RANGE4, register, e.at(a), imm)
    elif imm < 64:
        e.write(n.RANGE1, register, e.at(a), imm)
    else:
        e.write(n.EQ1, register, e.at(a), e.at(a))


def _narrow(e: _Encoder, register: int, instruction: Instruction) -> None:
    a, imm = instruction.a, instruction.imm
    if not e.is_word(a):
        e.write(n.NARROW4, register, e.at(a), imm)
    elif imm < 64:
        e.write(n.NARROW1, register, e.at(a), imm)
    else:
        e.write(n.BIT_AND1, register, e.at(a), e.at(a))


def _shr(e: _Encoder, register: int, instruction: Instruction) -> None:
    a, imm = instruction.a, instruction.imm
    if not e.is_word(a):
        e.write(n.SHR4, register, e.at(a), imm)
    elif imm < 64:
        e.write(n.SHR1, register, e.at(a), imm)
    else:
        e.write(n.BIT_XOR1, register, e.at(a), e.at(a))


def _isqrt(e: _Encoder, register: int, instruction: Instruction) -> None:
    e.write(n.ISQRT4, register, e.at(instruction.a))


def _not(e: _Encoder, register: int, instruction: Instruction) -> None:
    e.write(n.NOT, register, e.at(instruction.a))


def _select(e: _Encoder, register: int, instruction: Instruction) -> None:
    a, b, c = instruction.operands
    e.write(n.SELECT1 if e.is_word(b, c) else n.SELECT4, register, e.at(a), e.at(b), e.at(c))


def _arg(e: _Encoder, register: int, instruction: Instruction) -> None:
    del register
    e.queue += instruction.operands


def _hash(e: _Encoder, register: int, instruction: Instruction) -> None:
    for place, item in enumerate(e.queue[: instruction.a]):
        e.write(n.PUSH, item, SIZE * place)
    e.write(n.HASH, register, instruction.a, instruction.imm)
    e.queue.clear()


def _verify_signature(e: _Encoder, register: int, instruction: Instruction) -> None:
    if e.signed.registers:
        raise InternalError(f"native: graph {e.graph.name} verifies two signatures")
    items = (*e.queue[: KEY_ITEMS + instruction.imm], *instruction.operands)
    for place, item in enumerate(items):
        e.write(n.COMPARE, item, SIZE * place)
    e.write(n.VERIFY, register)
    e.signed = Signed(items)
    e.queue.clear()


RULES: Final[Mapping[Primitive, _Rule]] = MappingProxyType(
    {
        Primitive.CONST: _const,
        Primitive.INPUT: _input,
        Primitive.OPEN: _open,
        Primitive.LOAD: _load,
        Primitive.STORE: _store,
        Primitive.ADD: _binary(n.ADD1, n.ADD4),
        Primitive.SUB: _binary(n.SUB4, n.SUB4),
        Primitive.MUL: _mul,
        Primitive.MINUS: _binary(n.MINUS1, n.MINUS4),
        Primitive.LT: _binary(n.LT1, n.LT4),
        Primitive.RANGE: _range,
        Primitive.NARROW: _narrow,
        Primitive.EQ: _binary(n.EQ1, n.EQ4),
        Primitive.AND: _binary(n.AND, n.AND),
        Primitive.OR: _binary(n.OR, n.OR),
        Primitive.NOT: _not,
        Primitive.SELECT: _select,
        Primitive.ARG: _arg,
        Primitive.HASH: _hash,
        Primitive.VERIFY_SIGNATURE: _verify_signature,
        Primitive.OUTPUT: _output,
        Primitive.DIV: _binary(n.DIV1, n.DIV4),
        Primitive.MOD: _binary(n.MOD1, n.MOD4),
        Primitive.BIT_AND: _binary(n.BIT_AND1, n.BIT_AND4),
        Primitive.BIT_OR: _binary(n.BIT_OR1, n.BIT_OR4),
        Primitive.BIT_XOR: _binary(n.BIT_XOR1, n.BIT_XOR4),
        Primitive.ISQRT: _isqrt,
        Primitive.SHR: _shr,
    }
)
"""How each primitive is encoded."""
