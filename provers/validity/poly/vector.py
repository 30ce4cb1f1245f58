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
    """A matrix compressed by row, checked once; `indptr` `int64[m + 1]`, `indices` `int64[nnz]`, canonical coefficients.

    Raises
    ------
    ValueError
        Malformed, or an index outside `0..columns - 1`: kernels check no bounds.
    """

    def __init__(self, indptr: NDArray[np.int64], indices: NDArray[np.int64], values: Words, columns: int) -> None:
        if indptr.dtype != np.int64 or indices.dtype != np.int64 or indptr[0] != 0 or indptr[-1] != len(indices):
            raise ValueError("a sparse matrix's indptr or indices are malformed")
        if np.any(np.diff(indptr) < 0) or (len(indices) and not 0 <= indices.min() <= indices.max() < columns):
            raise ValueError(f"a sparse matrix has rows out of order, or a column outside 0..{columns - 1}")
        self._parts = np.ascontiguousarray(indptr), np.ascontiguousarray(indices), require(values, len(indices))
        self.rows, self.columns = len(indptr) - 1, columns

    def times(self, vector: Words, room: int | None = None) -> Words:
        """`M·v` for `v` in Montgomery form, canonical, followed by zeros up to `room` rows."""
        if room is not None and room < self.rows:
            raise ValueError(f"{self.rows} rows do not fit a vector of {room}")
        result = np.zeros((self.rows if room is None else room, 4), dtype=np.uint64)
        kernels.sparse_product(*self._parts, require(vector, self.columns), result, element(0))
        return result

    def transposed_times(self, vector: Words) -> Words:
        """`vᵀ·M` for `v` in Montgomery form, canonical; entries of `v` past the rows are not read."""
        if len(require(vector)) < self.rows:
            raise ValueError(f"a vector has {len(vector)} elements for {self.rows} rows")
        result = np.zeros((self.columns, 4), dtype=np.uint64)
        kernels.sparse_transposed_product(*self._parts, vector, result, element(0))
        return result


def first_unequal(a: Words, b: Words, c: Words) -> int | None:
    """Least i with `a[i]·b[i] != c[i]`, or None."""
    found = kernels.first_unequal(require(a), require(b, len(a)), require(c, len(a)), empty(3), len(a))
    return None if found < 0 else int(found)


def weighted_sum(vectors: Sequence[Words], weights: Sequence[int]) -> Words:
    """`Σ weights[k]·vectors[k]`, elementwise; at least one vector, all equally long."""
    total = np.zeros_like(vectors[0])
    for vector, weight in zip(vectors, weights, strict=True):
        kernels.add_scaled(total, scaled(require(vector, len(total)), weight), constant(1), len(total))
    return total
