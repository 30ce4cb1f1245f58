"""Poseidon2, compiled; the plain twin is `poseidon2`.

A state is `width` elements in a row. `table` is the address of `table(width)`; it may be shared by threads. One round is one LLVM function, so that
its independent products can overlap.
"""

import functools
from collections.abc import Callable

import numpy as np

from rollup.crypto.fr_kernels import FR, SIZE, fr_add, fr_copy, fr_mul
from rollup.crypto.kernel_cache import shared
from rollup.crypto.limbs import Intrinsic, Words, array_address, keep, kernel, no_inline, store_word, words_from_ints
from rollup.crypto.limbs_ir import Builder, Module, Value
from rollup.crypto.poseidon2_constants import PARAMETERS

HALF = 4
PARTIAL = 56
TABLE4_DIAGONAL = 32 * (8 * 4 + PARTIAL)
TABLE4_R_SQUARED = TABLE4_DIAGONAL + 32 * 4


@functools.cache
def table(width: int) -> Words:
    """Return the constants in order of use, then the diagonal, then 2^512 mod R: uint64[9 width + 57, 4]; never written to."""
    external, internal, diagonal = PARAMETERS[width]
    rows = [*external[:HALF], internal, *external[HALF:], diagonal]
    constants = FR.from_ints([value for row in rows for value in row])
    return np.concatenate([constants, words_from_ints([FR.r_squared], 4)])


Product = Callable[[Builder, Value, Value], Value]


def elements(count: int) -> Words:
    """Return memory for `count` elements, all zero: uint64[count, 4]."""
    return np.zeros((count, 4), dtype=np.uint64)


def _called(b: Builder, x: Value, y: Value) -> Value:
    """Multiply by a call: compiles ten times faster than the instructions in place, and runs a quarter slower."""
    return FR.code.call_mul(b.module, b, x, y)


def _pow5(b: Builder, x: Value, mul: Product) -> Value:
    square = mul(b, x, x)
    return mul(b, mul(b, square, square), x)


def _mix(b: Builder, x: list[Value]) -> list[Value]:
    add, dbl = FR.code.add, FR.code.dbl
    if len(x) < 4:
        total = functools.reduce(lambda s, v: add(b, s, v), x)
        return [add(b, total, v) for v in x]
    # SPEC: ePrint 2023/323 appendix B: M4 in eight additions and four doublings.
    t0, t1 = add(b, x[0], x[1]), add(b, x[2], x[3])
    t2, t3 = add(b, dbl(b, x[1]), t1), add(b, dbl(b, x[3]), t0)
    t4, t5 = add(b, dbl(b, dbl(b, t1)), t3), add(b, dbl(b, dbl(b, t0)), t2)
    return [add(b, t3, t5), t5, add(b, t2, t4), t4]


def _load(b: Builder, pointer: Value, width: int) -> list[Value]:
    return [FR.code.load(b, pointer, i) for i in range(width)]


def _store(b: Builder, values: list[Value], pointer: Value) -> None:
    for i, value in enumerate(values):
        FR.code.store(b, value, pointer, i)


def _mix_operation(width: int) -> Intrinsic:
    def body(_: Module, b: Builder, state: Value) -> None:
        _store(b, _mix(b, _load(b, state, width)), state)

    return FR.define(f"poseidon2_mix{width}", 0, body)


def _external_operation(width: int) -> Intrinsic:
    def body(_: Module, b: Builder, state: Value, constants: Value) -> None:
        pairs = zip(_load(b, state, width), _load(b, constants, width), strict=True)
        _store(b, _mix(b, [_pow5(b, FR.code.add(b, x, c), _called) for x, c in pairs]), state)

    return FR.define(f"poseidon2_external{width}", 1, body)


def _internal_operation(width: int) -> Intrinsic:
    # Four fifths of a permutation's products are in the internal rounds, and only width 4 is hashed with in bulk.
    mul = FR.code.mul if width == 4 else _called

    def body(_: Module, b: Builder, state: Value, constant: Value, diagonal: Value) -> None:
        x = _load(b, state, width)
        x[0] = _pow5(b, FR.code.add(b, x[0], FR.code.load(b, constant)), mul)
        total = functools.reduce(lambda s, v: FR.code.add(b, s, v), x)
        if width == 4:
            scaled = [mul(b, v, d) for v, d in zip(x, _load(b, diagonal, 4), strict=True)]
        else:
            scaled = [*x[:-1], FR.code.dbl(b, x[-1])]
        _store(b, [FR.code.add(b, total, v) for v in scaled], state)

    return FR.define(f"poseidon2_internal{width}", 2, body)


