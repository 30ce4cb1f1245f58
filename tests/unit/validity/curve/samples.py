"""Points that a verifier must refuse, and points that kernels find awkward."""

from py_ecc.bls.point_compression import modular_squareroot_in_FQ2
from py_ecc.fields import optimized_bls12_381_FQ2 as FQ2

from provers.validity.curve.points import G2Point, Q


def g1_outside_subgroup() -> tuple[int, int]:
    """A point of E whose order is not r: nearly every one, the cofactor having 126 bits."""
    x = 1
    while True:
        square = (x**3 + 4) % Q
        y = pow(square, (Q + 1) // 4, Q)
        if y * y % Q == square:
            return x, y
        x += 1


def g2_outside_subgroup() -> G2Point:
    """A point of E' whose order is not r."""
    x = 1
    while True:
        root = modular_squareroot_in_FQ2(FQ2([x**3 + 4, 4]))
        if root is not None:
            return (x, 0), (int(root.coeffs[0]), int(root.coeffs[1]))
        x += 1
