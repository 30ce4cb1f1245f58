"""The circuit on which provers are compared: a chain of fifth powers, three constraints each, all wires full-sized."""

import numpy as np

from provers.validity.constraints.r1cs import R1CS, SparseMatrix, Words, limbs_of
from rollup.crypto.fr import R

START = 3


def steps_for(log_size: int) -> int:
    """Return how many steps fill a domain of 2^log_size, two rows being kept for wire 0 and the public output."""
    return ((1 << log_size) - 2) // 3


def circuit(steps: int) -> R1CS:
    """`START^(5^steps) = out`, out public: wires 1, out, start, then square, fourth and fifth power of each step."""
    step = np.arange(steps, dtype=np.int64)
    current = np.where(step == 0, 2, 3 * step + 2)
    square, fourth = 3 * step + 3, 3 * step + 4
    fifth = np.where(step == steps - 1, 1, 3 * step + 5)
    left = np.stack([current, square, fourth], axis=1).reshape(-1)
    right = np.stack([current, square, current], axis=1).reshape(-1)
    out = np.stack([square, fourth, fifth], axis=1).reshape(-1)
    return R1CS(_single(left), _single(right), _single(out), 3 * steps + 2, 1)


def witness(steps: int) -> Words:
    """Return the assignment, `uint64[3·steps + 2, 4]`."""
    values, value = [1, 0, START], START
    for _ in range(steps):
        square = value * value % R
        fourth = square * square % R
        value = fourth * value % R
        values += [square, fourth, value]
    values[1] = values.pop()
    return limbs_of(values)


def _single(wires: np.ndarray) -> SparseMatrix:
    """One entry a row, with coefficient 1."""
    indptr, numbers = np.arange(len(wires) + 1, dtype=np.int64), np.zeros(len(wires), dtype=np.int32)
    return SparseMatrix(indptr, wires.astype(np.int32), numbers, limbs_of([1]))
