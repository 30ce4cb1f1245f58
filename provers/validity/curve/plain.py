"""Plain twins of the curve kernels, on py-ecc."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from provers.validity.curve.points import (
    G1_GENERATOR,
    G2_GENERATOR,
    G1Point,
    G2Point,
    Q,
    is_on_g1_curve,
    is_on_g2_curve,
)

#: py-ecc re-exports its names without types.
ecc: Any = import_module("py_ecc.optimized_bls12_381")
PyEccPoint = Any
"""A projective triple of py-ecc's field elements."""


def to_py_ecc_g1(point: G1Point) -> PyEccPoint:
    """py-ecc's projective triple; ValueError off the curve."""
    if not is_on_g1_curve(point):
        raise ValueError(f"not on the G1 curve: {point}")
    return ecc.Z1 if point is None else (ecc.FQ(point[0]), ecc.FQ(point[1]), ecc.FQ.one())


def to_py_ecc_g2(point: G2Point) -> PyEccPoint:
    """py-ecc's projective triple; ValueError off the curve."""
    if not is_on_g2_curve(point):
        raise ValueError(f"not on the G2 curve: {point}")
    return ecc.Z2 if point is None else (ecc.FQ2(point[0]), ecc.FQ2(point[1]), ecc.FQ2.one())


def from_py_ecc_g1(point: PyEccPoint) -> G1Point:
    """Affine integers of py-ecc's projective triple."""
    if ecc.is_inf(point):
        return None
    x, y = ecc.normalize(point)
    return int(x) % Q, int(y) % Q


def from_py_ecc_g2(point: PyEccPoint) -> G2Point:
    """Affine integers of py-ecc's projective triple."""
    if ecc.is_inf(point):
        return None
    x, y = ecc.normalize(point)
    return (int(x.coeffs[0]), int(x.coeffs[1])), (int(y.coeffs[0]), int(y.coeffs[1]))


def g1_multiple(scalar: int, point: G1Point = G1_GENERATOR) -> G1Point:
    """`scalar·point`."""
    return from_py_ecc_g1(ecc.multiply(to_py_ecc_g1(point), scalar))


def g2_multiple(scalar: int, point: G2Point = G2_GENERATOR) -> G2Point:
    """`scalar·point`."""
    return from_py_ecc_g2(ecc.multiply(to_py_ecc_g2(point), scalar))


def g1_sum(points: Sequence[G1Point], scalars: Sequence[int]) -> G1Point:
    """`Σ scalars[i]·points[i]`."""
    total = ecc.Z1
    for point, scalar in zip(points, scalars, strict=True):
        total = ecc.add(total, ecc.multiply(to_py_ecc_g1(point), scalar))
    return from_py_ecc_g1(total)


def g2_sum(points: Sequence[G2Point], scalars: Sequence[int]) -> G2Point:
    """`Σ scalars[i]·points[i]`."""
    total = ecc.Z2
    for point, scalar in zip(points, scalars, strict=True):
        total = ecc.add(total, ecc.multiply(to_py_ecc_g2(point), scalar))
    return from_py_ecc_g2(total)
