"""Kernels of `subgroup`: whether a point is on its curve, and in the subgroup of order r."""

import numpy as np

from provers.validity.curve.fp_kernels import add, copy, eq, fp_neg, is_zero, mul, set_one, sqr
from provers.validity.curve.point_kernels import POINT_SCRATCH, add_affine, double, is_infinity
from rollup.crypto.limbs import array_address, keep, kernel, no_inline

#: What `first_fault` says of a point, in its lowest bit.
OFF_CURVE, OUTSIDE = 0, 1


@kernel("boolean(intp,intp,intp,intp)")
def _is_on_curve(point: int, constant: int, scratch: int, width: int) -> bool:
    """Tell whether `y² = x³ + constant`."""
    left, right = scratch, scratch + width
    sqr(right, point, width)
    mul(right, right, point, width)
    add(right, right, constant, width)
    sqr(left, point + width, width)
    return eq(left, right, width)


@kernel("void(intp,intp,intp,intp)")
def _image(result: int, point: int, factors: int, width: int) -> None:
    """`(cx·x̄, cy·ȳ)`: the endomorphism, with conjugation where coordinates have two parts."""
    for k in range(2):
        part = result + k * width
        copy(part, point + k * width, width)
        if width > 48:
            fp_neg(part + 48, part + 48)
        mul(part, part, factors + k * width, width)


@kernel("boolean(intp,intp,uint64[::1],intp,intp,intp)")
def _is_in_subgroup(point: int, factors: int, multiplier: np.ndarray, bits: int, scratch: int, width: int) -> bool:
    """Tell whether the endomorphism's image is `-multiplier·point`; the multiplier has `bits` bits, the point is not infinity."""
    total, image = scratch + POINT_SCRATCH * width, scratch + (POINT_SCRATCH + 4) * width
    copy(total, point, width)
    copy(total + width, point + width, width)
    set_one(total + 2 * width, width)
    set_one(total + 3 * width, width)
    for bit in range(bits - 2, -1, -1):
        double(total, scratch, width)
        if (multiplier[bit >> 6] >> np.uint64(bit & 63)) & np.uint64(1) != np.uint64(0):
            add_affine(total, point, scratch, width)
    _image(image, point, factors, width)
    add_affine(total, image, scratch, width)
    return is_zero(total + 2 * width, width)


@kernel("intp(uint64[:,::1],intp,intp,uint64[:,::1],uint64[::1],intp,intp,uint64[::1])")
def first_fault(
    points: np.ndarray,
    first: int,
    end: int,
    constants: np.ndarray,
    multiplier: np.ndarray,
    bits: int,
    width: int,
    memory: np.ndarray,
) -> int:
    """`2·i + OFF_CURVE` or `2·i + OUTSIDE` for the least such `first <= i < end`, or -1; infinity passes.

    `constants` holds the curve's constant and the endomorphism's two factors, `uint64[3, width / 8]`; `memory` is
    `uint64[(POINT_SCRATCH + 6)·width / 8]`.
    """
    no_inline()
    start, constant, scratch = array_address(points), array_address(constants), array_address(memory)
    found = -1
    for i in range(first, end):
        point = start + i * 2 * width
        if is_infinity(point, width):
            continue
        if not _is_on_curve(point, constant, scratch, width):
            found = 2 * i + OFF_CURVE
            break
        if not _is_in_subgroup(point, constant + width, multiplier, bits, scratch, width):
            found = 2 * i + OUTSIDE
            break
    keep(points)
    keep(constants)
    keep(memory)
    return found
