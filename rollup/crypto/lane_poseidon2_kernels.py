"""What `poseidon2_kernels` hashes with four elements, eight at a time; only where the processor has AVX-512 IFMA.

A state is four elements in eight lanes, uint64[4, 40] from a cache line, in Montgomery form to 2^260; `table`, `uint64[92, 5]`, holds the constants in order
of use, then the diagonal. One round is one LLVM function. Bounds are multiples of r, and what is multiplied must be below 35r.
"""

import functools

import numpy as np
from llvmlite import ir
from numpy.typing import NDArray

from rollup.crypto.fr import R
from rollup.crypto.fr_kernels import SIZE, fr_copy, fr_sub
from rollup.crypto.kernel_cache import shared
from rollup.crypto.kernel_memory import aligned
from rollup.crypto.lane_fr_limbs import (
    FR8,
    LIMBS,
    NATURAL,
    WORDS,
    gather,
    operation,
    picked,
    repeated,
    scatter,
    settled,
)
from rollup.crypto.lane_limbs import BITS, I32, LANES, MASK, Element, integer, load, store
from rollup.crypto.limbs import array_address, keep, kernel, no_inline
from rollup.crypto.limbs_ir import WORD, Builder, Value
from rollup.crypto.poseidon2_constants import PARAMETERS

Words = NDArray[np.uint64]
State = list[Element]

WIDTH, HALF, PARTIAL = 4, 4, 56
ELEMENT, STATE_WORDS = 8 * LANES * LIMBS, WIDTH * LANES * LIMBS
ONE = 8 * LIMBS
"""Bytes of an element of `table`."""
DIAGONAL = ONE * (2 * HALF * WIDTH + PARTIAL)
GROUP = SIZE * WIDTH * LANES
"""Bytes of eight states as `fr_kernels` has them."""
INTO, OUT_OF = integer((1 << 264) % R, LIMBS), integer((1 << 256) % R, LIMBS)
"""A product with these takes x·2^256 to x·2^260, and back."""


@functools.cache
def table() -> Words:
    """Return the constants, then the diagonal; never written to."""
    external, internal, diagonal = PARAMETERS[WIDTH]
    rows = [*external[:HALF], internal, *external[HALF:], diagonal]
    values = [(value << BITS * LIMBS) % R for row in rows for value in row]
    return np.array([[value >> BITS * i & MASK for i in range(LIMBS)] for value in values], dtype=np.uint64)


