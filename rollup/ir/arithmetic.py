"""The meaning of each primitive whose result depends on registers alone, in plain Python integers: what the interpreter and the folding of constants share."""

from collections.abc import Callable, Mapping, Sequence
from math import isqrt
from types import MappingProxyType
from typing import Final

from rollup.crypto.fr import R
from rollup.ir.primitives import Primitive

Meaning = Callable[[int, Sequence[int]], int]
"""From `imm` and the operands, within the bounds that `ir.bounds` allows, to the result."""

MEANING: Final[Mapping[Primitive, Meaning]] = MappingProxyType(
    {
        Primitive.ADD: lambda _, x: (x[0] + x[1]) % R,
        Primitive.SUB: lambda _, x: (x[0] - x[1]) % R,
        Primitive.MUL: lambda _, x: x[0] * x[1] % R,
        Primitive.MINUS: lambda _, x: max(x[0] - x[1], 0),
        Primitive.LT: lambda _, x: int(x[0] < x[1]),
        Primitive.RANGE: lambda imm, x: int(x[0] < 1 << imm),
        Primitive.NARROW: lambda imm, x: x[0] if x[0] < 1 << imm else 0,
        Primitive.EQ: lambda _, x: int(x[0] == x[1]),
        Primitive.AND: lambda _, x: x[0] & x[1],
        Primitive.OR: lambda _, x: x[0] | x[1],
        Primitive.NOT: lambda _, x: 1 - x[0],
        Primitive.SELECT: lambda _, x: x[1] if x[0] else x[2],
        Primitive.DIV: lambda _, x: x[0] // x[1] if x[1] else 0,
        Primitive.MOD: lambda _, x: x[0] % x[1] if x[1] else 0,
        Primitive.BIT_AND: lambda _, x: x[0] & x[1],
        Primitive.BIT_OR: lambda _, x: x[0] | x[1],
        Primitive.BIT_XOR: lambda _, x: x[0] ^ x[1],
        Primitive.ISQRT: lambda _, x: isqrt(x[0]),
        Primitive.SHR: lambda imm, x: x[0] >> imm,
    }
)
"""The meaning of each."""
