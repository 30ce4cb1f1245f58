"""Division, roots and bitwise operations of integers that are known to be small."""

from collections.abc import Sequence

from provers.validity.constraints.bits import from_bits, is_less, require_bits
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from provers.validity.constraints.logic import is_zero

WIDEST_DIVIDEND, WIDEST_DIVISOR = 248, 128
_NO_WRAP = 252
"""Sums of a few integers below 2^252 are below R."""


def divide(b: Builder, dividend: Term, divisor: Term, widths: tuple[int, int]) -> tuple[Term, Term]:
    """Return quotient and remainder, 0 and 0 where the divisor is 0, of integers below 2^248 and 2^128.

    `widths` are theirs in bits, w and v: w + 2v + 10 constraints, and w - 122 more where w + v > 252.

    SAFETY: with z for "the divisor is 0", a·(1 - z) = q·b + r is proved of integers: both sides are below R. If z, the right side is r, so r = 0, and q·z = 0.
    Else r < b, and there is one such pair. Where q·b might pass R, q = h·2^124 + l: h·b, below 2^(248 - 124 + 128), is proved to be below 2^(w - 124), as
    it is at most a / 2^124; so h·b·2^124 + l·b + r, below 2^248 + 2^252 + 2^128, does not wrap.
    """
    width, by = widths
    assert max(width - WIDEST_DIVIDEND, by - WIDEST_DIVISOR) <= 0, f"{width} bits by {by} bits"
    none = is_zero(b, divisor)
    quotient, remainder = b.division(dividend, divisor)
    bits = require_bits(b, quotient, width)
    require_bits(b, remainder, by)
    if width + by <= _NO_WRAP:
        product = b.product(quotient, divisor)
    else:
        cut = _NO_WRAP - WIDEST_DIVISOR
        high = b.product(from_bits(bits[cut:]), divisor)
        require_bits(b, high, width - cut)
        product = high * (1 << cut) + b.product(from_bits(bits[:cut]), divisor)
    b.enforce(dividend, 1 - none, product + remainder)
    b.enforce(quotient, none, 0)
    b.enforce_equal(is_less(b, remainder, divisor, by) + none, 1)
    return quotient, remainder


def isqrt(b: Builder, radicand: Term, width: int) -> Term:
    """Return the square root, rounded down, of an integer below 2^width, `width <= 248`: 3·width/2 constraints and 6 more.

    SAFETY: with s below 2^124, d = a - s² is proved to be in [0, 2s]; s² + d is below R, so it is a, and s² <= a < (s + 1)².
    """
    assert width <= WIDEST_DIVIDEND, f"a root of {width} bits"
    half = (width + 1) // 2
    root = b.isqrt(radicand)
    require_bits(b, root, half)
    rest = radicand - b.product(root, root)
    require_bits(b, rest, half + 1)
    require_bits(b, 2 * root - rest, half + 1)
    return root


def common_bits(b: Builder, x: Sequence[Term], y: Sequence[Term]) -> Term:
    """Return the integer of the bits that are in both, of Booleans, the lowest first: a constraint for each of the shorter."""
    return from_bits([b.product(left, right) for left, right in zip(x, y, strict=False)])
