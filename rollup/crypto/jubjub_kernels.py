"""Jubjub, compiled; the plain twin is `jubjub`.

A point is four elements X, Y, Z, T in a row (x = X/Z, y = Y/Z, T = XY/Z, Z != 0). A *cached* point, ready to be added, is Y - X, Y + X, 2dT, 2Z; one
with Z = 1 is kept in the first three. SPEC: Hisil et al., ePrint 2008/522 §3.1, §3.3 (a = -1). All sums are complete on the curve, so nothing branches on values.
`tables` is the address of `tables()`, which threads may share. Not constant-time.
"""

import functools

import numpy as np

from rollup.crypto import fr, jubjub
from rollup.crypto.fr_kernels import (
    FR,
    SIZE,
    fr_add,
    fr_copy,
    fr_eq,
    fr_is_zero,
    fr_mul,
    fr_neg,
    fr_sqr,
    fr_sub,
)
from rollup.crypto.limbs import Intrinsic, Words, kernel, load_word, no_inline, store_word, words_from_ints
from rollup.crypto.limbs_ir import Builder, Module, Value

POINT = 4 * SIZE
CACHED = 4 * SIZE
AFFINE_CACHED = 3 * SIZE

# Rows of `tables()`, as byte offsets.
ONE = 0
RAW_ONE = 1 * SIZE  # the integer 1: multiplying by it leaves Montgomery form
D = 2 * SIZE
DOUBLE_D = 3 * SIZE
ROOT_DIGITS = 4 * SIZE  # hexadecimal digits of `_ROOT_EXPONENT`, most significant first, a word each
ROOT_DIGIT_COUNT = 56
ROOTS = ROOT_DIGITS + 8 * ROOT_DIGIT_COUNT  # g^(2^24 j), j < 256, where g = 7^((R-1)/2^32)
ROOT_INVERSES = ROOTS + 256 * SIZE  # g^(-2^(8i) j), i < 4, j < 256
MULTIPLES = ROOT_INVERSES + 1024 * SIZE  # odd multiples of B, affine cached
MULTIPLES_WIDTH = 8
MULTIPLES_COUNT = 1 << (MULTIPLES_WIDTH - 2)
HIGH_MULTIPLES = MULTIPLES + 3 * MULTIPLES_COUNT * SIZE  # and of 2^128 B
MULTIPLES_SHIFT = 128

_ROOT_EXPONENT = (((fr.R - 1) >> fr.TWO_ADICITY) - 1) // 2
_GENERATOR_BITS = fr.TWO_ADICITY - 8


@functools.cache
def tables() -> Words:
    """Return the constants of every kernel here, laid out as above: uint64[n, 4]; never written to."""
    root = fr.root_of_unity(1 << fr.TWO_ADICITY)
    inverse = fr.inv(root)
    coarse = pow(root, 1 << _GENERATOR_BITS, fr.R)
    digits = [int(digit, 16) for digit in f"{_ROOT_EXPONENT:0{ROOT_DIGIT_COUNT}x}"]
    bases = jubjub.GENERATOR, jubjub.multiply(1 << MULTIPLES_SHIFT, jubjub.GENERATOR)
    parts = [
        FR.from_ints([1]),
        words_from_ints([1], 4),
        FR.from_ints([jubjub.D, 2 * jubjub.D]),
        np.array(digits, dtype=np.uint64).reshape(-1, 4),
        FR.from_ints(_powers(coarse)),
        FR.from_ints([value for i in range(4) for value in _powers(pow(inverse, 1 << 8 * i, fr.R))]),
        FR.from_ints([value for base in bases for point in _odd_multiples(base) for value in affine_cached(point)]),
    ]
    return np.concatenate(parts)


def _powers(base: int) -> list[int]:
    result = [1]
    for _ in range(255):
        result.append(result[-1] * base % fr.R)
    return result


def _odd_multiples(base: jubjub.Point) -> list[jubjub.Point]:
    points, step = [base], jubjub.double(base)
    while len(points) < MULTIPLES_COUNT:
        points.append(jubjub.add(points[-1], step))
    return points


def affine_cached(point: jubjub.Point) -> list[int]:
    """Return y - x, y + x, 2dxy."""
    return [point.y - point.x, point.y + point.x, 2 * jubjub.D * point.x * point.y]


