"""Many small sums of multiples at once: a sparse matrix times a vector of points.

Not constant-time: how long it takes tells of the scalars.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import Executor

import numpy as np
from numpy.typing import NDArray

from provers.validity.curve import combination_kernels as kernels
from provers.validity.curve.groups import Group, Words
from provers.validity.curve.point_kernels import POINT_SCRATCH
from rollup.crypto.fr import R

CHUNK = 256
"""Rows that a thread takes at a time."""

_HALF = [(R // 2) >> (64 * i) & 0xFFFF_FFFF_FFFF_FFFF for i in range(4)]
_R = [R >> (64 * i) & 0xFFFF_FFFF_FFFF_FFFF for i in range(4)]

Told = Callable[[int, int], None]
"""Takes rows done and rows in all, from any thread."""


def signed(scalars: Words) -> tuple[Words, NDArray[np.uint8]]:
    """Canonical `uint64[n, 4]` as magnitudes and signs: `s = -magnitude mod r` where the sign is 1, each magnitude at most r / 2."""
    above, equal = np.zeros(len(scalars), dtype=bool), np.ones(len(scalars), dtype=bool)
    for i in reversed(range(4)):
        half = np.uint64(_HALF[i])
        above |= equal & (scalars[:, i] > half)
        equal &= scalars[:, i] == half
    magnitudes, borrow = scalars.copy(), np.zeros(int(above.sum()), dtype=np.uint64)
    for i in range(4):
        limb, modulus = scalars[above, i], np.uint64(_R[i])
        difference = modulus - limb
        magnitudes[above, i] = difference - borrow
        borrow = ((modulus < limb) | (difference < borrow)).astype(np.uint64)
    return magnitudes, above.astype(np.uint8)


def combinations(
    group: Group,
    indptr: NDArray[np.int64],
    indices: NDArray[np.int64],
    scalars: Words,
    points: Words,
    pool: Executor | None = None,
    threads: int = 1,
    told: Told = lambda _done, _total: None,
) -> Words:
    """`Σ scalars[k]·points[indices[k]]` over `indptr[i] <= k < indptr[i + 1]`, for each row i.

    Parameters
    ----------
    indptr, indices, scalars
        A matrix compressed by row: `int64[rows + 1]`, `int64[nnz]`, canonical `uint64[nnz, 4]`.
    points
        Array of `group`, affine, Montgomery form.

    Returns
    -------
    Affine points `[rows, *group.shape]`, Montgomery form.

    Raises
    ------
    ValueError
        Malformed, or an index outside the points: kernels check no bounds.
    """
    _require(indptr, indices, scalars, len(points))
    rows = len(indptr) - 1
    results = group.empty(rows)
    source, target = group.require(points), group.require(results)
    magnitudes, negative = signed(scalars)
    starts, done = itertools.count(0, CHUNK), itertools.count(CHUNK, CHUNK)

    def work() -> None:
        memory = np.empty((POINT_SCRATCH + 6) * group.width // 8, dtype=np.uint64)
        while (first := next(starts)) < rows:
            end = min(first + CHUNK, rows)
            kernels.combine(
                indptr, indices, magnitudes, negative, source, target, first, end, group.width, memory
            )  # fmt: skip
            told(min(next(done), rows), rows)

    if pool is None:
        work()
    else:
        for future in [pool.submit(work) for _ in range(threads)]:
            future.result()
    return results


def multiples(
    group: Group,
    points: Words,
    scalars: Words,
    pool: Executor | None = None,
    threads: int = 1,
    told: Told = lambda _done, _total: None,
) -> Words:
    """`scalars[i]·points[i]` for each i; a single scalar, `uint64[1, 4]`, multiplies all."""
    count = len(points)
    factors = np.ascontiguousarray(np.broadcast_to(scalars, (count, 4)))
    return combinations(
        group, np.arange(count + 1, dtype=np.int64), np.arange(count, dtype=np.int64), factors, points, pool, threads, told
    )  # fmt: skip


def _require(indptr: NDArray[np.int64], indices: NDArray[np.int64], scalars: Words, count: int) -> None:
    if indptr.dtype != np.int64 or indices.dtype != np.int64 or indptr[0] != 0 or indptr[-1] != len(indices):
        raise ValueError("a sparse matrix's indptr or indices are malformed")
    if np.any(np.diff(indptr) < 0) or (len(indices) and not 0 <= indices.min() <= indices.max() < count):
        raise ValueError(f"a sparse matrix has rows out of order, or names a point outside 0..{count - 1}")
    if scalars.dtype != np.uint64 or scalars.shape != (len(indices), 4) or not scalars.flags.c_contiguous:
        raise ValueError(f"scalars are {scalars.dtype}{list(scalars.shape)}, expected uint64[{len(indices)}, 4]")
