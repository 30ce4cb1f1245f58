"""Point addition for kernels, on G1 (`width` 48) and G2 (`width` 96) alike.

An *affine* point is x, y (2 elements); infinity is (0, 0), which is on neither curve. An *extended* point is
X, Y, ZZ, ZZZ (4 elements) with x = X/ZZ, y = Y/ZZZ, ZZ³ = ZZZ²; infinity has ZZ = 0.
SPEC: Explicit-Formulas Database, short Weierstrass, XYZZ: dbl-2008-s-1, madd-2008-s, add-2008-s, for a = 0.
"""

import numpy as np

from provers.validity.curve.fp_kernels import (
    add,
    copy,
    eq,
    inverse,
    is_zero,
    mul,
    set_one,
    set_zero,
    sqr,
    sub,
)
from rollup.crypto.limbs import kernel, no_inline

#: Elements of scratch that any function here may use.
POINT_SCRATCH = 28

# What a pair is, so the second pass need not look again.
_ADD, _DOUBLE, _CANCEL, _FIRST, _SECOND = 0, 1, 2, 3, 4


@kernel("boolean(intp,intp)")
def is_infinity(point: int, width: int) -> bool:
    """Tell whether an affine point is infinity."""
    return is_zero(point, width) and is_zero(point + width, width)


@kernel("void(intp,intp)")
def clear(point: int, width: int) -> None:
    """Write infinity to an extended point."""
    for i in range(4):
        set_zero(point + i * width, width)


@kernel("void(intp,intp,intp)")
def double(point: int, scratch: int, width: int) -> None:
    """`point = 2·point`, extended."""
    no_inline()
    x, y, zz, zzz = point, point + width, point + 2 * width, point + 3 * width
    if is_zero(zz, width):
        return
    u, v, w = scratch, scratch + width, scratch + 2 * width
    s, m, t = scratch + 3 * width, scratch + 4 * width, scratch + 5 * width
    add(u, y, y, width)
    sqr(v, u, width)
    mul(w, u, v, width)
    mul(s, x, v, width)
    sqr(t, x, width)
    add(m, t, t, width)
    add(m, m, t, width)
    sqr(t, m, width)
    sub(t, t, s, width)
    sub(x, t, s, width)
    sub(s, s, x, width)
    mul(s, m, s, width)
    mul(t, w, y, width)
    sub(y, s, t, width)
    mul(zz, v, zz, width)
    mul(zzz, w, zzz, width)


@kernel("void(intp,intp,intp,intp,intp,intp,intp,intp,intp)")
def _finish(point: int, s: int, p: int, r: int, pp: int, ppp: int, q: int, t: int, width: int) -> None:
    """End of both additions: x = r² - ppp - 2q, y = r(q - x) - s·ppp, zz·= pp, zzz·= ppp; p is free."""
    x, y, zz, zzz = point, point + width, point + 2 * width, point + 3 * width
    mul(p, s, ppp, width)
    sqr(t, r, width)
    sub(t, t, ppp, width)
    sub(t, t, q, width)
    sub(x, t, q, width)
    sub(q, q, x, width)
    mul(q, r, q, width)
    sub(y, q, p, width)
    mul(zz, zz, pp, width)
    mul(zzz, zzz, ppp, width)


@kernel("void(intp,intp,intp,intp)")
def add_affine(point: int, other: int, scratch: int, width: int) -> None:
    """`point += other`, extended += affine."""
    no_inline()
    x, y, zz, zzz = point, point + width, point + 2 * width, point + 3 * width
    if is_infinity(other, width):
        return
    if is_zero(zz, width):
        copy(x, other, width)
        copy(y, other + width, width)
        set_one(zz, width)
        set_one(zzz, width)
        return
    p, r, pp = scratch, scratch + width, scratch + 2 * width
    ppp, q, t = scratch + 3 * width, scratch + 4 * width, scratch + 5 * width
    mul(p, other, zz, width)
    mul(r, other + width, zzz, width)
    sub(p, p, x, width)
    sub(r, r, y, width)
    if is_zero(p, width):
        if is_zero(r, width):
            double(point, scratch, width)
        else:
            clear(point, width)
        return
    sqr(pp, p, width)
    mul(ppp, p, pp, width)
    mul(q, x, pp, width)
    _finish(point, y, p, r, pp, ppp, q, t, width)


