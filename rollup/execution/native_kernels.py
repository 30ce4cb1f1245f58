"""Calls in a row, run by one kernel that reads encoded graphs: nothing is compiled for a program. The plain twin is `interpreter` under `engine`.

Registers are canonical integers of four words, a file for each graph that is kept from call to call: constants stand in it from the start. What the checker
knows to be below 2^64 is computed in its lowest word, and the others stay 0; names of such operations end in 1, those of others in 4.

An instruction is int64[5]: operation, d, a, b, c. Where these name registers they are bytes from the start of `registers`. Effects come last in a graph, and
only registers are read there, so a call that is stopped has left nothing behind.
"""

import numpy as np
from numpy.typing import NDArray

from rollup.crypto.fr_kernels import SIZE, fr_add, fr_copy, fr_eq, fr_is_zero, fr_less, fr_mul, fr_sub
from rollup.crypto.integer_kernels import bits_and, bits_or, bits_xor, divide, integer_root
from rollup.crypto.limbs import Words, array_address, keep, kernel, load_word, no_inline, store_word
from rollup.crypto.poseidon2_kernels import TABLE4_R_SQUARED, hash_items

INPUT1, INPUT4, CHAIN1, CHAIN4, OPEN, LOAD1, LOAD4 = range(1, 8)
ADD1, ADD4, SUB4, MUL1, MUL4, SHL4, MINUS1, MINUS4, LT1, LT4 = range(8, 18)
RANGE1, RANGE4, NARROW1, NARROW4, EQ1, EQ4, AND, OR, NOT, SELECT1, SELECT4 = range(18, 29)
DIV1, MOD1, BIT_AND1, BIT_OR1, BIT_XOR1, SHR1 = range(29, 35)
DIV4, MOD4, BIT_AND4, BIT_OR4, BIT_XOR4, SHR4, ISQRT4 = range(35, 42)
PUSH, HASH, COMPARE, VERIFY = range(42, 46)
EFFECTS, STORE, OUTPUT, CHECK, END = range(46, 51)

VALID, UNKNOWN = 1, 2
"""Of a call's signature: what is neither is not valid."""
ROW = 40
"""Bytes of an instruction."""
OUTPUTS, STATUS = 6, 4
"""Outputs; from `STATUS` on they are of the call, and before it of the chain."""
MOST_SLOTS, MOST_ATTRIBUTES = 8, 16
ZERO_ROW = MOST_ATTRIBUTES * SIZE
"""Bytes at the start of the arena that stay 0: the record that is absent."""
SCRATCH = 80
"""Elements of scratch: four for `hash_items`, one for its result, one more, and from `QUEUE` on what is hashed."""
QUEUE = 6

Code = NDArray[np.int64]
Numbers = NDArray[np.int64]
Flags = NDArray[np.uint8]


@kernel("intp(intp)")
def number(address: int) -> int:
    """Return the signed word at an address."""
    return int(np.int64(load_word(address)))


@kernel("intp(intp,intp,uint64)")
def find(keys: int, mask: int, key: int) -> int:
    """Return where a key, which is not 0, stands among `mask + 1` places, or the free one (0) where it would: linear probing, so one must be free."""
    place = int((key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)) & mask
    while True:
        held = load_word(keys + 8 * place)
        if held in (key, np.uint64(0)):
            return place
        place = (place + 1) & mask


@kernel("void(uint64[::1],int64[::1],uint64[::1],int64[::1])")
def insert_all(keys: Words, rows: Numbers, new_keys: Words, new_rows: Numbers) -> None:
    """Put the keys that are not 0, none of which is there, with their rows among `keys`; there must be room."""
    held, mask = array_address(keys), len(keys) - 1
    for i in range(len(new_keys)):
        if new_keys[i] != np.uint64(0):
            place = find(held, mask, new_keys[i])
            keys[place], rows[place] = new_keys[i], new_rows[i]
    keep(keys)


