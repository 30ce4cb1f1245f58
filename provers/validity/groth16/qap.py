"""The quadratic arithmetic program of a circuit, evaluated at one point.

SPEC: Groth 2016 (eprint 2016/260), section 3.2, for an R1CS whose rows are numbered by powers of ω. One row
`wire_i · 0 = 0` is added for wire 0 and each public wire: without them public wires that occur in no row of A could
share a polynomial, and a proof for one assignment would serve another (libsnark's "input consistency").
"""

from __future__ import annotations

from dataclasses import dataclass

from provers.validity.constraints.r1cs import R1CS
from provers.validity.groth16.toxic_waste import ToxicWaste
from provers.validity.poly.domain import MIN_SIZE, Domain
from provers.validity.poly.vector import Words as Vector
from provers.validity.poly.vector import powers, scaled, weighted_sum
from rollup.crypto.fr import R


@dataclass(frozen=True, eq=False)
class Exponents:
    """Discrete logarithms of a key's points, canonical `uint64[n, 4]`; names as in `plain.Exponents`."""

    a: Vector
    b: Vector
    ic: Vector
    l: Vector  # noqa: E741  (the paper's name)
    h: Vector


def domain_size(r1cs: R1CS) -> int:
    """Smallest power of two that holds the constraints and one consistency row for wire 0 and each public wire."""
    rows = r1cs.constraints + r1cs.public + 1
    return max(MIN_SIZE, 1 << (rows - 1).bit_length())


def exponents(r1cs: R1CS, waste: ToxicWaste) -> Exponents:
    """Evaluate the QAP at τ."""
    size, first_private = domain_size(r1cs), r1cs.public + 1
    basis = scaled(Domain(size).lagrange(waste.tau), pow(1 << 256, -1, R))
    u, v, w = (matrix.transposed_times(basis) for matrix in r1cs.compiled)
    consistency = basis[r1cs.constraints : r1cs.constraints + first_private]
    u[:first_private] = weighted_sum([u[:first_private], consistency], [1, 1])
    mixed = weighted_sum([u, v, w], [waste.beta, waste.alpha, 1])
    over_delta = pow(waste.delta, -1, R)
    vanishing = (pow(waste.tau, size, R) - 1) * over_delta % R
    return Exponents(
        a=u,
        b=v,
        ic=scaled(mixed[:first_private], pow(waste.gamma, -1, R)),
        l=scaled(mixed[first_private:], over_delta),
        h=powers(waste.tau, size - 1, vanishing),
    )
