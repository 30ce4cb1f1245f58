"""Whether points that somebody else wrote are points at all: canonical, on the curve, in the subgroup of order r.

SPEC: Scott, eprint 2021/1130, section 4. With x the curve's parameter, `-0xd201000000010000`, a point P of E is in G1
if and only if `φ(P) = -x²·P`, and one of E' in G2 if and only if `ψ(P) = x·P`. For φ: `φ² + φ + 1 = 0` on all of E, so the
condition gives `(x⁴ - x² + 1)·P = r·P = 0`. For ψ: `ψ² - (x + 1)·ψ + q = 0`, so it gives `(q - x)·P = 0`; and the greatest common
divisor of `q - x` and the order of E' is r.
"""

from __future__ import annotations

import itertools
from concurrent.futures import Executor
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from provers.validity.curve import subgroup_kernels as kernels
from provers.validity.curve.fp_kernels import FP
from provers.validity.curve.groups import G1, Group, Words
from provers.validity.curve.point_kernels import POINT_SCRATCH
from provers.validity.curve.points import Fp2, Q
from rollup.errors import DecodeError

X: Final = 0xD201_0000_0001_0000
"""Minus the parameter of the curve."""
CHUNK = 1024
_Q = [Q >> (64 * i) & 0xFFFF_FFFF_FFFF_FFFF for i in range(6)]
_NOT_CANONICAL: Final = "a coordinate is not below the field modulus"
_OFF_CURVE: Final = "not on the curve"
_OUTSIDE: Final = "outside the subgroup of order r"


def first_fault(group: Group, points: Words, pool: Executor | None = None, threads: int = 1) -> tuple[int, str] | None:
    """Index of a point that is none of the group, the least of its kind of fault, and what is wrong with it; None if all are. Infinity is."""
    flat = group.require(points)
    at = _first_not_canonical(flat)
    if at is not None:
        return at, _NOT_CANONICAL
    constants, multiplier = _constants(group)
    bits = len(bin(X if group is not G1 else X * X)) - 2
    starts, found = itertools.count(0, CHUNK), [-1]

    def work() -> None:
        memory = np.empty((POINT_SCRATCH + 6) * group.width // 8, dtype=np.uint64)
        while (first := next(starts)) < len(flat):
            end = min(first + CHUNK, len(flat))
            fault = kernels.first_fault(flat, first, end, constants, multiplier, bits, group.width, memory)
            if fault >= 0:
                found.append(int(fault))

    if pool is None:
        work()
    else:
        for future in [pool.submit(work) for _ in range(threads)]:
            future.result()
    faults = [x for x in found if x >= 0]
    if not faults:
        return None
    least = min(faults)
    return least >> 1, _OUTSIDE if least & 1 == kernels.OUTSIDE else _OFF_CURVE


def require_group(group: Group, points: Words, what: str, pool: Executor | None = None, threads: int = 1) -> Words:
    """Return the points; DecodeError, naming `what` and the point's number, if one is none of the group."""
    fault = first_fault(group, points, pool, threads)
    if fault is not None:
        raise DecodeError(f"{what}: point {fault[0]} is not in {group.name}: {fault[1]}")
    return points


def _first_not_canonical(flat: Words) -> int | None:
    """Index of the first point with a coordinate part that is no integer below q."""
    limbs = flat.reshape(-1, 6)
    less, equal = np.zeros(len(limbs), dtype=bool), np.ones(len(limbs), dtype=bool)
    for i in reversed(range(6)):
        modulus = np.uint64(_Q[i])
        less |= equal & (limbs[:, i] < modulus)
        equal &= limbs[:, i] == modulus
    bad = np.flatnonzero(~less)
    return int(bad[0]) * 6 // flat.shape[1] if bad.size else None


@cache
def _constants(group: Group) -> tuple[Words, NDArray[np.uint64]]:
    """The curve's constant and the two factors of its endomorphism, `uint64[3, width / 8]`, and the multiplier's limbs."""
    if group is G1:
        return FP.from_ints([4, _cube_root(), 1]), _limbs(X * X)
    x_factor, y_factor = _twist_factors()
    return FP.from_ints([4, 4, *x_factor, *y_factor]).reshape(3, 12), _limbs(X)


def _limbs(value: int) -> NDArray[np.uint64]:
    return np.array([value & 0xFFFF_FFFF_FFFF_FFFF, value >> 64], dtype=np.uint64)


def _cube_root() -> int:
    """β of `φ(x, y) = (β·x, y)`, the cube root of 1 for which φ is `-x²` on G1: the other one gives `x² - 1`."""
    return pow(2, (Q - 1) // 3, Q)


def _twist_factors() -> tuple[Fp2, Fp2]:
    """`1/(1 + u)^((q-1)/3)` and `1/(1 + u)^((q-1)/2)` of ψ, which is untwist, Frobenius, twist."""
    return _power((1, 1), Q * Q - 1 - (Q - 1) // 3), _power((1, 1), Q * Q - 1 - (Q - 1) // 2)


def _power(base: Fp2, exponent: int) -> Fp2:
    result = (1, 0)
    while exponent:
        if exponent & 1:
            result = _product(result, base)
        base, exponent = _product(base, base), exponent >> 1
    return result


def _product(a: Fp2, b: Fp2) -> Fp2:
    return (a[0] * b[0] - a[1] * b[1]) % Q, (a[0] * b[1] + a[1] * b[0]) % Q