_mix2, _mix3, _mix4 = (_mix_operation(width) for width in (2, 3, 4))
_external2, _external3, _external4 = (_external_operation(width) for width in (2, 3, 4))
_internal2, _internal3, _internal4 = (_internal_operation(width) for width in (2, 3, 4))


@kernel("void(intp,intp)")
def permute2(state: int, table: int) -> None:
    """In place."""
    no_inline()
    _mix2(state)
    for _ in range(HALF):
        _external2(state, table)
        table += 2 * SIZE
    for _ in range(PARTIAL):
        _internal2(state, table, table)
        table += SIZE
    for _ in range(HALF):
        _external2(state, table)
        table += 2 * SIZE


@kernel("void(intp,intp)")
def permute3(state: int, table: int) -> None:
    """In place."""
    no_inline()
    _mix3(state)
    for _ in range(HALF):
        _external3(state, table)
        table += 3 * SIZE
    for _ in range(PARTIAL):
        _internal3(state, table, table)
        table += SIZE
    for _ in range(HALF):
        _external3(state, table)
        table += 3 * SIZE


@shared("void(intp,intp)")
def permute4(state: int, table: int) -> None:
    """In place."""
    no_inline()
    diagonal = table + TABLE4_DIAGONAL
    _mix4(state)
    for _ in range(HALF):
        _external4(state, table)
        table += 4 * SIZE
    for _ in range(PARTIAL):
        _internal4(state, table, diagonal)
        table += SIZE
    for _ in range(HALF):
        _external4(state, table)
        table += 4 * SIZE


@kernel("void(intp,intp,intp,intp)")
def compress4(result: int, children: int, table: int, scratch: int) -> None:
    """`scratch`: 4 elements; `result` may be among the children."""
    no_inline()
    for i in range(4):
        fr_copy(scratch + i * SIZE, children + i * SIZE)
    permute4(scratch, table)
    fr_add(result, scratch, children)


@shared("void(intp,intp,intp,intp,intp,intp)")
def hash_items(result: int, items: int, count: int, domain: int, table: int, scratch: int) -> None:
    """`scratch`: 4 elements; `domain` and `count` as integers."""
    no_inline()
    for i in range(16):
        store_word(scratch + 8 * i, np.uint64(0))
    store_word(scratch + 3 * SIZE, np.uint64(count))
    store_word(scratch + 3 * SIZE + 8, np.uint64(domain))
    fr_mul(scratch + 3 * SIZE, scratch + 3 * SIZE, table + TABLE4_R_SQUARED)
    done = 0
    while True:
        for i in range(min(3, count - done)):
            fr_add(scratch + i * SIZE, scratch + i * SIZE, items + (done + i) * SIZE)
        permute4(scratch, table)
        done += 3
        if done >= count:
            break
    fr_copy(result, scratch)


@kernel("void(uint64[:,::1],intp,intp,uint64[:,::1])")
def permute_many(states: Words, count: int, width: int, table: Words) -> None:
    """In place; `states`: uint64[count·width, 4]."""
    state, constants = array_address(states), array_address(table)
    for _ in range(count):
        if width == 2:
            permute2(state, constants)
        elif width == 3:
            permute3(state, constants)
        else:
            permute4(state, constants)
        state += width * SIZE
    keep(states)
    keep(table)


@kernel("void(uint64[:,::1],uint64[:,::1],intp,uint64[:,::1],uint64[:,::1])")
def compress_many(results: Words, children: Words, count: int, table: Words, scratch: Words) -> None:
    """`results`: uint64[count, 4]; `children`: uint64[4·count, 4]; `scratch`: uint64[4, 4]."""
    result, child, constants, state = (
        array_address(results),
        array_address(children),
        array_address(table),
        array_address(scratch),
    )
    for _ in range(count):
        compress4(result, child, constants, state)
        result += SIZE
        child += 4 * SIZE
    keep(results)
    keep(children)
    keep(table)
    keep(scratch)


@kernel("void(uint64[:,::1],uint64[:,::1],intp,intp,intp,uint64[:,::1],uint64[:,::1])")
def hash_many(results: Words, items: Words, count: int, length: int, domain: int, table: Words, scratch: Words) -> None:
    """`results`: uint64[count, 4]; `items`: uint64[count·length, 4]; `scratch`: uint64[4, 4]."""
    result, item, constants, state = (
        array_address(results),
        array_address(items),
        array_address(table),
        array_address(scratch),
    )
    for _ in range(count):
        hash_items(result, item, length, domain, constants, state)
        result += SIZE
        item += length * SIZE
    keep(results)
    keep(items)
    keep(table)
    keep(scratch)