def _loads(b: Builder, pointer: Value, count: int) -> list[Value]:
    return [FR.code.load(b, pointer, i) for i in range(count)]


def _mul(b: Builder, x: Value, y: Value) -> Value:
    """Multiply by a call: measured as fast here as the instructions in place, and they compile ten times slower."""
    return FR.code.call_mul(b.module, b, x, y)


def _finish(b: Builder, point: Value, e: Value, f: Value, g: Value, h: Value, *, with_t: bool) -> None:
    store = FR.code.store
    store(b, _mul(b, e, f), point, 0)
    store(b, _mul(b, g, h), point, 1)
    store(b, _mul(b, f, g), point, 2)
    if with_t:
        store(b, _mul(b, e, h), point, 3)


def _double_operation(name: str, *, with_t: bool) -> Intrinsic:
    def body(_: Module, b: Builder, point: Value) -> None:
        add, sub = FR.code.add, FR.code.sub
        x, y, z = _loads(b, point, 3)
        a, c, zz, s = _mul(b, x, x), _mul(b, y, y), _mul(b, z, z), add(b, x, y)
        h = add(b, a, c)
        e, g = sub(b, h, _mul(b, s, s)), sub(b, a, c)
        _finish(b, point, e, add(b, FR.code.dbl(b, zz), g), g, h, with_t=with_t)

    return FR.define(name, 0, body)


def _sum_operation(name: str, *, affine: bool, negative: bool) -> Intrinsic:
    """Point += cached, or -=: the negative of a cached point has its first two elements exchanged and the third negated."""

    def body(_: Module, b: Builder, point: Value, cached: Value) -> None:
        add, sub, dbl = FR.code.add, FR.code.sub, FR.code.dbl
        x, y, z, t = _loads(b, point, 4)
        first, second, third = _loads(b, cached, 3)
        if negative:
            first, second = second, first
        a, c = _mul(b, sub(b, y, x), first), _mul(b, add(b, y, x), second)
        k = _mul(b, t, third)
        d = dbl(b, z) if affine else _mul(b, z, FR.code.load(b, cached, 3))
        low, high = sub(b, d, k), add(b, d, k)
        f, g = (high, low) if negative else (low, high)
        _finish(b, point, sub(b, c, a), f, g, add(b, c, a), with_t=True)

    return FR.define(name, 1, body)


point_double = _double_operation("jubjub_double", with_t=True)
"""`(point)`."""
point_double_only = _double_operation("jubjub_double_only", with_t=False)
"""`(point)`: leaves T wrong; only another doubling, or a comparison, may follow."""
point_add = _sum_operation("jubjub_add", affine=False, negative=False)
"""`(point, cached)`."""
point_sub = _sum_operation("jubjub_sub", affine=False, negative=True)
point_add_affine = _sum_operation("jubjub_add_affine", affine=True, negative=False)
point_sub_affine = _sum_operation("jubjub_sub_affine", affine=True, negative=True)


@kernel("void(intp,intp)")
def point_identity(point: int, tables: int) -> None:
    """Set a point to (0, 1)."""
    for i in range(16):
        store_word(point + 8 * i, np.uint64(0))
    fr_copy(point + SIZE, tables + ONE)
    fr_copy(point + 2 * SIZE, tables + ONE)


@kernel("void(intp,intp,intp,intp)")
def point_from_affine(point: int, x: int, y: int, tables: int) -> None:
    """Set a point from its coordinates, which may not overlap with it."""
    fr_copy(point, x)
    fr_copy(point + SIZE, y)
    fr_copy(point + 2 * SIZE, tables + ONE)
    fr_mul(point + 3 * SIZE, x, y)


@kernel("void(intp,intp,intp)")
def point_cache(cached: int, point: int, tables: int) -> None:
    """Set a cached point; the two may not overlap."""
    fr_sub(cached, point + SIZE, point)
    fr_add(cached + SIZE, point + SIZE, point)
    fr_mul(cached + 2 * SIZE, point + 3 * SIZE, tables + DOUBLE_D)
    fr_add(cached + 3 * SIZE, point + 2 * SIZE, point + 2 * SIZE)


@kernel("boolean(intp)")
def point_is_small(point: int) -> bool:
    """Whether 8 times the point is the identity; destroys it. SAFETY: Z != 0, so X = 0 and Y = Z say (0, 1)."""
    point_double_only(point)
    point_double_only(point)
    point_double_only(point)
    return bool(fr_is_zero(point)) and bool(fr_eq(point + SIZE, point + 2 * SIZE))


