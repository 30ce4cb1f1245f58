"""One sum of multiples whose scalars are alike: planned, cut in chunks and windows, shared out over threads."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provers.validity.curve import msm_kernels as kernels
from provers.validity.curve import scalar_kernels
from provers.validity.curve.addition_kernels import BATCH
from provers.validity.curve.groups import Group, Words
from provers.validity.curve.paths import Portable
from provers.validity.curve.point_kernels import POINT_SCRATCH
from rollup.crypto.kernel_memory import address, aligned

CHUNK = 1 << 17
"""Points and images held at a time, so that memory stays bounded: 13 MB in G1, 25 MB in G2."""

STRIDE = 1 << 12
"""Points that a thread brings into form at a time."""

_SEGMENTS = 1024
"""About how many segments of buckets are summed side by side: one inversion each step."""

_BUCKET_COST = 2
"""Additions that a bucket costs when windows are summed, and about how many a window costs beside."""
_WINDOW_COST = 100

MAX_BITS = 16
"""Digits are kept in 16 bits."""

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Plan:
    """How scalars are cut.

    Attributes
    ----------
    images
        Parts of a scalar, each with an image of its point: 1, 2 or 4.
    bits, windows
        Bits of a digit, 0 where every digit is 1, and digits of a part.
    """

    images: int
    bits: int
    windows: int

    @property
    def buckets(self) -> int:
        """Buckets of a window."""
        return 1 << (self.bits - 1) if self.bits else 1

    @staticmethod
    def for_full(count: int, images: int) -> Plan:
        """For scalars of any size: the parts are below 2^126.5 (two) or 2^62.8 (four) in size."""
        return _cheapest(count, images, {2: 128, 4: 64}[images], MAX_BITS)

    @staticmethod
    def for_short(count: int, bits: int) -> Plan:
        """For scalars below `2^bits`, `bits` 64 at most."""
        # A last digit may be 2^(c - 1), which for c = 16 is none of 16 bits.
        return _cheapest(count, 1, bits + 1, MAX_BITS - 1)

    @staticmethod
    def for_ones(threads: int) -> Plan:
        """For scalars that are all 1: a window a thread, which is given a share of the points."""
        return Plan(1, 0, threads)


def _cheapest(count: int, images: int, bits: int, most: int) -> Plan:
    def cost(c: int) -> int:
        return -(-bits // c) * (images * count + (_BUCKET_COST << (c - 1)) + _WINDOW_COST)

    best = min(range(2, most + 1), key=cost)
    return Plan(images, best, -(-bits // best))


class Crew:
    """Threads of a pool, or the caller's own without one."""

    def __init__(self, pool: Executor | None, threads: int) -> None:
        self._pool, self.threads = pool, threads if pool else 1

    def share(self, count: int, work: Callable[[int, int], None]) -> None:
        """Call `work(thread, i)` for each `i < count`, whichever thread comes next; the first exception is raised."""
        tickets = itertools.count()

        def take(thread: int) -> None:
            while (i := next(tickets)) < count:
                work(thread, i)

        if self._pool is None or count == 1:
            take(0)
        else:
            for future in [self._pool.submit(take, thread) for thread in range(min(self.threads, count))]:
                future.result()


