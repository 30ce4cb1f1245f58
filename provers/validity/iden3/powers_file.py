"""Powers of tau: `.ptau`, version 1, over BLS12-381, as snarkjs makes and others contribute to.

Section 1 is the size of an element of Fq (48), q, the power p of the file and that of its ceremony (`uint32`). With n = 2^p:

== ===================== ==========================================
2  `τ^i·G1`, 2n - 1      12  `L_i(τ)·G1` for 2^0, 2^1, .. 2^(p+1)
3  `τ^i·G2`, n           13  `L_i(τ)·G2` for 2^0, 2^1, .. 2^p
4  `α·τ^i·G1`, n         14  `α·L_i(τ)·G1` likewise
5  `β·τ^i·G1`, n         15  `β·L_i(τ)·G1` likewise
6  `β·G2`                7   who contributed to it
== ===================== ==========================================

12 to 15 are there once it is prepared for phase 2. A point is affine, x then y, in Montgomery form with factor 2^384, little-endian:
what our kernels take. `L_i` is 1 at the i-th power of a root of unity that is a power of 5, where ours is a power of 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from provers.validity.curve.groups import G1, G2, Group, Words
from provers.validity.curve.points import Q
from provers.validity.iden3.sections import Bytes, Reader, Sections, require_prime, write
from rollup.crypto.fr import R, root_of_unity
from rollup.errors import DecodeError

KIND: Final = b"ptau"
VERSION: Final = 1
MAX_POWER: Final = 28
HEADER, TAU_G1, TAU_G2, ALPHA_G1, BETA_G1, BETA_G2, CONTRIBUTIONS = range(1, 8)
PLAIN: Final = (HEADER, TAU_G1, TAU_G2, ALPHA_G1, BETA_G1, BETA_G2, CONTRIBUTIONS)
LAGRANGE: Final = 10
"""A section's number and this one's sum is that of its Lagrange form."""
_GROUPS: Final = {TAU_G1: G1, TAU_G2: G2, ALPHA_G1: G1, BETA_G1: G1}
_GENERATOR: Final = 5


def _counts(power: int) -> dict[int, int]:
    n = 1 << power
    return {TAU_G1: 2 * n - 1, TAU_G2: n, ALPHA_G1: n, BETA_G1: n, BETA_G2: 1}


@dataclass(frozen=True, eq=False)
class PowersFile:
    """A file's points, not checked: that is `ceremony.powers`'s business.

    Attributes
    ----------
    power
        p: good for domains up to 2^p.
    """

    sections: Sections
    power: int

    @classmethod
    def open(cls, path: Path | str) -> PowersFile:
        """Map a file.

        Raises
        ------
        OutsideError
            It cannot be opened.
        DecodeError
            Another prime, a power out of range, or a section missing, of a wrong length, unknown or there twice.
        """
        file = Sections.open(path, KIND, VERSION)
        reader = Reader(file.source, file.take(HEADER))
        require_prime(file.source, reader, Q, G1.width)
        power, ceremony_power = reader.uint(4, "the header"), reader.uint(4, "the header")
        reader.end("the header")
        if not 1 <= power <= ceremony_power <= MAX_POWER:
            raise DecodeError(f"{file.source}: its power is out of range", expected=f"1..{MAX_POWER}", got=power)
        file.require_only((*PLAIN, *(LAGRANGE + number for number in _GROUPS)))
        _require_lengths(file, power)
        return cls(file, power)

    @property
    def source(self) -> str:
        """What errors call the file."""
        return self.sections.source

    @property
    def is_prepared(self) -> bool:
        """Whether it holds the Lagrange forms."""
        return LAGRANGE + TAU_G1 in self.sections.contents

    def points(self, number: int, count: int) -> Words:
        """The first points of section 2 to 6."""
        group = G2 if number == BETA_G2 else _GROUPS[number]
        return _points(group, self.sections.contents[number], 0, count)

    def lagrange(self, number: int, size: int) -> Words:
        """The Lagrange form of section 2 to 5 over a domain of `size`, in the order of *our* root of unity."""
        group = _GROUPS[number]
        points = _points(group, self.sections.contents[LAGRANGE + number], size - 1, size)
        return np.ascontiguousarray(points[places(size)])


def places(size: int) -> NDArray[np.int64]:
    """Where a file's Lagrange form has the one of our `ω^i`: `k·i mod size` with `ω = 5^(k·(r-1)/size)`."""
    theirs, ours = pow(_GENERATOR, (R - 1) // size, R), root_of_unity(size)
    k, bit = 0, 1
    while bit < size:
        # INVARIANT: ours/theirs^k has order at most size/bit; where it is exactly that, k lacks this bit.
        rest = ours * pow(theirs, -k, R) % R
        if pow(rest, size // (2 * bit), R) != 1:
            k += bit
        bit *= 2
    return np.arange(size, dtype=np.int64) * k % size


def save(path: Path | str, power: int, points: dict[int, Words], lagrange: dict[int, list[Words]], note: bytes) -> None:
    """Write a file from sections 2 to 6 and, for each domain size in turn, Lagrange forms in the order of our root of unity.

    `note` stands where contributions would.
    """
    header = [(48).to_bytes(4, "little"), Q.to_bytes(48, "little"), *2 * [power.to_bytes(4, "little")]]
    contents: dict[int, list[bytes | NDArray[np.generic]]] = {HEADER: list(header)}
    contents |= {number: [array] for number, array in points.items()}
    contents[CONTRIBUTIONS] = [note]
    for number, levels in lagrange.items():
        contents[LAGRANGE + number] = [_in_their_order(level) for level in levels]
    write(path, KIND, VERSION, contents)


def _in_their_order(level: Words) -> Words:
    result = np.empty_like(level)
    result[places(len(level))] = level
    return result


def _points(group: Group, content: Bytes, first: int, count: int) -> Words:
    size = 2 * group.width
    words = content[first * size : (first + count) * size].view(np.uint64)
    # Sections start where they may, and kernels take aligned arrays only.
    return np.require(words, requirements=["C", "A", "W"]).reshape(count, *group.shape)


def _require_lengths(file: Sections, power: int) -> None:
    for number, count in _counts(power).items():
        file.take(number, count * 2 * _GROUPS.get(number, G2).width)
    file.take(CONTRIBUTIONS, at_least=4)
    if any(LAGRANGE + number in file.contents for number in _GROUPS):
        for number, group in _GROUPS.items():
            levels = power + 2 if number == TAU_G1 else power + 1
            file.take(LAGRANGE + number, ((1 << levels) - 1) * 2 * group.width)
