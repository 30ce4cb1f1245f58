"""Plain twins of setup and proving, in exponents: what every point of a key or proof is a multiple by.

Groth16 written with the secrets in hand, so each formula is the paper's and nothing is a curve operation until the
last line. Quadratic; for circuits of tens of constraints.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from provers.validity.constraints.r1cs import R1CS, SparseMatrix, ints_of
from provers.validity.curve import plain as curve
from provers.validity.groth16.proof import Proof
from provers.validity.groth16.qap import domain_size
from provers.validity.groth16.toxic_waste import ToxicWaste
from provers.validity.poly import plain as poly
from rollup.crypto.fr import R


@dataclass(frozen=True)
class Exponents:
    """Discrete logarithms of a key's points, integers in [0, r).

    Attributes
    ----------
    a, b
        `u_i(τ)`, `v_i(τ)` of every wire.
    ic
        `(β·u_i + α·v_i + w_i)(τ) / γ` of wire 0 and the public wires.
    l
        The same over δ, of the private wires.
    h
        `τ^i·(τ^n - 1)/δ` for `i < n - 1`.
    """

    a: list[int]
    b: list[int]
    ic: list[int]
    l: list[int]  # noqa: E741  (the paper's name)
    h: list[int]


def _transposed(matrix: SparseMatrix, vector: Sequence[int], columns: int) -> list[int]:
    parts = matrix.indptr.tolist(), matrix.indices.tolist(), ints_of(matrix.coefficients)
    return poly.sparse_transposed_product(*parts, vector, columns)


def exponents(r1cs: R1CS, waste: ToxicWaste) -> Exponents:
    """Twin of `qap.exponents`."""
    size = domain_size(r1cs)
    basis = poly.lagrange(size, waste.tau)
    u, v, w = (_transposed(m, basis, r1cs.wires) for m in (r1cs.a, r1cs.b, r1cs.c))
    for i in range(r1cs.public + 1):
        u[i] = (u[i] + basis[r1cs.constraints + i]) % R
    mixed = [(waste.beta * x + waste.alpha * y + z) % R for x, y, z in zip(u, v, w, strict=True)]
    first_private = r1cs.public + 1
    over_gamma, over_delta = pow(waste.gamma, -1, R), pow(waste.delta, -1, R)
    vanishing = (pow(waste.tau, size, R) - 1) * over_delta % R
    return Exponents(
        a=u,
        b=v,
        ic=[x * over_gamma % R for x in mixed[:first_private]],
        l=[x * over_delta % R for x in mixed[first_private:]],
        h=[pow(waste.tau, i, R) * vanishing % R for i in range(size - 1)],
    )


def rows_at(r1cs: R1CS, witness: Sequence[int]) -> tuple[list[int], list[int], list[int]]:
    """`A·w`, `B·w`, `C·w` over the whole domain, consistency rows and zero padding included."""
    size = domain_size(r1cs)
    a, b, c = (
        poly.sparse_product(m.indptr.tolist(), m.indices.tolist(), ints_of(m.coefficients), witness)
        for m in (r1cs.a, r1cs.b, r1cs.c)
    )
    a += witness[: r1cs.public + 1]
    return tuple(x + [0] * (size - len(x)) for x in (a, b, c))  # type: ignore[return-value]


def prove(r1cs: R1CS, witness: Sequence[int], waste: ToxicWaste, r: int, s: int) -> Proof:
    """Twin of `prove` with the blinding `r`, `s` given and the secrets known."""
    key = exponents(r1cs, waste)
    a = (waste.alpha + _dot(witness, key.a) + r * waste.delta) % R
    b = (waste.beta + _dot(witness, key.b) + s * waste.delta) % R
    quotient = poly.quotient(*rows_at(r1cs, witness))
    private = _dot(witness[r1cs.public + 1 :], key.l)
    c = (private + _dot(quotient[:-1], key.h) + s * a + r * b - r * s * waste.delta) % R
    return Proof(curve.g1_multiple(a), curve.g2_multiple(b), curve.g1_multiple(c))


def _dot(x: Sequence[int], y: Sequence[int]) -> int:
    return sum(p * q for p, q in zip(x, y, strict=True)) % R