class Scratch:
    """What a thread needs to fill buckets and to sum them."""

    def __init__(self, group: Group, path: Portable, buckets: int, entries: int) -> None:
        words = path.point_words(group)
        self.starts, self.cursor = np.empty((2, buckets + 1), dtype=np.int32)
        self.order = np.empty(entries, dtype=np.int32)
        self.runs = np.empty((2, kernels.BLOCK), dtype=np.int32)
        self.list = np.empty(kernels.BLOCK, dtype=np.int64)
        self.pairs = np.empty((3, BATCH), dtype=np.int64)
        self.slots = aligned(kernels.BLOCK // 2 * words)
        self.memory = path.scratch(group)


class _Sum:
    """A sum in work: the buckets of all windows, a chunk's points and digits, a scratch for each thread."""

    def __init__(self, group: Group, path: Portable, plan: Plan, count: int, crew: Crew) -> None:
        self._group, self._path, self._plan, self._crew = group, path, plan, crew
        self._words, self._size = path.point_words(group), 8 * path.point_words(group)
        self._held = min(count, CHUNK // plan.images)
        self._buckets = aligned(plan.windows * plan.buckets * self._words)
        self._filled = np.zeros(plan.windows * plan.buckets, dtype=np.uint8)
        self._parts = np.empty((self._held, plan.images, 2), dtype=np.uint64)
        self._digits = np.empty((plan.windows, plan.images * self._held), dtype=np.int16)
        self._images = aligned(plan.images * self._held * self._words).reshape(-1, self._words)
        entries = plan.images * self._held
        self._scratch = [Scratch(group, path, plan.buckets, entries) for _ in range(crew.threads)]

    def add(self, points: Words, scalars: Words, indices: Indices) -> None:
        """Add a chunk to the buckets."""
        plan, count = self._plan, len(indices)
        digits = self._digits.reshape(-1)[: plan.windows * plan.images * count].reshape(plan.windows, -1)

        def form(_: int, i: int) -> None:
            first, end = i * STRIDE, min((i + 1) * STRIDE, count)
            scalar_kernels.cut(address(scalars), indices, first, end, self._parts)
            self._path.expand(self._group, points, indices, first, end, self._parts, self._images)
            if plan.bits:
                scalar_kernels.recode(self._parts, first, end, count, plan.bits, digits)

        self._crew.share(-(-count // STRIDE), form)
        if not plan.bits:
            self._share_ones(digits)
        pieces = 1
        while pieces * plan.windows < 4 * self._crew.threads and self._crew.threads > 1 and pieces < plan.buckets:
            pieces *= 2
        length = plan.buckets // pieces

        def fill(thread: int, i: int) -> None:
            window, piece = divmod(i, pieces)
            self._fill(self._scratch[thread], digits[window], window, piece * length, length)

        self._crew.share(plan.windows * pieces, fill)

    def _share_ones(self, digits: NDArray[np.int16]) -> None:
        digits[:] = 0
        for window, share in enumerate(np.array_split(np.arange(digits.shape[1]), len(digits))):
            # Infinity's part was set to zero.
            digits[window, share] = self._parts[share, 0, 0]

    def _fill(self, scratch: Scratch, digits: NDArray[np.int16], window: int, low: int, length: int) -> None:
        starts = scratch.starts[: length + 1]
        kernels.sort_by_bucket(digits, low, low + length, starts, scratch.cursor, scratch.order)
        first = window * self._plan.buckets + low
        kernels.accumulate(
            address(self._images), starts, scratch.order, address(self._buckets) + first * self._size, self._size,
            self._group.width, int(starts[length]), self._filled[first : first + length], scratch.runs, scratch.list,
            scratch.pairs, address(scratch.slots), self._path.add, self._path.put, address(scratch.memory),
        )  # fmt: skip

    def total(self) -> Words:
        """The sum of all chunks."""
        plan, segments = self._plan, 1
        while segments < plan.buckets and segments * plan.windows < _SEGMENTS:
            segments *= 2
        count, length = plan.windows * segments, plan.buckets // segments
        sums = aligned(2 * count * self._words)
        sums[:] = 0
        known = np.zeros((count, 2), dtype=np.uint8)
        borders = [count * i // self._crew.threads for i in range(self._crew.threads + 1)]

        def reduce(thread: int, i: int) -> None:
            scratch = self._scratch[thread]
            kernels.sum_segments(
                address(self._buckets), self._filled, length, borders[i], borders[i + 1], self._size,
                self._group.width, address(sums), known, scratch.pairs, self._path.add, self._path.put,
                address(scratch.memory),
            )  # fmt: skip

        self._crew.share(self._crew.threads, reduce)
        left = self._path.leave(self._group, sums.reshape(plan.windows, 2 * segments, self._words))
        return _combine(self._group, left, length, plan.bits)


def sum_of(
    group: Group, path: Portable, plan: Plan, points: Words, scalars: Words, indices: Indices, crew: Crew
) -> Words:
    """`Σ scalars[i]·points[i]` over some indices, as `plan` says; one point of 64-bit limbs, affine."""
    work = _Sum(group, path, plan, len(indices), crew)
    held = CHUNK // plan.images
    for first in range(0, len(indices), held):
        work.add(points, scalars, indices[first : first + held])
    return work.total()


def add_up(group: Group, points: list[Words]) -> Words:
    """Sum of affine points of 64-bit limbs, of shape `group.shape`."""
    sums = np.zeros((1, 2 * len(points) or 2, group.words), dtype=np.uint64)
    for i, point in enumerate(points):
        sums[0, 2 * i + 1] = point.reshape(-1)
    return _combine(group, sums, 1, 0)


def _combine(group: Group, sums: Words, length: int, bits: int) -> Words:
    result = np.empty(2 * group.words, dtype=np.uint64)
    memory = np.empty((POINT_SCRATCH + 8) * group.width // 8, dtype=np.uint64)
    kernels.combine(sums, length, bits, group.width, result, memory)
    return result[: group.words].reshape(group.shape)
