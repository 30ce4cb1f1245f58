"""Multiples of Jubjub's points in constraints, on its Montgomery form b·v² = u³ + a·u² + u with a = 40962, b = -40964.

u = (1 + y)/(1 - y), v = u/x and back x = u/v, y = (u - 1)/(u + 1) (SPEC: ePrint 2008/013 §3). Here a sum takes 3 constraints, but it is not complete.

SAFETY: no denominator here is ever 0, so every quotient is determined and no input leaves a prover without a witness. All points are multiples m·P of one point,
0 < |m| < L, whose order is L or a multiple of it: a key that 8 does not kill, or the base point. Such an m·P is never killed by 8, as 8m is no multiple of L.

- The map's exceptions lie at points that 8 kills: y = 1 is the identity; x = 0 and v = 0 are (0, ±1); u = -1 is no point's, since there is no y for it.
- Two points have the same u exactly if their sum or difference is the identity. So m·P and n·P may be added if |m| != |n| and |m| + |n| < L.
"""

from collections.abc import Sequence
from functools import cache

from provers.validity.constraints import jubjub as edwards
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.jubjub import TermPoint
from provers.validity.constraints.linear import Term
from provers.validity.constraints.logic import divide
from rollup.crypto import jubjub
from rollup.crypto.fr import R
from rollup.crypto.jubjub import GENERATOR, ORDER, Point

CURVE_A = 40962
CURVE_B = -40964
_B_INVERSE = pow(CURVE_B, -1, R)

TermMontgomery = tuple[Term, Term]
"""Affine coordinates (u, v)."""

BASE_BITS = 251
_WINDOW = 2
_WINDOWS = BASE_BITS // _WINDOW


def to_montgomery(b: Builder, p: TermPoint) -> TermMontgomery:
    """Return (u, v) of a point that 8 does not kill: 2 constraints."""
    x, y = p
    u = divide(b, 1 + y, 1 - y)
    return u, divide(b, u, x)


def from_montgomery(b: Builder, p: TermMontgomery) -> TermPoint:
    """Return (x, y): 2 constraints."""
    u, v = p
    return divide(b, u, v), divide(b, u - 1, u + 1)


def add(b: Builder, p: TermMontgomery, q: TermMontgomery) -> TermMontgomery:
    """Return P + Q where P != ±Q: 3 constraints."""
    slope = divide(b, q[1] - p[1], q[0] - p[0])
    return _third(b, slope, p, q[0])


def double(b: Builder, p: TermMontgomery) -> TermMontgomery:
    """Return 2P: 4 constraints."""
    u, v = p
    slope = divide(b, 3 * b.product(u, u) + 2 * CURVE_A * u + 1, 2 * CURVE_B * v)
    return _third(b, slope, p, u)


def double_and_add(b: Builder, q: TermMontgomery, p: TermMontgomery) -> TermMontgomery:
    """Return 2Q + P as (Q + P) + Q, without the second coordinate of Q + P: 5 constraints (Eisenträger, Lauter, Montgomery, ePrint 2002/112).

    P != ±Q and Q + P != ±Q. With t the u of T = Q + P, the slope from Q to T is (v_T - v_Q)/(t - u_Q), and v_T = slope·(u_Q - t) - v_Q.
    """
    slope = divide(b, p[1] - q[1], p[0] - q[0])
    t = _third_u(b, slope, p[0], q[0])
    slope = divide(b, 2 * q[1], q[0] - t) - slope
    return _third(b, slope, q, t)


def multiply_odd(b: Builder, bits: Sequence[Term], p: TermMontgomery) -> TermMontgomery:
    """Return (n | 1)·P for n = 2^k + the integer of k Booleans, k <= 249: 6 constraints a bit, and 1. The lowest bit is not read.

    SAFETY: an odd n is 2^k + Σ_(i<k) (2·bit_(i+1) - 1)·2^i with 1 for bit_k. So from Q = 3P on, Q = m·P becomes (2m ± 1)·P; 3 <= m < 2^(k + 1) < L/2, and m, ±1, and then
    m ± 1 and m, differ in size and add up to less than L.
    """
    assert len(bits) < ORDER.bit_length() - 2, "multiples would wrap around"
    u, v = p
    total = add(b, double(b, p), p)
    for bit in reversed(bits[1:]):
        total = double_and_add(b, total, (u, b.product(v, 2 * bit - 1)))
    return total


def multiply_base(b: Builder, bits: Sequence[Term]) -> TermPoint:
    """Return n·B, on the Edwards form, for the integer n of 251 Booleans: 505 constraints.

    With H = B/2, the 250 low bits give N·H for N = Σ (2·bit_i - 1)·2^i = 2·n - (2^250 - 1), so n·B = N·H + (2^250 - 1)·H; in windows of two bits, digits ±1 and ±3 to
    base 4. The rest, and what the highest bit adds, is a sum of the complete law.

    SAFETY: |Σ_(i<j) digit_i·4^i| <= 4^j - 1 and is odd, so it is not 0, is below |digit_j·4^j| and adds up with that to less than 4^125 = 2^250 < L.
    """
    assert len(bits) == BASE_BITS, f"{len(bits)} bits for {BASE_BITS}"
    total = _look_up(b, 0, bits)
    for number in range(1, _WINDOWS):
        total = add(b, total, _look_up(b, number, bits))
    lower, upper = _ends()
    top = bits[-1]
    rest = (top * (upper.x - lower.x) + lower.x, top * (upper.y - lower.y) + lower.y)
    return edwards.add(b, from_montgomery(b, total), rest)


def _third(b: Builder, slope: Term, p: TermMontgomery, u: Term) -> TermMontgomery:
    """Return the sum of P and the other point of a line through it, which has this u: 2 constraints."""
    third = _third_u(b, slope, p[0], u)
    return third, b.solve(slope, p[0] - third, p[1])


def _third_u(b: Builder, slope: Term, first: Term, second: Term) -> Term:
    """Return b·slope² - a - u_1 - u_2: 1 constraint."""
    return b.solve(slope, slope, (first + second + CURVE_A) * _B_INVERSE, _B_INVERSE)


def _look_up(b: Builder, number: int, bits: Sequence[Term]) -> TermMontgomery:
    """Return ±1 or ±3 times 4^number·H by two bits: 1 constraint. u is even in the digit, v is odd, so v is a sum of what each bit gives."""
    low, high = bits[_WINDOW * number : _WINDOW * (number + 1)]
    (u1, v1), (u3, v3) = _window(number)
    same = 2 * b.product(low, high) - low - high + 1
    half = pow(2, -1, R)
    by_low, by_high = (v3 - v1) * half % R, (v3 + v1) * half % R
    return same * (u3 - u1) + u1, (2 * low - 1) * by_low + (2 * high - 1) * by_high


@cache
def _window(number: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return (u, v) of 4^number·H and of three times that."""
    first = jubjub.multiply((1 << _WINDOW * number) * pow(2, -1, ORDER), GENERATOR)
    return montgomery(first), montgomery(jubjub.multiply(3, first))


@cache
def _ends() -> tuple[Point, Point]:
    """Return (2^250 - 1)·H, and that and 2^250·B."""
    top = 1 << BASE_BITS - 1
    lower = jubjub.multiply((top - 1) * pow(2, -1, ORDER), GENERATOR)
    return lower, jubjub.add(lower, jubjub.multiply(top, GENERATOR))


def montgomery(point: Point) -> tuple[int, int]:
    """Return (u, v) of a point that 8 does not kill."""
    u = (1 + point.y) * pow(1 - point.y, -1, R) % R
    return u, u * pow(point.x, -1, R) % R
