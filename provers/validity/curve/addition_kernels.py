"""Many affine additions with one inversion (Montgomery's trick), on elements of 64-bit limbs.

A *signed* address is that of a point, its lowest bit set where the point's negative is meant.
"""

import numpy as np

from provers.validity.curve.fp_kernels import add, copy, eq, inverse, is_zero, mul, neg, set_one, set_zero, sqr, sub
from provers.validity.curve.point_kernels import is_infinity
from rollup.crypto.kernel_cache import callback
from rollup.crypto.limbs import kernel, load_word, no_inline, prefetch, store_word

BATCH = 4096
"""Pairs at most in one call, 8 times some number; what `add_function` takes is `int64[3, BATCH]`."""

AHEAD = 8
"""How many pairs ahead of its use a point is asked for."""

SCRATCH = 32
"""Elements of scratch beside two a pair."""

# What a pair is, so the second pass need not look again.
_ADD, _DOUBLE, _CANCEL, _FIRST, _SECOND = 0, 1, 2, 3, 4


@kernel("int64(intp)")
def load_address(address: int) -> int:
    """Load an address."""
    value: int = np.int64(load_word(address))  # type: ignore[assignment]
    return value


@kernel("void(intp,intp,intp)")
def _signed_y(result: int, point: int, width: int) -> None:
    """The second coordinate of what a signed address means."""
    y = (point & ~1) + width
    if point & 1:
        neg(result, y, width)
    else:
        copy(result, y, width)


@kernel("intp(intp,intp,intp,intp,intp)")
def _denominator(result: int, a: int, b: int, scratch: int, width: int) -> int:
    """Write what the slope of a + b is divided by, and say what the pair is."""
    x1, x2 = a & ~1, b & ~1
    sub(result, x2, x1, width)
    if is_zero(x1, width) and is_infinity(x1, width):
        return _SECOND
    if is_zero(x2, width) and is_infinity(x2, width):
        return _FIRST
    if not is_zero(result, width):
        return _ADD
    y1, y2 = scratch, scratch + width
    _signed_y(y1, a, width)
    _signed_y(y2, b, width)
    if not eq(y1, y2, width):
        return _CANCEL
    add(result, y1, y1, width)
    return _DOUBLE if not is_zero(result, width) else _CANCEL


@kernel("void(intp,intp,intp,intp,intp,intp,intp)")
def _chord(result: int, a: int, b: int, doubling: int, inverted: int, scratch: int, width: int) -> None:
    """`result = a + b` from the inverted denominator of the slope λ: x = λ² - a.x - b.x, y = λ(a.x - x) - a.y."""
    slope, t, u, y = scratch, scratch + width, scratch + 2 * width, scratch + 3 * width
    x1, x2 = a & ~1, b & ~1
    _signed_y(y, a, width)
    if doubling:
        sqr(u, x1, width)
        add(t, u, u, width)
        add(t, t, u, width)
    else:
        _signed_y(t, b, width)
        sub(t, t, y, width)
    mul(slope, inverted, t, width)
    sqr(t, slope, width)
    sub(t, t, x1, width)
    sub(t, t, x2, width)
    sub(u, x1, t, width)
    mul(u, u, slope, width)
    sub(result + width, u, y, width)
    copy(result, t, width)


@kernel("void(intp,intp,intp)")
def _put(result: int, point: int, width: int) -> None:
    """`result = point`, which is signed."""
    copy(result, point & ~1, width)
    _signed_y(result + width, point, width)


@callback("void(intp,intp,intp,intp)")
def put_function(result: int, point: int, width: int, _memory: int) -> None:
    """`result = point`, which is signed."""
    _put(result, point, width)


@callback("void(intp,intp,intp,intp)")
def add_function(pairs: int, count: int, width: int, memory: int) -> None:
    """Affine sums of `count` independent pairs, `BATCH` at most, infinity and equal or opposite points among them.

    `pairs` is the address of `int64[3, BATCH]`: results, and the signed addresses of first and second points; a result may be its
    own pair's first or second point. `memory` has `addition_bytes(width)`.
    """
    no_inline()
    kinds, scratch = memory, memory + 8 * BATCH
    denominators = scratch + SCRATCH * width
    prefixes = denominators + BATCH * width
    product, inverted, rest = scratch, scratch + width, scratch + 2 * width
    results, firsts, seconds = pairs, pairs + 8 * BATCH, pairs + 16 * BATCH
    set_one(product, width)
    for i in range(count):
        if i + AHEAD < count:
            for column in (firsts, seconds):
                point = load_address(column + 8 * (i + AHEAD)) & ~1
                for offset in range(0, 2 * width, 64):
                    prefetch(point + offset)
        denominator = denominators + i * width
        kind = _denominator(denominator, load_address(firsts + 8 * i), load_address(seconds + 8 * i), rest, width)
        store_word(kinds + 8 * i, np.uint64(kind))
        copy(prefixes + i * width, product, width)
        if kind <= _DOUBLE:
            mul(product, product, denominator, width)
    inverse(product, product, rest, width)
    for i in range(count - 1, -1, -1):
        result, a, b = load_address(results + 8 * i), load_address(firsts + 8 * i), load_address(seconds + 8 * i)
        kind = load_address(kinds + 8 * i)
        if kind <= _DOUBLE:
            mul(inverted, product, prefixes + i * width, width)
            mul(product, product, denominators + i * width, width)
            _chord(result, a, b, kind == _DOUBLE, inverted, rest, width)
        elif kind == _CANCEL:
            set_zero(result, width)
            set_zero(result + width, width)
        else:
            point = a if kind == _FIRST else b
            _put(rest, point, width)
            copy(result, rest, width)
            copy(result + width, rest + width, width)


def addition_bytes(width: int) -> int:
    """Bytes of scratch that `add_function` needs."""
    return 8 * BATCH + (SCRATCH + 2 * BATCH) * width
