"""Signature verification, compiled; the plain twin is `eddsa.verify`."""

import numpy as np

from rollup.crypto.fr_kernels import SIZE, fr_copy, fr_mul
from rollup.crypto.jubjub_kernels import (
    DOUBLE_MULTIPLY_SCRATCH,
    RAW_ONE,
    decompress,
    is_on_curve,
    multiply_difference,
    point_cache,
    point_from_affine,
    point_is_small,
    point_sub,
)
from rollup.crypto.kernel_cache import shared
from rollup.crypto.limbs import Words, array_address, keep, kernel, load_word, no_inline, store_word
from rollup.crypto.poseidon2_kernels import hash_items

# The numbers of `eddsa` and `poseidon2.Domain`. They enter compiled code, so they stand in a file by which the cache of kernels is named; a test compares.
CHALLENGE, CHALLENGE_ODD = 3, 11
TOP_BITS = 59
"""Of the scalar's highest word: s < 2^251."""
MAX_ITEMS = 16

ROWS = 4
"""Elements of an item before its message: key_x, key_y, r_y, s."""
_HASHED = 3 + MAX_ITEMS
_FRONT = 3 + _HASHED
"""Elements at the start of the scratch: s, c, R's x, and what is hashed."""

Bits = np.ndarray[tuple[int], np.dtype[np.bool_]]
Offsets = np.ndarray[tuple[int], np.dtype[np.int64]]
SCRATCH = (_FRONT + 12) * SIZE + max(DOUBLE_MULTIPLY_SCRATCH, 32 * SIZE)
"""Bytes that `verify` needs."""


