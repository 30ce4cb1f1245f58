"""Kernels of `msm`: signed windows (Pippenger), buckets and their sums added in affine coordinates, one inversion a batch.

SPEC: the bucket method of Pippenger; batched affine addition after Montgomery's trick. Points lie at `size` bytes each, in
whichever form the two functions that are passed by address understand: `add` (see `addition_kernels.add_function`) and `put`.
"""

import numpy as np

from provers.validity.curve.addition_kernels import BATCH
from provers.validity.curve.point_kernels import add_affine, add_extended, clear, double, to_affine
from rollup.crypto.limbs import array_address, call, keep, kernel, no_inline

BLOCK = 2 * BATCH
"""Entries of a window that are added up together: half as many pairs, so one inversion a round."""


@kernel("void(int16[::1],intp,intp,int32[::1],int32[::1],int32[::1])")
def sort_by_bucket(
    digits: np.ndarray, low: int, high: int, starts: np.ndarray, cursor: np.ndarray, order: np.ndarray
) -> None:
    """Counting sort of digits of size `low < d <= high`: bucket b = d - low - 1 owns `order[starts[b] : starts[b + 1]]`.

    Entries are 2i, or 2i + 1 for a negative digit. `starts` and `cursor` hold `high - low + 1`.
    """
    no_inline()
    buckets = high - low
    for b in range(buckets + 1):
        cursor[b] = 0
    for i in range(len(digits)):
        bucket = abs(np.int64(digits[i])) - low
        if 0 < bucket <= buckets:
            cursor[bucket] += 1
    starts[0] = 0
    for b in range(buckets):
        starts[b + 1] = starts[b] + cursor[b + 1]
        cursor[b + 1] = starts[b]
    for i in range(len(digits)):
        digit = np.int64(digits[i])
        bucket = abs(digit) - low
        if 0 < bucket <= buckets:
            order[cursor[bucket]] = 2 * i + (digit < 0)
            cursor[bucket] += 1


@kernel("intp(int32[::1],int32[::1],intp,intp,intp,intp,intp,int32[:,::1],int64[::1])")
def _gather(
    starts: np.ndarray,
    order: np.ndarray,
    bucket: int,
    first: int,
    end: int,
    points: int,
    size: int,
    runs: np.ndarray,
    list_: np.ndarray,
) -> int:
    """List the signed addresses of entries `first..end`, and for each bucket among them where its run ends; return how many runs."""
    k, count = first, 0
    while k < end:
        while starts[bucket + 1] <= k:
            bucket += 1
        last = min(int(starts[bucket + 1]), end)
        for i in range(k, last):
            entry = np.int64(order[i])
            list_[i - first] = points + (entry >> 1) * size + (entry & 1)
        runs[0, count], runs[1, count] = bucket, last - first
        count += 1
        k = last
    return count


@kernel("boolean(int32[:,::1],intp,int64[::1],intp,intp,intp,int64[:,::1],intp,intp)")
def _round(
    runs: np.ndarray,
    count: int,
    list_: np.ndarray,
    slots: int,
    size: int,
    width: int,
    pairs: np.ndarray,
    add: int,
    memory: int,
) -> bool:
    """Add the points of each run in pairs, into new slots, or without them in the place of the first; tell whether any run has more than one left."""
    no_inline()
    k, written, pending, more = 0, 0, 0, False
    for r in range(count):
        end, start = runs[1, r], written
        while k + 1 < end:
            # INVARIANT: after the round with slots, only the last of a run can be a point that is no sum.
            target = slots + pending * size if slots != 0 else list_[k]
            pairs[0, pending], pairs[1, pending], pairs[2, pending] = target, list_[k], list_[k + 1]
            list_[written] = target
            pending += 1
            written += 1
            k += 2
        if k < end:
            list_[written] = list_[k]
            written += 1
            k += 1
        runs[1, r] = written
        more = more or written - start > 1
    call(add, array_address(pairs), pending, width, memory)
    return more


