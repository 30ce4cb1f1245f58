"""The powers of a root of unity, and transforms over them and over their coset by 7."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from provers.validity.poly import ntt_kernels, vector_kernels
from provers.validity.poly.vector import Words, constant, empty, powers, require
from rollup.crypto.fr import GENERATOR, TWO_ADICITY, R, root_of_unity
from rollup.crypto.kernel_switch import in_lanes

if TYPE_CHECKING:
    from provers.validity.poly.lane_domain import LaneDomain

MIN_SIZE = 2
MIN_LANES = 64
"""Elements from which transforms are done in lanes: a chunk of eight vectors."""


def reversed_bits(size: int) -> NDArray[np.int64]:
    """`rev(i)` for `i < size`, a power of two."""
    order = np.zeros(1, dtype=np.int64)
    while len(order) < size:
        order = np.concatenate((2 * order, 2 * order + 1))
    return order


def reversed_powers(base: int, size: int, first: int) -> Words:
    """`first·base^rev(i)` for `i < size`, a power of two, in Montgomery form: what lies in bit-reversed order is read in a row."""
    result = empty(size)
    result[0] = constant(first)
    count = 1
    while count < size:
        # rev(count + i) = rev(i) + size / (2·count)
        step = constant(pow(base, size // (2 * count), R))
        vector_kernels.scale(result[count:], result, step, count)
        count *= 2
    return result


class Domain:
    """`ω^0 .. ω^(n-1)` for ω of order `n = size`.

    Tables, made when first needed, take about `40·n` bytes. Vectors are canonical `uint64[n, 4]`.

    Raises
    ------
    ValueError
        `size` is no power of two within 2..2^32, or a vector has the wrong shape.
    """

    def __init__(self, size: int) -> None:
        if not MIN_SIZE <= size <= 1 << TWO_ADICITY or size & (size - 1):
            raise ValueError(f"a domain has 2^1 to 2^{TWO_ADICITY} elements, not {size}")
        self.size, self.root = size, root_of_unity(size)
        self._in_lanes: LaneDomain | None = None
        self._inverse_size = pow(size, -1, R)

    @functools.cached_property
    def _order(self) -> NDArray[np.int64]:
        return reversed_bits(self.size)

    @functools.cached_property
    def _forward(self) -> Words:
        return powers(self.root, self.size // 2, montgomery=True)

    @functools.cached_property
    def _backward(self) -> Words:
        return powers(pow(self.root, -1, R), self.size // 2, montgomery=True)

    def _lanes(self) -> LaneDomain | None:
        """The transforms in lanes, if those are chosen and there are elements enough."""
        if self.size < MIN_LANES or not in_lanes():
            return None
        if self._in_lanes is None:
            from provers.validity.poly.lane_domain import LaneDomain

            self._in_lanes = LaneDomain(self.size, reversed_bits(self.size // 8))
        return self._in_lanes

    def ntt(self, values: Words, shift: int = 1) -> Words:
        """Evaluations at `shift·ω^i` of the polynomial with coefficients `values`; natural order."""
        if (lanes := self._lanes()) is not None:
            return lanes.ntt(require(values, self.size), shift)
        result, factors = empty(self.size), powers(shift, self.size, montgomery=True)
        ntt_kernels.scatter_scaled(result, require(values, self.size), factors, self._order)
        ntt_kernels.decimate_time(result, self._forward, self.size)
        return result

    def intt(self, values: Words, shift: int = 1) -> Words:
        """Inverse of `ntt`."""
        if (lanes := self._lanes()) is not None:
            return lanes.intt(require(values, self.size), shift)
        work, result = require(values, self.size).copy(), empty(self.size)
        factors = reversed_powers(pow(shift, -1, R), self.size, self._inverse_size)
        ntt_kernels.decimate_frequency(work, self._backward, self.size)
        ntt_kernels.scatter_scaled(result, work, factors, self._order)
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
        for values in (a, b, c):
            require(values, self.size)
        if (lanes := self._lanes()) is not None:
            return lanes.quotient(a, b, c, pool)
        shift = reversed_powers(GENERATOR, self.size, self._inverse_size)

        def to_coset(values: Words) -> None:
            ntt_kernels.decimate_frequency(values, self._backward, self.size)
            vector_kernels.multiply(values, values, shift, self.size)
            ntt_kernels.decimate_time(values, self._forward, self.size)

        _for_each(to_coset, (a, b, c), pool)
        vector_kernels.product_less(a, b, c, empty(2), self.size)
        ntt_kernels.decimate_frequency(a, self._backward, self.size)
        # `product_less` leaves a factor 2^-256, which the table takes away.
        divisor = (pow(GENERATOR, self.size, R) - 1) * self.size
        first = pow(divisor, -1, R) * (1 << 256) % R
        back = reversed_powers(pow(GENERATOR, -1, R), self.size, first)
        ntt_kernels.scatter_scaled(b, a, back, self._order)
        return b


@functools.lru_cache(maxsize=1)
def domain_of(size: int) -> Domain:
    """A domain with its tables, kept until another size is asked for: a prover transforms over one."""
    return Domain(size)


def _for_each(work: Callable[[Words], None], vectors: Iterable[Words], pool: Executor | None) -> None:
    for _ in map(work, vectors) if pool is None else pool.map(work, vectors):
        pass
