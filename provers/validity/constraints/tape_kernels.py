"""Running over a tape: the compiled twin of `hints.RULES` and of `WitnessBuilder`. Wires are canonical, coefficients in Montgomery form."""

import numpy as np

from provers.validity.poly.vector_kernels import MATRIX, ONE, Matrix, combination
from rollup.crypto.fr_kernels import SIZE, fr_copy, fr_dbl, fr_inverse, fr_is_zero, fr_mul, fr_neg, fr_sub
from rollup.crypto.integer_kernels import divide, integer_root
from rollup.crypto.jubjub_kernels import RAW_ONE, inverse_sqrt
from rollup.crypto.limbs import array_address, keep, kernel, load_word, no_inline, store_word

GIVEN, INSERTED, VALUE, BITS, QUOTIENT, ROOT, PICK, DIVISION, ISQRT, SOLVE = range(10)
"""Operations; `hints.Op` and `tape.SOLVE`."""
SCRATCH = 48
"""Elements of scratch that `run` needs; the first holds 2^512 mod r."""


@kernel("void(intp,intp)")
def times_7(value: int, scratch: int) -> None:
    """Multiply a value by 7; `scratch`: 1 element."""
    no_inline()
    fr_dbl(scratch, value)
    fr_dbl(scratch, scratch)
    fr_dbl(scratch, scratch)
    fr_sub(value, scratch, value)


@kernel("void(intp,intp,intp,intp,intp,intp,intp,intp)")
def extract_root(
    flag: int, root: int, numerator: int, denominator: int, odd: int, r_squared: int, curve: int, scratch: int
) -> None:
    """Set `flag` and `root` as `hints._root` says, all canonical; `scratch`: 23 elements."""
    no_inline()
    n, product, inverse, rest = scratch, scratch + SIZE, scratch + 2 * SIZE, scratch + 4 * SIZE
    for j in range(4):
        store_word(flag + 8 * j, np.uint64(0))
        store_word(root + 8 * j, np.uint64(0))
    store_word(flag, np.uint64(1))
    fr_mul(n, numerator, r_squared)
    fr_mul(product, denominator, r_squared)
    fr_mul(product, product, n)
    if not fr_is_zero(product):
        # n/√(n·d) is a root of n/d
        if not inverse_sqrt(inverse, product, curve, rest):
            store_word(flag, np.uint64(0))
            times_7(n, rest)
            times_7(product, rest)
            inverse_sqrt(inverse, product, curve, rest)
        fr_mul(root, n, inverse)
        fr_mul(root, root, curve + RAW_ONE)
        if int(load_word(root) & np.uint64(1)) != odd:
            fr_neg(root, root)


@kernel(
    f"void(int32[:,::1],{MATRIX},{MATRIX},{MATRIX},{MATRIX},uint64[:,::1],uint64[:,::1],uint64[:,::1],uint64[:,::1])"
)
def run(
    code: np.ndarray,
    a: Matrix,
    b: Matrix,
    c: Matrix,
    operands: Matrix,
    given: np.ndarray,
    wires: np.ndarray,
    curve: np.ndarray,
    scratch: np.ndarray,
) -> None:
    """Compute all private wires. `curve` is `jubjub_kernels.tables()`.

    `wires` holds the constant and the public inputs, and zeros. INVARIANT: a wire is 0 until its instruction has run; so the row of C in a constraint
    that is solved for it gives the rest.
    """
    no_inline()
    kinds, table = operands[3], operands[4]
    first, source, constants = array_address(wires), array_address(given), array_address(curve)
    factor = array_address(table)
    r_squared = array_address(scratch)
    x, y, z, temporary = r_squared + SIZE, r_squared + 2 * SIZE, r_squared + 3 * SIZE, r_squared + 4 * SIZE
    rest = r_squared + 5 * SIZE
    for i in range(len(code)):
        op, at, extra = code[i, 0], int(code[i, 2]), int(code[i, 3])
        target = first + SIZE * int(code[i, 1])
        if op == SOLVE:
            combination(x, a, first, at, temporary)
            combination(y, b, first, at, temporary)
            combination(z, c, first, at, temporary)
            fr_mul(x, x, y)
            fr_mul(x, x, r_squared)
            fr_sub(target, x, z)
            if kinds[extra] != ONE:
                fr_mul(target, target, factor + SIZE * extra)
        elif op == GIVEN:
            for j in range(extra):
                fr_copy(target + SIZE * j, source + SIZE * j)
            source += SIZE * extra
        elif op == BITS:
            combination(x, operands, first, at, temporary)
            for j in range(extra):
                store_word(target + SIZE * j, load_word(x + 8 * (j >> 6)) >> np.uint64(j & 63) & np.uint64(1))
        elif op == VALUE:
            combination(x, operands, first, at, temporary)
            fr_copy(target, x)
        elif op == QUOTIENT:
            combination(x, operands, first, at, temporary)
            combination(y, operands, first, at + 1, temporary)
            # What stands for 1/d in canonical form gives n/d·2^-256 in a product.
            fr_inverse(y, y)
            fr_mul(x, x, y)
            fr_mul(target, x, r_squared)
        elif op == ROOT:
            combination(x, operands, first, at, temporary)
            combination(y, operands, first, at + 1, temporary)
            combination(z, operands, first, at + 2, temporary)
            extract_root(target, target + SIZE, x, y, 0 if fr_is_zero(z) else 1, r_squared, constants, rest)
        elif op == DIVISION:
            combination(x, operands, first, at, temporary)
            combination(y, operands, first, at + 1, temporary)
            divide(target, target + SIZE, x, y)
        elif op == ISQRT:
            combination(x, operands, first, at, temporary)
            integer_root(target, x)
        else:
            place, start = 0, at + 1 if op == INSERTED else at
            for j in range(extra):
                combination(x, operands, first, start + j, temporary)
                place |= int(load_word(x) & np.uint64(1)) << j
            if op == INSERTED:
                combination(x, operands, first, at, temporary)
                for j in range(1 << extra):
                    if j == place:
                        fr_copy(target + SIZE * j, x)
                    else:
                        fr_copy(target + SIZE * j, source)
                        source += SIZE
            else:
                combination(x, operands, first, at + extra + place, temporary)
                fr_copy(target, x)
    keep(given)
    keep(wires)
    keep(curve)
    keep(table)
    keep(scratch)