@kernel("boolean(intp,intp,intp,intp)")
def is_on_curve(x: int, y: int, tables: int, scratch: int) -> bool:
    """`scratch`: 3 elements. y² - x² = 1 + d x² y²."""
    xx, yy, right = scratch, scratch + SIZE, scratch + 2 * SIZE
    fr_sqr(xx, x)
    fr_sqr(yy, y)
    fr_mul(right, xx, yy)
    fr_mul(right, right, tables + D)
    fr_add(right, right, tables + ONE)
    fr_sub(yy, yy, xx)
    return bool(fr_eq(yy, right))


@kernel("boolean(intp,intp,intp,intp)")
def inverse_sqrt(result: int, a: int, tables: int, scratch: int) -> bool:
    """Set `result` to some 1/√a, for a != 0, and return whether there is one. `scratch`: 19 elements; `result` outside it.

    With z = a^((q - 1)/2), q odd and R - 1 = 2^32 q, z² a = a^q = g^k. The digits of k to base 256 are found from the lowest (Pohlig–Hellman);
    a is a square exactly if k is even, and then z g^(-k/2) is the root.
    """
    no_inline()
    power, rest, probe, small = scratch, scratch + SIZE, scratch + 2 * SIZE, scratch + 3 * SIZE
    fr_copy(small, tables + ONE)
    for i in range(1, 16):
        fr_mul(small + i * SIZE, small + (i - 1) * SIZE, a)
    fr_copy(power, small + SIZE * np.int64(load_word(tables + ROOT_DIGITS)))
    for i in range(1, ROOT_DIGIT_COUNT):
        for _ in range(4):
            fr_sqr(power, power)
        fr_mul(power, power, small + SIZE * np.int64(load_word(tables + ROOT_DIGITS + 8 * i)))
    fr_sqr(rest, power)
    fr_mul(rest, rest, a)
    k = 0
    for i in range(4):
        fr_copy(probe, rest)
        for _ in range(24 - 8 * i):
            fr_sqr(probe, probe)
        word, digit = load_word(probe), 0
        while digit < 256 and not (
            load_word(tables + ROOTS + digit * SIZE) == word and fr_eq(tables + ROOTS + digit * SIZE, probe)
        ):
            digit += 1
        k += digit << (8 * i)
        fr_mul(rest, rest, tables + ROOT_INVERSES + (256 * i + digit) * SIZE)
    if k & 1:
        return False
    k >>= 1
    for i in range(4):
        fr_mul(power, power, tables + ROOT_INVERSES + (256 * i + ((k >> (8 * i)) & 255)) * SIZE)
    fr_copy(result, power)
    return True


@kernel("boolean(intp,intp,intp,intp,intp)")
def decompress(x: int, y: int, sign: int, tables: int, scratch: int) -> bool:
    """Set `x` to the coordinate of parity `sign` (0 or 1) that goes with `y`, and return whether there is one. `scratch`: 22 elements.

    x² = u/v with u = y² - 1, v = 1 + d y²; x = u/√(uv), since (u/√(uv))² = u/v. SAFETY: v is never 0 (-1 is a square, d is none).
    """
    no_inline()
    u, v, w, rest = scratch, scratch + SIZE, scratch + 2 * SIZE, scratch + 3 * SIZE
    fr_sqr(w, y)
    fr_sub(u, w, tables + ONE)
    fr_mul(v, w, tables + D)
    fr_add(v, v, tables + ONE)
    if fr_is_zero(u):
        fr_copy(x, u)
        return sign == 0
    fr_mul(v, v, u)
    if not inverse_sqrt(w, v, tables, rest):
        return False
    fr_mul(x, u, w)
    fr_mul(w, x, tables + RAW_ONE)
    if np.int64(load_word(w) & np.uint64(1)) != sign:
        fr_neg(x, x)
    return True


