"""The powers of a root of unity, and transforms over them and over their coset by 7."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor

import numpy as np
from numpy.typing import NDArray

from provers.validity.poly import ntt_kernels, vector_kernels
from provers.validity.poly.vector import Words, constant, empty, powers, require
from rollup.crypto.fr import GENERATOR, TWO_ADICITY, R, root_of_unity

MIN_SIZE = 2


def reversed_bits(size: int) -> NDArray[np.int64]:
    """`rev(i)` for `i < size`, a power of two."""
    order = np.zeros(1, dtype=np.int64)
    while len(order) < size:
        order = np.concatenate((2 * order, 2 * order + 1))
    return order


class Domain:
    """`ω^0 .. ω^(n-1)` for ω of order `n = size`.

    Tables take about `100·n` bytes. Vectors are canonical `uint64[n, 4]`.

    Raises
    ------
    ValueError
        `size` is no power of two within 2..2^32, or a vector has the wrong shape.
    """

    def __init__(self, size: int) -> None:
        if not MIN_SIZE <= size <= 1 << TWO_ADICITY or size & (size - 1):
            raise ValueError(f"a domain has 2^1 to 2^{TWO_ADICITY} elements, not {size}")
        self.size, self.root = size, root_of_unity(size)
        self._order = reversed_bits(size)
        self._forward = powers(self.root, size // 2, montgomery=True)
        self._backward = powers(pow(self.root, -1, R), size // 2, montgomery=True)
        self._inverse_size = pow(size, -1, R)

    def ntt(self, values: Words, shift: int = 1) -> Words:
        """Evaluations at `shift·ω^i` of the polynomial with coefficients `values`; natural order."""
        result, factors = empty(self.size), powers(shift, self.size, montgomery=True)
        ntt_kernels.scatter_scaled(result, require(values, self.size), factors, self._order)
        ntt_kernels.decimate_time(result, self._forward, self.size)
        return result

    def intt(self, values: Words, shift: int = 1) -> Words:
        """Inverse of `ntt`."""
        work, result = require(values, self.size).copy(), empty(self.size)
        factors = powers(pow(shift, -1, R), self.size, self._inverse_size, montgomery=True)
        ntt_kernels.decimate_frequency(work, self._backward, self.size)
        ntt_kernels.gather_scaled(result, work, factors, self._order)
        return result

    def lagrange(self, point: int) -> Words:
        """`L_i(point)` in Montgomery form; `point` outside the domain (ValueError).

        `L_i(x) = ω^i·(x^n - 1) / (n·(x - ω^i))`.
        """
        scale = (pow(point, self.size, R) - 1) * self._inverse_size % R
        if scale == 0:
            raise ValueError("the point lies in the domain")
        roots, differences, result = powers(self.root, self.size, montgomery=True), empty(self.size), empty(self.size)
        vector_kernels.subtract_from(differences, roots, constant(point), self.size)
        vector_kernels.invert(result, differences, constant(1)[np.newaxis], empty(2), self.size)
        vector_kernels.multiply(result, result, roots, self.size)
        vector_kernels.scale(result, result, constant(scale), self.size)
        return result

    def quotient(self, a: Words, b: Words, c: Words, pool: Executor | None = None) -> Words:
        """Coefficients of `(A·B - C) / (X^n - 1)` from evaluations over the domain where `a·b = c`; overwrites all three.

        Through the coset `7·ω^i`, where `X^n - 1` is the constant `7^n - 1`. The last of the n coefficients is 0.
        """
        shift = powers(GENERATOR, self.size, self._inverse_size, montgomery=True)

        def to_coset(values: Words) -> None:
            ntt_kernels.decimate_frequency(values, self._backward, self.size)
            ntt_kernels.scale_reversed(values, shift, self._order)
            ntt_kernels.decimate_time(values, self._forward, self.size)

        _for_each(to_coset, (require(a, self.size), require(b, self.size), require(c, self.size)), pool)
        vector_kernels.product_less(a, b, c, empty(2), self.size)
        ntt_kernels.decimate_frequency(a, self._backward, self.size)
        # `product_less` leaves a factor 2^-256, which the table takes away.
        divisor = (pow(GENERATOR, self.size, R) - 1) * self.size
        first = pow(divisor, -1, R) * (1 << 256) % R
        back = powers(pow(GENERATOR, -1, R), self.size, first, montgomery=True)
        ntt_kernels.gather_scaled(b, a, back, self._order)
        return b


def _for_each(work: Callable[[Words], None], vectors: Iterable[Words], pool: Executor | None) -> None:
    for _ in map(work, vectors) if pool is None else pool.map(work, vectors):
        pass
