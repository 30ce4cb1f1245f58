"""Jubjub, the twisted Edwards curve over Fr: -x² + y² = 1 + d x² y², d = -10240/10241.

SPEC: Zcash protocol specification §5.4.9.3. -1 is a square in Fr and d is none, so the addition law is complete: it has no exceptional
cases on the curve (Bernstein, Lange et al., ePrint 2008/013 §6, Hisil et al., ePrint 2008/522 §3). Nothing here is constant-time.
"""

from typing import NamedTuple

from rollup.crypto.fr import R, is_canonical, sqrt

D = -10240 * pow(10241, -1, R) % R
ORDER = 0x0E7DB4EA6533AFA906673B0101343B00A6682093CCC81082D0970E5ED6F72CB7
"""The prime order L of the large subgroup; the whole group has 8 L elements."""
COFACTOR = 8


class Point(NamedTuple):
    """Affine coordinates in [0, R); not necessarily on the curve until `is_on_curve` says so."""

    x: int
    y: int


IDENTITY = Point(0, 1)
_Extended = tuple[int, int, int, int]
"""(X, Y, Z, T) with x = X/Z, y = Y/Z, T = XY/Z and Z != 0."""


def is_on_curve(point: Point) -> bool:
    """Tell whether both coordinates are canonical and satisfy the curve's equation."""
    if not (is_canonical(point.x) and is_canonical(point.y)):
        return False
    xx, yy = point.x * point.x % R, point.y * point.y % R
    return (yy - xx - 1 - D * xx * yy) % R == 0


def negate(point: Point) -> Point:
    """Return -P = (-x, y)."""
    return Point(-point.x % R, point.y)


def add(p: Point, q: Point) -> Point:
    """Return P + Q for points on the curve."""
    return _affine(_add(_extended(p), _extended(q)))


def double(point: Point) -> Point:
    """Return 2P for a point on the curve."""
    return add(point, point)


def multiply(scalar: int, point: Point) -> Point:
    """Return the multiple of a point on the curve by any integer."""
    # SAFETY: 8 L is the exponent bound of the *whole* group, so reducing by it is right for points of every order.
    scalar %= COFACTOR * ORDER
    result, base = _extended(IDENTITY), _extended(point)
    for bit in f"{scalar:b}":
        result = _add(result, result)
        if bit == "1":
            result = _add(result, base)
    return _affine(result)


def is_small_order(point: Point) -> bool:
    """Tell whether 8P is the identity, for a point on the curve."""
    return double(double(double(point))) == IDENTITY


def decompress(y: int, sign: int) -> Point | None:
    """Return the point with this y whose x has parity `sign`, or None.

    None if y is not canonical, sign is no bit, no x exists, or x = 0 and sign = 1 (zero has one sign).
    """
    if not is_canonical(y) or sign not in (0, 1):
        return None
    yy = y * y % R
    # SAFETY: 1 + d y² is never zero, since -1 is a square and d is none.
    even = sqrt((yy - 1) * pow(1 + D * yy, -1, R))
    if even is None or (even == 0 and sign == 1):
        return None
    return Point(R - even if sign else even, y)


def _extended(point: Point) -> _Extended:
    return point.x, point.y, 1, point.x * point.y % R


def _affine(point: _Extended) -> Point:
    # SAFETY: the addition law is complete, so Z is never zero.
    inverse = pow(point[2], -1, R)
    return Point(point[0] * inverse % R, point[1] * inverse % R)


def _add(p: _Extended, q: _Extended) -> _Extended:
    """Hisil et al., ePrint 2008/522 §3.1 (unified, a = -1)."""
    a = (p[1] - p[0]) * (q[1] - q[0]) % R
    b = (p[1] + p[0]) * (q[1] + q[0]) % R
    c = 2 * D * p[3] * q[3] % R
    d = 2 * p[2] * q[2] % R
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % R, g * h % R, f * g % R, e * h % R


FULL_GENERATOR = Point(0x62EDCBB8BF3787C88B0F03DDD60A8187CAF55D1B29BF81AFE4B3D35DF1A7ADFE, 11)
"""A generator of the whole group, of order 8 L (SPEC: the zkcrypto/jubjub crate; y = 11 and the even x)."""
GENERATOR = multiply(COFACTOR, FULL_GENERATOR)
"""B, of order L: the base point of signatures."""