def scratch() -> Words:
    """Return memory for `compress_lanes` and `hash_lanes`, one a thread: two states, and a group."""
    return aligned(2 * STATE_WORDS + GROUP // 8)


def _at(b: Builder, pointer: Value, index: int) -> Value:
    return b.gep(pointer, [ir.Constant(I32, index)])


def _load(b: Builder, pointer: Value) -> State:
    return [load(b, _at(b, pointer, LIMBS * i), LIMBS) for i in range(WIDTH)]


def _store(b: Builder, state: State, pointer: Value) -> None:
    for i, x in enumerate(state):
        store(b, x, _at(b, pointer, LIMBS * i))


def _constants(b: Builder, pointer: Value) -> State:
    words = b.bitcast(pointer, WORD.as_pointer())
    return [repeated(b, _at(b, words, LIMBS * i)) for i in range(WIDTH)]


def _sum(b: Builder, *terms: Element) -> Element:
    return FR8.linear(b, terms, [], 0)


def _pow5(b: Builder, x: Element) -> Element:
    """Of x below 5r: below 1.2r."""
    square = FR8.multiply(b, x, x)
    return FR8.multiply(b, FR8.multiply(b, square, square), x)


def _mixed(b: Builder, x: State) -> State:
    """From 2r to 32r, as the matrix' rows sum to 16 at most. SPEC: ePrint 2023/323 appendix B."""
    t0, t1 = _sum(b, x[0], x[1]), _sum(b, x[2], x[3])
    t2, t3 = _sum(b, x[1], x[1], t1), _sum(b, x[3], x[3], t0)
    t4, t5 = _sum(b, *[t1] * 4, t3), _sum(b, *[t0] * 4, t2)
    return [_sum(b, t3, t5), t5, _sum(b, t2, t4), t4]


def _mix(b: Builder, state: Value) -> None:
    """Below 2r before and after."""
    _store(b, [settled(b, x) for x in _mixed(b, _load(b, state))], state)


def _external(b: Builder, state: Value, constants: Value) -> None:
    """From 4r to 2r: powers of 5 are below 1.2r, and what is mixed of them below 20r."""
    powers = [_pow5(b, _sum(b, x, c)) for x, c in zip(_load(b, state), _constants(b, constants), strict=True)]
    _store(b, [settled(b, x) for x in _mixed(b, powers)], state)


def _internal(b: Builder, state: Value, constant: Value, diagonal: Value) -> None:
    """Below 4r before and after: their sum is below 14r, and products with the diagonal below 1.2r."""
    x = _load(b, state)
    x[0] = _pow5(b, _sum(b, x[0], repeated(b, constant)))
    total = settled(b, _sum(b, *x))
    scaled = [FR8.multiply(b, v, d) for v, d in zip(x, _constants(b, diagonal), strict=True)]
    _store(b, [_sum(b, total, v) for v in scaled], state)


def _enter(b: Builder, state: Value, group: Value) -> None:
    """Lane l of element i is element 4l + i of the group: below 1.1r."""
    rows = [gather(b, _at(b, group, WORDS * i), NATURAL) for i in range(WIDTH)]
    for i in range(WIDTH):
        order = [WIDTH * lane + i for lane in range(LANES)]
        x = [picked(b, [row[k] for row in rows], order) for k in range(LIMBS)]
        store(b, FR8.multiply(b, x, INTO), _at(b, state, LIMBS * i))


def _absorb(b: Builder, state: Value, other: Value) -> None:
    """The sum, below 2r where both are below 4r."""
    pairs = zip(_load(b, state), _load(b, other), strict=True)
    _store(b, [settled(b, _sum(b, x, y)) for x, y in pairs], state)


def _leave(b: Builder, words: Value, state: Value) -> None:
    """The first elements, canonical, in a row."""
    x = FR8.multiply(b, load(b, state, LIMBS), OUT_OF)
    scatter(b, FR8.reduced(b, x, (1,)), words, NATURAL)


mix = operation("poseidon2_mix_lanes", 1, _mix)
external = operation("poseidon2_external_lanes", 2, _external)
internal = operation("poseidon2_internal_lanes", 3, _internal)
enter = operation("poseidon2_enter_lanes", 2, _enter)
absorb = operation("poseidon2_absorb_lanes", 2, _absorb)
leave = operation("poseidon2_leave_lanes", 2, _leave)


@shared("void(intp,intp)")
def permute_lanes(state: int, table: int) -> None:
    """In place, below 2r before and after."""
    no_inline()
    diagonal = table + DIAGONAL
    mix(state)
    for _ in range(HALF):
        external(state, table)
        table += WIDTH * ONE
    for _ in range(PARTIAL):
        internal(state, table, diagonal)
        table += ONE
    for _ in range(HALF):
        external(state, table)
        table += WIDTH * ONE


@kernel("void(uint64[:,::1],uint64[:,::1],intp,uint64[:,::1],uint64[::1])")
def compress_lanes(results: Words, children: Words, count: int, table: Words, scratch: Words) -> None:
    """As `poseidon2_kernels.compress_many`, for a `count` of eights; `scratch` as `scratch()` returns it."""
    result, child, constants, state = (
        array_address(results),
        array_address(children),
        array_address(table),
        array_address(scratch),
    )
    first = state + WIDTH * ELEMENT
    for _ in range(0, count, LANES):
        enter(state, child)
        enter(first, child)
        permute_lanes(state, constants)
        absorb(state, first)
        leave(result, state)
        result += SIZE * LANES
        child += GROUP
    keep(results)
    keep(children)
    keep(table)
    keep(scratch)


@kernel("void(uint64[:,::1],uint64[:,::1],intp,intp,uint64[:,::1],uint64[:,::1],uint64[::1])")
def hash_lanes(
    results: Words, items: Words, count: int, length: int, start: Words, table: Words, scratch: Words
) -> None:
    """As `poseidon2_kernels.hash_many`, for a `count` of eights.

    `start`: the last element of a state that has absorbed nothing, uint64[1, 4]; `scratch` as `scratch()` returns it.
    """
    no_inline()
    result, item, first, constants, state = (
        array_address(results),
        array_address(items),
        array_address(start),
        array_address(table),
        array_address(scratch),
    )
    other, group = state + WIDTH * ELEMENT, state + 2 * WIDTH * ELEMENT
    for _ in range(0, count, LANES):
        done = 0
        while True:
            for lane in range(LANES):
                for i in range(3):
                    place = group + SIZE * (WIDTH * lane + i)
                    if done + i < length:
                        fr_copy(place, item + SIZE * (lane * length + done + i))
                    else:
                        fr_sub(place, first, first)
                place = group + SIZE * (WIDTH * lane + 3)
                if done == 0:
                    fr_copy(place, first)
                else:
                    fr_sub(place, first, first)
            if done == 0:
                enter(state, group)
            else:
                enter(other, group)
                absorb(state, other)
            permute_lanes(state, constants)
            done += 3
            if done >= length:
                break
        leave(result, state)
        result += SIZE * LANES
        item += SIZE * LANES * length
    keep(results)
    keep(items)
    keep(start)
    keep(table)
    keep(scratch)
