"""Signature verification, compiled; the plain twin is `eddsa.verify`."""

import numpy as np

from rollup.crypto.fr_kernels import SIZE, fr_copy, fr_less, fr_mul
from rollup.crypto.jubjub_kernels import (
    DOUBLE_MULTIPLY_SCRATCH,
    ORDER,
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
from rollup.crypto.poseidon2 import Domain
from rollup.crypto.poseidon2_kernels import hash_items

CHALLENGE = int(Domain.CHALLENGE)
Bits = np.ndarray[tuple[int], np.dtype[np.bool_]]
SCRATCH = 20 * SIZE + max(DOUBLE_MULTIPLY_SCRATCH, 32 * SIZE)
"""Bytes that `verify` needs."""


def scratch() -> Words:
    """Return memory for `verify`, one a thread: uint64[n, 4]."""
    return np.zeros((SCRATCH // SIZE, 4), dtype=np.uint64)


@kernel("boolean(intp,intp,intp,intp,intp,intp,intp,intp,intp)")
def prepare(
    key_x: int, key_y: int, message: int, r_y: int, r_sign: int, s: int, curve: int, poseidon: int, scratch: int
) -> bool:
    """Make every check but the equation, and leave at `scratch` the integers s and c, and R's x; parameters as for `verify`."""
    no_inline()
    scalar, challenge, hashed = scratch, scratch + SIZE, scratch + 2 * SIZE
    point, rest = scratch + 8 * SIZE, scratch + 16 * SIZE
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
    return True


@kernel("boolean(intp,intp,intp,intp,intp,intp,intp,intp,intp)")
def verify(
    key_x: int, key_y: int, message: int, r_y: int, r_sign: int, s: int, curve: int, poseidon: int, scratch: int
) -> bool:
    """Tell whether 8(s·B - R - c·A) is the identity, with every check of `eddsa.verify`; total.

    All but `r_sign` (an integer) are addresses of elements in Montgomery form, s too: so r_y and message are canonical, and an s of R or more cannot
    be said. `curve`: `jubjub_kernels.tables()`; `poseidon`: `poseidon2_kernels.table(4)`; `scratch`: `SCRATCH` bytes, apart from the rest.
    """
    no_inline()
    scalar, challenge, r_x = scratch, scratch + SIZE, scratch + 2 * SIZE
    point, difference = scratch + 8 * SIZE, scratch + 12 * SIZE
    cached, rest = scratch + 16 * SIZE, scratch + 20 * SIZE
    if not prepare(key_x, key_y, message, r_y, r_sign, s, curve, poseidon, scratch):
        return False
    point_from_affine(point, key_x, key_y, curve)
    multiply_difference(difference, scalar, point, challenge, curve, rest)
    point_from_affine(point, r_x, r_y, curve)
    point_cache(cached, point, curve)
    point_sub(difference, cached)
    return bool(point_is_small(difference))


@kernel(
    "void(boolean[::1],uint64[:,::1],uint64[:,::1],uint64[:,::1],boolean[::1],intp,uint64[:,::1],uint64[:,::1],uint64[:,::1])"
)
def prepare_many(
    results: Bits,
    points: Words,
    challenges: Words,
    elements: Words,
    signs: Bits,
    count: int,
    curve: Words,
    poseidon: Words,
    scratch: Words,
) -> None:
    """`prepare` for each item: `points`, uint64[6·count, 4], gets R and A, affine cached; `challenges`, uint64[count, 4], the integers c.

    `elements` as for `verify_many`; where the result is False, points and challenges are left as they were.
    """
    no_inline()
    item, constants, memory = array_address(elements), array_address(curve), array_address(scratch)
    point, cached = memory + 8 * SIZE, memory + 12 * SIZE
    for i in range(count):
        y = item + 3 * SIZE
        results[i] = prepare(
            item,
            item + SIZE,
            item + 2 * SIZE,
            y,
            1 if signs[i] else 0,
            item + 4 * SIZE,
            constants,
            array_address(poseidon),
            memory,
        )
        if results[i]:
            fr_copy(array_address(challenges) + i * SIZE, memory + SIZE)
            for j in range(2):
                if j == 0:
                    point_from_affine(point, memory + 2 * SIZE, y, constants)
                else:
                    point_from_affine(point, item, item + SIZE, constants)
                point_cache(cached, point, constants)
                for k in range(3):
                    fr_copy(array_address(points) + ((2 * i + j) * 3 + k) * SIZE, cached + k * SIZE)
        item += 5 * SIZE
    keep(points)
    keep(challenges)
    keep(elements)
    keep(curve)
    keep(poseidon)
    keep(scratch)


@kernel("void(boolean[::1],uint64[:,::1],boolean[::1],intp,uint64[:,::1],uint64[:,::1],uint64[:,::1])")
def verify_many(
    results: Bits,
    elements: Words,
    signs: Bits,
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