@kernel(
    "void(intp,int32[::1],int32[::1],intp,intp,intp,intp,uint8[::1],int32[:,::1],int64[::1],int64[:,::1],intp,intp,intp,intp)"
)
def accumulate(
    points: int,
    starts: np.ndarray,
    order: np.ndarray,
    buckets: int,
    size: int,
    width: int,
    entries: int,
    filled: np.ndarray,
    runs: np.ndarray,
    list_: np.ndarray,
    pairs: np.ndarray,
    slots: int,
    add: int,
    put: int,
    memory: int,
) -> None:
    """Add the sorted entries (see `sort_by_bucket`) to their buckets, at `buckets`; `filled` tells which hold a point already.

    Scratch: `runs` `int32[2, BLOCK]`, `list_` `int64[BLOCK]`, `pairs` `int64[3, BATCH]`, `slots` for `BLOCK / 2` points, and
    what `add` needs.
    """
    no_inline()
    for first in range(0, entries, BLOCK):
        bucket = int(np.searchsorted(starts, first, side="right")) - 1
        count = _gather(starts, order, bucket, first, min(first + BLOCK, entries), points, size, runs, list_)
        more = _round(runs, count, list_, slots, size, width, pairs, add, memory)
        while more:
            more = _round(runs, count, list_, 0, size, width, pairs, add, memory)
        pending = 0
        for r in range(count):
            bucket = runs[0, r]
            target = buckets + bucket * size
            if filled[bucket]:
                pairs[0, pending], pairs[1, pending], pairs[2, pending] = target, target, list_[r]
                pending += 1
            else:
                call(put, target, list_[r], width, memory)
                filled[bucket] = 1
            if pending == BATCH:
                call(add, array_address(pairs), pending, width, memory)
                pending = 0
        call(add, array_address(pairs), pending, width, memory)
    keep(pairs)


@kernel("void(intp,uint8[::1],intp,intp,intp,intp,intp,intp,uint8[:,::1],int64[:,::1],intp,intp,intp)")
def sum_segments(
    buckets: int,
    filled: np.ndarray,
    length: int,
    first: int,
    end: int,
    size: int,
    width: int,
    sums: int,
    known: np.ndarray,
    pairs: np.ndarray,
    add: int,
    put: int,
    memory: int,
) -> None:
    """For segments `first <= s < end` of `length` buckets, side by side: `sums[2s] = Σ bucket`, `sums[2s + 1] = Σ (i + 1)·bucket[i]`.

    Running sums from the top of each segment. `known[s]`, zero before, tells which of the two sums are not infinity as yet; those
    that remain so are not written.
    """
    no_inline()
    for i in range(length - 1, -1, -1):
        for part in range(2):
            pending = 0
            for s in range(first, end):
                index, target = s * length + i, sums + (2 * s + part) * size
                source = buckets + index * size if part == 0 else target - size
                if not (filled[index] if part == 0 else known[s, 0]):
                    continue
                if known[s, part]:
                    pairs[0, pending], pairs[1, pending], pairs[2, pending] = target, target, source
                    pending += 1
                else:
                    call(put, target, source, width, memory)
                    known[s, part] = 1
                if pending == BATCH:
                    call(add, array_address(pairs), pending, width, memory)
                    pending = 0
            call(add, array_address(pairs), pending, width, memory)
    keep(pairs)


@kernel("void(uint64[:,:,::1],intp,intp,intp,uint64[::1],uint64[::1])")
def combine(sums: np.ndarray, length: int, bits: int, width: int, result: np.ndarray, memory: np.ndarray) -> None:
    """`result = Σ_w 2^(bits·w)·Σ_s (sums[w, 2s + 1] + s·length·sums[w, 2s])`, brought to affine; `length` is a power of two.

    `sums` is `uint64[windows, 2·segments, width / 4]`, of 64-bit limbs, as in `sum_segments`; `memory` holds
    `POINT_SCRATCH + 8` elements.
    """
    no_inline()
    total, base, inner = array_address(result), array_address(sums), array_address(memory)
    running, scratch, size = inner + 4 * width, inner + 8 * width, 2 * width
    clear(total, width)
    for w in range(sums.shape[0] - 1, -1, -1):
        for _ in range(bits):
            double(total, scratch, width)
        row = base + w * sums.shape[1] * size
        clear(inner, width)
        clear(running, width)
        for s in range(sums.shape[1] // 2 - 1, 0, -1):
            add_affine(running, row + 2 * s * size, scratch, width)
            add_extended(inner, running, scratch, width)
        rest = length
        while rest > 1:
            double(inner, scratch, width)
            rest >>= 1
        for s in range(sums.shape[1] // 2):
            add_affine(inner, row + (2 * s + 1) * size, scratch, width)
        add_extended(total, inner, scratch, width)
    to_affine(total, scratch, width)
    keep(sums)
    keep(result)
    keep(memory)