@kernel("void(intp,intp,intp,intp)")
def add_extended(point: int, other: int, scratch: int, width: int) -> None:
    """`point += other`, both extended."""
    no_inline()
    x, y, zz, zzz = point, point + width, point + 2 * width, point + 3 * width
    zz2, zzz2 = other + 2 * width, other + 3 * width
    if is_zero(zz2, width):
        return
    if is_zero(zz, width):
        for i in range(4):
            copy(point + i * width, other + i * width, width)
        return
    p, r, pp = scratch, scratch + width, scratch + 2 * width
    ppp, q, t = scratch + 3 * width, scratch + 4 * width, scratch + 5 * width
    u, s = scratch + 6 * width, scratch + 7 * width
    mul(u, x, zz2, width)
    mul(p, other, zz, width)
    mul(s, y, zzz2, width)
    mul(r, other + width, zzz, width)
    sub(p, p, u, width)
    sub(r, r, s, width)
    if is_zero(p, width):
        if is_zero(r, width):
            double(point, scratch, width)
        else:
            clear(point, width)
        return
    sqr(pp, p, width)
    mul(ppp, p, pp, width)
    mul(q, u, pp, width)
    mul(zz, zz, zz2, width)
    mul(zzz, zzz, zzz2, width)
    _finish(point, s, p, r, pp, ppp, q, t, width)


@kernel("void(intp,intp,intp)")
def to_affine(point: int, scratch: int, width: int) -> None:
    """Bring an extended point to affine in its first two elements; infinity gives (0, 0)."""
    no_inline()
    zz, zzz = point + 2 * width, point + 3 * width
    if is_zero(zz, width):
        set_zero(point, width)
        set_zero(point + width, width)
        return
    i, t = scratch, scratch + width
    inverse(i, zzz, scratch + 2 * width, width)
    # 1/ZZ = (ZZ/ZZZ)², since ZZ³ = ZZZ².
    mul(t, zz, i, width)
    sqr(t, t, width)
    mul(point, point, t, width)
    mul(point + width, point + width, i, width)


@kernel("intp(intp,intp,intp,intp)")
def _denominator(result: int, a: int, b: int, width: int) -> int:
    """Write what the slope of a + b is divided by, and say what the pair is."""
    sub(result, b, a, width)
    if is_zero(result, width):
        if is_infinity(a, width):
            return _SECOND
        if is_infinity(b, width):
            return _FIRST
        if eq(a + width, b + width, width):
            add(result, a + width, a + width, width)
            return _DOUBLE
        return _CANCEL
    if is_infinity(a, width):
        return _SECOND
    if is_infinity(b, width):
        return _FIRST
    return _ADD


@kernel("void(intp,intp,intp,intp,intp,intp,intp)")
def _chord(result: int, a: int, b: int, doubling: int, inverted: int, scratch: int, width: int) -> None:
    """`result = a + b` from the inverted denominator of the slope λ: x = λ² - a.x - b.x, y = λ(a.x - x) - a.y."""
    slope, t, u = scratch, scratch + width, scratch + 2 * width
    if doubling:
        sqr(u, a, width)
        add(t, u, u, width)
        add(t, t, u, width)
    else:
        sub(t, b + width, a + width, width)
    mul(slope, inverted, t, width)
    sqr(t, slope, width)
    sub(t, t, a, width)
    sub(t, t, b, width)
    sub(u, a, t, width)
    mul(u, u, slope, width)
    sub(result + width, u, a + width, width)
    copy(result, t, width)


@kernel("void(int64[:,::1],uint8[::1],intp,intp,intp,intp)")
def batch_add(pairs: np.ndarray, kinds: np.ndarray, count: int, denominators: int, scratch: int, width: int) -> None:
    """Affine sums of `count` independent pairs with one inversion (Montgomery's trick).

    `pairs` holds addresses, `int64[3, >= count]`: result, first, second. A result may be its own pair's first or
    second point. `denominators` has room for `2·count` elements, `scratch` for `POINT_SCRATCH`.
    """
    no_inline()
    prefixes = denominators + count * width
    product, inverted, rest = scratch, scratch + width, scratch + 2 * width
    set_one(product, width)
    for i in range(count):
        denominator = denominators + i * width
        kinds[i] = _denominator(denominator, pairs[1, i], pairs[2, i], width)
        copy(prefixes + i * width, product, width)
        if kinds[i] <= _DOUBLE:
            mul(product, product, denominator, width)
    inverse(product, product, rest, width)
    for i in range(count - 1, -1, -1):
        result, a, b, kind = pairs[0, i], pairs[1, i], pairs[2, i], kinds[i]
        if kind <= _DOUBLE:
            mul(inverted, product, prefixes + i * width, width)
            mul(product, product, denominators + i * width, width)
            _chord(result, a, b, kind == _DOUBLE, inverted, rest, width)
        elif kind == _CANCEL:
            set_zero(result, width)
            set_zero(result + width, width)
        else:
            source = a if kind == _FIRST else b
            copy(result, source, width)
            copy(result + width, source + width, width)
