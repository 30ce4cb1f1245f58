"""Points with their images under an endomorphism that multiplies by a power of Z (see `scalar_kernels`).

G1: `[Z²](x, y) = (βx, -y)` with β = 2^((Q-1)/3), a cube root of one.
G2: `[Z](x, y) = (-βu·x̄, ξ(1 - u)·ȳ)` with 2ξ² = -1, and `[Z²](x, y) = (β²x, -y)`.
Both hold in the subgroups of order r only. SPEC: Bowe, "Faster subgroup checks for BLS12-381" (eprint 2019/814), section 3.
"""

import numpy as np
from llvmlite import ir

from provers.validity.curve.fp_kernels import FP, copy, fp_add, fp_neg, fp_sub, neg
from provers.validity.curve.point_kernels import is_infinity
from provers.validity.curve.points import Q
from rollup.crypto.limbs import Intrinsic, array_address, keep, kernel, no_inline
from rollup.crypto.limbs_ir import Builder, Module, Value

BETA = pow(2, (Q - 1) // 3, Q)
XI = Q - pow((Q - 1) // 2, (Q + 1) // 4, Q)


def _times(name: str, constant: int) -> Intrinsic:
    def body(module: Module, b: Builder, result: Value, a: Value) -> None:
        code = FP.code
        factor = ir.Constant(code.element, constant * FP.one % Q)
        code.store(b, code.call_mul(module, b, code.load(b, a), factor), result)

    return FP.define(name, 1, body)


_times_beta, _times_beta2 = _times("times_beta", BETA), _times("times_beta2", BETA * BETA % Q)
_times_minus_beta, _times_xi = _times("times_minus_beta", Q - BETA), _times("times_xi", XI)


@kernel("void(intp,intp,intp)")
def _times_z2(result: int, point: int, width: int) -> None:
    """`result = [Z²]point`."""
    if width == 48:
        _times_beta(result, point)
    else:
        _times_beta2(result, point)
        _times_beta2(result + 48, point + 48)
    neg(result + width, point + width, width)


@kernel("void(intp,intp)")
def _times_z(result: int, point: int) -> None:
    """`result = [Z]point` in G2, whose coordinates are x0, x1, y0, y1: `(-βx1, -βx0, ξ(y0 - y1), -ξ(y0 + y1))`."""
    _times_minus_beta(result, point + 48)
    _times_minus_beta(result + 48, point)
    fp_sub(result + 96, point + 96, point + 144)
    _times_xi(result + 96, result + 96)
    fp_add(result + 144, point + 96, point + 144)
    _times_xi(result + 144, result + 144)
    fp_neg(result + 144, result + 144)


@kernel("void(intp,int64[::1],intp,intp,intp,uint64[:,:,::1],uint64[:,::1])")
def expand(
    points: int, indices: np.ndarray, first: int, end: int, width: int, parts: np.ndarray, images: np.ndarray
) -> None:
    """Write point `indices[i]` and its images, for `first <= i < end`: of `[Z^(4j / count)]` to `images[j·len(indices) + i]`.

    `count` is that of `parts` (see `scalar_kernels.cut`); infinity's parts are set to zero, so that no sum meets it.
    """
    no_inline()
    count, size, stride, base = parts.shape[1], 2 * width, len(indices), array_address(images)
    for i in range(first, end):
        point, image = points + indices[i] * size, base + i * size
        copy(image, point, width)
        copy(image + width, point + width, width)
        if is_infinity(point, width):
            parts[i] = 0
        if count == 2:
            _times_z2(image + stride * size, image, width)
        if count == 4:
            _times_z(image + stride * size, image)
            _times_z2(image + 2 * stride * size, image, width)
            _times_z2(image + 3 * stride * size, image + stride * size, width)
    keep(images)
