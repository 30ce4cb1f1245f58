"""LLVM code for Fp and Fp2 of BLS12-381 in eight lanes, on the products of 52 bits of AVX-512 IFMA.

An element of Fp is a list of 8 vectors of eight 64-bit words: limb i of lane j is word j of vector i, limbs below 2^52. It stands for
x·2^416 mod Q, kept below some small multiple of Q, which the caller counts: 416 - 381 bits are free. An element of Fp2 is two, c0 first.

SPEC: Gueron and Krasnov, "Accelerating big integer arithmetic using Intel IFMA extensions" (2016): VPMADD52LUQ and VPMADD52HUQ add
the lower or upper 52 bits of a product of 52-bit numbers.
"""

from collections.abc import Sequence

from llvmlite import ir

from provers.validity.curve.points import Q
from rollup.crypto.limbs_ir import WORD, Builder, Value

LANES, LIMBS, BITS = 8, 8, 52
ELEMENT = 8 * LANES * LIMBS
"""Bytes of eight elements of Fp side by side."""

VECTOR = ir.VectorType(WORD, LANES)
POINTER = VECTOR.as_pointer()
_I32 = ir.IntType(32)
_MASK = (1 << BITS) - 1
_NEGATIVE_INVERSE = -pow(Q, -1, 1 << BITS) % (1 << BITS)
_OFFSET = 390
"""A multiple Q·2^390 keeps differences of products from becoming negative: of factors below 2^4·Q, as 2^8·Q² < Q·2^390."""

Element = list[Value]


def splat(value: int) -> Value:
    """Return a constant in all lanes."""
    return ir.Constant(VECTOR, [value % (1 << 64)] * LANES)


def constant(value: int, limbs: int = LIMBS) -> Element:
    """Return an integer in all lanes; the last limb may be larger than 52 bits."""
    low = [value >> (BITS * i) & _MASK for i in range(limbs - 1)]
    return [splat(limb) for limb in [*low, value >> (BITS * (limbs - 1))]]


def montgomery(value: int) -> Element:
    """Return a field element in all lanes."""
    return constant((value << BITS * LIMBS) % Q)


def load(b: Builder, pointer: Value, count: int = LIMBS) -> Element:
    """Load vectors, which begin at a cache line."""
    vectors = [b.load(b.gep(pointer, [ir.Constant(_I32, i)])) for i in range(count)]
    for vector in vectors:
        vector.align = 64
    return vectors


def store(b: Builder, x: Sequence[Value], pointer: Value) -> None:
    """Store vectors, which begin at a cache line."""
    for i, vector in enumerate(x):
        b.store(vector, b.gep(pointer, [ir.Constant(_I32, i)])).align = 64


def carried(b: Builder, limbs: Sequence[Value]) -> Element:
    """Bring limbs, signed, of a sum that is not negative, below 2^52; the last keeps what is left."""
    result, carry = [], None
    for i, limb in enumerate(limbs):
        total = limb if carry is None else b.add(limb, carry)
        if i < len(limbs) - 1:
            carry = b.ashr(total, splat(BITS))
            total = b.and_(total, splat(_MASK))
        result.append(total)
    return result


def linear(b: Builder, plus: Sequence[Element], minus: Sequence[Element], multiple: int) -> Element:
    """Sum of `plus` less `minus` plus `multiple·Q`, which must not be negative."""
    limbs = constant(multiple * Q)
    for x in plus:
        limbs = [b.add(a, c) for a, c in zip(limbs, x, strict=True)]
    for x in minus:
        limbs = [b.sub(a, c) for a, c in zip(limbs, x, strict=True)]
    return carried(b, limbs)


def reduced(b: Builder, x: Element, multiples: Sequence[int]) -> Element:
    """Take away each multiple of Q in turn where it is not larger than what is left."""
    for multiple in multiples:
        less = linear(b, [x], [], -multiple)
        negative = b.icmp_signed("<", less[-1], splat(0))
        x = [b.select(negative, a, c) for a, c in zip(x, less, strict=True)]
    return x


def signed(b: Builder, negative: Value, x: Element) -> Element:
    """Limbs of -x in the lanes of a mask, of x elsewhere: to go into a sum before it is carried."""
    return [b.select(negative, b.sub(splat(0), limb), limb) for limb in x]


def is_zero(b: Builder, x: Sequence[Value]) -> Value:
    """Lanes whose words are all zero."""
    total = x[0]
    for vector in x[1:]:
        total = b.or_(total, vector)
    return b.icmp_unsigned("==", total, splat(0))


