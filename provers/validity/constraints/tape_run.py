"""The one call of the tape's kernel."""

import numpy as np
from numpy.typing import NDArray

from provers.validity.constraints import tape_kernels as kernels
from provers.validity.poly.vector import Sparse, Words
from rollup.crypto.fr_kernels import FR
from rollup.crypto.jubjub_kernels import tables
from rollup.crypto.limbs import words_from_ints


def execute(
    code: NDArray[np.int32],
    system: tuple[Sparse, Sparse, Sparse],
    operands: Sparse,
    inputs: Words,
    given: Words,
    wires: int,
) -> Words:
    """Return all wires, of which the first are `inputs`; `code` is that of a `Tape`, which has checked it."""
    result = np.zeros((wires, 4), dtype=np.uint64)
    result[: len(inputs)] = inputs
    scratch = np.zeros((kernels.SCRATCH, 4), dtype=np.uint64)
    scratch[:1] = words_from_ints([FR.r_squared], FR.limbs)
    a, b, c = (matrix.parts for matrix in system)
    kernels.run(np.ascontiguousarray(code), a, b, c, operands.parts, given, result, tables(), scratch)
    return result
