"""Vectors over Fr: canonical `uint64[n, 4]` in and out, checked before a kernel sees them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from provers.validity.poly import vector_kernels as kernels
from rollup.crypto.fr_kernels import FR

Words = NDArray[np.uint64]


def element(value: int) -> Words:
    """One canonical element, `uint64[4]`."""
    return np.array([(value >> (64 * i)) & 0xFFFF_FFFF_FFFF_FFFF for i in range(4)], dtype=np.uint64)


def constant(value: int) -> Words:
    """One element in Montgomery form, `uint64[4]`."""
    return element((value << 256) % FR.modulus)


def require(values: Words, count: int | None = None) -> Words:
    """Return `values` if it is C-contiguous `uint64[count, 4]`; ValueError if not."""
    wrong_count = count is not None and len(values) != count
    if values.dtype != np.uint64 or values.ndim != 2 or values.shape[1] != 4 or wrong_count:
        raise ValueError(f"a vector is {values.dtype}{list(values.shape)}, expected uint64[{count or 'n'}, 4]")
    if not values.flags.c_contiguous:
        raise ValueError("a vector is not C-contiguous")
    return values


def empty(count: int) -> Words:
    """Room for `count` elements, not initialised."""
    return np.empty((count, 4), dtype=np.uint64)


def scaled(values: Words, factor: int) -> Words:
    """`factor·values[i]`."""
    result = empty(len(values))
    kernels.scale(result, require(values), constant(factor), len(values))
    return result


def to_montgomery(values: Words) -> Words:
    """The same elements in Montgomery form."""
    return scaled(values, 1 << 256)


def powers(base: int, count: int, first: int = 1, *, montgomery: bool = False) -> Words:
    """`first·base^i` for `i < count`; in Montgomery form on demand."""
    result = empty(count)
    if count:
        start = constant(first) if montgomery else element(first % FR.modulus)
        kernels.powers(result, start, constant(base), count)
    return result


class Sparse:
    """A matrix compressed by row, checked once.

    Parameters
    ----------
    indptr
        `int64[m + 1]`.
    indices, numbers
        `int32[nnz]`: column of each entry, and row of the table in which its coefficient stands.
    table
        Canonical coefficients.

    Raises
    ------
    ValueError
        Malformed, or an index outside `0..columns - 1`: kernels check no bounds.
    """

    def __init__(
        self,
        indptr: NDArray[np.int64],
        indices: NDArray[np.int32],
        numbers: NDArray[np.int32],
        table: Words,
        columns: int,
    ) -> None:
        if indptr.dtype != np.int64 or indptr[0] != 0 or indptr[-1] != len(indices) or np.any(np.diff(indptr) < 0):
            raise ValueError("a sparse matrix's indptr is malformed, or its rows are out of order")
        for entries, limit in ((indices, columns), (numbers, len(table))):
            if entries.dtype != np.int32 or entries.shape != (len(indices),):
                raise ValueError("a sparse matrix's entries are not int32[nnz]")
            if len(entries) and not 0 <= entries.min() <= entries.max() < limit:
                raise ValueError(f"a sparse matrix has an entry outside 0..{limit - 1}")
        self.parts: kernels.Matrix = (*map(np.ascontiguousarray, (indptr, indices, numbers)), *factors(table))  # type: ignore[assignment]
        self.rows, self.columns = len(indptr) - 1, columns

    def transposed_times(self, vector: Words) -> Words:
        """`vᵀ·M`, canonical; entries of `v` past the rows are not read."""
        if len(require(vector)) < self.rows:
            raise ValueError(f"a vector has {len(vector)} elements for {self.rows} rows")
        result = np.zeros((self.columns, 4), dtype=np.uint64)
        kernels.sparse_transposed_product(self.parts, vector, result, element(0))
        return result


def factors(table: Words) -> tuple[NDArray[np.int32], Words]:
    """Return coefficients as kernels take them: the kind of each (`vector_kernels.ONE`, …), `int32[n]`, and all in Montgomery form."""
    kinds = np.zeros(len(table), dtype=np.int32)
    for kind, value in ((kernels.ONE, 1), (kernels.MINUS_ONE, FR.modulus - 1)):
        kinds[(table == element(value)).all(axis=1)] = kind
    return kinds, to_montgomery(np.ascontiguousarray(table))


def weighted_sum(vectors: Sequence[Words], weights: Sequence[int]) -> Words:
    """`Σ weights[k]·vectors[k]`, elementwise; at least one vector, all equally long."""
    total = np.zeros_like(vectors[0])
    for vector, weight in zip(vectors, weights, strict=True):
        kernels.add_scaled(total, scaled(require(vector, len(total)), weight), constant(1), len(total))
    return total
