"""Inversion of integers modulo Q by division steps, several times faster than a power.

SPEC: Bernstein and Yang, "Fast constant-time gcd computation and modular inversion" (2019), with 62 steps gathered in a
matrix before long numbers are touched. Ours branches on values. A long number is `LIMBS` words of 62 bits, the last signed.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba.cpython.unsafe.numbers import trailing_zeros

from provers.validity.curve import words_limbs as words
from provers.validity.curve.points import Q
from provers.validity.curve.words_limbs import DOUBLE
from rollup.crypto.limbs import Intrinsic, kernel, load_word, no_inline, pointer_intrinsic, store_word
from rollup.crypto.limbs_ir import WORD, Builder, Value

_trailing_zeros: Intrinsic = trailing_zeros

Word = Any
"""A word of 64 bits, signed or not, which numpy's stubs would not let become the other."""

_BITS = 62
_LIMBS = 7
_MASK = (1 << _BITS) - 1

# Words of scratch: f, g, d, e, then the matrix.
_F, _G, _D, _E, _T = 0, 56, 112, 168, 224
INVERSION_SCRATCH = 256
"""Bytes of scratch that an inversion needs."""


class _Matrix:
    """Sums of products of two long numbers with the matrix (u, v; q, r)."""

    def __init__(self, b: Builder, x: Value, y: Value, matrix: Value) -> None:
        self.b = b
        self.x, self.y = (words.load(b, p, _LIMBS) for p in (x, y))
        self.t = words.load(b, matrix, 4)

    def wide(self, x: Value) -> Value:
        return self.b.sext(x, DOUBLE)

    def product(self, x: Value, y: Value) -> Value:
        return self.b.mul(self.wide(x), self.wide(y))

    def row(self, k: int, i: int) -> Value:
        """`t[2k]·x[i] + t[2k + 1]·y[i]`, below 2^126 in size, as the matrix's rows sum to at most 2^62."""
        return self.b.add(self.product(self.t[2 * k], self.x[i]), self.product(self.t[2 * k + 1], self.y[i]))

    def shifted(self, carry: Value) -> Value:
        return self.b.ashr(carry, ir.Constant(DOUBLE, _BITS))

    def low(self, carry: Value) -> Value:
        return self.b.and_(self.b.trunc(carry, WORD), ir.Constant(WORD, _MASK))


def _update_fg(b: Builder, f: Value, g: Value, matrix: Value) -> None:
    """(f, g) = matrix·(f, g) / 2^62, exact."""
    m = _Matrix(b, f, g, matrix)
    for k, target in enumerate((f, g)):
        carry, limbs = m.shifted(m.row(k, 0)), []
        for i in range(1, _LIMBS):
            carry = b.add(carry, m.row(k, i))
            limbs.append(m.low(carry))
            carry = m.shifted(carry)
        words.store(b, [*limbs, b.trunc(carry, WORD)], target)


def _update_de(b: Builder, d: Value, e: Value, matrix: Value) -> None:
    """(d, e) = matrix·(d, e) / 2^62 mod Q, in (-2Q, Q) again: multiples of Q make the division exact and keep the range."""
    m = _Matrix(b, d, e, matrix)
    modulus = [ir.Constant(WORD, Q >> (_BITS * i) & _MASK) for i in range(_LIMBS)]
    inverse = ir.Constant(WORD, pow(Q, -1, 1 << _BITS))
    signs = [b.ashr(x[-1], ir.Constant(WORD, 63)) for x in (m.x, m.y)]
    for k, target in enumerate((d, e)):
        # Add Q once for each negative operand, times its coefficient; then what makes the lowest limb zero.
        multiple = b.add(b.and_(signs[0], m.t[2 * k]), b.and_(signs[1], m.t[2 * k + 1]))
        carry = m.row(k, 0)
        rest = b.add(b.mul(inverse, b.trunc(carry, WORD)), multiple)
        multiple = b.sub(multiple, b.and_(rest, ir.Constant(WORD, _MASK)))
        carry, limbs = m.shifted(b.add(carry, m.product(modulus[0], multiple))), []
        for i in range(1, _LIMBS):
            carry = b.add(carry, b.add(m.row(k, i), m.product(modulus[i], multiple)))
            limbs.append(m.low(carry))
            carry = m.shifted(carry)
        words.store(b, [*limbs, b.trunc(carry, WORD)], target)


_fg = pointer_intrinsic(lambda module: words.define(module, "inversion_fg", 3, _update_fg), 3)
_de = pointer_intrinsic(lambda module: words.define(module, "inversion_de", 3, _update_de), 3)


