"""Prime and quadratic fields for kernels: elements in memory, operations on their addresses.

An element is `limbs` little-endian uint64 words in Montgomery form; arrays are uint64[n, limbs], C-contiguous. Every operation takes addresses (`intp`),
the result first, and any operands may coincide. Kernels see globals only by name, so bind operations to module names::

    FP = MontgomeryField("fp", P, 6)
    fp_mul, fp_add = FP.mul, FP.add


    @kernel("void(uint64[:,::1],intp)")
    def square_all(values, count):
        start = array_address(values)
        for i in range(count):
            fp_mul(start + 48 * i, start + 48 * i, start + 48 * i)
        keep(values)

Nothing here is constant-time.
"""

from collections.abc import Callable, Sequence
from typing import Any

from rollup.crypto import kernel_cache  # first: it tells numba where to cache

# isort: split
import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from rollup.crypto.limbs_ir import WORD, Body, Builder, Function, Module, MontgomeryCode, Numba, Value

kernel = kernel_cache.kernel
Intrinsic = Any
Words = NDArray[np.uint64]
_intrinsic: Callable[[Any], Intrinsic] = intrinsic


class MontgomeryField:
    """Fp with its operations as numba intrinsics.

    Attributes
    ----------
    mul, add, sub
        `(result, a, b)`.
    sqr, neg, dbl, copy
        `(result, a)`.
    is_zero
        `(a) -> bool`.
    eq, less
        `(a, b) -> bool`; `less` compares the stored integers.
    size
        Bytes of an element.
    one, r_squared
        2^(64n) mod p, which is 1 in Montgomery form, and 2^(128n) mod p, multiplying by which brings an integer into it.
    """

    def __init__(self, name: str, modulus: int, limbs: int) -> None:
        self.code = MontgomeryCode(name, modulus, limbs)
        self.modulus, self.limbs, self.size = modulus, limbs, 8 * limbs
        self.one, self.r_squared = (1 << 64 * limbs) % modulus, (1 << 128 * limbs) % modulus
        self._r_inverse = pow(self.one, -1, modulus)
        self.mul, self.add, self.sub = (self._operation(op, 2) for op in ("mul", "add", "sub"))
        self.neg, self.dbl, self.copy = (self._operation(op, 1) for op in ("neg", "dbl", "copy"))
        # Squaring is multiplication: one function less to compile, and no slower at these sizes.
        self.sqr = pointer_intrinsic(lambda module: self.code.function(module, "mul", 2), 2, repeat_last=True)
        self.is_zero, self.eq, self.less = is_zero(limbs), comparison("==", limbs), comparison("<", limbs)

    def _operation(self, operation: str, arity: int) -> Intrinsic:
        return pointer_intrinsic(lambda module: self.code.function(module, operation, arity), arity + 1)

    def define(self, operation: str, arity: int, body: Body) -> Intrinsic:
        """Return an operation `(result, arity operands)` of your own, emitted by `body(module, builder, *pointers)` with `self.code`; not inlined."""
        return pointer_intrinsic(
            lambda module: self.code.define(module, operation, arity, body, inline=False), arity + 1
        )

    def from_ints(self, values: Sequence[int]) -> Words:
        """Return uint64[n, limbs] in Montgomery form; values of any size and sign are reduced."""
        return words_from_ints([(value << 64 * self.limbs) % self.modulus for value in values], self.limbs)

    def to_ints(self, array: Words) -> list[int]:
        """Return the canonical values of uint64[n, limbs] in Montgomery form."""
        return [value * self._r_inverse % self.modulus for value in ints_from_words(array)]


