"""Transforms of `domain` in eight lanes; see `lane_ntt_kernels`. Compiled for the processor at hand, so imported only where it can run."""

from __future__ import annotations

from concurrent.futures import Executor

import numpy as np
from numpy.typing import NDArray

from provers.validity.poly import lane_ntt_kernels as kernels
from provers.validity.poly.vector import Words, element, empty, powers
from rollup.crypto.fr import GENERATOR, R, root_of_unity
from rollup.crypto.kernel_memory import aligned
from rollup.crypto.lane_limbs import BITS, LANES, MASK

_FORM = 1 << 260
_LIMBS = 5
_ACROSS = kernels.levels_across.address


class LaneTable:
    """Twiddles of transforms over `shift·root^i`: as `lane_ntt_kernels` names them."""

    def __init__(self, size: int, root: int, shift: int) -> None:
        m = size // LANES
        self.table = np.zeros((m, _LIMBS), dtype=np.uint64)
        half = 1
        while half < m:
            step = size // (2 * half)
            self.table[half : 2 * half] = _lane_powers(pow(root, step, R), half, pow(shift, step, R))
            half *= 2
        across = _lane_powers(root, m, shift).reshape(-1, LANES, _LIMBS).transpose(0, 2, 1)
        self.across = aligned(m * _LIMBS).reshape(-1, LANES * _LIMBS)
        self.across[:] = across.reshape(self.across.shape)
        self.eighths = _lane_powers(pow(root, m, R), 4, 1)


class LaneDomain:
    """`domain.Domain` of at least `MIN_LANES` elements; arguments are checked there."""

    def __init__(self, size: int, order: NDArray[np.int64]) -> None:
        self._size, self._m, self._order = size, size // LANES, order
        self._root = root_of_unity(size)
        self._tables: dict[tuple[int, int], LaneTable] = {}

    def ntt(self, values: Words, shift: int) -> Words:
        """Evaluations at `shift·ω^i`."""
        twiddles, vectors, result = self._forward(shift), self._vectors(), empty(self._size)
        kernels.enter_by_bits(vectors, values, self._order)
        kernels.time_lanes(vectors, self._m, twiddles.table, aligned(kernels.STRIP_WORDS))
        room = aligned(kernels.ACROSS_WORDS)
        kernels.leave_by_time(result, vectors, self._m, twiddles.across, twiddles.eighths, room, _ACROSS)
        return result

    def intt(self, values: Words, shift: int) -> Words:
        """Inverse of `ntt`."""
        vectors, result = self._vectors(), empty(self._size)
        self._coefficients(vectors, values, self._backward(shift))
        kernels.leave_by_bits(result, vectors, _lane_element(pow(self._size, -1, R)), self._order)
        return result

    def quotient(self, a: Words, b: Words, c: Words, pool: Executor | None) -> Words:
        """Coefficients of `(A·B - C) / (X^n - 1)`, into `b`."""
        backward, coset, back = self._backward(1), self._forward(GENERATOR), self._backward(GENERATOR)

        def to_coset(values: Words) -> Words:
            """n times the values on the coset, before the levels across lanes."""
            vectors = self._vectors()
            self._coefficients(vectors, values, backward)
            kernels.time_lanes(vectors, self._m, coset.table, aligned(kernels.STRIP_WORDS))
            return vectors

        def combine(first: int) -> None:
            """n²·(a·b - c)·2^-260 of half the vectors."""
            levels = (coset.across, coset.eighths, back.across, back.eighths, _ACROSS)
            end = min(first + step, self._m)
            room = aligned(kernels.ACROSS_WORDS)
            kernels.product_less_lanes(x, y, z, _limbs(element(self._size))[0], levels, room, first, end)

        each = map if pool is None else pool.map
        x, y, z = each(to_coset, (a, b, c))
        step = max(self._m // 2, LANES)
        for _ in each(combine, range(0, self._m, step)):
            pass
        kernels.frequency_lanes(x, self._m, back.table, aligned(kernels.STRIP_WORDS))
        divisor = (pow(GENERATOR, self._size, R) - 1) * self._size**3
        kernels.leave_by_bits(b, x, _lane_element(_FORM * pow(divisor, -1, R)), self._order)
        return b

    def _coefficients(self, vectors: Words, values: Words, twiddles: LaneTable) -> None:
        """n times the coefficients, in bit-reversed order."""
        room = aligned(kernels.ACROSS_WORDS)
        kernels.enter_by_frequency(vectors, values, self._m, twiddles.across, twiddles.eighths, room, _ACROSS)
        kernels.frequency_lanes(vectors, self._m, twiddles.table, aligned(kernels.STRIP_WORDS))

    def _vectors(self) -> Words:
        return aligned(self._size * _LIMBS)

    def _forward(self, shift: int) -> LaneTable:
        return self._table(1, shift)

    def _backward(self, shift: int) -> LaneTable:
        return self._table(-1, shift)

    def _table(self, sign: int, shift: int) -> LaneTable:
        """Twiddles over `(shift·ω^i)^sign`; those without a shift and of the coset by the generator are kept, `10·n` bytes each."""
        table = self._tables.get((sign, shift))
        if table is None:
            table = LaneTable(self._size, pow(self._root, sign, R), pow(shift, sign, R))
            if shift in (1, GENERATOR):
                self._tables[sign, shift] = table
        return table


def _limbs(words: Words) -> Words:
    """Canonical elements, `uint64[n, 4]` or `uint64[4]`, in limbs of 52 bits: `uint64[n, 5]`."""
    words = words.reshape(-1, 4)
    result = np.empty((len(words), _LIMBS), dtype=np.uint64)
    for i in range(_LIMBS):
        word, shift = divmod(BITS * i, 64)
        limb = words[:, word] >> np.uint64(shift)
        if shift > 64 - BITS and word < 3:
            limb |= words[:, word + 1] << np.uint64(64 - shift)
        result[:, i] = limb & np.uint64(MASK)
    return result


def _lane_element(value: int) -> Words:
    """One element in the lanes' Montgomery form, `uint64[5]`."""
    result: Words = _limbs(element(value * _FORM % R))[0]
    return result


def _lane_powers(base: int, count: int, first: int) -> Words:
    """`first·base^i` in the lanes' Montgomery form, `uint64[count, 5]`."""
    return _limbs(powers(base, count, first * _FORM % R))
