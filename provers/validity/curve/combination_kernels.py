"""Kernels of `combinations`: a sparse matrix of scalars times a vector of points, a row at a time."""

import numpy as np

from provers.validity.curve.fp_kernels import copy, neg
from provers.validity.curve.point_kernels import POINT_SCRATCH, add_affine, clear, double, to_affine
from rollup.crypto.limbs import array_address, keep, kernel, no_inline


@kernel("intp(uint64[:,::1],intp,intp)")
def _longest(magnitudes: np.ndarray, first: int, end: int) -> int:
    """Bits of the largest of `magnitudes[first:end]`."""
    for limb in range(3, -1, -1):
        union = np.uint64(0)
        for k in range(first, end):
            union |= magnitudes[k, limb]
        bits = 0
        while union != np.uint64(0):
            union >>= np.uint64(1)
            bits += 1
        if bits > 0:
            return 64 * limb + bits
    return 0


@kernel("void(int64[::1],int64[::1],uint64[:,::1],uint8[::1],uint64[:,::1],uint64[:,::1],intp,intp,intp,uint64[::1])")
def combine(
    indptr: np.ndarray,
    indices: np.ndarray,
    magnitudes: np.ndarray,
    negative: np.ndarray,
    points: np.ndarray,
    results: np.ndarray,
    first: int,
    end: int,
    width: int,
    memory: np.ndarray,
) -> None:
    """`results[i] = Σ_k ±magnitudes[k]·points[indices[k]]` over `indptr[i] <= k < indptr[i + 1]`, affine, for `first <= i < end`.

    All terms of a row share their doublings, as many as the longest magnitude has bits. `memory` is
    `uint64[(POINT_SCRATCH + 6)·width / 8]`.
    """
    no_inline()
    size, source, target = 2 * width, array_address(points), array_address(results)
    scratch = array_address(memory)
    total, spare = scratch + POINT_SCRATCH * width, scratch + (POINT_SCRATCH + 4) * width
    for i in range(first, end):
        clear(total, width)
        for bit in range(_longest(magnitudes, indptr[i], indptr[i + 1]) - 1, -1, -1):
            double(total, scratch, width)
            for k in range(indptr[i], indptr[i + 1]):
                if (magnitudes[k, bit >> 6] >> np.uint64(bit & 63)) & np.uint64(1) != np.uint64(0):
                    point = source + indices[k] * size
                    if negative[k] != 0:
                        copy(spare, point, width)
                        neg(spare + width, point + width, width)
                        point = spare
                    add_affine(total, point, scratch, width)
        to_affine(total, scratch, width)
        copy(target + i * size, total, width)
        copy(target + i * size + width, total + width, width)
    keep(points)
    keep(results)
    keep(memory)
