"""LLVM code for prime fields in eight lanes, on the products of 52 bits of AVX-512 IFMA.

An element of Fp is a list of n vectors of eight 64-bit words: limb i of lane j is word j of vector i, limbs below 2^52. It stands for
x·2^(52n) mod p, kept below some small multiple of p, which the caller counts: the bits of 2^(52n) above p are free.

SPEC: Gueron and Krasnov, "Accelerating big integer arithmetic using Intel IFMA extensions" (2016): VPMADD52LUQ and VPMADD52HUQ add
the lower or upper 52 bits of a product of 52-bit numbers.
"""

from collections.abc import Callable, Sequence

from llvmlite import ir

from rollup.crypto.limbs_ir import WORD, Builder, Function, Module, Value

LANES, BITS = 8, 52
VECTOR = ir.VectorType(WORD, LANES)
POINTER = VECTOR.as_pointer()
I32 = ir.IntType(32)
MASK = (1 << BITS) - 1

Element = list[Value]


def splat(value: int) -> Value:
    """Return a constant in all lanes."""
    return ir.Constant(VECTOR, [value % (1 << 64)] * LANES)


def integer(value: int, limbs: int) -> Element:
    """Return an integer in all lanes; the last limb may be larger than 52 bits."""
    low = [value >> (BITS * i) & MASK for i in range(limbs - 1)]
    return [splat(limb) for limb in [*low, value >> (BITS * (limbs - 1))]]


class LaneCode:
    """Emits operations on elements of Fp, p odd, of `limbs` limbs."""

    def __init__(self, modulus: int, limbs: int) -> None:
        if modulus % 2 == 0 or modulus >> BITS * limbs - 4:
            raise ValueError(f"lanes: {modulus:#x} is even, or too large for {limbs} limbs")
        self.modulus, self.limbs, self.size = modulus, limbs, 8 * LANES * limbs
        self._negative_inverse = -pow(modulus, -1, 1 << BITS) % (1 << BITS)

    def montgomery(self, value: int) -> Element:
        """Return a field element in all lanes."""
        return integer((value << BITS * self.limbs) % self.modulus, self.limbs)

    def linear(self, b: Builder, plus: Sequence[Element], minus: Sequence[Element], multiple: int) -> Element:
        """Sum of `plus` less `minus` plus `multiple·p`, which must not be negative."""
        limbs = integer(multiple * self.modulus, self.limbs)
        for x in plus:
            limbs = [b.add(a, c) for a, c in zip(limbs, x, strict=True)]
        for x in minus:
            limbs = [b.sub(a, c) for a, c in zip(limbs, x, strict=True)]
        return carried(b, limbs)

    def reduced(self, b: Builder, x: Element, multiples: Sequence[int]) -> Element:
        """Take away each multiple of p in turn where it is not larger than what is left."""
        for multiple in multiples:
            less = self.linear(b, [x], [], -multiple)
            negative = b.icmp_signed("<", less[-1], splat(0))
            x = [b.select(negative, a, c) for a, c in zip(x, less, strict=True)]
        return x

    def columns(self, b: Builder, x: Element, y: Element) -> list[Value]:
        """The integer product in 2n columns of weight 2^52i, each below 2^(53 + log2 n)."""
        result = [splat(0)] * (2 * self.limbs)
        for i, factor in enumerate(y):
            for j, limb in enumerate(x):
                result[i + j] = _multiply_add(b, "l", result[i + j], limb, factor)
            for j, limb in enumerate(x):
                result[i + j + 1] = _multiply_add(b, "h", result[i + j + 1], limb, factor)
        return result

    def quotient(self, b: Builder, total: Sequence[Value]) -> Element:
        """Montgomery's reduction of columns, signed, whose sum t is not negative: below t/2^(52n) + p."""
        n, rest, modulus = self.limbs, list(total), integer(self.modulus, self.limbs)
        for i in range(n):
            factor = _multiply_add(b, "l", splat(0), rest[i], splat(self._negative_inverse))
            for j in range(n):
                rest[i + j] = _multiply_add(b, "l", rest[i + j], factor, modulus[j])
            for j in range(n):
                rest[i + j + 1] = _multiply_add(b, "h", rest[i + j + 1], factor, modulus[j])
            rest[i + 1] = b.add(rest[i + 1], b.ashr(rest[i], splat(BITS)))
        return carried(b, rest[n:])

    def multiply(self, b: Builder, x: Element, y: Element) -> Element:
        """x·y, below x·y/2^(52n) + p as integers; both factors below 2^(52n)."""
        return self.quotient(b, self.columns(b, x, y))


def define(module: Module, name: str, arity: int, body: Callable[..., None]) -> Function:
    """Return the module's function `void name(vector*, …)`, emitted by `body(builder, *pointers)` once, not inlined."""
    if name in module.globals:
        return module.globals[name]
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [POINTER] * arity), name)
    function.linkage = "linkonce_odr"
    function.attributes.add("nounwind")
    function.attributes.add("noinline")
    builder = ir.IRBuilder(function.append_basic_block())
    body(builder, *function.args)
    builder.ret_void()
    return function


def broadcast(b: Builder, word: Value) -> Value:
    """Return a word in all lanes."""
    undefined = ir.Constant(VECTOR, ir.Undefined)
    vector = b.insert_element(undefined, word, ir.Constant(I32, 0))
    return b.shuffle_vector(vector, undefined, ir.Constant(ir.VectorType(I32, LANES), [0] * LANES))


def load(b: Builder, pointer: Value, count: int) -> Element:
    """Load vectors, which begin at a cache line."""
    vectors = [b.load(b.gep(pointer, [ir.Constant(I32, i)])) for i in range(count)]
    for vector in vectors:
        vector.align = 64
    return vectors


def store(b: Builder, x: Sequence[Value], pointer: Value) -> None:
    """Store vectors, which begin at a cache line."""
    for i, vector in enumerate(x):
        b.store(vector, b.gep(pointer, [ir.Constant(I32, i)])).align = 64


def carried(b: Builder, limbs: Sequence[Value]) -> Element:
    """Bring limbs, signed, of a sum that is not negative, below 2^52; the last keeps what is left."""
    result, carry = [], None
    for i, limb in enumerate(limbs):
        total = limb if carry is None else b.add(limb, carry)
        if i < len(limbs) - 1:
            carry = b.ashr(total, splat(BITS))
            total = b.and_(total, splat(MASK))
        result.append(total)
    return result


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


def transpose(b: Builder, rows: Sequence[Value]) -> list[Value]:
    """Transpose 8 by 8 words: row j's word i becomes row i's word j."""

    def mix(x: Value, y: Value, order: list[int]) -> Value:
        return b.shuffle_vector(x, y, ir.Constant(ir.VectorType(I32, LANES), order))

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
