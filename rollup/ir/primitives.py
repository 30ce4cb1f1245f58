"""THE table of primitives: what an operation of the IR is called, and how its eight bytes are read.

Each primitive has several meanings, each in a table of its own: `rollup/ir/arithmetic` and `rollup/execution/interpreter` (the reference),
`interpreter_kernels`, `rollup/execution/native_program`, `provers/validity/arithmetise/rules`, `rollup/audit/rules`, and `contracts/lib/interpreter.vy`. All are total: no input makes a primitive fail.
"""

from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Final, Literal

Operand = Literal["a", "b", "c"]
OPERANDS: Final[tuple[Operand, ...]] = ("a", "b", "c")


class Primitive(IntEnum):
    """The operations, by their number in encoded code (SPEC §5); 0 ends the code and is no operation."""

    CONST = 1
    INPUT = 2
    OPEN = 3
    LOAD = 4
    STORE = 5
    ADD = 6
    SUB = 7
    MUL = 8
    MINUS = 9
    LT = 10
    RANGE = 11
    NARROW = 12
    EQ = 13
    AND = 14
    OR = 15
    NOT = 16
    SELECT = 17
    ARG = 18
    HASH = 19
    VERIFY_SIGNATURE = 20
    OUTPUT = 21
    DIV = 22
    MOD = 23
    BIT_AND = 24
    BIT_OR = 25
    BIT_XOR = 26
    ISQRT = 27
    SHR = 28


@dataclass(frozen=True, slots=True)
class Description:
    """How an instruction of one primitive is read.

    Parameters
    ----------
    name
        As texts and errors have it.
    arity
        How many of `a`, `b`, `c` are used; those that are not are 0.
    registers
        Which of them name registers; the others are numbers.
    uses_imm
        Whether `imm` is used; else it is 0.
    summary
        The meaning of register `i`.
    """

    name: str
    arity: int
    registers: tuple[Operand, ...]
    uses_imm: bool
    summary: str


def _describe(
    arity: int, registers: tuple[Operand, ...], summary: str, *, imm: bool = False
) -> tuple[int, tuple[Operand, ...], bool, str]:
    return arity, registers, imm, summary


_ROWS: Final = {
    Primitive.CONST: _describe(1, (), "pool[a]"),
    Primitive.INPUT: _describe(1, (), "inputs[a]"),
    Primitive.OPEN: _describe(1, ("a",), "tree index imm << key_bits | a; opens the next record slot at it", imm=True),
    Primitive.LOAD: _describe(1, (), "attribute imm of slot a, before the step", imm=True),
    Primitive.STORE: _describe(2, ("b",), "0; attribute imm of slot a becomes b", imm=True),
    Primitive.ADD: _describe(2, ("a", "b"), "a + b mod R"),
    Primitive.SUB: _describe(2, ("a", "b"), "a - b mod R"),
    Primitive.MUL: _describe(2, ("a", "b"), "a · b mod R"),
    Primitive.MINUS: _describe(2, ("a", "b"), "a - b if a >= b else 0"),
    Primitive.LT: _describe(2, ("a", "b"), "a < b"),
    Primitive.RANGE: _describe(1, ("a",), "a < 2^imm", imm=True),
    Primitive.NARROW: _describe(1, ("a",), "a if a < 2^imm else 0", imm=True),
    Primitive.EQ: _describe(2, ("a", "b"), "a == b"),
    Primitive.AND: _describe(2, ("a", "b"), "a and b"),
    Primitive.OR: _describe(2, ("a", "b"), "a or b"),
    Primitive.NOT: _describe(1, ("a",), "not a"),
    Primitive.SELECT: _describe(3, ("a", "b", "c"), "b if a else c"),
    Primitive.ARG: _describe(3, ("a", "b", "c"), "0; queues a, b, c"),
    Primitive.HASH: _describe(1, (), "hash_items(imm, the first a queued); clears the queue", imm=True),
    Primitive.VERIFY_SIGNATURE: _describe(
        3,
        ("a", "b", "c"),
        "1 if (r_y = a, r_sign = b, s = c) is a signature by key (q0, q1) of the imm elements after it; clears the queue",
        imm=True,
    ),
    Primitive.OUTPUT: _describe(1, ("a",), "0; output imm is a", imm=True),
    Primitive.DIV: _describe(2, ("a", "b"), "a / b rounded down, 0 if b = 0"),
    Primitive.MOD: _describe(2, ("a", "b"), "what a / b leaves, 0 if b = 0"),
    Primitive.BIT_AND: _describe(2, ("a", "b"), "bits that are in both"),
    Primitive.BIT_OR: _describe(2, ("a", "b"), "bits that are in one or both"),
    Primitive.BIT_XOR: _describe(2, ("a", "b"), "bits that are in one and not in the other"),
    Primitive.ISQRT: _describe(1, ("a",), "the square root of a rounded down"),
    Primitive.SHR: _describe(1, ("a",), "a / 2^imm rounded down", imm=True),
}

PRIMITIVES: Final = MappingProxyType(
    {primitive: Description(primitive.name.lower(), *row) for primitive, row in _ROWS.items()}
)
"""The description of every primitive."""

COMMUTATIVE: Final = frozenset(
    {
        *(Primitive.ADD, Primitive.MUL, Primitive.EQ, Primitive.AND, Primitive.OR),
        *(Primitive.BIT_AND, Primitive.BIT_OR, Primitive.BIT_XOR),
    }
)
EFFECTS: Final = frozenset({Primitive.OPEN, Primitive.STORE, Primitive.OUTPUT})
"""What is done even if nobody reads the register."""
