"""A constraint system at a witness, evaluated by kernels."""

from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from provers.validity.constraints import r1cs_kernels as kernels
from provers.validity.constraints.r1cs import R1CS
from provers.validity.poly.vector import Words, require

_BLOCKS = 8
"""Into how many runs of rows a thread's work is cut, for rows are not equally long."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """`A·w`, `B·w` and `C·w`, canonical, followed by zeros; and the first constraint that is broken, if any is."""

    a: Words
    b: Words
    c: Words
    broken: int | None


def evaluate(r1cs: R1CS, witness: Words, room: int, pool: Executor | None = None, threads: int = 1) -> Evaluation:
    """Evaluate at a witness that `R1CS.check_witness` has passed; ValueError if `room` is less than the number of constraints."""
    if room < r1cs.constraints:
        raise ValueError(f"{r1cs.constraints} constraints do not fit vectors of {room}")
    a, b, c = (matrix.parts for matrix in r1cs.compiled)
    values = require(np.ascontiguousarray(witness), r1cs.wires)
    left, right, out = (np.zeros((room, 4), dtype=np.uint64) for _ in range(3))

    def block(number: int) -> int:
        scratch = np.zeros((kernels.SCRATCH, 4), dtype=np.uint64)
        scratch[0, 0] = 1
        first, end = (r1cs.constraints * (number + k) // blocks for k in (0, 1))
        return kernels.evaluate(a, b, c, values, left, right, out, first, end, scratch)

    blocks = 1 if pool is None else _BLOCKS * threads
    found = map(block, range(blocks)) if pool is None else pool.map(block, range(blocks))
    broken = [row for row in found if row >= 0]
    return Evaluation(left, right, out, min(broken, default=None))