@kernel(
    "intp(int64[:,::1],int64[::1],uint64[:,::1],int32[::1],uint64[:,:,::1],uint64[:,:,::1],uint8[::1],intp,uint64[::1],int64[::1],uint64[::1],"
    "int64[::1],uint64[:,::1],uint8[:,::1],int32[::1],uint64[:,::1],uint64[:,::1],uint64[:,::1])"
)
def run_calls(
    code: Code,
    starts: Numbers,
    registers: Words,
    graphs: NDArray[np.int32],
    inputs: Words,
    messages: Words,
    valid: Flags,
    first: int,
    keys: Words,
    rows: Numbers,
    arena: Words,
    used: Numbers,
    chain: Words,
    verdicts: Flags,
    failed: NDArray[np.int32],
    constants: Words,
    poseidon: Words,
    scratch: Words,
) -> int:
    """Run calls from `first` on, and return the number of the one whose signature must be looked at first, or how many there are.

    Parameters
    ----------
    code, starts, registers
        As `native_program` encodes them; nothing is checked here.
    graphs, inputs
        Of each call its graph and its inputs: int32[n], uint64[n, most, 4].
    messages, valid
        What a signature was checked against, and whether it was found valid: uint64[n, most, 4] and uint8[n]. A call stops where its graph asks for another.
    keys, rows, arena, used
        The records: 1 + tree index and byte in the arena by place, 2^k of them; attributes of four words each; the bytes of the arena that are taken.
    chain
        Outputs 0 to 3, uint64[4, 4]: read by calls, and written.
    verdicts, failed
        Status and reason of each call, uint8[n, 2]; of a failed one, the number of the first check that failed, else as before.
    constants, poseidon, scratch
        `interpreter_kernels.constants()`, `poseidon2_kernels.table(4)`, uint64[SCRATCH, 4].
    """
    no_inline()
    file, chained, memory, store, held = (
        array_address(registers),
        array_address(chain),
        array_address(scratch),
        array_address(arena),
        array_address(keys),
    )
    zero, table = array_address(constants), array_address(poseidon)
    raw_one, powers, r_squared = zero + 2 * SIZE, zero + 3 * SIZE, table + TABLE4_R_SQUARED
    hashed, x, queue = memory + 4 * SIZE, memory + 5 * SIZE, memory + QUEUE * SIZE
    mask = len(keys) - 1
    index = np.empty(MOST_SLOTS, np.uint64)
    row, size, shadowed = np.empty(MOST_SLOTS, np.int64), np.empty(MOST_SLOTS, np.int64), np.empty(MOST_SLOTS, np.int64)
    most, parts = inputs.shape[1] * SIZE, messages.shape[1] * SIZE
    for call in range(first, len(graphs)):
        given, signed = array_address(inputs) + most * call, array_address(messages) + parts * call
        at, slots, other = array_address(code) + ROW * starts[graphs[call]], 0, valid[call] == UNKNOWN
        while True:
            op, one, second, third = number(at), number(at + 16), number(at + 24), number(at + 32)
            # Where an operand is no register, its address is not used.
            d, a, b, c = file + number(at + 8), file + one, file + second, file + third
            at += ROW
            if op == INPUT1:
                store_word(d, load_word(given + one))
            elif op == INPUT4:
                fr_copy(d, given + one)
            elif op == CHAIN1:
                store_word(d, load_word(chained + one))
            elif op == CHAIN4:
                fr_copy(d, chained + one)
            elif op == OPEN:
                index[slots] = load_word(a) + np.uint64(second)
                store_word(d, index[slots])
                place = find(held, mask, index[slots] + np.uint64(1))
                row[slots] = rows[place] if keys[place] != np.uint64(0) else 0
                size[slots] = third
                slots += 1
            elif op == LOAD1:
                store_word(d, load_word(store + row[one] + second))
            elif op == LOAD4:
                fr_copy(d, store + row[one] + second)
            elif op == ADD1:
                store_word(d, load_word(a) + load_word(b))
            elif op == ADD4:
                fr_add(d, a, b)
            elif op == SUB4:
                fr_sub(d, a, b)
            elif op == MUL1:
                store_word(d, load_word(a) * load_word(b))
            elif op == MUL4:
                fr_mul(x, a, b)
                fr_mul(d, x, r_squared)
            elif op == SHL4:
                # INVARIANT: the result is an integer below R, so nothing is lost above.
                words, bits = second >> 6, np.uint64(second & 63)
                for k in range(3, -1, -1):
                    word = np.uint64(0)
                    if k >= words:
                        word = load_word(a + 8 * (k - words)) << bits
                        if k > words and bits != np.uint64(0):
                            word |= load_word(a + 8 * (k - words - 1)) >> (np.uint64(64) - bits)
                    store_word(x + 8 * k, word)
                fr_copy(d, x)
            elif op == MINUS1:
                left, right = load_word(a), load_word(b)
                store_word(d, left - right if left >= right else np.uint64(0))
            elif op == MINUS4:
                if fr_less(a, b):
                    fr_copy(d, zero)
                else:
                    fr_sub(d, a, b)
            elif op == LT1:
                store_word(d, np.uint64(load_word(a) < load_word(b)))
            elif op == LT4:
                store_word(d, np.uint64(fr_less(a, b)))
            elif op == RANGE1:
                store_word(d, np.uint64(load_word(a) >> np.uint64(second) == np.uint64(0)))
            elif op == RANGE4:
                store_word(d, np.uint64(fr_less(a, powers + second * SIZE)))
            elif op == NARROW1:
                left = load_word(a)
                store_word(d, left if left >> np.uint64(second) == np.uint64(0) else np.uint64(0))
            elif op == NARROW4:
                fr_copy(d, a if fr_less(a, powers + second * SIZE) else zero)
            elif op == EQ1:
                store_word(d, np.uint64(load_word(a) == load_word(b)))
            elif op == EQ4:
                store_word(d, np.uint64(fr_eq(a, b)))
            elif op == AND:
                store_word(d, load_word(a) & load_word(b))
            elif op == OR:
                store_word(d, load_word(a) | load_word(b))
            elif op == NOT:
                store_word(d, load_word(a) ^ np.uint64(1))
            elif op == SELECT1:
                store_word(d, load_word(b if load_word(a) != np.uint64(0) else c))
            elif op == SELECT4:
                fr_copy(d, b if load_word(a) != np.uint64(0) else c)
            elif op == DIV1:
                right = load_word(b)
                store_word(d, load_word(a) // right if right != np.uint64(0) else right)
            elif op == MOD1:
                right = load_word(b)
                store_word(d, load_word(a) % right if right != np.uint64(0) else right)
            elif op == BIT_AND1:
                store_word(d, load_word(a) & load_word(b))
            elif op == BIT_OR1:
                store_word(d, load_word(a) | load_word(b))
            elif op == BIT_XOR1:
                store_word(d, load_word(a) ^ load_word(b))
            elif op == SHR1:
                store_word(d, load_word(a) >> np.uint64(second))
            elif op == DIV4:
                divide(d, x, a, b)
            elif op == MOD4:
                divide(x, d, a, b)
            elif op == BIT_AND4:
                bits_and(d, a, b)
            elif op == BIT_OR4:
                bits_or(d, a, b)
            elif op == BIT_XOR4:
                bits_xor(d, a, b)
            elif op == SHR4:
                divide(d, x, a, powers + second * SIZE)
            elif op == ISQRT4:
                integer_root(d, a)
            elif op == PUSH:
                fr_mul(queue + one, d, r_squared)
            elif op == HASH:
                hash_items(hashed, queue, one, second, table, memory)
                fr_mul(d, hashed, raw_one)
            elif op == COMPARE:
                other = other or not fr_eq(d, signed + one)
            elif op == VERIFY:
                if other:
                    keep(registers)
                    return call
                store_word(d, np.uint64(valid[call] == VALID))
            elif op == EFFECTS:
                # SPEC: §5, Records: slots are replaced in the order 1, 2, …, n, 0, each by what it was and what it stored; so of equal ones the last counts.
                for k in range(slots):
                    shadowed[k] = 1 if k != 0 and index[k] == index[0] else 0
                    for later in range(k + 1, slots if k != 0 else 0):
                        if index[k] == index[later]:
                            shadowed[k] = 1
            elif op == STORE:
                slot = one
                if shadowed[slot] == 0:
                    if row[slot] == 0 and not fr_is_zero(d):
                        place = find(held, mask, index[slot] + np.uint64(1))
                        if keys[place] == np.uint64(0):
                            keys[place], rows[place] = index[slot] + np.uint64(1), used[0]
                            used[0] += size[slot]
                            used[1] += 1
                        row[slot] = rows[place]
                    if row[slot] != 0:
                        fr_copy(store + row[slot] + second, d)
            elif op == OUTPUT:
                if one < STATUS:
                    fr_copy(chained + one * SIZE, d)
                else:
                    verdicts[call, one - STATUS] = load_word(d)
            elif op == CHECK:
                if failed[call] < 0 and load_word(d) == np.uint64(0):
                    failed[call] = one
            else:
                break
    keep(code)
    keep(registers)
    keep(inputs)
    keep(messages)
    keep(arena)
    keep(keys)
    keep(chain)
    keep(constants)
    keep(poseidon)
    keep(scratch)
    return len(graphs)
