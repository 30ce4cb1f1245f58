"""Kernels over vectors of Fr, `uint64[n, 4]`.

A product of a canonical and a Montgomery operand is canonical. So constants (powers, twiddles, factors) are in
Montgomery form, data are canonical, and nothing is converted; each kernel names its Montgomery operands.
"""

import numpy as np

from rollup.crypto.fr_kernels import FR, SIZE, fr_add, fr_copy, fr_mul, fr_sqr, fr_sub
from rollup.crypto.limbs import array_address, keep, kernel, no_inline, store_word

Matrix = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""A matrix compressed by row: `indptr`, column of each entry and number of its coefficient; kind of each number, and coefficients in Montgomery form."""
MATRIX = "Tuple((int64[::1],int32[::1],int32[::1],int32[::1],uint64[:,::1]))"
ONE, MINUS_ONE = 1, 2
"""Kinds of coefficients by which nothing need be multiplied; all others are 0."""
_EXPONENT = np.array([(FR.modulus - 2) >> i & 1 for i in range(255)], dtype=np.int64)


@kernel("void(uint64[:,::1],uint64[:,::1],uint64[::1],intp)")
def scale(results: np.ndarray, values: np.ndarray, factor: np.ndarray, count: int) -> None:
    """`results[i] = values[i]·factor`; by R² it enters Montgomery form, by the integer 1 it leaves it."""
    no_inline()
    target, source, by = array_address(results), array_address(values), array_address(factor)
    for i in range(count):
        fr_mul(target + 32 * i, source + 32 * i, by)
    keep(results)
    keep(values)
    keep(factor)


@kernel("void(uint64[:,::1],uint64[::1],uint64[::1],intp)")
def powers(results: np.ndarray, first: np.ndarray, base: np.ndarray, count: int) -> None:
    """`results[i] = first·base^i`, `base` in Montgomery form, results in the form of `first`; `count >= 1`."""
    no_inline()
    target, by = array_address(results), array_address(base)
    fr_copy(target, array_address(first))
    for i in range(1, count):
        fr_mul(target + 32 * i, target + 32 * (i - 1), by)
    keep(results)
    keep(first)
    keep(base)


@kernel("void(uint64[:,::1],uint64[:,::1],uint64[:,::1],uint64[:,::1],intp)")
def invert(results: np.ndarray, values: np.ndarray, one: np.ndarray, scratch: np.ndarray, count: int) -> None:
    """`results[i] = 1/values[i]`, all in Montgomery form and none zero, with one inversion (Montgomery's trick).

    `one` is `uint64[1, 4]`, `scratch` `uint64[2, 4]`; `results` may not be `values`.
    """
    no_inline()
    target, source, product = array_address(results), array_address(values), array_address(scratch)
    total = product + 32
    fr_copy(product, array_address(one))
    for i in range(count):
        fr_copy(target + 32 * i, product)
        fr_mul(product, product, source + 32 * i)
    fr_copy(total, array_address(one))
    for i in range(254, -1, -1):
        fr_sqr(total, total)
        if _EXPONENT[i] != 0:
            fr_mul(total, total, product)
    for i in range(count - 1, -1, -1):
        fr_mul(target + 32 * i, target + 32 * i, total)
        fr_mul(total, total, source + 32 * i)
    keep(results)
    keep(values)
    keep(one)
    keep(scratch)


@kernel("void(uint64[:,::1],uint64[:,::1],uint64[::1],intp)")
def subtract_from(results: np.ndarray, values: np.ndarray, minuend: np.ndarray, count: int) -> None:
    """`results[i] = minuend - values[i]`, all in one form."""
    no_inline()
    target, source, high = array_address(results), array_address(values), array_address(minuend)
    for i in range(count):
        fr_sub(target + 32 * i, high, source + 32 * i)
    keep(results)
    keep(values)
    keep(minuend)


@kernel("void(uint64[:,::1],uint64[:,::1],uint64[:,::1],intp)")
def multiply(results: np.ndarray, a: np.ndarray, b: np.ndarray, count: int) -> None:
    """`results[i] = a[i]·b[i]·2^-256`: the product if one operand is in Montgomery form."""
    no_inline()
    target, left, right = array_address(results), array_address(a), array_address(b)
    for i in range(count):
        fr_mul(target + 32 * i, left + 32 * i, right + 32 * i)
    keep(results)
    keep(a)
    keep(b)


@kernel("void(uint64[:,::1],uint64[:,::1],uint64[::1],intp)")
def add_scaled(results: np.ndarray, values: np.ndarray, factor: np.ndarray, count: int) -> None:
    """`results[i] = factor·results[i] + values[i]`, `factor` in Montgomery form."""
    no_inline()
    target, source, by = array_address(results), array_address(values), array_address(factor)
    for i in range(count):
        fr_mul(target + 32 * i, target + 32 * i, by)
        fr_add(target + 32 * i, target + 32 * i, source + 32 * i)
    keep(results)
    keep(values)
    keep(factor)


@kernel("void(uint64[:,::1],uint64[:,::1],uint64[:,::1],uint64[:,::1],intp)")
def product_less(a: np.ndarray, b: np.ndarray, c: np.ndarray, scratch: np.ndarray, count: int) -> None:
    """`a[i] = (a[i]·b[i] - c[i])·2^-256`, operands canonical; `scratch` is `uint64[2, 4]`."""
    no_inline()
    left, right, third, one = array_address(a), array_address(b), array_address(c), array_address(scratch)
    temporary = one + 32
    scratch[0, 0] = 1
    for j in range(1, 4):
        scratch[0, j] = 0
    for i in range(count):
        fr_mul(temporary, third + 32 * i, one)
        fr_mul(left + 32 * i, left + 32 * i, right + 32 * i)
        fr_sub(left + 32 * i, left + 32 * i, temporary)
    keep(a)
    keep(b)
    keep(c)
    keep(scratch)


@kernel(f"void(intp,{MATRIX},intp,intp,intp)")
def combination(result: int, matrix: Matrix, vector: int, row: int, temporary: int) -> None:
    """Set `result` to a row of `matrix` times `vector`; `result` is no element of the vector, nor is `temporary`."""
    no_inline()
    indptr, indices, numbers, kinds, table = matrix
    factor = array_address(table)
    for j in range(4):
        store_word(result + 8 * j, np.uint64(0))
    for k in range(indptr[row], indptr[row + 1]):
        number, value = np.int64(numbers[k]), vector + SIZE * np.int64(indices[k])
        kind = kinds[number]
        if kind == ONE:
            fr_add(result, result, value)
        elif kind == MINUS_ONE:
            fr_sub(result, result, value)
        else:
            fr_mul(temporary, value, factor + SIZE * number)
            fr_add(result, result, temporary)
    keep(table)


@kernel(f"void({MATRIX},uint64[:,::1],uint64[:,::1],uint64[::1])")
def sparse_transposed_product(matrix: Matrix, vector: np.ndarray, results: np.ndarray, scratch: np.ndarray) -> None:
    """`results += vectorᵀ·matrix`, both canonical; `scratch` 4 words; `results` has a row a column of the matrix."""
    no_inline()
    indptr, indices, numbers, kinds, table = matrix
    factor, source, target = array_address(table), array_address(vector), array_address(results)
    temporary = array_address(scratch)
    for i in range(len(indptr) - 1):
        value = source + SIZE * i
        for k in range(indptr[i], indptr[i + 1]):
            number, result = np.int64(numbers[k]), target + SIZE * np.int64(indices[k])
            kind = kinds[number]
            if kind == ONE:
                fr_add(result, result, value)
            elif kind == MINUS_ONE:
                fr_sub(result, result, value)
            else:
                fr_mul(temporary, value, factor + SIZE * number)
                fr_add(result, result, temporary)
    keep(table)
    keep(vector)
    keep(results)
    keep(scratch)
