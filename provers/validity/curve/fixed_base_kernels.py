"""Kernels of `fixed_base`: many multiples of one point from a table of its signed window multiples.

The table holds `d·2^(bits·w)·P` for window w and `d` in 1..2^(bits-1), affine, window after window; entry
`(w << (bits - 1)) + d - 1`.
"""

import numpy as np

from provers.validity.curve.fp_kernels import copy, neg, set_one, set_zero
from provers.validity.curve.msm_kernels import BATCH
from provers.validity.curve.point_kernels import POINT_SCRATCH, batch_add, double, to_affine
from rollup.crypto.limbs import array_address, keep, kernel, no_inline, prefetch


@kernel("void(uint64[:,::1],intp,intp,intp,int64[:,::1],uint8[::1],uint64[::1])")
def fill_table(
    table: np.ndarray, windows: int, bits: int, width: int, pairs: np.ndarray, kinds: np.ndarray, memory: np.ndarray
) -> None:
    """Fill the table from its first entry, `1·P`, which is not infinity.

    `table` is `uint64[windows << (bits - 1), width / 4]`; `pairs` `int64[3, BATCH]`, `kinds` `uint8[BATCH]`, `memory`
    `uint64[(POINT_SCRATCH + 4 + 2·BATCH)·width / 8]` are scratch.
    """
    no_inline()
    size, half = 2 * width, 1 << (bits - 1)
    start, scratch = array_address(table), array_address(memory)
    power, denominators = scratch + POINT_SCRATCH * width, scratch + (POINT_SCRATCH + 4) * width
    for w in range(windows):
        row, count = start + w * half * size, 0
        if w > 0:
            # The row before ends with 2^(bits-1)·B; doubled once it is this row's first.
            copy(power, row - size, width)
            copy(power + width, row - width, width)
            set_one(power + 2 * width, width)
            set_one(power + 3 * width, width)
            double(power, scratch, width)
            to_affine(power, scratch, width)
            copy(row, power, width)
            copy(row + width, power + width, width)
        known = 1
        while known < half:
            for i in range(known):
                # d = known + 1 + i is known + (1 + i).
                pairs[0, count] = row + (known + i) * size
                pairs[1, count] = row + (known - 1) * size
                pairs[2, count] = row + i * size
                count += 1
                if count == BATCH or i == known - 1:
                    batch_add(pairs, kinds, count, denominators, scratch, width)
                    count = 0
            known *= 2
    keep(table)
    keep(memory)


@kernel("void(uint64[:,::1],intp,int32[:,::1],intp,intp,intp,uint64[:,::1],int64[:,::1],uint8[::1],uint64[::1])")
def multiples(
    table: np.ndarray,
    bits: int,
    digits: np.ndarray,
    first: int,
    end: int,
    width: int,
    results: np.ndarray,
    pairs: np.ndarray,
    kinds: np.ndarray,
    memory: np.ndarray,
) -> None:
    """`results[i] = Σ_w digits[w, i]·2^(bits·w)·P` for `first <= i < end`, affine, `BATCH` of them at a time.

    `digits` is from `msm_kernels.recode`; scratch as in `fill_table`, `memory` longer by `2·BATCH·width / 8` words.
    """
    no_inline()
    size, base, target = 2 * width, array_address(table), array_address(results)
    scratch = array_address(memory)
    denominators = scratch + POINT_SCRATCH * width
    negated = denominators + 2 * BATCH * width
    for low in range(first, end, BATCH):
        high = min(low + BATCH, end)
        for i in range(low, high):
            set_zero(target + i * size, width)
            set_zero(target + i * size + width, width)
        for w in range(digits.shape[0]):
            count = 0
            row = base + (w << (bits - 1)) * size
            for i in range(low, high):
                digit = digits[w, i]
                if digit == 0:
                    continue
                entry = row + (abs(digit) - 1) * size
                for offset in range(0, size, 64):
                    prefetch(entry + offset)
                pairs[0, count] = target + i * size
                pairs[1, count] = target + i * size
                pairs[2, count] = entry if digit > 0 else -entry
                count += 1
            for k in range(count):
                entry = pairs[2, k]
                if entry < 0:
                    # SAFETY: user-space addresses are positive as signed integers, so the sign is free to mark these.
                    spare = negated + k * size
                    copy(spare, -entry, width)
                    neg(spare + width, -entry + width, width)
                    pairs[2, k] = spare
            batch_add(pairs, kinds, count, denominators, scratch, width)
    keep(table)
    keep(results)
    keep(memory)
