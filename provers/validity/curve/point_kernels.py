"""Point addition for kernels, on G1 (`width` 48) and G2 (`width` 96) alike.

An *affine* point is x, y (2 elements); infinity is (0, 0), which is on neither curve. An *extended* point is
X, Y, ZZ, ZZZ (4 elements) with x = X/ZZ, y = Y/ZZZ, ZZ³ = ZZZ²; infinity has ZZ = 0.
SPEC: Explicit-Formulas Database, short Weierstrass, XYZZ: dbl-2008-s-1, madd-2008-s, add-2008-s, for a = 0.
"""

from provers.validity.curve.fp_kernels import (
    add,
    copy,
    inverse,
    is_zero,
    mul,
    set_one,
    set_zero,
    sqr,
    sub,
)
from rollup.crypto.kernel_cache import shared
from rollup.crypto.limbs import kernel, no_inline

#: Elements of scratch that any function here may use.
POINT_SCRATCH = 28


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


@shared("void(intp,intp,intp,intp)")
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


@shared("void(intp,intp,intp,intp)")
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


@shared("void(intp,intp,intp)")
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