@kernel("intp(intp,uint64,uint64,intp)")
def division_steps(eta: Word, f: Word, g: Word, matrix: int) -> Word:
    """Do 62 steps on the low words of f (odd) and g, write the matrix (u, v; q, r) that they amount to, return the new eta."""
    no_inline()
    u, v, q, r = np.uint64(1), np.uint64(0), np.uint64(0), np.uint64(1)
    one = np.uint64(1)
    left: Word = _BITS
    while True:
        zeros = np.int64(_trailing_zeros(g | (np.uint64(0xFFFFFFFFFFFFFFFF) << np.uint64(left))))
        shift = np.uint64(zeros)
        g, u, v = g >> shift, u << shift, v << shift
        eta, left = eta - zeros, left - zeros
        if left == 0:
            break
        if eta < 0:
            eta = -eta
            f, g = g, np.uint64(0) - f
            u, q = q, np.uint64(0) - u
            v, r = r, np.uint64(0) - v
            # Cancel up to 6 bits of g: f·(f² - 2) = -1/f mod 2^6.
            limit = min(eta + 1, left, 6)
            w = f * g * (f * f - np.uint64(2))
        else:
            # Up to 4 bits: f + ((f + 1) & 4)·2 = 1/f mod 2^4.
            limit = min(eta + 1, left, 4)
            w = (np.uint64(0) - g) * (f + (((f + one) & np.uint64(4)) << one))
        w &= (one << np.uint64(limit)) - one
        g, q, r = g + f * w, q + u * w, r + v * w
    store_word(matrix, u)
    store_word(matrix + 8, v)
    store_word(matrix + 16, q)
    store_word(matrix + 24, r)
    return eta


_MODULUS = np.array([Q >> (_BITS * i) & _MASK for i in range(_LIMBS)], dtype=np.uint64)


@kernel("void(intp,intp)")
def _split(result: int, a: int) -> None:
    """Six words of 64 bits to seven of 62."""
    mask, low = np.uint64(_MASK), np.uint64(0)
    for i in range(6):
        word = load_word(a + 8 * i)
        store_word(result + 8 * i, (low | (word << np.uint64(2 * i))) & mask)
        low = word >> np.uint64(62 - 2 * i)
    store_word(result + 48, low)


@kernel("void(intp,intp,intp)")
def invert(result: int, a: int, scratch: int) -> None:
    """`1/a mod Q` as integers of six words, 0 for 0; `a` below Q, `scratch` of `INVERSION_SCRATCH` bytes."""
    no_inline()
    f, g, d, e, matrix = scratch + _F, scratch + _G, scratch + _D, scratch + _E, scratch + _T
    for i in range(_LIMBS):
        store_word(f + 8 * i, _MODULUS[i])
        store_word(d + 8 * i, np.uint64(0))
        store_word(e + 8 * i, np.uint64(0))
    store_word(e, np.uint64(1))
    _split(g, a)
    eta, rest = -1, np.uint64(1)
    while rest != 0:
        eta = division_steps(
            eta,
            load_word(f) | (load_word(f + 8) << np.uint64(62)),
            load_word(g) | (load_word(g + 8) << np.uint64(62)),
            matrix,
        )
        _de(d, e, matrix)
        _fg(f, g, matrix)
        rest = np.uint64(0)
        for i in range(_LIMBS):
            rest |= load_word(g + 8 * i)
    # Now f = ±1 (or Q, for a = 0) and d = f/a, in (-2Q, Q).
    negative, mask, carry = np.int64(load_word(f + 48)) < 0, np.uint64(_MASK), np.int64(0)
    below = np.int64(load_word(d + 48)) < 0
    for step in range(2):
        carry = np.int64(0)
        for i in range(_LIMBS):
            limb = np.int64(load_word(d + 8 * i))
            if below:
                limb += np.int64(_MODULUS[i])
            if step == 0 and negative:
                limb = -limb
            limb += carry
            if i < _LIMBS - 1:
                carry = limb >> _BITS
                limb = np.int64(np.uint64(limb) & mask)
            store_word(d + 8 * i, np.uint64(limb))
        below = np.int64(load_word(d + 48)) < 0
    for i in range(6):
        store_word(
            result + 8 * i,
            (load_word(d + 8 * i) >> np.uint64(2 * i)) | (load_word(d + 8 * i + 8) << np.uint64(62 - 2 * i)),
        )