class QuadraticField:
    """Fp[u]/(u² + 1), for p = 3 mod 4; an element is two of Fp's, constant first, and the operations are those of `MontgomeryField` (without `less`)."""

    def __init__(self, name: str, base: MontgomeryField) -> None:
        if base.modulus % 4 != 3:
            raise ValueError("limbs: -1 is a square, so u² + 1 is no field")
        self._name, self.base, self.limbs, self.size = name, base, 2 * base.limbs, 2 * base.size
        self.mul, self.sqr = self._define("mul", 2, self._mul), self._define("sqr", 1, self._sqr)
        self.add, self.sub = self._linear("add", 2), self._linear("sub", 2)
        self.neg, self.dbl = self._linear("neg", 1), self._linear("dbl", 1)
        self.copy = self._linear("copy", 1)
        self.is_zero, self.eq = is_zero(self.limbs), comparison("==", self.limbs)

    def _define(self, operation: str, arity: int, body: Body) -> Intrinsic:
        return self.base.define(f"{self._name}_{operation}", arity, body)

    def _linear(self, operation: str, arity: int) -> Intrinsic:
        code = self.base.code
        emit = getattr(code, operation)

        def body(_: Module, b: Builder, result: Value, *operands: Value) -> None:
            halves = [emit(b, *(code.load(b, operand, i) for operand in operands)) for i in (0, 1)]
            for i in (0, 1):
                code.store(b, halves[i], result, i)

        return self._define(operation, arity, body)

    def _mul(self, module: Module, b: Builder, result: Value, x: Value, y: Value) -> None:
        """(x0 y0 - x1 y1, (x0 + x1)(y0 + y1) - x0 y0 - x1 y1), three products (Karatsuba)."""
        code = self.base.code
        x0, x1, y0, y1 = code.load(b, x), code.load(b, x, 1), code.load(b, y), code.load(b, y, 1)
        low, high = code.call_mul(module, b, x0, y0), code.call_mul(module, b, x1, y1)
        cross = code.call_mul(module, b, code.add(b, x0, x1), code.add(b, y0, y1))
        code.store(b, code.sub(b, low, high), result)
        code.store(b, code.sub(b, code.sub(b, cross, low), high), result, 1)

    def _sqr(self, module: Module, b: Builder, result: Value, x: Value) -> None:
        """((x0 + x1)(x0 - x1), 2 x0 x1)."""
        code = self.base.code
        x0, x1 = code.load(b, x), code.load(b, x, 1)
        real = code.call_mul(module, b, code.add(b, x0, x1), code.sub(b, x0, x1))
        imaginary = code.dbl(b, code.call_mul(module, b, x0, x1))
        code.store(b, real, result)
        code.store(b, imaginary, result, 1)


def words_from_ints(values: Sequence[int], limbs: int) -> Words:
    """Return uint64[n, limbs], little-endian, as they are; `OverflowError` for a value outside [0, 2^(64 limbs))."""
    data = b"".join(value.to_bytes(8 * limbs, "little") for value in values)
    return np.frombuffer(data, dtype="<u8").astype(np.uint64).reshape(-1, limbs)


def ints_from_words(array: Words) -> list[int]:
    """Return the integers of uint64[n, limbs], as they are."""
    data, size = array.astype("<u8").tobytes(), 8 * array.shape[1]
    return [int.from_bytes(data[i : i + size], "little") for i in range(0, len(data), size)]


def pointer_intrinsic(function: Callable[[Module], Function], count: int, *, repeat_last: bool = False) -> Intrinsic:
    """Return an intrinsic over `count` addresses that calls an LLVM function of pointers; `repeat_last` passes the last one twice, from one address less."""

    def emit(_context: Numba, builder: Builder, _signature: Numba, addresses: Sequence[Value]) -> Value:
        callee = function(builder.module)
        if repeat_last:
            addresses = [*addresses, addresses[-1]]
        builder.call(callee, [builder.inttoptr(a, p.type) for a, p in zip(addresses, callee.args, strict=True)])
        return _context.get_dummy_value()

    return _address_intrinsic(types.void, emit, count)


def is_zero(limbs: int) -> Intrinsic:
    """Return `(a) -> bool`: whether all words of an element are zero."""
    wide = ir.IntType(64 * limbs)

    def emit(_context: Numba, b: Builder, _signature: Numba, addresses: Sequence[Value]) -> Value:
        return b.icmp_unsigned("==", _load(b, addresses[0], wide), ir.Constant(wide, 0))

    return _address_intrinsic(types.boolean, emit, 1)


def comparison(operator: str, limbs: int) -> Intrinsic:
    """Return `(a, b) -> bool`: a comparison of two elements as unsigned integers."""
    wide = ir.IntType(64 * limbs)

    def emit(_context: Numba, b: Builder, _signature: Numba, addresses: Sequence[Value]) -> Value:
        return b.icmp_unsigned(operator, _load(b, addresses[0], wide), _load(b, addresses[1], wide))

    return _address_intrinsic(types.boolean, emit, 2)


