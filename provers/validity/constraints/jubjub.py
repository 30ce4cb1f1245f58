"""Points of Jubjub, -x² + y² = 1 + d x² y², in constraints.

INVARIANT: every point that is added, doubled or multiplied here is on the curve; there the addition law is complete (`rollup.crypto.jubjub`), so no
denominator is ever 0 and every quotient is determined.
"""

from collections.abc import Sequence
from functools import cache

from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term, combine
from provers.validity.constraints.logic import is_zero, select
from rollup.crypto import jubjub
from rollup.crypto.jubjub import D, Point

TermPoint = tuple[Term, Term]
"""Affine coordinates (x, y)."""

_WINDOW = 3


def add(b: Builder, p: TermPoint, q: TermPoint) -> TermPoint:
    """Return P + Q: 6 constraints (the affine law of ePrint 2008/013 §6 with a = -1)."""
    (x1, y1), (x2, y2) = p, q
    left, right = b.product(x1, y2), b.product(y1, x2)
    # (x1 + y1)(x2 + y2) - x1·y2 - y1·x2 = y1·y2 + x1·x2
    both = b.product(x1 + y1, x2 + y2)
    curved = b.product(left * D, right)
    return _quotient(b, left + right, 1 + curved), _quotient(b, both - left - right, 1 - curved)


def double(b: Builder, p: TermPoint) -> TermPoint:
    """Return 2P: 5 constraints; on the curve 1 ± d x² y² = 1 ± (y² - x² - 1)."""
    x, y = p
    xy, xx, yy = b.product(x, y), b.product(x, x), b.product(y, y)
    return _quotient(b, 2 * xy, yy - xx), _quotient(b, yy + xx, 2 - yy + xx)


def negate(p: TermPoint) -> TermPoint:
    """Return -P: no constraint."""
    return -p[0], p[1]


def select_point(b: Builder, condition: Term, yes: TermPoint, no: TermPoint) -> TermPoint:
    """Return `yes` if the Boolean `condition` is 1, else `no`: 2 constraints."""
    return select(b, condition, yes[0], no[0]), select(b, condition, yes[1], no[1])


def is_on_curve(b: Builder, p: TermPoint) -> Term:
    """Return whether any pair of elements is a point of the curve: 5 constraints."""
    x, y = p
    xx, yy = b.product(x, x), b.product(y, y)
    return is_zero(b, yy - xx - 1 - b.product(xx, yy) * D)


def is_killed_by_cofactor(b: Builder, p: TermPoint) -> Term:
    """Return whether 8P is the identity, for P on the curve: 12 constraints.

    SAFETY: 2Q = (2xy/…, …) is the identity exactly if Q has x = 0: then y² = 1, so Q = (0, ±1); and the points of order at most 2 are (0, ±1).
    """
    return is_zero(b, double(b, double(b, p))[0])


def multiply_base(b: Builder, bits: Sequence[Term]) -> TermPoint:
    """Return n·B for the integer of 3k Booleans: 9 constraints for every three bits, less 6."""
    windows = [bits[start : start + _WINDOW] for start in range(0, len(bits), _WINDOW)]
    total: TermPoint | None = None
    for number, window in enumerate(windows):
        point = _look_up_constant(b, window, _base_window(number))
        total = point if total is None else add(b, total, point)
    assert total is not None, "no bits to multiply by"
    return total


def multiply(b: Builder, bits: Sequence[Term], p: TermPoint) -> TermPoint:
    """Return n·P for an odd number of Booleans: 22 constraints for every two bits, and 13."""
    twice = double(b, p)
    table = (p, twice, add(b, twice, p))
    total = select_point(b, bits[-1], p, jubjub.IDENTITY)
    for place in range(len(bits) - 3, -1, -2):
        addend = _look_up(b, bits[place], bits[place + 1], table)
        total = add(b, double(b, double(b, total)), addend)
    return total


def _quotient(b: Builder, numerator: Term, denominator: Term) -> Term:
    """Return numerator/denominator, the denominator not being 0: 1 constraint."""
    quotient = b.quotient(numerator, denominator)
    b.enforce(denominator, quotient, numerator)
    return quotient


def _look_up(b: Builder, low: Term, high: Term, table: Sequence[TermPoint]) -> TermPoint:
    """Return O, P, 2P or 3P, of which the last three are the table: 6 constraints."""
    (x1, y1), (x2, y2), (x3, y3) = table
    x, y = (
        b.product(first + b.product(third - second - first, high), low) + b.product(second, high)
        for first, second, third in ((x1, x2, x3), (y1 - 1, y2 - 1, y3 - 1))
    )
    return x, y + 1


def _look_up_constant(b: Builder, bits: Sequence[Term], table: Sequence[Point]) -> TermPoint:
    """Return the table's entry at the integer of three Booleans: 3 constraints."""
    low, middle, high = bits
    monomials = (1, low, middle, b.product(low, middle))
    x, y = (_choose(b, monomials, high, [point[k] for point in table]) for k in range(2))
    return x, y


def _choose(b: Builder, monomials: Sequence[Term], high: Term, values: Sequence[int]) -> Term:
    lower = _multilinear(values[:4])
    difference = [second - first for first, second in zip(lower, _multilinear(values[4:]), strict=True)]
    return combine(monomials, lower) + b.product(combine(monomials, difference), high)


def _multilinear(values: Sequence[int]) -> list[int]:
    """Return the coefficients at 1, l, m, l·m of the function with these values at l + 2m."""
    v0, v1, v2, v3 = values
    return [v0, v1 - v0, v2 - v0, v3 - v2 - v1 + v0]


@cache
def _base_window(number: int) -> tuple[Point, ...]:
    """Return the multiples 0 … 7 of 8^number · B."""
    step = jubjub.GENERATOR if number == 0 else jubjub.multiply(1 << _WINDOW, _base_window(number - 1)[1])
    points = [jubjub.IDENTITY]
    while len(points) < 1 << _WINDOW:
        points.append(jubjub.add(points[-1], step))
    return tuple(points)
