"""Many multiples of one point, as a setup needs of the two generators."""

from __future__ import annotations

from concurrent.futures import Executor

import numpy as np

from provers.validity.curve import fixed_base_kernels as kernels
from provers.validity.curve.addition_kernels import BATCH
from provers.validity.curve.buckets import Crew
from provers.validity.curve.groups import Group, Words
from provers.validity.curve.msm import require_scalars
from provers.validity.curve.paths import chosen
from rollup.crypto.kernel_memory import address, aligned

SCALAR_BITS = 256

MAX_BITS = 13
"""A row of the table stays within 512 kB in G1 and 1 MB in G2, about a core's second-level cache."""

CHUNK = 4 * BATCH
"""Multiples that a thread works on at a time."""


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
        self.group, self.bits, self._path = group, table_bits(count), chosen()
        self.windows = -(-SCALAR_BITS // self.bits)
        self._words = self._path.point_words(group)
        self._table = aligned((self.windows << (self.bits - 1)) * self._words).reshape(-1, self._words)
        group.require(point[np.newaxis])
        self._path.enter(group, point, self._table[:1])
        pairs, memory = self._scratch()
        kernels.fill_table(
            address(self._table), self.windows, self.bits, 8 * self._words, group.width, pairs, self._path.add,
            address(memory),
        )  # fmt: skip

    def _scratch(self) -> tuple[np.ndarray, Words]:
        return np.empty((3, BATCH), dtype=np.int64), self._path.scratch(self.group)

    def multiples(self, scalars: Words, pool: Executor | None = None, threads: int = 1) -> Words:
        """`scalars[i]·P` for each i: canonical `uint64[n, 4]` to affine points `[n, *group.shape]`, Montgomery form.

        Raises
        ------
        ValueError
            `scalars` has another shape or dtype, or one is not below 2^255.
        """
        require_scalars(scalars, len(scalars))
        results = self.group.empty(len(scalars))
        flat = self.group.require(results)
        crew = Crew(pool, threads)
        scratch = [self._scratch() for _ in range(crew.threads)]

        def work(thread: int, i: int) -> None:
            part = scalars[i * CHUNK : (i + 1) * CHUNK]
            digits = np.empty((self.windows, len(part)), dtype=np.int32)
            kernels.signed_digits(part, self.bits, digits)
            sums = aligned(len(part) * self._words).reshape(-1, self._words)
            sums[:] = 0
            pairs, memory = scratch[thread]
            kernels.multiples(
                address(self._table), self.bits, digits, 8 * self._words, self.group.width, address(sums),
                np.zeros(len(part), dtype=np.uint8), pairs, self._path.add, self._path.put, address(memory),
            )  # fmt: skip
            flat[i * CHUNK : (i + 1) * CHUNK] = self._path.leave(self.group, sums)

        crew.share(-(-len(scalars) // CHUNK), work)
        return results
