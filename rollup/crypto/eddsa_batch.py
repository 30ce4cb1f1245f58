"""Many signatures at once: the arrays that kernels want, and verification by random linear combination.

With coins z_i, Σ z_i·8(s_i·B - R_i - c_i·A_i) = O is what the single equations imply. Each summand lies in the subgroup of prime order L, the cofactor
having removed the rest; so if one of them is not O, the sum is O for at most one z_i in L. SPEC: Bernstein et al., ePrint 2011/368 §5, cofactored as in
Chalkias, Garillot, Nikolaenko, ePrint 2020/1244 §3: only then do single and batch agree on every input.
"""

import secrets
from collections.abc import Sequence

import numpy as np

from rollup.crypto import eddsa_kernels, jubjub, jubjub_kernels, jubjub_msm_kernels, poseidon2_kernels
from rollup.crypto.eddsa import Item, is_message
from rollup.crypto.eddsa_kernels import ROWS
from rollup.crypto.fr import is_canonical
from rollup.crypto.fr_kernels import FR
from rollup.crypto.jubjub import ORDER
from rollup.crypto.limbs import Words, ints_from_words
from rollup.crypto.poseidon2 import Domain, hash_many

COIN_BYTES = 16
SINGLE = 16
"""With as few as this, checking each is as fast as summing."""


class Prepared:
    """Items as the kernels take them.

    INVARIANT: what is no element or no bit is False from the start, and the kernels see zeros in its place, a key off the curve.
    """

    def __init__(self, items: Sequence[Item]) -> None:
        rows = [_row(item) for item in items]
        self._count = len(items)
        self._signs = np.array([item[2].r_sign == 1 for item in items], dtype=np.bool_)
        self._scalars = [row[3] for row in rows]
        self._elements = FR.from_ints([value for row in rows for value in row])
        self._offsets = np.cumsum([0, *map(len, rows)], dtype=np.int64)
        self._tables = jubjub_kernels.tables(), poseidon2_kernels.table(4)

    def verify_each(self) -> list[bool]:
        """Check the equation of each."""
        return self._verify_each(0, self._count)

    def _verify_each(self, start: int, end: int) -> list[bool]:
        results = np.zeros(end - start, dtype=np.bool_)
        offsets, signs = self._offsets[start : end + 1], self._signs[start:end]
        eddsa_kernels.verify_many(results, self._elements, offsets, signs, *self._tables, eddsa_kernels.scratch())
        return [bool(result) for result in results]

    def prepare(self) -> tuple[eddsa_kernels.Bits, Words, list[int]]:
        """Return which items pass every check but the equation; R and A of those, affine cached, uint64[6n, 4]; and their c."""
        results = np.zeros(self._count, dtype=np.bool_)
        points = np.zeros((6 * self._count, 4), dtype=np.uint64)
        challenges = self._hashes()
        eddsa_kernels.prepare_many(
            results,
            points,
            challenges,
            self._elements,
            self._offsets,
            self._signs,
            self._tables[0],
            eddsa_kernels.scratch(),
        )
        return results, points, ints_from_words(challenges)

    def _hashes(self) -> Words:
        """Return the hash of each, of which its challenge is made: uint64[n, 4]; those of one length and sign are made together."""
        result = np.zeros((self._count, 4), dtype=np.uint64)
        lengths = np.diff(self._offsets) - ROWS
        for length in np.unique(lengths):
            for sign in (False, True):
                chosen = np.flatnonzero((lengths == length) & (self._signs == sign))
                # r_y, key_x, key_y, and the message
                places = np.array([2, 0, 1, *range(ROWS, ROWS + length)])
                rows = self._elements[self._offsets[chosen, np.newaxis] + places]
                result[chosen] = hash_many(Domain.CHALLENGE_ODD if sign else Domain.CHALLENGE, rows)
        return result

    def verify_together(self) -> list[bool]:
        """Check sums, and halve those that fail down to single items."""
        results, points, challenges = self.prepare()
        good = [int(index) for index in np.flatnonzero(results)]
        verdicts = [False] * self._count
        pending = [good] if good else []
        while pending:
            chosen = pending.pop()
            if len(chosen) <= SINGLE:
                for index in chosen:
                    verdicts[index] = self._verify_each(index, index + 1)[0]
            elif self._is_sum_zero(chosen, points, challenges):
                for index in chosen:
                    verdicts[index] = True
            else:
                pending += [chosen[: len(chosen) // 2], chosen[len(chosen) // 2 :]]
        return verdicts

    def _is_sum_zero(self, chosen: list[int], points: Words, challenges: list[int]) -> bool:
        """Tell whether 8 Σ z(R + c·A - s·B) is the identity."""
        scalars, base = [], 0
        for index in chosen:
            coin = int.from_bytes(secrets.token_bytes(COIN_BYTES), "big")
            # SAFETY: reducing z·c modulo L changes z·c·A by a point of small order, which the cofactor removes.
            scalars += [coin, coin * challenges[index] % ORDER]
            base -= coin * self._scalars[index]
        rows = points.reshape(-1, 24)[chosen].reshape(-1, 4)
        generator = FR.from_ints(jubjub_kernels.affine_cached(jubjub.GENERATOR))
        all_points, all_scalars = np.concatenate([rows, generator]), [*scalars, base % ORDER]
        width = jubjub_msm_kernels.window_width(len(all_scalars))
        total = np.zeros((4, 4), dtype=np.uint64)
        jubjub_msm_kernels.sum_of_multiples(
            total,
            all_points,
            jubjub_msm_kernels.scalars(all_scalars, width),
            len(all_scalars),
            width,
            jubjub_msm_kernels.window_count(width),
            self._tables[0],
            jubjub_msm_kernels.buckets(width),
        )
        x, y, z, _ = FR.to_ints(total)
        return jubjub.multiply(jubjub.COFACTOR, _affine(x, y, z)) == jubjub.IDENTITY


def _affine(x: int, y: int, z: int) -> jubjub.Point:
    # SAFETY: the addition law is complete, so Z is never zero.
    inverse = pow(z, -1, FR.modulus)
    return jubjub.Point(x * inverse % FR.modulus, y * inverse % FR.modulus)


def _row(item: Item) -> tuple[int, ...]:
    public, message, signature = item
    row = public.x, public.y, signature.r_y, signature.s
    good = signature.r_sign in (0, 1) and is_message(message) and all(map(is_canonical, row))
    return (*row, *message) if good else (0,) * (ROWS + 1)
