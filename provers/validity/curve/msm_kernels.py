"""Kernels of `msm`: signed windows (Pippenger) over buckets summed in affine coordinates, one inversion a batch.

SPEC: the bucket method of Pippenger; batched affine addition after Montgomery's trick. One call of `window` sums one
window; windows are independent, so threads share them out.
"""

import numpy as np

from provers.validity.curve.fp_kernels import copy, neg
from provers.validity.curve.point_kernels import (
    POINT_SCRATCH,
    add_affine,
    add_extended,
    batch_add,
    clear,
    double,
    to_affine,
)
from rollup.crypto.limbs import array_address, keep, kernel, no_inline, prefetch

#: Pairs of points added with one inversion.
BATCH = 1024

#: How many entries ahead of its use a point is asked for; `order` is that much longer than the points, zero there.
AHEAD = 32


@kernel("void(uint64[:,::1],intp,intp,int32[:,::1])")
def recode(scalars: np.ndarray, count: int, bits: int, digits: np.ndarray) -> None:
    """Write `scalars[i] = Σ digits[w, i]·2^(bits·w)`, digits in `(-2^(bits-1), 2^(bits-1)]`.

    `digits` is `int32[ceil(256 / bits), >= count]`; scalars are below 2^255, so the last carry has room.
    """
    no_inline()
    mask, half = np.uint64((1 << bits) - 1), 1 << (bits - 1)
    for i in range(count):
        carry = 0
        for w in range(digits.shape[0]):
            limb, shift, value = (w * bits) >> 6, (w * bits) & 63, np.uint64(0)
            if limb < 4:
                value = scalars[i, limb] >> np.uint64(shift)
                if shift + bits > 64 and limb < 3:
                    value |= scalars[i, limb + 1] << np.uint64(64 - shift)
            digit = np.int64(value & mask) + carry
            carry = 0
            if digit > half:
                digit -= 1 << bits
                carry = 1
            digits[w, i] = digit


@kernel("void(int32[::1],intp,intp,int32[::1],int32[::1],int32[::1])")
def sort_by_bucket(
    digits: np.ndarray, count: int, buckets: int, starts: np.ndarray, cursor: np.ndarray, order: np.ndarray
) -> None:
    """Counting sort: bucket b owns `order[starts[b] : starts[b + 1]]`, entries i, or -i - 1 for a negative digit."""
    no_inline()
    for b in range(buckets + 2):
        starts[b] = 0
    for i in range(count):
        digit = abs(digits[i])
        if digit != 0:
            starts[digit + 1] += 1
    for b in range(1, buckets + 2):
        starts[b] += starts[b - 1]
    for b in range(buckets + 2):
        cursor[b] = starts[b]
    for i in range(count):
        digit = abs(digits[i])
        if digit != 0:
            order[cursor[digit]] = i if digits[i] > 0 else -i - 1
            cursor[digit] += 1


@kernel("void(intp,intp)")
def _prefetch_point(point: int, width: int) -> None:
    for offset in range(0, 2 * width, 64):
        prefetch(point + offset)
    prefetch(point + 2 * width - 1)


@kernel("intp(intp,intp,intp,intp)")
def _signed(base: int, entry: int, negated: int, width: int) -> int:
    """Address of the entry's point; a negative entry's point is written, negated, to `negated`."""
    if entry >= 0:
        return base + entry * 2 * width
    source = base + (-entry - 1) * 2 * width
    copy(negated, source, width)
    neg(negated + width, source + width, width)
    return negated


@kernel("boolean(intp,intp,intp,intp,int32[::1],int32[::1],int32[::1],int64[:,::1],uint8[::1],intp,intp,intp)")
def first_round(
    base: int,
    negated: int,
    target: int,
    buckets: int,
    starts: np.ndarray,
    next_starts: np.ndarray,
    order: np.ndarray,
    pairs: np.ndarray,
    kinds: np.ndarray,
    denominators: int,
    scratch: int,
    width: int,
) -> bool:
    """Add the points of each bucket in pairs, from `base` by `order` to `target`; tell whether any bucket has more than one left."""
    no_inline()
    size, count, written, more = 2 * width, 0, 0, False
    for b in range(1, buckets + 1):
        k, end = starts[b], starts[b + 1]
        next_starts[b] = written
        while k < end:
            for ahead in range(k + AHEAD, min(k + 2, end) + AHEAD):
                entry = order[ahead]
                _prefetch_point(base + (entry if entry >= 0 else -entry - 1) * size, width)
            spare = negated + 2 * count * size
            result, first = target + written * size, _signed(base, order[k], spare, width)
            if k + 1 < end:
                pairs[0, count], pairs[1, count] = result, first
                pairs[2, count] = _signed(base, order[k + 1], spare + size, width)
                count += 1
            else:
                copy(result, first, width)
                copy(result + width, first + width, width)
            written += 1
            k += 2
            if count == BATCH:
                batch_add(pairs, kinds, count, denominators, scratch, width)
                count = 0
        more = more or written - next_starts[b] > 1
    next_starts[buckets + 1] = written
    batch_add(pairs, kinds, count, denominators, scratch, width)
    return more


