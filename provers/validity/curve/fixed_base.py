"""Many multiples of one point, as a setup needs of the two generators."""

from __future__ import annotations

import itertools
from concurrent.futures import Executor

import numpy as np

from provers.validity.curve import fixed_base_kernels as kernels
from provers.validity.curve.groups import Group, Words
from provers.validity.curve.msm import SCALAR_BITS, require_scalars
from provers.validity.curve.msm_kernels import BATCH, recode
from provers.validity.curve.point_kernels import POINT_SCRATCH

MAX_BITS = 13
"""A row of the table stays within 400 kB in G1 and 800 kB in G2, about a core's second-level cache."""

CHUNK = 8 * BATCH


def table_bits(count: int) -> int:
    """Bits of a window, 2..`MAX_BITS`, for which table and sums together take fewest additions."""
    return min(range(2, MAX_BITS + 1), key=lambda c: -(-SCALAR_BITS // c) * (count + 2 ** (c - 1)))


class FixedBase:
    """A point with its table, sized for about `count` multiples.

    Parameters
    ----------
    group, point
        The point, affine, Montgomery form, of shape `group.shape`, not infinity.
    """

    def __init__(self, group: Group, point: Words, count: int) -> None:
        if not point.any():
            raise ValueError(f"{group.name}: infinity has no table")
        self.group, self.bits = group, table_bits(count)
        self.windows = -(-SCALAR_BITS // self.bits)
        self.table = np.empty((self.windows << (self.bits - 1), group.words), dtype=np.uint64)
        self.table[0] = group.require(point[np.newaxis])[0]
        kernels.fill_table(self.table, self.windows, self.bits, group.width, *self._scratch())

    def _scratch(self) -> tuple[Words, Words, Words]:
        pairs, kinds = np.empty((3, BATCH), dtype=np.int64), np.empty(BATCH, dtype=np.uint8)
        memory = np.empty((POINT_SCRATCH + 6 * BATCH) * self.group.width // 8, dtype=np.uint64)
        return pairs, kinds, memory  # type: ignore[return-value]

    def multiples(self, scalars: Words, pool: Executor | None = None, threads: int = 1) -> Words:
        """`scalars[i]·P` for each i: canonical `uint64[n, 4]` to affine points `[n, *group.shape]`, Montgomery form.

        Raises
        ------
        ValueError
            `scalars` has another shape or dtype.
        """
        require_scalars(scalars, len(scalars))
        results = self.group.empty(len(scalars))
        starts = itertools.count(0, CHUNK)

        def work() -> None:
            scratch, digits = self._scratch(), np.empty((self.windows, CHUNK), dtype=np.int32)
            while (first := next(starts)) < len(scalars):
                part = scalars[first : first + CHUNK]
                target = self.group.require(results[first : first + CHUNK])
                recode(part, len(part), self.bits, digits)
                kernels.multiples(self.table, self.bits, digits, 0, len(part), self.group.width, target, *scratch)

        if pool is None:
            work()
        else:
            for future in [pool.submit(work) for _ in range(threads)]:
                future.result()
        return results
