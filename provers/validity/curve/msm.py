"""Sums of multiples `Σ scalars[i]·points[i]` in G1 and G2, on our own kernels.

Not constant-time: the time a sum takes tells of its scalars.
"""

from __future__ import annotations

import itertools
from concurrent.futures import Executor

import numpy as np

from provers.validity.curve import msm_kernels as kernels
from provers.validity.curve.groups import G1, G2, Group, Words
from provers.validity.curve.point_kernels import POINT_SCRATCH

SCALAR_BITS = 256
_BUCKET_COST = 4
"""Summing a bucket costs about 24 products, adding a point to one about 6."""


def window_bits(count: int) -> int:
    """Bits of a window, 2..16, that make `ceil(256 / c)·(count + 4·2^(c-1))` least."""
    return min(range(2, 17), key=lambda c: -(-SCALAR_BITS // c) * (count + _BUCKET_COST * 2 ** (c - 1)))


def memory_words(count: int, bits: int, width: int) -> int:
    """Words of scratch that `msm_kernels.window` needs beside its index arrays."""
    buckets = 1 << (bits - 1)
    singles = POINT_SCRATCH + 4 + 2 * kernels.BATCH
    pairs = 2 * kernels.BATCH + (count // 2 + buckets + 2) + (count // 4 + buckets + 2)
    return (singles + 2 * pairs) * width // 8


def require_scalars(scalars: Words, count: int) -> None:
    """Raise ValueError unless `scalars` is C-contiguous `uint64[count, 4]`."""
    if scalars.dtype != np.uint64 or scalars.shape != (count, 4) or not scalars.flags.c_contiguous:
        raise ValueError(f"scalars are {scalars.dtype}{list(scalars.shape)}, expected uint64[{count}, 4]")


class _Sum:
    """One sum in work: digits, a row of results a window, and the windows not yet taken."""

    def __init__(self, group: Group, points: Words, scalars: Words) -> None:
        self.group, self.points, self.count = group, group.require(points), len(points)
        require_scalars(scalars, self.count)
        # Most wires are bits; only scalars beyond the first limb reach the other windows.
        self.bits = window_bits(int(np.count_nonzero(scalars[:, 1:].any(axis=1))))
        windows = -(-SCALAR_BITS // self.bits)
        self.digits = np.empty((windows, self.count), dtype=np.int32)
        kernels.recode(scalars, self.count, self.bits, self.digits)
        self.results = np.zeros((windows, 2 * group.words), dtype=np.uint64)
        self.open = itertools.count()

    def work(self) -> None:
        """Take windows until none is left."""
        bounds = np.empty((2, (1 << (self.bits - 1)) + 2), dtype=np.int32)
        order = np.zeros(self.count + kernels.AHEAD + 2, dtype=np.int32)
        pairs, kinds = np.empty((3, kernels.BATCH), dtype=np.int64), np.empty(kernels.BATCH, dtype=np.uint8)
        memory = np.empty(memory_words(self.count, self.bits, self.group.width), dtype=np.uint64)
        while (w := next(self.open)) < len(self.digits):
            kernels.window(
                self.points, self.digits[w], self.count, self.bits, self.group.width, self.results[w],
                bounds, order, pairs, kinds, memory,
            )  # fmt: skip

    def total(self) -> Words:
        result = np.empty(2 * self.group.words, dtype=np.uint64)
        memory = np.empty(POINT_SCRATCH * self.group.width // 8, dtype=np.uint64)
        kernels.combine(self.results, self.bits, self.group.width, result, memory)
        return result[: self.group.words].reshape(self.group.shape)


def msm(group: Group, points: Words, scalars: Words, pool: Executor | None = None, threads: int = 1) -> Words:
    """`Σ scalars[i]·points[i]`.

    Parameters
    ----------
    points
        Array of `group`, affine, in Montgomery form; C-contiguous and writable (numba asks for it; it is only read).
    scalars
        `uint64[n, 4]`, canonical integers below r.
    pool, threads
        Where to run, and how many windows at a time; without a pool, here.

    Returns
    -------
    One affine point of shape `group.shape`, Montgomery form.

    Raises
    ------
    ValueError
        Wrong shapes or dtypes.
    """
    work = _Sum(group, points, scalars)
    if pool is None:
        work.work()
    else:
        for future in [pool.submit(work.work) for _ in range(threads)]:
            future.result()
    return work.total()


def msm_g1(points: Words, scalars: Words, pool: Executor | None = None, threads: int = 1) -> Words:
    """`msm` in G1: `uint64[n, 2, 6]` and `uint64[n, 4]` to `uint64[2, 6]`."""
    return msm(G1, points, scalars, pool, threads)


def msm_g2(points: Words, scalars: Words, pool: Executor | None = None, threads: int = 1) -> Words:
    """`msm` in G2: `uint64[n, 2, 2, 6]` and `uint64[n, 4]` to `uint64[2, 2, 6]`."""
    return msm(G2, points, scalars, pool, threads)
