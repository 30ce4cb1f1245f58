"""The values of wires that no constraint gives: a closed set of rules, so that a machine can compute them without running gadgets.

A rule says what an honest prover puts on wires; it proves nothing. Every rule is total: whatever the operands are, it gives values.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from math import isqrt
from types import MappingProxyType
from typing import Final

from provers.validity.constraints.linear import Term
from rollup.crypto.fr import GENERATOR as NON_SQUARE
from rollup.crypto.fr import R, sqrt

Brought = Callable[[], Sequence[int]]
"""Gives what the prover brings: as many integers as are wanted, which are reduced modulo R; called only where values are wanted."""


class Op(IntEnum):
    """The rules."""

    GIVEN = 0
    INSERTED = 1
    VALUE = 2
    BITS = 3
    QUOTIENT = 4
    ROOT = 5
    PICK = 6
    DIVISION = 7
    ISQRT = 8


@dataclass(frozen=True, slots=True)
class Hint:
    """What some wires hold.

    Attributes
    ----------
    op
        The rule.
    count
        How many wires.
    operands
        The terms that the rule reads.
    brought
        Of `GIVEN` and `INSERTED`.
    """

    op: Op
    count: int
    operands: tuple[Term, ...] = ()
    brought: Brought | None = None

    @property
    def brings(self) -> int:
        """How many integers the prover brings."""
        return {Op.GIVEN: self.count, Op.INSERTED: self.count - 1}.get(self.op, 0)

    def values(self, operands: Sequence[int]) -> list[int]:
        """Return the wires' values, in [0, R), for the values of the operands."""
        brought = [] if self.brought is None else [value % R for value in self.brought()]
        assert len(brought) == self.brings, f"{len(brought)} values are brought where {self.brings} are wanted"
        return RULES[self.op]([value % R for value in operands], brought, self.count)


Rule = Callable[[Sequence[int], Sequence[int], int], list[int]]
"""From operands, what is brought and the number of wires to their values."""


def _given(operands: Sequence[int], brought: Sequence[int], count: int) -> list[int]:
    """Give what is brought."""
    del operands, count
    return list(brought)


def _inserted(operands: Sequence[int], brought: Sequence[int], count: int) -> list[int]:
    """Give what is brought with the first operand put in at the place that the others say, bit by bit, the lowest first."""
    del count
    node, *bits = operands
    place = _number(bits)
    return [*brought[:place], node, *brought[place:]]


def _value(operands: Sequence[int], brought: Sequence[int], count: int) -> list[int]:
    """Give the operand."""
    del brought, count
    return list(operands)


def _bits(operands: Sequence[int], brought: Sequence[int], count: int) -> list[int]:
    """Give the lowest bits of the operand's representative."""
    del brought
    return [operands[0] >> i & 1 for i in range(count)]


def _quotient(operands: Sequence[int], brought: Sequence[int], count: int) -> list[int]:
    """Give the first operand over the second; 0 where that is 0."""
    del brought, count
    numerator, denominator = operands
    return [numerator * inverse_or_zero(denominator) % R]


def _root(operands: Sequence[int], brought: Sequence[int], count: int) -> list[int]:
    """Give whether n/d is a square, and a root of it or else of 7·n/d: the odd one if `odd` is not 0 and there is one, for operands n, d, odd."""
    del brought, count
    numerator, denominator, odd = operands
    square = numerator * inverse_or_zero(denominator) % R
    even = sqrt(square)
    is_square = even is not None
    if even is None:
        even = sqrt(square * NON_SQUARE)
    assert even is not None, "a number or its multiple by a non-square is a square"
    return [int(is_square), R - even if odd and even else even]


def _pick(operands: Sequence[int], brought: Sequence[int], count: int) -> list[int]:
    """Give one of 2^n options, which follow n bits that name it, the lowest first."""
    del brought, count
    bits = (len(operands)).bit_length() - 1  # n + 2^n operands, and n < 2^n
    return [operands[bits + _number(operands[:bits])]]


def _division(operands: Sequence[int], brought: Sequence[int], count: int) -> list[int]:
    """Give quotient and remainder of two integers; 0 and 0 where the second is 0."""
    del brought, count
    dividend, divisor = operands
    return list(divmod(dividend, divisor)) if divisor else [0, 0]


def _isqrt(operands: Sequence[int], brought: Sequence[int], count: int) -> list[int]:
    """Give the square root of an integer, rounded down."""
    del brought, count
    return [isqrt(operands[0])]


def _number(bits: Sequence[int]) -> int:
    """Return the integer of bits; of an operand that is no Boolean its lowest bit counts."""
    return sum((bit & 1) << i for i, bit in enumerate(bits))


def inverse_or_zero(value: int) -> int:
    """Return 1/value mod R, and 0 for 0."""
    return pow(value, -1, R) if value % R else 0


RULES: Final[Mapping[Op, Rule]] = MappingProxyType(
    {
        Op.GIVEN: _given,
        Op.INSERTED: _inserted,
        Op.VALUE: _value,
        Op.BITS: _bits,
        Op.QUOTIENT: _quotient,
        Op.ROOT: _root,
        Op.PICK: _pick,
        Op.DIVISION: _division,
        Op.ISQRT: _isqrt,
    }
)
"""The plain meaning of each rule; `tape_kernels` has the other."""
