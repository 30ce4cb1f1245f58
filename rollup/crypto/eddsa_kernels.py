"""Signature verification, compiled; the plain twin is `eddsa.verify`."""

import numpy as np

from rollup.crypto.fr_kernels import SIZE, fr_copy, fr_less, fr_mul
from rollup.crypto.jubjub_kernels import (
    CACHED,
    DOUBLE_MULTIPLY_SCRATCH,
    ORDER,
    POINT,
    RAW_ONE,
    decompress,
    is_on_curve,
    multiply_difference,
    point_cache,
    point_from_affine,
    point_is_small,
    point_sub,
    reduce_by_order,
)
from rollup.crypto.limbs import Words, array_address, keep, kernel, no_inline
from rollup.crypto.poseidon2_kernels import hash_items

CHALLENGE = 3
SCRATCH = 16 * SIZE + 2 * POINT + CACHED + DOUBLE_MULTIPLY_SCRATCH
"""Bytes that `verify` needs."""


def scratch() -> Words:
    """Return memory for `verify`, one a thread: uint64[n, 4]."""
    return np.zeros((SCRATCH // SIZE, 4), dtype=np.uint64)


@kernel("boolean(intp,intp,intp,intp,intp,intp,intp,intp,intp)")
def verify(
    key_x: int, key_y: int, message: int, r_y: int, r_sign: int, s: int, curve: int, poseidon: int, scratch: int
) -> bool:
    """Tell whether 8(s·B - R - c·A) is the identity, with every check of `eddsa.verify`; total.

    All but `r_sign` (an integer) are addresses of elements in Montgomery form, s too: so r_y and message are canonical, and an s of R or more cannot
    be said. `curve`: `jubjub_kernels.tables()`; `poseidon`: `poseidon2_kernels.table(4)`; `scratch`: `SCRATCH` bytes.
    """
    no_inline()
    hashed, scalar, challenge = scratch, scratch + 5 * SIZE, scratch + 6 * SIZE
    point, difference = scratch + 16 * SIZE, scratch + 16 * SIZE + POINT
    cached, rest = scratch + 16 * SIZE + 2 * POINT, scratch + 16 * SIZE + 2 * POINT + CACHED
    if r_sign < 0 or r_sign > 1:
        return False
    fr_mul(scalar, s, curve + RAW_ONE)
    if not fr_less(scalar, curve + ORDER) or not is_on_curve(key_x, key_y, curve, rest):
        return False
    point_from_affine(point, key_x, key_y, curve)
    if point_is_small(point) or not decompress(hashed, r_y, r_sign, curve, rest):
        return False
    fr_copy(hashed + SIZE, r_y)
    fr_copy(hashed + 2 * SIZE, key_x)
    fr_copy(hashed + 3 * SIZE, key_y)
    fr_copy(hashed + 4 * SIZE, message)
    hash_items(challenge, hashed, 5, CHALLENGE, poseidon, rest)
    fr_mul(challenge, challenge, curve + RAW_ONE)
    reduce_by_order(challenge, curve)
    point_from_affine(point, key_x, key_y, curve)
    multiply_difference(difference, scalar, point, challenge, curve, rest)
    point_from_affine(point, hashed, hashed + SIZE, curve)
    point_cache(cached, point, curve)
    point_sub(difference, cached)
    return point_is_small(difference)


@kernel("void(boolean[::1],uint64[:,::1],boolean[::1],intp,uint64[:,::1],uint64[:,::1],uint64[:,::1])")
def verify_many(
    results: np.ndarray[tuple[int], np.dtype[np.bool_]],
    elements: Words,
    signs: np.ndarray[tuple[int], np.dtype[np.bool_]],
    count: int,
    curve: Words,
    poseidon: Words,
    scratch: Words,
) -> None:
    """`elements`: uint64[5·count, 4], for each item key_x, key_y, message, r_y, s."""
    item = array_address(elements)
    for i in range(count):
        results[i] = verify(
            item,
            item + SIZE,
            item + 2 * SIZE,
            item + 3 * SIZE,
            1 if signs[i] else 0,
            item + 4 * SIZE,
            array_address(curve),
            array_address(poseidon),
            array_address(scratch),
        )
        item += 5 * SIZE
    keep(elements)
    keep(curve)
    keep(poseidon)
    keep(scratch)
