"""Evaluating a constraint system at a witness, and whether it holds there; the plain twin is `R1CS.is_satisfied_plain`."""

import numpy as np

from provers.validity.poly.vector_kernels import MATRIX, Matrix, combination
from rollup.crypto.fr_kernels import SIZE, fr_eq, fr_mul
from rollup.crypto.limbs import array_address, keep, kernel, no_inline

SCRATCH = 4
"""Elements of scratch that `evaluate` needs, a thread; the first holds the integer 1."""


@kernel(
    f"intp({MATRIX},{MATRIX},{MATRIX},uint64[:,::1],uint64[:,::1],uint64[:,::1],uint64[:,::1],intp,intp,uint64[:,::1])"
)
def evaluate(
    a: Matrix,
    b: Matrix,
    c: Matrix,
    witness: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    out: np.ndarray,
    first: int,
    end: int,
    scratch: np.ndarray,
) -> int:
    """Set rows `first` to `end` - 1 of `left`, `right`, `out` to those of A·w, B·w, C·w, all canonical; return the least row that does not hold, or -1."""
    no_inline()
    values, one = array_address(witness), array_address(scratch)
    x, y, z = array_address(left), array_address(right), array_address(out)
    temporary, product, expected = one + SIZE, one + 2 * SIZE, one + 3 * SIZE
    broken = -1
    for i in range(first, end):
        combination(x + SIZE * i, a, values, i, temporary)
        combination(y + SIZE * i, b, values, i, temporary)
        combination(z + SIZE * i, c, values, i, temporary)
        # Both are multiplied by 2^-256.
        fr_mul(product, x + SIZE * i, y + SIZE * i)
        fr_mul(expected, z + SIZE * i, one)
        if broken < 0 and not fr_eq(product, expected):
            broken = i
    keep(witness)
    keep(left)
    keep(right)
    keep(out)
    keep(scratch)
    return broken
