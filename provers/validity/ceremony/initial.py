"""The key that a ceremony starts from: Groth16's for δ = γ = 1, computed from powers of tau without knowing any of them.

SPEC: Groth 2016 (eprint 2016/260), section 3.2, over the rows that `groth16.qap` numbers; points are sums of Lagrange forms.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from provers.validity.ceremony.checks import Workers
from provers.validity.ceremony.part import Part
from provers.validity.ceremony.powers import Lagrange, Powers
from provers.validity.constraints.r1cs import R1CS, SparseMatrix, limbs_of
from provers.validity.curve.combinations import combinations
from provers.validity.curve.groups import G1, G2, Group, Words
from provers.validity.groth16.qap import domain_size
from provers.validity.iden3.powers_file import ALPHA_G1, BETA_G1, BETA_G2, TAU_G1
from rollup.crypto.fr import R


class Entries(NamedTuple):
    """Wire, row and coefficient of each entry of a matrix: `int64[nnz]` twice, `uint64[nnz, 4]`."""

    wires: NDArray[np.int64]
    rows: NDArray[np.int64]
    coefficients: Words


class Columns(NamedTuple):
    """A matrix compressed by wire: `int64[wires + 1]`, rows `int64[nnz]`, coefficients `uint64[nnz, 4]`."""

    indptr: NDArray[np.int64]
    rows: NDArray[np.int64]
    coefficients: Words

    def of(self, wires: NDArray[np.int64]) -> Columns:
        """The columns of some wires, in their order."""
        counts = self.indptr[wires + 1] - self.indptr[wires]
        indptr = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        entries = np.arange(indptr[-1]) + np.repeat(self.indptr[wires] - indptr[:-1], counts)
        return Columns(indptr, self.rows[entries], np.ascontiguousarray(self.coefficients[entries]))


def initial_part(label: str, r1cs: R1CS, powers: Powers, workers: Workers) -> Part:
    """Compute a circuit's part.

    Raises
    ------
    DecodeError
        A prepared Lagrange form is not that of the powers.
    """
    size = domain_size(r1cs)
    basis = powers.lagrange(size)
    a, b, c = (_entries(matrix) for matrix in (r1cs.a, r1cs.b, r1cs.c))
    a = _with_consistency_rows(a, r1cs)
    in_a, in_b = (_columns([part], r1cs.wires) for part in (a, b))
    a_wires, b_wires = (np.flatnonzero(np.diff(columns.indptr)) for columns in (in_a, in_b))
    mixed = _sums(label, "l", G1, *_mixed((a, b, c), basis, size, r1cs.wires), workers)
    tau = powers.points[TAU_G1]
    arrays = {
        "a_wires": a_wires,
        "b_wires": b_wires,
        "a": _sums(label, "a", G1, in_a.of(a_wires), basis.g1, workers),
        "b_g1": _sums(label, "b", G1, in_b.of(b_wires), basis.g1, workers),
        "b_g2": _sums(label, "b in G2", G2, in_b.of(b_wires), basis.g2, workers),
        "l": np.ascontiguousarray(mixed[r1cs.public + 1 :]),
        "h": _differences(np.ascontiguousarray(tau[: 2 * size - 1]), size, workers),
        "ic": np.ascontiguousarray(mixed[: r1cs.public + 1]),
        "alpha_beta_g1": np.concatenate([powers.points[ALPHA_G1][:1], powers.points[BETA_G1][:1]]),
        "beta_g2": powers.points[BETA_G2].copy(),
    }
    return Part(label, r1cs.digest(), size, r1cs.wires, r1cs.public, len(a_wires), len(b_wires), arrays)


def _entries(matrix: SparseMatrix) -> Entries:
    rows = np.repeat(np.arange(matrix.rows), np.diff(matrix.indptr))
    return Entries(matrix.indices.astype(np.int64), rows, matrix.coefficients)


def _with_consistency_rows(a: Entries, r1cs: R1CS) -> Entries:
    """A with a row of its own for wire 0 and each public wire (see `groth16.qap`)."""
    wires = np.arange(r1cs.public + 1)
    ones = limbs_of([1] * len(wires))
    return Entries(
        np.concatenate([a.wires, wires]),
        np.concatenate([a.rows, r1cs.constraints + wires]),
        np.concatenate([a.coefficients, ones]),
    )


def _columns(parts: list[Entries], wires: int) -> Columns:
    owner, rows, coefficients = (np.concatenate([part[k] for part in parts]) for k in range(3))
    order = np.argsort(owner, kind="stable")
    indptr = np.concatenate(([0], np.cumsum(np.bincount(owner, minlength=wires)))).astype(np.int64)
    return Columns(indptr, rows[order], np.ascontiguousarray(coefficients[order]))


def _mixed(matrices: tuple[Entries, ...], basis: Lagrange, size: int, wires: int) -> tuple[Columns, Words]:
    """Columns and points whose sums are `(β·u_i + α·v_i + w_i)(τ)·G1`."""
    shifted = [each._replace(rows=each.rows + k * size) for k, each in enumerate(matrices)]
    return _columns(shifted, wires), np.concatenate([basis.beta, basis.alpha, basis.g1])


def _sums(label: str, name: str, group: Group, columns: Columns, points: Words, workers: Workers) -> Words:
    return combinations(
        group, *columns, points, workers.pool, workers.threads, workers.told(f"circuit {label}: {name}")
    )  # fmt: skip


def _differences(tau: Words, size: int, workers: Workers) -> Words:
    """`(τ^(i+n) - τ^i)·G1` for `i < n - 1`."""
    count = size - 1
    indices = np.stack([np.arange(count) + size, np.arange(count)], axis=1).reshape(-1)
    scalars = np.tile(limbs_of([1, R - 1]), (count, 1))
    indptr = np.arange(0, 2 * count + 1, 2)
    return combinations(G1, indptr, indices, scalars, tau, workers.pool, workers.threads, workers.told("h"))
