"""Operations of `lane_ntt_kernels` on eight elements at a time, at a cache line each; twiddles are canonical, and in Montgomery form."""

from collections.abc import Callable

from llvmlite import ir

from rollup.crypto.lane_fr_limbs import (
    FR8,
    LIMBS,
    NATURAL,
    REVERSED,
    canonical,
    gather,
    operation,
    repeated,
    scatter,
    settled,
)
from rollup.crypto.lane_limbs import I32, Element, carried, load, store, transpose
from rollup.crypto.limbs_ir import Builder, Value

Factor = Callable[[Builder, Value], Element]
CHUNK = 8
"""Vectors that lie in a row and are transformed across lanes together."""


def _load(b: Builder, pointer: Value) -> Element:
    return load(b, pointer, LIMBS)


def _frequency(factor: Factor) -> Callable[..., None]:
    """`x, y = x + y, (x - y)·w`, all below 2r."""

    def body(b: Builder, x: Value, y: Value, w: Value) -> None:
        first, second = _load(b, x), _load(b, y)
        store(b, FR8.reduced(b, FR8.linear(b, [first, second], [], 0), (2,)), x)
        store(b, FR8.multiply(b, FR8.linear(b, [first], [second], 2), factor(b, w)), y)

    return body


def _time(factor: Factor) -> Callable[..., None]:
    """`x, y = x + y·w, x - y·w`: 2r larger than before, which must stay below 32r."""

    def body(b: Builder, x: Value, y: Value, w: Value) -> None:
        first, second = _load(b, x), FR8.multiply(b, _load(b, y), factor(b, w))
        store(b, carried(b, [b.add(a, c) for a, c in zip(first, second, strict=True)]), x)
        store(b, FR8.linear(b, [first], [second], 2), y)

    return body


def _multiply(b: Builder, result: Value, x: Value, y: Value) -> None:
    store(b, FR8.multiply(b, _load(b, x), _load(b, y)), result)


def _multiply_repeated(b: Builder, result: Value, x: Value, w: Value) -> None:
    store(b, FR8.multiply(b, _load(b, x), repeated(b, w)), result)


def _product_less(b: Builder, x: Value, y: Value, z: Value, w: Value) -> None:
    product = FR8.multiply(b, settled(b, _load(b, x)), settled(b, _load(b, y)))
    less = FR8.multiply(b, _load(b, z), repeated(b, w))
    store(b, FR8.reduced(b, FR8.linear(b, [product], [less], 2), (2,)), x)


def _transpose_chunk(b: Builder, chunk: Value) -> None:
    at = [[b.gep(chunk, [ir.Constant(I32, k * LIMBS + i)]) for k in range(CHUNK)] for i in range(LIMBS)]
    for pointers in at:
        rows = [b.load(pointer) for pointer in pointers]
        for row in rows:
            row.align = 64
        for pointer, row in zip(pointers, transpose(b, rows), strict=True):
            b.store(row, pointer).align = 64


def _enter(order: tuple[int, ...]) -> Callable[..., None]:
    return lambda b, result, words: store(b, gather(b, words, order), result)


def _leave(b: Builder, words: Value, x: Value) -> None:
    scatter(b, canonical(b, _load(b, x)), words, NATURAL)


def _leave_scaled(b: Builder, words: Value, x: Value, w: Value) -> None:
    scatter(b, FR8.reduced(b, FR8.multiply(b, _load(b, x), repeated(b, w)), (1,)), words, REVERSED)


#: `(x, y, w)`: butterflies; w is one element, or in those that end in 8, eight.
frequency_butterfly = operation("frequency_butterfly_lanes", 3, _frequency(repeated))
time_butterfly = operation("time_butterfly_lanes", 3, _time(repeated))
frequency_butterfly8 = operation("frequency_butterfly8_lanes", 3, _frequency(_load))
time_butterfly8 = operation("time_butterfly8_lanes", 3, _time(_load))
#: `(result, x, y)`, below 2r; in the second y is one element.
multiply8 = operation("fr_multiply8_lanes", 3, _multiply)
multiply1 = operation("fr_multiply1_lanes", 3, _multiply_repeated)
#: `(x, y, z, w)`: `x = (x·y - z·w)·2^-260`, below 2r.
product_less8 = operation("fr_product_less_lanes", 4, _product_less)
#: `(result, x)`: x below 2r.
settle8 = operation("fr_settle_lanes", 2, lambda b, result, x: store(b, settled(b, _load(b, x)), result))
move8 = operation("fr_move_lanes", 2, lambda b, result, x: store(b, _load(b, x), result))
#: `(chunk)`: word j of vector k, of each limb, changes place with word k of vector j.
transpose_chunk = operation("fr_transpose_lanes", 1, _transpose_chunk)
#: `(result, words)`: eight elements from `uint64[8, 4]`; `(words, x)` and `(words, x, w)`: back, the latter times one element.
enter_natural = operation("fr_enter_natural_lanes", 2, _enter(NATURAL))
enter_reversed = operation("fr_enter_reversed_lanes", 2, _enter(REVERSED))
leave_natural = operation("fr_leave_natural_lanes", 2, _leave)
leave_reversed = operation("fr_leave_reversed_lanes", 3, _leave_scaled)
