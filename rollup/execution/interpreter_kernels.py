"""The interpreter, compiled; its plain twin is `interpreter`. Registers are elements in Montgomery form, one a row."""

import functools

import numpy as np

from rollup.crypto.eddsa_kernels import verify
from rollup.crypto.fr_kernels import FR, SIZE, fr_add, fr_copy, fr_eq, fr_is_zero, fr_less, fr_mul, fr_sub
from rollup.crypto.integer_kernels import bits_and, bits_or, bits_xor, divide, integer_root
from rollup.crypto.limbs import Words, array_address, keep, kernel, words_from_ints
from rollup.crypto.poseidon2_kernels import TABLE4_R_SQUARED, hash_items

# The numbers of `ir.primitives.Primitive`. They enter compiled code, so they stand in a file by which the cache of kernels is named; a test compares.
CONST, INPUT, OPEN, LOAD, STORE = 1, 2, 3, 4, 5
ADD, SUB, MUL, MINUS, LT = 6, 7, 8, 9, 10
RANGE, NARROW, EQ, AND, OR = 11, 12, 13, 14, 15
NOT, SELECT, ARG, HASH, VERIFY_SIGNATURE, OUTPUT = 16, 17, 18, 19, 20, 21
DIV, MOD, BIT_AND, BIT_OR, BIT_XOR, ISQRT, SHR = 22, 23, 24, 25, 26, 27, 28

ROW = 16
"""Rows of a record slot in `before` and `after`: `params.MAX_ATTRIBUTES`."""
ONE, RAW_ONE, POWERS = 1 * SIZE, 2 * SIZE, 3 * SIZE
"""Where `constants` has 1, the integer 1 (multiplying by which leaves Montgomery form), and the integers 2^0 … 2^255; 0 comes first."""

Code = np.ndarray[tuple[int, int], np.dtype[np.int64]]
Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]


@functools.cache
def constants() -> Words:
    """Return what every run needs: uint64[259, 4]; never written to."""
    return np.concatenate([FR.from_ints([0, 1]), words_from_ints([1, *(1 << i for i in range(256))], 4)])


