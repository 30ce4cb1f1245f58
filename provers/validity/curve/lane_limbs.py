"""Fp and Fp2 of BLS12-381 in eight lanes, over `rollup.crypto.lane_limbs`: 8 limbs, so 416 - 381 bits are free.

An element of Fp2 is two of Fp, c0 first.
"""

from provers.validity.curve.points import Q
from rollup.crypto.lane_limbs import Element, LaneCode, integer
from rollup.crypto.limbs_ir import Builder

LIMBS = 8
FP = LaneCode(Q, LIMBS)
_OFFSET = 390
"""A multiple Q·2^390 keeps differences of products from becoming negative: of factors below 2^4·Q, as 2^8·Q² < Q·2^390."""

montgomery, linear, reduced = FP.montgomery, FP.linear, FP.reduced
columns, quotient = FP.columns, FP.quotient
multiply = FP.multiply
"""x·y in Fp, below (1 + 2^-15)·Q for factors below 2^10·Q."""


def constant(value: int) -> Element:
    """Return an integer in all lanes."""
    return integer(value, LIMBS)


def multiply2(b: Builder, x: Element, y: Element) -> Element:
    """x·y in Fp2, both parts below (1 + 2^-20)·Q, for parts below 2^3·Q: three products (Karatsuba), two reductions."""
    x0, x1, y0, y1 = x[:LIMBS], x[LIMBS:], y[:LIMBS], y[LIMBS:]
    low, high = columns(b, x0, y0), columns(b, x1, y1)
    offset = integer(Q << _OFFSET, 2 * LIMBS)
    real = [b.add(b.sub(a, c), d) for a, c, d in zip(low, high, offset, strict=True)]
    both = columns(b, linear(b, [x0, x1], [], 0), linear(b, [y0, y1], [], 0))
    imaginary = [b.sub(b.sub(a, c), d) for a, c, d in zip(both, low, high, strict=True)]
    return quotient(b, real) + quotient(b, imaginary)


def square2(b: Builder, x: Element) -> Element:
    """x² in Fp2, as `multiply2`: ((x0 + x1)(x0 - x1), 2·x0·x1)."""
    x0, x1 = x[:LIMBS], x[LIMBS:]
    real = columns(b, linear(b, [x0, x1], [], 0), linear(b, [x0], [x1], 8))
    return quotient(b, real) + quotient(b, columns(b, linear(b, [x0, x0], [], 0), x1))
