"""Subgroup checks, small sums and pairing products behind one interface: arkworks (fast) or py-ecc (reference).

Both take the plain points of `points`, which must be on their curves; a point that is not is a ValueError.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Protocol

import py_arkworks_bls12381 as ark

from provers.validity.curve.points import G1Point, G2Point


class PairingEngine(Protocol):
    """What verification needs of a curve library."""

    def is_in_g1(self, point: G1Point) -> bool:
        """Tell whether `r·P` is infinity; infinity is in G1."""

    def is_in_g2(self, point: G2Point) -> bool:
        """Tell whether `r·P` is infinity; infinity is in G2."""

    def g1_sum(self, points: Sequence[G1Point], scalars: Sequence[int]) -> G1Point:
        """`Σ scalars[i]·points[i]`, scalars in [0, r), equally many."""

    def is_product_one(self, pairs: Sequence[tuple[G1Point, G2Point]]) -> bool:
        """Tell whether `Π e(P, Q) = 1`; points in the subgroups, else the answer means nothing."""


class Arkworks:
    """The engine on py-arkworks-bls12381."""

    def is_in_g1(self, point: G1Point) -> bool:
        """See `PairingEngine`."""
        return self._g1(point).is_in_subgroup()

    def is_in_g2(self, point: G2Point) -> bool:
        """See `PairingEngine`."""
        return self._g2(point).is_in_subgroup()

    def g1_sum(self, points: Sequence[G1Point], scalars: Sequence[int]) -> G1Point:
        """See `PairingEngine`."""
        multipliers = [ark.Scalar.from_le_bytes(s.to_bytes(32, "little")) for s in scalars]
        raw = ark.G1Point.multiexp_unchecked([self._g1(p) for p in points], multipliers).to_xy_bytes_be()
        x, y = int.from_bytes(raw[:48], "big"), int.from_bytes(raw[48:], "big")
        return (x, y) if (x, y) != (0, 0) else None

    def is_product_one(self, pairs: Sequence[tuple[G1Point, G2Point]]) -> bool:
        """See `PairingEngine`."""
        return ark.GT.pairing_check([self._g1(p) for p, _ in pairs], [self._g2(q) for _, q in pairs])

    @staticmethod
    def _g1(point: G1Point) -> ark.G1Point:
        raw = bytes(96) if point is None else b"".join(c.to_bytes(48, "big") for c in point)
        return ark.G1Point.from_xy_bytes_unchecked_be(raw)

    @staticmethod
    def _g2(point: G2Point) -> ark.G2Point:
        raw = bytes(192) if point is None else b"".join(c.to_bytes(48, "big") for fp2 in point for c in fp2)
        return ark.G2Point.from_xy_bytes_unchecked_be(raw)


def _py_ecc() -> PairingEngine:
    from provers.validity.curve.py_ecc_pairing import PyEcc

    return PyEcc()


_ENGINES: dict[str, Callable[[], PairingEngine]] = {"arkworks": Arkworks, "py-ecc": _py_ecc}


@cache
def engine(name: str) -> PairingEngine:
    """Return the engine called "arkworks" or "py-ecc".

    Raises
    ------
    ValueError
        Another name.
    """
    if name not in _ENGINES:
        raise ValueError(f"no pairing engine is called {name!r}; there are {', '.join(_ENGINES)}")
    return _ENGINES[name]()