def scratch() -> Words:
    """Return memory for `verify`, one a thread: uint64[n, 4]."""
    return np.zeros((SCRATCH // SIZE, 4), dtype=np.uint64)


@shared("intp(intp,intp,intp,intp,intp,intp,intp)")
def check(key_x: int, key_y: int, r_y: int, r_sign: int, s: int, curve: int, scratch: int) -> int:
    """Make every check that needs no challenge, which gives 1 or 0, and leave at `scratch` the integer s and, two elements further, R's x; parameters as for `verify`."""
    no_inline()
    r_x, point, rest = scratch + 2 * SIZE, scratch + _FRONT * SIZE, scratch + (_FRONT + 12) * SIZE
    if r_sign < 0 or r_sign > 1:
        return 0
    fr_mul(scratch, s, curve + RAW_ONE)
    if load_word(scratch + 24) >> np.uint64(TOP_BITS) != np.uint64(0) or not is_on_curve(key_x, key_y, curve, rest):
        return 0
    point_from_affine(point, key_x, key_y, curve)
    if point_is_small(point) or not decompress(r_x, r_y, r_sign, curve, rest):
        return 0
    return 1


@kernel("void(intp,intp,intp)")
def to_challenge(result: int, hashed: int, curve: int) -> None:
    """The integer c = 2^128 + hash mod 2^128."""
    no_inline()
    fr_mul(result, hashed, curve + RAW_ONE)
    store_word(result + 16, np.uint64(1))
    store_word(result + 24, np.uint64(0))


@kernel("boolean(intp,intp,intp,intp,intp,intp,intp,intp,intp,intp)")
def verify(
    key_x: int,
    key_y: int,
    message: int,
    items: int,
    r_y: int,
    r_sign: int,
    s: int,
    curve: int,
    poseidon: int,
    scratch: int,
) -> bool:
    """Tell whether 8(s·B - R - c·A) is the identity, with every check of `eddsa.verify`; total.

    All but `items` and `r_sign` (integers) are addresses of elements in Montgomery form, s too: so r_y and message are canonical, and an s of R or more
    cannot be said. `message`: `items` elements; `curve`: `jubjub_kernels.tables()`; `poseidon`: `poseidon2_kernels.table(4)`; `scratch`: `SCRATCH` bytes,
    apart from the rest.
    """
    no_inline()
    scalar, challenge, r_x, hashed = scratch, scratch + SIZE, scratch + 2 * SIZE, scratch + 3 * SIZE
    point = scratch + _FRONT * SIZE
    difference, cached, rest = point + 4 * SIZE, point + 8 * SIZE, point + 12 * SIZE
    if items < 1 or items > MAX_ITEMS or check(key_x, key_y, r_y, r_sign, s, curve, scratch) == 0:
        return False
    fr_copy(hashed, r_y)
    fr_copy(hashed + SIZE, key_x)
    fr_copy(hashed + 2 * SIZE, key_y)
    for i in range(items):
        fr_copy(hashed + (3 + i) * SIZE, message + i * SIZE)
    hash_items(challenge, hashed, 3 + items, CHALLENGE_ODD if r_sign else CHALLENGE, poseidon, rest)
    to_challenge(challenge, challenge, curve)
    point_from_affine(point, key_x, key_y, curve)
    multiply_difference(difference, scalar, point, challenge, curve, rest)
    point_from_affine(point, r_x, r_y, curve)
    point_cache(cached, point, curve)
    point_sub(difference, cached)
    return bool(point_is_small(difference))


@kernel(
    "void(boolean[::1],uint64[:,::1],uint64[:,::1],uint64[:,::1],int64[::1],boolean[::1],uint64[:,::1],uint64[:,::1])"
)
def prepare_many(
    results: Bits,
    points: Words,
    challenges: Words,
    elements: Words,
    offsets: Offsets,
    signs: Bits,
    curve: Words,
    scratch: Words,
) -> None:
    """`check` for each item: `points`, uint64[6·count, 4], gets R and A, affine cached.

    `challenges`, uint64[count, 4], holds the hashes and gets the integers c; `elements`, `offsets` and `signs` as for `verify_many`, but of the message
    nothing is read. Where the result is False, points are left as they were.
    """
    no_inline()
    constants, memory = array_address(curve), array_address(scratch)
    point = memory + _FRONT * SIZE
    cached = point + 4 * SIZE
    for i in range(results.shape[0]):
        item, challenge = array_address(elements) + offsets[i] * SIZE, array_address(challenges) + i * SIZE
        y = item + 2 * SIZE
        to_challenge(challenge, challenge, constants)
        results[i] = check(item, item + SIZE, y, 1 if signs[i] else 0, item + 3 * SIZE, constants, memory) != 0
        if results[i]:
            for j in range(2):
                if j == 0:
                    point_from_affine(point, memory + 2 * SIZE, y, constants)
                else:
                    point_from_affine(point, item, item + SIZE, constants)
                point_cache(cached, point, constants)
                for k in range(3):
                    fr_copy(array_address(points) + ((2 * i + j) * 3 + k) * SIZE, cached + k * SIZE)
    keep(points)
    keep(challenges)
    keep(elements)
    keep(curve)
    keep(scratch)


@kernel("void(boolean[::1],uint64[:,::1],int64[::1],boolean[::1],uint64[:,::1],uint64[:,::1],uint64[:,::1])")
def verify_many(
    results: Bits,
    elements: Words,
    offsets: Offsets,
    signs: Bits,
    curve: Words,
    poseidon: Words,
    scratch: Words,
) -> None:
    """Set each result; item i has the elements `offsets[i]` … `offsets[i + 1] - 1`: key_x, key_y, r_y, s, and its message."""
    for i in range(results.shape[0]):
        item = array_address(elements) + offsets[i] * SIZE
        results[i] = verify(
            item,
            item + SIZE,
            item + ROWS * SIZE,
            offsets[i + 1] - offsets[i] - ROWS,
            item + 2 * SIZE,
            1 if signs[i] else 0,
            item + 3 * SIZE,
            array_address(curve),
            array_address(poseidon),
            array_address(scratch),
        )
    keep(elements)
    keep(curve)
    keep(poseidon)
    keep(scratch)
