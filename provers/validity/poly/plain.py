"""Plain twins of the polynomial kernels, on lists of integers in [0, r): quadratic, obvious, slow."""

from __future__ import annotations

from collections.abc import Sequence

from rollup.crypto.fr import GENERATOR, R, root_of_unity


def ntt(values: Sequence[int], shift: int = 1) -> list[int]:
    """Evaluations `p(shift·ω^i)` of the polynomial with coefficients `values`; ω has order `len(values)`."""
    root = root_of_unity(len(values))
    return [evaluate(values, shift * pow(root, i, R) % R) for i in range(len(values))]


def intt(values: Sequence[int], shift: int = 1) -> list[int]:
    """Inverse of `ntt`: coefficients of the polynomial of degree below n with those evaluations."""
    n = len(values)
    inverse_root, inverse_n, inverse_shift = pow(root_of_unity(n), -1, R), pow(n, -1, R), pow(shift, -1, R)
    coefficients = [evaluate(values, pow(inverse_root, i, R)) * inverse_n % R for i in range(n)]
    return [c * pow(inverse_shift, i, R) % R for i, c in enumerate(coefficients)]


def evaluate(coefficients: Sequence[int], point: int) -> int:
    """`Σ coefficients[i]·point^i` by Horner's rule."""
    total = 0
    for coefficient in reversed(coefficients):
        total = (total * point + coefficient) % R
    return total


def lagrange(size: int, point: int) -> list[int]:
    """`L_i(point)` for the Lagrange basis over the powers of ω, order `size`; `point` outside them.

    `L_i(x) = ω^i·(x^n - 1) / (n·(x - ω^i))`.
    """
    root = root_of_unity(size)
    scale = (pow(point, size, R) - 1) * pow(size, -1, R) % R
    powers = [pow(root, i, R) for i in range(size)]
    return [w * scale * pow(point - w, -1, R) % R for w in powers]


def quotient(a: Sequence[int], b: Sequence[int], c: Sequence[int]) -> list[int]:
    """Coefficients of `(A·B - C) / (X^n - 1)` from evaluations over the domain where `a·b = c`; length n, last one 0.

    Evaluated over the coset 7·⟨ω⟩, where `X^n - 1` is the constant `7^n - 1`.
    """
    on_coset = [ntt(intt(values), GENERATOR) for values in (a, b, c)]
    inverse = pow(pow(GENERATOR, len(a), R) - 1, -1, R)
    return intt([(x * y - z) * inverse % R for x, y, z in zip(*on_coset, strict=True)], GENERATOR)


def sparse_product(
    indptr: Sequence[int], indices: Sequence[int], coefficients: Sequence[int], vector: Sequence[int]
) -> list[int]:
    """`M·v` for a matrix compressed by row."""
    rows = [range(indptr[i], indptr[i + 1]) for i in range(len(indptr) - 1)]
    return [sum(coefficients[k] * vector[indices[k]] for k in row) % R for row in rows]


def sparse_transposed_product(
    indptr: Sequence[int], indices: Sequence[int], coefficients: Sequence[int], vector: Sequence[int], columns: int
) -> list[int]:
    """`vᵀ·M` for a matrix compressed by row, `columns` long."""
    result = [0] * columns
    for i in range(len(indptr) - 1):
        for k in range(indptr[i], indptr[i + 1]):
            result[indices[k]] = (result[indices[k]] + coefficients[k] * vector[i]) % R
    return result