def are_equal(b: Builder, x: Sequence[Value], y: Sequence[Value]) -> Value:
    """Lanes whose words are all the same."""
    return is_zero(b, [b.xor(a, c) for a, c in zip(x, y, strict=True)])


def _multiply_add(b: Builder, half: str, total: Value, x: Value, y: Value) -> Value:
    name = f"llvm.x86.avx512.vpmadd52{half}.uq.512"
    function = b.module.globals.get(name) or ir.Function(b.module, ir.FunctionType(VECTOR, [VECTOR] * 3), name)
    return b.call(function, [total, x, y])


def columns(b: Builder, x: Element, y: Element) -> list[Value]:
    """The integer product in 16 columns of weight 2^52i, each below 2^56."""
    result = [splat(0)] * (2 * LIMBS)
    for i, factor in enumerate(y):
        for j, limb in enumerate(x):
            result[i + j] = _multiply_add(b, "l", result[i + j], limb, factor)
        for j, limb in enumerate(x):
            result[i + j + 1] = _multiply_add(b, "h", result[i + j + 1], limb, factor)
    return result


def quotient(b: Builder, total: Sequence[Value]) -> Element:
    """Montgomery's reduction of columns, signed, whose sum t is not negative: below t/2^416 + Q."""
    rest, modulus = list(total), constant(Q)
    for i in range(LIMBS):
        factor = _multiply_add(b, "l", splat(0), rest[i], splat(_NEGATIVE_INVERSE))
        for j in range(LIMBS):
            rest[i + j] = _multiply_add(b, "l", rest[i + j], factor, modulus[j])
        for j in range(LIMBS):
            rest[i + j + 1] = _multiply_add(b, "h", rest[i + j + 1], factor, modulus[j])
        rest[i + 1] = b.add(rest[i + 1], b.ashr(rest[i], splat(BITS)))
    return carried(b, rest[LIMBS:])


def multiply(b: Builder, x: Element, y: Element) -> Element:
    """x·y in Fp, below (1 + 2^-15)·Q for factors below 2^10·Q."""
    return quotient(b, columns(b, x, y))


def multiply2(b: Builder, x: Element, y: Element) -> Element:
    """x·y in Fp2, both parts below (1 + 2^-20)·Q, for parts below 2^3·Q: three products (Karatsuba), two reductions."""
    x0, x1, y0, y1 = x[:LIMBS], x[LIMBS:], y[:LIMBS], y[LIMBS:]
    low, high = columns(b, x0, y0), columns(b, x1, y1)
    offset = constant(Q << _OFFSET, 2 * LIMBS)
    real = [b.add(b.sub(a, c), d) for a, c, d in zip(low, high, offset, strict=True)]
    both = columns(b, linear(b, [x0, x1], [], 0), linear(b, [y0, y1], [], 0))
    imaginary = [b.sub(b.sub(a, c), d) for a, c, d in zip(both, low, high, strict=True)]
    return quotient(b, real) + quotient(b, imaginary)


def square2(b: Builder, x: Element) -> Element:
    """x² in Fp2, as `multiply2`: ((x0 + x1)(x0 - x1), 2·x0·x1)."""
    x0, x1 = x[:LIMBS], x[LIMBS:]
    real = columns(b, linear(b, [x0, x1], [], 0), linear(b, [x0], [x1], 8))
    return quotient(b, real) + quotient(b, columns(b, linear(b, [x0, x0], [], 0), x1))


def transpose(b: Builder, rows: Sequence[Value]) -> list[Value]:
    """Transpose 8 by 8 words: row j's word i becomes row i's word j."""

    def mix(x: Value, y: Value, order: list[int]) -> Value:
        return b.shuffle_vector(x, y, ir.Constant(ir.VectorType(_I32, LANES), order))

    # Single words, then pairs, then halves change places between rows 1, 2 and 4 apart.
    for step, orders in (
        (1, ([0, 8, 2, 10, 4, 12, 6, 14], [1, 9, 3, 11, 5, 13, 7, 15])),
        (2, ([0, 1, 8, 9, 4, 5, 12, 13], [2, 3, 10, 11, 6, 7, 14, 15])),
        (4, ([0, 1, 2, 3, 8, 9, 10, 11], [4, 5, 6, 7, 12, 13, 14, 15])),
    ):
        result = list(rows)
        for i in range(LANES):
            if not i & step:
                result[i], result[i + step] = (mix(rows[i], rows[i + step], order) for order in orders)
        rows = result
    return list(rows)