@kernel("boolean(intp,intp,intp,int32[::1],int32[::1],int64[:,::1],uint8[::1],intp,intp,intp)")
def next_round(
    source: int,
    target: int,
    buckets: int,
    starts: np.ndarray,
    next_starts: np.ndarray,
    pairs: np.ndarray,
    kinds: np.ndarray,
    denominators: int,
    scratch: int,
    width: int,
) -> bool:
    """Halve each bucket again, from `source`, where buckets lie one after another, to `target`; tell as `first_round`."""
    no_inline()
    size, count, written, more = 2 * width, 0, 0, False
    for b in range(1, buckets + 1):
        k, end = starts[b], starts[b + 1]
        next_starts[b] = written
        while k < end:
            result, first = target + written * size, source + k * size
            if k + 1 < end:
                pairs[0, count], pairs[1, count], pairs[2, count] = result, first, first + size
                count += 1
            else:
                copy(result, first, width)
                copy(result + width, first + width, width)
            written += 1
            k += 2
            if count == BATCH:
                batch_add(pairs, kinds, count, denominators, scratch, width)
                count = 0
        more = more or written - next_starts[b] > 1
    next_starts[buckets + 1] = written
    batch_add(pairs, kinds, count, denominators, scratch, width)
    return more


@kernel("void(intp,intp,intp,int32[::1],intp,intp,intp)")
def sum_buckets(
    result: int, points: int, buckets: int, starts: np.ndarray, running: int, scratch: int, width: int
) -> None:
    """`result = Σ b·bucket[b]`, extended, by a running sum from the top; each bucket holds at most one point."""
    no_inline()
    clear(result, width)
    clear(running, width)
    for b in range(buckets, 0, -1):
        if starts[b + 1] > starts[b]:
            add_affine(running, points + starts[b] * 2 * width, scratch, width)
        add_extended(result, running, scratch, width)


@kernel(
    "void(uint64[:,::1],int32[::1],intp,intp,intp,uint64[::1],int32[:,::1],int32[::1],int64[:,::1],uint8[::1],uint64[::1])"
)
def window(
    points: np.ndarray,
    digits: np.ndarray,
    count: int,
    bits: int,
    width: int,
    result: np.ndarray,
    bounds: np.ndarray,
    order: np.ndarray,
    pairs: np.ndarray,
    kinds: np.ndarray,
    memory: np.ndarray,
) -> None:
    """`result = Σ digits[i]·points[i]`, extended.

    Parameters
    ----------
    points, digits, count, width
        Affine points, `uint64[count, width / 4]`, and their digits, absolute values up to `2^(bits-1)`.
    bounds, order, pairs, kinds, memory
        Scratch: `int32[2, 2^(bits-1) + 2]`, `int32[count + AHEAD + 2]` that was zero when made, `int64[3, BATCH]`,
        `uint8[BATCH]`, `uint64[memory_words(count, bits, width)]`.
    """
    no_inline()
    buckets, size, base = 1 << (bits - 1), 2 * width, array_address(points)
    starts, other = bounds[0], bounds[1]
    sort_by_bucket(digits, count, buckets, starts, other, order)
    scratch = array_address(memory)
    running = scratch + POINT_SCRATCH * width
    denominators = running + 4 * width
    negated = denominators + 2 * BATCH * width
    source = negated + 2 * BATCH * size
    target = source + (count // 2 + buckets + 2) * size
    more = first_round(base, negated, source, buckets, starts, other, order, pairs, kinds, denominators, scratch, width)
    while more:
        starts, other = other, starts
        more = next_round(source, target, buckets, starts, other, pairs, kinds, denominators, scratch, width)
        source, target = target, source
    sum_buckets(array_address(result), source, buckets, other, running, scratch, width)
    keep(points)
    keep(memory)
    keep(result)


@kernel("void(uint64[:,::1],intp,intp,uint64[::1],uint64[::1])")
def combine(windows: np.ndarray, bits: int, width: int, result: np.ndarray, memory: np.ndarray) -> None:
    """`result = Σ 2^(bits·w)·windows[w]`, extended brought to affine; `memory` holds `POINT_SCRATCH` elements."""
    no_inline()
    total, scratch, first = array_address(result), array_address(memory), array_address(windows)
    clear(total, width)
    for w in range(windows.shape[0] - 1, -1, -1):
        for _ in range(bits):
            double(total, scratch, width)
        add_extended(total, first + w * 4 * width, scratch, width)
    to_affine(total, scratch, width)
    keep(windows)
    keep(memory)
    keep(result)