@kernel("intp(intp,intp,intp)")
def signed_digits(digits: int, scalar: int, width: int) -> int:
    """Write the width-w NAF of an integer below 2^252 (four words, destroyed), one word a digit, lowest first; return how many.

    At most 253 digits, each 0 or odd and below 2^(w-1) in size (SPEC: Hankerson, Menezes, Vanstone, algorithm 3.35).
    """
    no_inline()
    count, mask, half = 0, (1 << width) - 1, 1 << (width - 1)
    while not fr_is_zero(scalar):
        low = load_word(scalar)
        digit = np.int64(0)
        if low & np.uint64(1):
            digit = np.int64(low) & mask
            if digit >= half:
                digit -= 1 << width
                carry = np.uint64(-digit)
                for j in range(4):
                    word = load_word(scalar + 8 * j) + carry
                    carry = np.uint64(word < carry)
                    store_word(scalar + 8 * j, word)
            else:
                # The low bits are cleared; no borrow, since the digit is what they hold.
                store_word(scalar, low - np.uint64(digit))
        store_word(digits + 8 * count, np.uint64(digit))
        count += 1
        for j in range(3):
            upper = load_word(scalar + 8 * j + 8) << np.uint64(63)
            store_word(scalar + 8 * j, (load_word(scalar + 8 * j) >> np.uint64(1)) | upper)
        store_word(scalar + 24, load_word(scalar + 24) >> np.uint64(1))
    return count


DIGITS = 256 * 8
DOUBLE_MULTIPLY_SCRATCH = 3 * DIGITS + 8 * CACHED + 2 * POINT + 2 * SIZE
_WIDTH = 5
_HALF_WORDS = MULTIPLES_SHIFT // 64


@kernel("void(intp,intp,intp)")
def add_multiple(point: int, digit: int, table: int) -> None:
    """Add an odd multiple of the point that a table (of odd multiples, affine cached) begins with; nothing for digit 0."""
    if digit > 0:
        point_add_affine(point, table + (digit >> 1) * AFFINE_CACHED)
    elif digit < 0:
        point_sub_affine(point, table + ((-digit) >> 1) * AFFINE_CACHED)


@kernel("void(intp,intp,intp,intp,intp,intp)")
def multiply_difference(result: int, s: int, point: int, c: int, tables: int, scratch: int) -> None:
    """Set `result` to s·B - c·P for integers s, c < 2^252 of four words, c destroyed. `scratch`: `DOUBLE_MULTIPLY_SCRATCH` bytes.

    s = s_0 + 2^128·s_1, and of 2^128·B there is a table as of B: so there are max(128, bits of c) doublings, whatever s is.
    """
    no_inline()
    low_digits, high_digits, c_digits = scratch, scratch + DIGITS, scratch + 2 * DIGITS
    multiples = c_digits + DIGITS
    multiple, double = multiples + 8 * CACHED, multiples + 8 * CACHED + POINT
    low, high = double + POINT, double + POINT + SIZE
    for i in range(4):
        store_word(low + 8 * i, load_word(s + 8 * i) if i < _HALF_WORDS else np.uint64(0))
        store_word(high + 8 * i, load_word(s + 8 * (i + _HALF_WORDS)) if i < _HALF_WORDS else np.uint64(0))
    low_count, high_count = (
        signed_digits(low_digits, low, MULTIPLES_WIDTH),
        signed_digits(high_digits, high, MULTIPLES_WIDTH),
    )
    c_count = signed_digits(c_digits, c, _WIDTH)
    for i in range(4):
        fr_copy(multiple + i * SIZE, point + i * SIZE)
        fr_copy(result + i * SIZE, point + i * SIZE)
    point_double(result)
    point_cache(double, result, tables)
    for i in range(8):
        point_cache(multiples + i * CACHED, multiple, tables)
        point_add(multiple, double)
    point_identity(result, tables)
    i = max(low_count, high_count, c_count) - 1
    while i >= 0:
        low_digit = np.int64(load_word(low_digits + 8 * i)) if i < low_count else np.int64(0)
        high_digit = np.int64(load_word(high_digits + 8 * i)) if i < high_count else np.int64(0)
        c_digit = np.int64(load_word(c_digits + 8 * i)) if i < c_count else np.int64(0)
        if low_digit == 0 and high_digit == 0 and c_digit == 0 and i > 0:
            point_double_only(result)
        else:
            point_double(result)
        add_multiple(result, int(low_digit), tables + MULTIPLES)
        add_multiple(result, int(high_digit), tables + HIGH_MULTIPLES)
        if c_digit > 0:
            point_sub(result, multiples + (c_digit >> 1) * CACHED)
        elif c_digit < 0:
            point_add(result, multiples + ((-c_digit) >> 1) * CACHED)
        i -= 1
