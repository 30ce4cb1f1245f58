"""What kernels of this folder emit by hand: functions on addresses, and words of long numbers."""

from collections.abc import Callable, Sequence

from llvmlite import ir

from rollup.crypto.limbs_ir import WORD, Builder, Function, Module, Value

DOUBLE = ir.IntType(128)
_INDEX = ir.IntType(32)
WORD_MASK = (1 << 64) - 1


def at(b: Builder, pointer: Value, index: int) -> Value:
    """Return the address of a word after `pointer`."""
    return b.gep(pointer, [ir.Constant(_INDEX, index)])


def load(b: Builder, pointer: Value, count: int) -> list[Value]:
    """Load words that are aligned to 8 bytes."""
    words = [b.load(at(b, pointer, i)) for i in range(count)]
    for word in words:
        word.align = 8
    return words


def store(b: Builder, words: Sequence[Value], pointer: Value) -> None:
    """Store words, aligned to 8 bytes."""
    for i, word in enumerate(words):
        b.store(word, at(b, pointer, i)).align = 8


def define(module: Module, name: str, arity: int, body: Callable[..., None]) -> Function:
    """Return the module's function `void name(uint64*, …)`, emitted by `body(builder, *pointers)` once, not inlined."""
    if name in module.globals:
        return module.globals[name]
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [WORD.as_pointer()] * arity), name)
    function.linkage = "linkonce_odr"
    function.attributes.add("nounwind")
    function.attributes.add("noinline")
    builder = ir.IRBuilder(function.append_basic_block())
    body(builder, *function.args)
    builder.ret_void()
    return function


def product(b: Builder, words: Sequence[Value], constant: int) -> list[Value]:
    """Words of the product, as many as both factors have together."""
    count = -(-constant.bit_length() // 64)
    result: list[Value] = [ir.Constant(WORD, 0)] * (len(words) + count)
    for i in range(count):
        factor, carry = ir.Constant(WORD, constant >> 64 * i & WORD_MASK), ir.Constant(WORD, 0)
        for j, word in enumerate(words):
            # At most (2^64 - 1)² + 2·(2^64 - 1) = 2^128 - 1.
            total = b.mul(b.zext(word, DOUBLE), b.zext(factor, DOUBLE))
            total = b.add(b.add(total, b.zext(result[i + j], DOUBLE)), b.zext(carry, DOUBLE))
            result[i + j], carry = b.trunc(total, WORD), b.trunc(b.lshr(total, ir.Constant(DOUBLE, 64)), WORD)
        result[i + len(words)] = carry
    return result


def join(b: Builder, words: Sequence[Value]) -> Value:
    """Return one integer as wide as all words, the first least significant."""
    kind = ir.IntType(64 * len(words))
    result = b.zext(words[0], kind)
    for i, word in enumerate(words[1:], 1):
        result = b.or_(result, b.shl(b.zext(word, kind), ir.Constant(kind, 64 * i)))
    return result


def cut(b: Builder, value: Value, count: int) -> list[Value]:
    """Inverse of `join`: the lowest `count` words."""
    return [b.trunc(b.lshr(value, ir.Constant(value.type, 64 * i)), WORD) for i in range(count)]