@kernel(
    "intp(int64[:,::1],intp,uint64[:,::1],uint64[:,::1],uint64[:,::1],uint64[:,::1],uint64[:,::1],uint64[:,::1],uint64[:,::1],boolean[::1],"
    "uint64[:,::1],uint64[:,::1],uint64[:,::1],uint64[:,::1])"
)
def run_to_open(
    code: Code,
    start: int,
    pool: Words,
    inputs: Words,
    registers: Words,
    before: Words,
    after: Words,
    queue: Words,
    outputs: Words,
    written: Flags,
    constants: Words,
    curve: Words,
    poseidon: Words,
    scratch: Words,
) -> int:
    """Run instructions from `start` to the next `open` or the end, and return the number of that one.

    Parameters
    ----------
    code
        int64[n, 5]: op, imm, a, b, c; as `ir.check` accepts it: nothing is checked here.
    pool, inputs, registers
        Elements; `registers` has n rows.
    before, after
        `ROW` rows a record slot.
    queue
        As many rows as the longest run of `arg`s queues.
    outputs, written
        Six rows; a flag each.
    constants, curve, poseidon
        `constants()`, `jubjub_kernels.tables()`, `poseidon2_kernels.table(4)`.
    scratch
        `eddsa_kernels.scratch()`.
    """
    register, pooled, given = array_address(registers), array_address(pool), array_address(inputs)
    old, new, queued, out = array_address(before), array_address(after), array_address(queue), array_address(outputs)
    zero, memory = array_address(constants), array_address(scratch)
    one, raw_one, powers = zero + ONE, zero + RAW_ONE, zero + POWERS
    table = array_address(poseidon)
    waiting = 0
    i = start
    while i < code.shape[0] and code[i, 0] != OPEN:
        op, imm = code[i, 0], code[i, 1]
        result = register + i * SIZE
        # SAFETY: an operand that is no register is below 2^16, so these addresses are never read through where they mean nothing.
        a, b, c = register + code[i, 2] * SIZE, register + code[i, 3] * SIZE, register + code[i, 4] * SIZE
        if op == CONST:
            fr_copy(result, pooled + code[i, 2] * SIZE)
        elif op == INPUT:
            fr_copy(result, given + code[i, 2] * SIZE)
        elif op == LOAD:
            fr_copy(result, old + (code[i, 2] * ROW + imm) * SIZE)
        elif op == STORE:
            fr_copy(new + (code[i, 2] * ROW + imm) * SIZE, b)
            fr_copy(result, zero)
        elif op == ADD:
            fr_add(result, a, b)
        elif op == SUB:
            fr_sub(result, a, b)
        elif op == MUL:
            fr_mul(result, a, b)
        elif op in (MINUS, LT):
            fr_mul(memory, a, raw_one)
            fr_mul(memory + SIZE, b, raw_one)
            less = fr_less(memory, memory + SIZE)
            if op == LT:
                fr_copy(result, one if less else zero)
            elif less:
                fr_copy(result, zero)
            else:
                fr_sub(result, a, b)
        elif op in (RANGE, NARROW):
            fr_mul(memory, a, raw_one)
            fits = fr_less(memory, powers + imm * SIZE)
            if op == RANGE:
                fr_copy(result, one if fits else zero)
            else:
                fr_copy(result, a if fits else zero)
        elif op == EQ:
            fr_copy(result, one if fr_eq(a, b) else zero)
        elif op == AND:
            fr_copy(result, zero if fr_is_zero(a) else b)
        elif op == OR:
            fr_copy(result, b if fr_is_zero(a) else a)
        elif op == NOT:
            fr_copy(result, one if fr_is_zero(a) else zero)
        elif op == SELECT:
            fr_copy(result, c if fr_is_zero(a) else b)
        elif op == ARG:
            fr_copy(queued + waiting * SIZE, a)
            fr_copy(queued + (waiting + 1) * SIZE, b)
            fr_copy(queued + (waiting + 2) * SIZE, c)
            waiting += 3
            fr_copy(result, zero)
        elif op == HASH:
            hash_items(result, queued, code[i, 2], imm, table, memory)
            waiting = 0
        elif op == VERIFY_SIGNATURE:
            sign = 0 if fr_is_zero(b) else 1
            message = queued + 2 * SIZE
            valid = verify(queued, queued + SIZE, message, imm, a, sign, c, array_address(curve), table, memory)
            fr_copy(result, one if valid else zero)
            waiting = 0
        elif op == OUTPUT:
            fr_copy(out + imm * SIZE, a)
            written[imm] = True
            fr_copy(result, zero)
        elif op >= DIV:
            fr_mul(memory, a, raw_one)
            fr_mul(memory + SIZE, b, raw_one)
            if op in (DIV, MOD):
                divide(memory + 2 * SIZE, memory + 3 * SIZE, memory, memory + SIZE)
                fr_copy(memory, memory + (2 if op == DIV else 3) * SIZE)
            elif op == BIT_AND:
                bits_and(memory, memory, memory + SIZE)
            elif op == BIT_OR:
                bits_or(memory, memory, memory + SIZE)
            elif op == BIT_XOR:
                bits_xor(memory, memory, memory + SIZE)
            elif op == ISQRT:
                integer_root(memory, memory)
            else:
                divide(memory, memory + SIZE, memory, powers + imm * SIZE)
            fr_mul(result, memory, table + TABLE4_R_SQUARED)
        i += 1
    keep(pool)
    keep(inputs)
    keep(registers)
    keep(before)
    keep(after)
    keep(queue)
    keep(outputs)
    keep(constants)
    keep(curve)
    keep(poseidon)
    keep(scratch)
    return i


@kernel("void(uint64[:,::1],intp,uint64[:,::1])")
def leave_montgomery(values: Words, count: int, constants: Words) -> None:
    """Turn elements into the integers that they stand for, in place."""
    value, raw_one = array_address(values), array_address(constants) + RAW_ONE
    for i in range(count):
        fr_mul(value + i * SIZE, value + i * SIZE, raw_one)
    keep(values)
    keep(constants)
