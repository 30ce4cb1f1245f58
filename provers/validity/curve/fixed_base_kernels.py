"""Kernels of `fixed_base`: many multiples of one point from a table of its signed window multiples.

The table holds `d·2^(bits·w)·P` for window w and `d` in 1..2^(bits-1), affine, window after window; entry
`(w << (bits - 1)) + d - 1`. Points are in the form that the function `add` works on, as in `msm_kernels`.
"""

import numpy as np

from provers.validity.curve.addition_kernels import BATCH
from rollup.crypto.limbs import array_address, call, keep, kernel, no_inline


@kernel("void(intp,intp,intp,intp,intp,int64[:,::1],intp,intp)")
def fill_table(
    table: int, windows: int, bits: int, size: int, width: int, pairs: np.ndarray, add: int, memory: int
) -> None:
    """Fill the table from its first entry, `1·P`, which is not infinity."""
    no_inline()
    half = 1 << (bits - 1)
    for w in range(windows):
        row = table + w * half * size
        if w > 0:
            # The row before ends with 2^(bits-1)·B.
            pairs[0, 0], pairs[1, 0], pairs[2, 0] = row, row - size, row - size
            call(add, array_address(pairs), 1, width, memory)
        known = 1
        while known < half:
            pending = 0
            for i in range(known):
                # d = known + 1 + i is known + (1 + i).
                pairs[0, pending] = row + (known + i) * size
                pairs[1, pending] = row + (known - 1) * size
                pairs[2, pending] = row + i * size
                pending += 1
                if pending == BATCH or i == known - 1:
                    call(add, array_address(pairs), pending, width, memory)
                    pending = 0
            known *= 2
    keep(pairs)


@kernel("void(uint64[:,::1],intp,int32[:,::1])")
def signed_digits(scalars: np.ndarray, bits: int, digits: np.ndarray) -> None:
    """Write `scalars[i] = Σ digits[w, i]·2^(bits·w)`, digits in `(-2^(bits-1), 2^(bits-1)]`.

    `digits` is `int32[ceil(256 / bits), len(scalars)]`; scalars are below 2^255, so the last carry has room.
    """
    no_inline()
    mask, half = np.uint64((1 << bits) - 1), 1 << (bits - 1)
    for i in range(len(scalars)):
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


@kernel("void(intp,intp,int32[:,::1],intp,intp,intp,uint8[::1],int64[:,::1],intp,intp,intp)")
def multiples(
    table: int,
    bits: int,
    digits: np.ndarray,
    size: int,
    width: int,
    results: int,
    known: np.ndarray,
    pairs: np.ndarray,
    add: int,
    put: int,
    memory: int,
) -> None:
    """`results[i] = Σ_w digits[w, i]·2^(bits·w)·P`, where results and `known`, `uint8[columns of digits]`, are zero before."""
    no_inline()
    count = digits.shape[1]
    for w in range(digits.shape[0]):
        pending = 0
        row = table + (w << (bits - 1)) * size
        for i in range(count):
            digit = np.int64(digits[w, i])
            if digit != 0:
                entry, target = row + (abs(digit) - 1) * size + (digit < 0), results + i * size
                if known[i]:
                    pairs[0, pending], pairs[1, pending], pairs[2, pending] = target, target, entry
                    pending += 1
                else:
                    call(put, target, entry, width, memory)
                    known[i] = 1
            if pending == BATCH or i == count - 1:
                call(add, array_address(pairs), pending, width, memory)
                pending = 0
    keep(pairs)
