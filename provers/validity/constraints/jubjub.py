"""Points of Jubjub, -x² + y² = 1 + d x² y², in constraints.

INVARIANT: every point that is added or doubled here is on the curve; there the addition law is complete (`rollup.crypto.jubjub`), so no
denominator is ever 0 and every quotient is determined.
"""

from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from provers.validity.constraints.logic import divide, is_zero, select
from rollup.crypto.jubjub import D

TermPoint = tuple[Term, Term]
"""Affine coordinates (x, y)."""


def add(b: Builder, p: TermPoint, q: TermPoint) -> TermPoint:
    """Return P + Q: 6 constraints (the affine law of ePrint 2008/013 §6 with a = -1)."""
    (x1, y1), (x2, y2) = p, q
    left, right = b.product(x1, y2), b.product(y1, x2)
    # (x1 + y1)(x2 + y2) - x1·y2 - y1·x2 = y1·y2 + x1·x2
    both = b.product(x1 + y1, x2 + y2)
    curved = b.product(left * D, right)
    return divide(b, left + right, 1 + curved), divide(b, both - left - right, 1 - curved)


def double(b: Builder, p: TermPoint) -> TermPoint:
    """Return 2P: 5 constraints; on the curve 1 ± d x² y² = 1 ± (y² - x² - 1)."""
    x, y = p
    xy, xx, yy = b.product(x, y), b.product(x, x), b.product(y, y)
    return divide(b, 2 * xy, yy - xx), divide(b, yy + xx, 2 - yy + xx)


def negate(p: TermPoint) -> TermPoint:
    """Return -P: no constraint."""
    return -p[0], p[1]


def select_point(b: Builder, condition: Term, yes: TermPoint, no: TermPoint) -> TermPoint:
    """Return `yes` if the Boolean `condition` is 1, else `no`: 2 constraints."""
    return select(b, condition, yes[0], no[0]), select(b, condition, yes[1], no[1])


def can_sign(b: Builder, p: TermPoint) -> Term:
    """Return whether a pair of elements is a point of the curve that 8 does not kill: 9 constraints; see `is_killed_by_cofactor`."""
    x, y = p
    xx, yy = b.product(x, x), b.product(y, y)
    both = b.product(xx, yy)
    on_curve = is_zero(b, yy - xx - 1 - both * D)
    return b.product(on_curve, 1 - is_zero(b, b.product(both, xx + yy)))


def is_killed_by_cofactor(b: Builder, p: TermPoint) -> Term:
    """Return whether 8P is the identity, for P on the curve: 5 constraints.

    SAFETY: 8P is the identity exactly if 4P = (0, ±1), the points of order at most 2, so exactly if its x is 0. As 2Q = (2xy/…, (x² + y²)/…), that is so if 2P has
    a coordinate of 0, hence if xy(x² + y²) = 0.
    """
    x, y = p
    xy = b.product(x, y)
    return is_zero(b, b.product(xy, b.product(x + y, x + y) - 2 * xy))