def _load(b: Builder, address: Value, wide: Value) -> Value:
    value = b.load(b.inttoptr(address, wide.as_pointer()))
    value.align = 8
    return value


def _address_intrinsic(result: Numba, emit: Callable[..., Value], count: int) -> Intrinsic:
    """Build an intrinsic; numba wants its parameters spelled out, hence one function per count."""
    signature = result(*[types.intp] * count)

    def one(_typing: Numba, _a: Numba) -> Numba:
        return signature, emit

    def two(_typing: Numba, _a: Numba, _b: Numba) -> Numba:
        return signature, emit

    def three(_typing: Numba, _a: Numba, _b: Numba, _c: Numba) -> Numba:
        return signature, emit

    def four(_typing: Numba, _a: Numba, _b: Numba, _c: Numba, _d: Numba) -> Numba:
        return signature, emit

    return _intrinsic({1: one, 2: two, 3: three, 4: four}[count])


@_intrinsic
def array_address(_typing: Numba, _array: Numba) -> Numba:
    """`(array) -> intp`: the address of its first word. Keep the array alive with `keep` after the last use of the address."""

    def emit(context: Numba, b: Builder, signature: Numba, arguments: Sequence[Value]) -> Value:
        return b.ptrtoint(context.make_array(signature.args[0])(context, b, arguments[0]).data, WORD)

    return types.intp(_array), emit


@_intrinsic
def keep(_typing: Numba, _array: Numba) -> Numba:
    """`(array)`: a use of an array. Numba frees an array after its last use, and an address is none."""

    def emit(context: Numba, _b: Builder, _signature: Numba, _arguments: Sequence[Value]) -> Value:
        return context.get_dummy_value()

    return types.void(_array), emit


@_intrinsic
def no_inline(_typing: Numba) -> Numba:
    """`()`: keep the kernel in which this stands from being inlined, which saves much compile time."""

    def emit(context: Numba, b: Builder, _signature: Numba, _arguments: Sequence[Value]) -> Value:
        b.function.attributes.add("noinline")
        return context.get_dummy_value()

    return types.void(), emit


@_intrinsic
def load_word(_typing: Numba, _address: Numba) -> Numba:
    """`(address) -> uint64`."""

    def emit(_context: Numba, b: Builder, _signature: Numba, arguments: Sequence[Value]) -> Value:
        return _load(b, arguments[0], WORD)

    return types.uint64(types.intp), emit


@_intrinsic
def store_word(_typing: Numba, _address: Numba, _word: Numba) -> Numba:
    """`(address, uint64)`."""

    def emit(context: Numba, b: Builder, _signature: Numba, arguments: Sequence[Value]) -> Value:
        b.store(arguments[1], b.inttoptr(arguments[0], WORD.as_pointer())).align = 8
        return context.get_dummy_value()

    return types.void(types.intp, types.uint64), emit


@_intrinsic
def prefetch(_typing: Numba, _address: Numba) -> Numba:
    """`(address)`: ask for the cache line there."""

    def emit(context: Numba, b: Builder, _signature: Numba, arguments: Sequence[Value]) -> Value:
        byte_pointer, i32, module = ir.IntType(8).as_pointer(), ir.IntType(32), b.module
        name = "llvm.prefetch.p0"
        kind = ir.FunctionType(ir.VoidType(), [byte_pointer, i32, i32, i32])
        function = module.globals.get(name) or ir.Function(module, kind, name)
        # SPEC: LLVM language reference: read (0), keep in all caches (3), data (1).
        hints = [ir.Constant(i32, hint) for hint in (0, 3, 1)]
        b.call(function, [b.inttoptr(arguments[0], byte_pointer), *hints])
        return context.get_dummy_value()

    return types.void(types.intp), emit


@_intrinsic
def call(_typing: Numba, _function: Numba, _a: Numba, _b: Numba, _c: Numba, _d: Numba) -> Numba:
    """`(function, a, b, c, d)`: call `void f(intp, intp, intp, intp)`, as C calls it, at an address."""

    def emit(context: Numba, b: Builder, _signature: Numba, arguments: Sequence[Value]) -> Value:
        kind = ir.FunctionType(ir.VoidType(), [WORD] * 4)
        b.call(b.inttoptr(arguments[0], kind.as_pointer()), arguments[1:])
        return context.get_dummy_value()

    return types.void(*[types.intp] * 5), emit
