"""Sums of many multiples on Jubjub, compiled (Pippenger's buckets with signed digits); the plain twin is `jubjub.multiply` and `jubjub.add`."""

from collections.abc import Sequence

import numpy as np

from rollup.crypto.jubjub import ORDER
from rollup.crypto.jubjub_kernels import (
    AFFINE_CACHED,
    POINT,
    point_add,
    point_add_affine,
    point_cache,
    point_double,
    point_identity,
    point_sub_affine,
)
from rollup.crypto.limbs import Words, array_address, keep, kernel, load_word, words_from_ints

SCALAR_BITS = ORDER.bit_length()


def window_width(count: int) -> int:
    """Return the digits' width in bits that suits `count` points: adding costs count·252/w, the buckets 2^w·252/w."""
    return min(13, max(4, count.bit_length() - 3))


def scalars(values: Sequence[int], width: int) -> Words:
    """Return integers in [0, L) as `sum_of_multiples` wants them: uint64[n, 4].

    2^(w-1) is added to every digit to base 2^w but the highest; so the kernel subtracts it from what it reads and has digits in [-2^(w-1), 2^(w-1)),
    and the highest, of at most w - 1 bits and a carry, in [0, 2^(w-1)].
    """
    offset = sum(1 << (width * i + width - 1) for i in range(window_count(width) - 1))
    return words_from_ints([value + offset for value in values], 4)


def window_count(width: int) -> int:
    """Return how many digits a scalar has, ⌈253/w⌉."""
    return -(-(SCALAR_BITS + 1) // width)


def buckets(width: int) -> Words:
    """Return the memory that `sum_of_multiples` needs: uint64[n, 4]."""
    return np.zeros((((1 << (width - 1)) + 1) * 4 + 12, 4), dtype=np.uint64)


@kernel("void(uint64[:,::1],uint64[:,::1],uint64[:,::1],intp,intp,intp,uint64[:,::1],uint64[:,::1])")
def sum_of_multiples(
    result: Words, points: Words, scalars: Words, count: int, width: int, windows: int, tables: Words, buckets: Words
) -> None:
    """Set `result`, uint64[4, 4], to the point Σ scalar·point.

    `points`: uint64[3·count, 4], affine cached; `scalars`, `buckets`: from the functions of that name; `windows`: ⌈253/width⌉.
    """
    total, constants, base = array_address(result), array_address(tables), array_address(buckets)
    half = 1 << (width - 1)
    running, window, cached = (
        base + (half + 1) * POINT,
        base + (half + 2) * POINT,
        base + (half + 3) * POINT,
    )
    point_identity(total, constants)
    for index in range(windows):
        position = width * (windows - 1 - index)
        for _ in range(width if index > 0 else 0):
            point_double(total)
        for i in range(1, half + 1):
            point_identity(base + i * POINT, constants)
        word, shift = (position >> 6) * 8, np.uint64(position & 63)
        point, scalar = array_address(points), array_address(scalars)
        for _ in range(count):
            bits = load_word(scalar + word) >> shift
            if shift != np.uint64(0) and word < 24:
                bits |= load_word(scalar + word + 8) << (np.uint64(64) - shift)
            digit = np.int64(bits & np.uint64((1 << width) - 1))
            if index > 0:
                digit -= half
            if digit > 0:
                point_add_affine(base + digit * POINT, point)
            elif digit < 0:
                point_sub_affine(base - digit * POINT, point)
            point += AFFINE_CACHED
            scalar += 4 * 8
        # Σ i·bucket_i as the sum of the running sums from the top.
        point_identity(running, constants)
        point_identity(window, constants)
        for i in range(half):
            point_cache(cached, base + (half - i) * POINT, constants)
            point_add(running, cached)
            point_cache(cached, running, constants)
            point_add(window, cached)
        point_cache(cached, window, constants)
        point_add(total, cached)
    keep(result)
    keep(points)
    keep(scalars)
    keep(tables)
    keep(buckets)
