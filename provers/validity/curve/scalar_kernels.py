"""Scalars of r cut in two or four, for points that an endomorphism multiplies cheaply, and their signed digits.

With Z = 0xd201000000010000 (BLS12-381 is built from -Z): r = Z⁴ - Z² + 1. A scalar is `a + b·Z²` with a and b of 127 bits, each
of which is `c + d·Z` with c and d of 63 bits. SPEC: Gallant, Lambert and Vanstone (CRYPTO 2001); Galbraith, Lin and Scott
(EUROCRYPT 2009).
"""

import numpy as np
from llvmlite import ir

from provers.validity.curve import words_limbs as words
from provers.validity.curve.words_limbs import DOUBLE
from rollup.crypto.limbs import array_address, keep, kernel, load_word, no_inline, pointer_intrinsic, store_word
from rollup.crypto.limbs_ir import Builder, Value

Z = 0xD201000000010000
Z2 = Z * Z

# 2^319/Z² and 2^190/Z, rounded: quotients from them are within 2^-60 of the true ones, so rounding is off by at most that.
_SHIFT_Z2, _SHIFT_Z = 319, 190
_INVERSE_Z2 = ((1 << _SHIFT_Z2) + Z2 // 2) // Z2
_INVERSE_Z = ((1 << _SHIFT_Z) + Z // 2) // Z


def _rounded_quotient(b: Builder, value: list[Value], inverse: int, shift: int) -> Value:
    """128 bits of value·inverse / 2^shift, rounded to the nearest."""
    total = words.join(b, words.product(b, value, inverse))
    total = b.add(total, ir.Constant(total.type, 1 << (shift - 1)))
    return b.trunc(b.lshr(total, ir.Constant(total.type, shift)), DOUBLE)


def _halve(b: Builder, result: Value, pointer: Value) -> None:
    value = words.load(b, pointer, 4)
    high = _rounded_quotient(b, value, _INVERSE_Z2, _SHIFT_Z2)
    low = b.sub(words.join(b, value[:2]), b.mul(high, ir.Constant(DOUBLE, Z2)))
    # 1 + (Z² - 1)·Z² = r, so (1, Z² - 1) may be taken away.
    large, zero = b.icmp_unsigned(">", high, ir.Constant(DOUBLE, (Z2 - 1) // 2)), ir.Constant(DOUBLE, 0)
    high = b.sub(high, b.select(large, ir.Constant(DOUBLE, Z2 - 1), zero))
    low = b.sub(low, b.select(large, ir.Constant(DOUBLE, 1), zero))
    words.store(b, words.cut(b, low, 2) + words.cut(b, high, 2), result)


def _quarter(b: Builder, result: Value, pointer: Value) -> None:
    value, zero = words.join(b, words.load(b, pointer, 2)), ir.Constant(DOUBLE, 0)
    negative = b.icmp_signed("<", value, zero)
    size = b.select(negative, b.sub(zero, value), value)
    high = _rounded_quotient(b, words.cut(b, size, 2), _INVERSE_Z, _SHIFT_Z)
    low = b.sub(size, b.mul(high, ir.Constant(DOUBLE, Z)))
    parts = [b.select(negative, b.sub(zero, part), part) for part in (low, high)]
    words.store(b, words.cut(b, parts[0], 2) + words.cut(b, parts[1], 2), result)


#: `(result, k)`: a and b, two words each, two's complement, with k = a + b·Z² mod r, both at most Z²/2 + 1 in size.
halve = pointer_intrinsic(lambda module: words.define(module, "scalar_halve", 2, _halve), 2)
#: `(result, a)`: c and d in the same way, with a = c + d·Z, both at most Z/2 + 1 in size; the result may begin at a.
quarter = pointer_intrinsic(lambda module: words.define(module, "scalar_quarter", 2, _quarter), 2)


@kernel("void(intp,int64[::1],intp,intp,uint64[:,:,::1])")
def cut(scalars: int, indices: np.ndarray, first: int, end: int, parts: np.ndarray) -> None:
    """Write the parts of scalar `indices[i]` to `parts[i]`, for `first <= i < end`.

    `scalars` is the address of `uint64[n, 4]`, canonical. `parts` is `uint64[>= end, count, 2]`, two's complement: the scalar's
    coefficients in powers of Z² (count 2) or Z (4), or its lowest word (1).
    """
    no_inline()
    count = parts.shape[1]
    for i in range(first, end):
        scalar, result = scalars + 32 * indices[i], array_address(parts) + 16 * count * i
        if count == 1:
            store_word(result, load_word(scalar))
            store_word(result + 8, np.uint64(0))
        else:
            halve(result, scalar)
        if count == 4:
            quarter(result + 32, result + 16)
            quarter(result, result)
    keep(parts)


@kernel("void(uint64[:,:,::1],intp,intp,intp,intp,int16[:,::1])")
def recode(parts: np.ndarray, first: int, end: int, stride: int, bits: int, digits: np.ndarray) -> None:
    """Write `parts[i, j] = Σ digits[w, j·stride + i]·2^(bits·w)`, for `first <= i < end`.

    All digits but the last are in `[-2^(bits-1), 2^(bits-1))`, and the last is what remains: `2^(bits-1)` at most in size if
    parts are below `2^(bits·windows - 1)`, which for 16 bits must hold strictly.
    """
    no_inline()
    mask, half, windows = np.uint64((1 << bits) - 1), np.int64(1) << (bits - 1), digits.shape[0]
    shift, rest = np.uint64(bits), np.uint64(64 - bits)
    for j in range(parts.shape[1]):
        for i in range(first, end):
            low, high, carry = parts[i, j, 0], parts[i, j, 1], np.int64(0)
            column = j * stride + i
            for w in range(windows - 1):
                digit = np.int64(low & mask) + carry
                carry = np.int64(digit >= half)
                digits[w, column] = digit - (carry << bits)
                low = (low >> shift) | (high << rest)
                high = np.uint64(np.int64(high) >> np.int64(bits))
            digits[windows - 1, column] = np.int64(low) + carry
