"""LLVM code for prime-field arithmetic in Montgomery form, on integers as wide as the field.

SPEC: Montgomery, Math. Comp. 44 (1985); the interleaved product is the coarsely integrated scan of Koç, Acar and Kaliski (1996),
with both carry chains of a row merged, which needs the two top bits of the modulus' last limb not all set (checked below).
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir

WORD = ir.IntType(64)
_DOUBLE = ir.IntType(128)
_INDEX = ir.IntType(32)
_WORD_MASK = (1 << 64) - 1

# llvmlite's types, and what numba hands an intrinsic; neither package is typed.
Value = Any
Builder = Any
Function = Any
Module = Any
Numba = Any
Body = Callable[..., None]


class MontgomeryCode:
    """Emits operations on elements x·2^(64n) mod p, kept in [0, p) as n little-endian 64-bit limbs.

    Parameters
    ----------
    name
        Prefix of the LLVM functions; one modulus per name in a process.
    modulus
        An odd p below 2^(64n - 1).
    limbs
        n.
    """

    def __init__(self, name: str, modulus: int, limbs: int) -> None:
        # SAFETY: with the last limb of p below 2^63 - 1 the two carries of a row sum to less than 2^64, and 2p fits n limbs.
        if modulus % 2 == 0 or modulus >> (64 * (limbs - 1)) >= (1 << 63) - 1:
            raise ValueError(f"limbs: {modulus:#x} is even, or too large for {limbs} limbs")
        self.name, self.modulus, self.limbs = name, modulus, limbs
        self.element = ir.IntType(64 * limbs)
        self.pointer = self.element.as_pointer()
        self._negative_inverse = -pow(modulus, -1, 1 << 64) % (1 << 64)

    def load(self, b: Builder, pointer: Value, index: int = 0) -> Value:
        """Load the `index`-th element after `pointer`; words need only be aligned to 8 bytes."""
        value = b.load(self._at(b, pointer, index))
        value.align = 8
        return value

    def store(self, b: Builder, value: Value, pointer: Value, index: int = 0) -> None:
        """Store the `index`-th element after `pointer`."""
        b.store(value, self._at(b, pointer, index)).align = 8

    def add(self, b: Builder, x: Value, y: Value) -> Value:
        """Return x + y; the sum of two elements is below 2p and so fits."""
        return self._reduce_once(b, b.add(x, y))

    def dbl(self, b: Builder, x: Value) -> Value:
        """Return 2x."""
        return self._reduce_once(b, b.shl(x, ir.Constant(self.element, 1)))

    def sub(self, b: Builder, x: Value, y: Value) -> Value:
        """Return x - y; for x >= y that of the integers."""
        modulus, zero = ir.Constant(self.element, self.modulus), ir.Constant(self.element, 0)
        return b.add(b.sub(x, y), b.select(b.icmp_unsigned("<", x, y), modulus, zero))

    def neg(self, b: Builder, x: Value) -> Value:
        """Return -x, canonical for zero."""
        zero = ir.Constant(self.element, 0)
        return b.select(b.icmp_unsigned("==", x, zero), zero, b.sub(ir.Constant(self.element, self.modulus), x))

    def mul(self, b: Builder, x: Value, y: Value) -> Value:
        """Return x·y·2^(-64n) mod p."""
        xs, ys = self._split(b, x), self._split(b, y)
        row = [ir.Constant(WORD, 0)] * self.limbs
        for digit in ys:
            row = self._row(b, row, xs, digit)
        return self._reduce_once(b, self._join(b, row))

    def sqr(self, b: Builder, x: Value) -> Value:
        """Return x·x·2^(-64n) mod p."""
        return self.mul(b, x, x)

    def copy(self, _: Builder, x: Value) -> Value:
        """Return x."""
        return x

    def call_mul(self, module: Module, b: Builder, x: Value, y: Value) -> Value:
        """Multiply through the shared function instead of inlining some hundred instructions."""
        slots = [b.alloca(self.element) for _ in range(3)]
        self.store(b, x, slots[1])
        self.store(b, y, slots[2])
        b.call(self.function(module, "mul", 2), slots)
        return self.load(b, slots[0])

    def function(self, module: Module, operation: str, arity: int) -> Function:
        """Return `void f(result, operands…)` for an operation of this class; products are not inlined, the rest always."""

        def body(_: Module, b: Builder, result: Value, *operands: Value) -> None:
            emit = getattr(self, operation)
            self.store(b, emit(b, *(self.load(b, operand) for operand in operands)), result)

        return self.define(module, operation, arity, body, inline=operation not in ("mul", "sqr"))

    def define(self, module: Module, operation: str, arity: int, body: Body, *, inline: bool) -> Function:
        """Return the module's function `name_operation` over `arity` + 1 pointers, emitted by `body(module, builder, *pointers)` once."""
        name = f"{self.name}_{operation}"
        if name in module.globals:
            return module.globals[name]
        function = ir.Function(module, ir.FunctionType(ir.VoidType(), [self.pointer] * (arity + 1)), name)
        function.linkage = "linkonce_odr"
        function.attributes.add("nounwind")
        function.attributes.add("alwaysinline" if inline else "noinline")
        builder = ir.IRBuilder(function.append_basic_block())
        body(module, builder, *function.args)
        builder.ret_void()
        return function

    def _at(self, b: Builder, pointer: Value, index: int) -> Value:
        # Counted in words: LLVM may pad elements whose width is no power of two.
        if index == 0:
            return pointer
        words = b.bitcast(pointer, WORD.as_pointer())
        return b.bitcast(b.gep(words, [ir.Constant(_INDEX, index * self.limbs)]), self.pointer)

    def _row(self, b: Builder, row: list[Value], xs: list[Value], digit: Value) -> list[Value]:
        """Return (row + xs·digit + p·q) / 2^64 with the q that makes it exact."""
        ps = [ir.Constant(WORD, self.modulus >> (64 * i) & _WORD_MASK) for i in range(self.limbs)]
        low, carry_x = multiply_add(b, xs[0], digit, row[0])
        quotient = b.mul(low, ir.Constant(WORD, self._negative_inverse))
        _, carry_p = multiply_add(b, quotient, ps[0], low)
        result = []
        for j in range(1, self.limbs):
            low, carry_x = multiply_add(b, xs[j], digit, row[j], carry_x)
            low, carry_p = multiply_add(b, quotient, ps[j], low, carry_p)
            result.append(low)
        return [*result, b.add(carry_x, carry_p)]

    def _reduce_once(self, b: Builder, x: Value) -> Value:
        """Bring x < 2p into [0, p)."""
        modulus = ir.Constant(self.element, self.modulus)
        return b.select(b.icmp_unsigned("<", x, modulus), x, b.sub(x, modulus))

    def _split(self, b: Builder, x: Value) -> list[Value]:
        return [b.trunc(b.lshr(x, ir.Constant(self.element, 64 * i)), WORD) for i in range(self.limbs)]

    def _join(self, b: Builder, words: list[Value]) -> Value:
        result = b.zext(words[0], self.element)
        for i, word in enumerate(words[1:], 1):
            result = b.or_(result, b.shl(b.zext(word, self.element), ir.Constant(self.element, 64 * i)))
        return result


def multiply_add(b: Builder, x: Value, y: Value, *addends: Value) -> tuple[Value, Value]:
    """Return low and high word of x·y + addends; two of them still fit: (2^64 - 1)² + 2(2^64 - 1) = 2^128 - 1."""
    product = b.mul(b.zext(x, _DOUBLE), b.zext(y, _DOUBLE))
    for addend in addends:
        product = b.add(product, b.zext(addend, _DOUBLE))
    return b.trunc(product, WORD), b.trunc(b.lshr(product, ir.Constant(_DOUBLE, 64)), WORD)
