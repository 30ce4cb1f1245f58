"""Fp and Fp2 of BLS12-381 for kernels; both behind one name with the element's width as the last argument.

`width` is 48 bytes for Fp (kernels on G1) and 96 for Fp2 (G2). It is the same in every call of a kernel, so the branch
is predicted, and one text serves both groups.
"""

import numpy as np
from llvmlite import ir

from provers.validity.curve.inversion_kernels import invert
from provers.validity.curve.points import Q
from rollup.crypto.limbs import Intrinsic, MontgomeryField, QuadraticField, array_address, keep, kernel, no_inline
from rollup.crypto.limbs_ir import Body, Builder, Module, Value

FP = MontgomeryField("fp", Q, 6)
FP2 = QuadraticField("fp2", FP)

FP_WIDTH = FP.size
FP2_WIDTH = FP2.size


def _constant(value: int) -> Body:
    def body(_: Module, b: Builder, result: Value) -> None:
        FP.code.store(b, ir.Constant(FP.code.element, value), result)

    return body


fp_mul, fp_sqr, fp_add, fp_sub, fp_neg, fp_copy = FP.mul, FP.sqr, FP.add, FP.sub, FP.neg, FP.copy
fp_is_zero, fp_eq = FP.is_zero, FP.eq
fp2_mul, fp2_sqr, fp2_add, fp2_sub, fp2_neg, fp2_copy = FP2.mul, FP2.sqr, FP2.add, FP2.sub, FP2.neg, FP2.copy
fp2_is_zero, fp2_eq = FP2.is_zero, FP2.eq
fp_set_zero: Intrinsic = FP.define("set_zero", 0, _constant(0))
fp_set_one: Intrinsic = FP.define("set_one", 0, _constant(FP.one))
fp_set_scale: Intrinsic = FP.define("set_scale", 0, _constant(FP.r_squared))
fp_set_cube: Intrinsic = FP.define("set_cube", 0, _constant(FP.r_squared * FP.one % Q))


@kernel("void(intp,intp,intp,intp)")
def mul(result: int, a: int, b: int, width: int) -> None:
    """`a·b`."""
    if width == 48:
        fp_mul(result, a, b)
    else:
        fp2_mul(result, a, b)


@kernel("void(intp,intp,intp)")
def sqr(result: int, a: int, width: int) -> None:
    """`a²`."""
    if width == 48:
        fp_sqr(result, a)
    else:
        fp2_sqr(result, a)


@kernel("void(intp,intp,intp,intp)")
def add(result: int, a: int, b: int, width: int) -> None:
    """`a + b`."""
    if width == 48:
        fp_add(result, a, b)
    else:
        fp2_add(result, a, b)


@kernel("void(intp,intp,intp,intp)")
def sub(result: int, a: int, b: int, width: int) -> None:
    """`a - b`."""
    if width == 48:
        fp_sub(result, a, b)
    else:
        fp2_sub(result, a, b)


@kernel("void(intp,intp,intp)")
def neg(result: int, a: int, width: int) -> None:
    """`-a`."""
    if width == 48:
        fp_neg(result, a)
    else:
        fp2_neg(result, a)


@kernel("void(intp,intp,intp)")
def copy(result: int, a: int, width: int) -> None:
    """`a`."""
    if width == 48:
        fp_copy(result, a)
    else:
        fp2_copy(result, a)


@kernel("boolean(intp,intp)")
def is_zero(a: int, width: int) -> bool:
    """Tell whether `a = 0`."""
    zero: bool = fp_is_zero(a) if width == 48 else fp2_is_zero(a)
    return zero


@kernel("boolean(intp,intp,intp)")
def eq(a: int, b: int, width: int) -> bool:
    """Tell whether `a = b`."""
    equal: bool = fp_eq(a, b) if width == 48 else fp2_eq(a, b)
    return equal


@kernel("void(intp,intp)")
def set_zero(result: int, width: int) -> None:
    """Write 0."""
    for offset in range(0, width, 48):
        fp_set_zero(result + offset)


@kernel("void(intp,intp)")
def set_one(result: int, width: int) -> None:
    """Write 1."""
    set_zero(result, width)
    fp_set_one(result)


@kernel("void(intp,intp,intp)")
def fp_inverse(result: int, a: int, scratch: int) -> None:
    """`1/a`, 0 for 0; `scratch` holds 7 elements and may not overlap `a`."""
    no_inline()
    invert(result, a, scratch)
    # The stored integer is a·R, so its inverse lacks R²: a product with R³, less the R that a product takes away.
    fp_set_cube(scratch)
    fp_mul(result, result, scratch)


@kernel("void(intp,intp,intp,intp)")
def inverse(result: int, a: int, scratch: int, width: int) -> None:
    """`1/a`, 0 for 0; over Fp2 it is the conjugate over the norm. `scratch` holds 10 elements of Fp."""
    no_inline()
    if width == 48:
        fp_inverse(result, a, scratch)
        return
    norm, part, rest = scratch, scratch + 48, scratch + 96
    fp_sqr(norm, a)
    fp_sqr(part, a + 48)
    fp_add(norm, norm, part)
    fp_inverse(norm, norm, rest)
    fp_neg(part, a + 48)
    fp_mul(result, a, norm)
    fp_mul(result + 48, part, norm)


@kernel("void(uint64[:,::1],intp)")
def to_montgomery(values: np.ndarray, count: int) -> None:
    """Bring `count` elements, `uint64[:, 6]` integers below Q, into Montgomery form in place; row `count` is scratch."""
    no_inline()
    start = array_address(values)
    scale = start + 48 * count
    fp_set_scale(scale)
    for i in range(count):
        fp_mul(start + 48 * i, start + 48 * i, scale)
    keep(values)
