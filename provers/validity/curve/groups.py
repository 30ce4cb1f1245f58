"""G1 and G2 as arrays of affine points in Montgomery form, what the kernels read and keys store.

A G1 array is `uint64[n, 2, 6]` (point, coordinate, limb), a G2 array `uint64[n, 2, 2, 6]` (point, coordinate, c0 and c1,
limb); infinity is all zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from provers.validity.curve.fp_kernels import FP, FP2_WIDTH, FP_WIDTH
from provers.validity.curve.points import G1Point, G2Point

Words = NDArray[np.uint64]


@dataclass(frozen=True)
class Group:
    """How a group's points lie in memory.

    Attributes
    ----------
    name
        "G1" or "G2".
    width
        Bytes of a coordinate: 48 or 96.
    shape
        Shape of one point: `(2, 6)` or `(2, 2, 6)`.
    """

    name: Literal["G1", "G2"]
    width: int
    shape: tuple[int, ...]

    @property
    def words(self) -> int:
        """Words of a point: 12 or 24."""
        return self.width // 4

    def require(self, points: Words) -> Words:
        """Return `points` as `uint64[n, words]` without copying.

        Raises
        ------
        ValueError
            Wrong dtype or shape, or not contiguous: kernels check no bounds.
        """
        if points.dtype != np.uint64 or points.shape[1:] != self.shape or not points.flags.c_contiguous:
            raise ValueError(f"{self.name} points are {points.dtype}{list(points.shape)}, expected {self.shape} each")
        return points.reshape(-1, self.words)

    def empty(self, count: int) -> Words:
        """Room for `count` points, not initialised."""
        return np.empty((count, *self.shape), dtype=np.uint64)


G1: Final = Group("G1", FP_WIDTH, (2, 6))
G2: Final = Group("G2", FP2_WIDTH, (2, 2, 6))


def _array(group: Group, coordinates: Iterable[int]) -> Words:
    return FP.from_ints(list(coordinates)).reshape(-1, *group.shape)


def g1_array(points: Sequence[G1Point]) -> Words:
    """`uint64[n, 2, 6]` of affine integers."""
    return _array(G1, (c for p in points for c in (p or (0, 0))))


def g2_array(points: Sequence[G2Point]) -> Words:
    """`uint64[n, 2, 2, 6]` of affine integers."""
    return _array(G2, (c for p in points for fp2 in (p or ((0, 0), (0, 0))) for c in fp2))


def g1_points(array: Words) -> list[G1Point]:
    """Inverse of `g1_array`."""
    flat = FP.to_ints(G1.require(array).reshape(-1, 6))
    return [(x, y) if x or y else None for x, y in zip(flat[0::2], flat[1::2], strict=True)]


def g2_points(array: Words) -> list[G2Point]:
    """Inverse of `g2_array`."""
    flat = FP.to_ints(G2.require(array).reshape(-1, 6))
    parts = zip(flat[0::4], flat[1::4], flat[2::4], flat[3::4], strict=True)
    return [((a, b), (c, d)) if a or b or c or d else None for a, b, c, d in parts]
