"""Equations that hold of honest points: ratios by pairings, many at once by random sums."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np

from provers.validity.curve.groups import G1, Group, Words, g1_points, g2_points
from provers.validity.curve.msm import msm
from provers.validity.curve.pairing import Arkworks
from provers.validity.curve.points import G1Point, G2Point, negate_g1
from rollup.ports.settlement import Progress, silent

COEFFICIENT_BYTES = 16


@dataclass(frozen=True)
class Workers:
    """Who does the work of many points, and who is told how far it is."""

    pool: Executor | None = None
    threads: int = 1
    progress: Progress = silent

    def told(self, what: str) -> Any:  # noqa: ANN401 - a `combinations.Told`
        """A function that takes parts done and in all."""
        return lambda done, total: self.progress(what, done, total)

    def sum(self, group: Group, points: Words, scalars: Words) -> G1Point | G2Point:
        """`Σ scalars[i]·points[i]`, affine."""
        total = msm(group, np.ascontiguousarray(points), np.ascontiguousarray(scalars), self.pool, self.threads)
        return g1_points(total[np.newaxis])[0] if group is G1 else g2_points(total[np.newaxis])[0]


def coefficients(count: int) -> Words:
    """Random integers below 2^128 as `uint64[count, 4]`: an equation that fails for one point fails for the sum but once in 2^128."""
    result = np.zeros((count, 4), dtype=np.uint64)
    result[:, :2] = np.frombuffer(secrets.token_bytes(COEFFICIENT_BYTES * count), dtype=np.uint64).reshape(count, 2)
    return result


def is_same_ratio(first: Sequence[G1Point], second: Sequence[G2Point]) -> bool:
    """Tell whether `first[1] = k·first[0]` and `second[1] = k·second[0]` for one k; all four in their subgroups, `second[0]` and `first[0]` not infinity."""
    return Arkworks().is_product_one([(first[0], second[1]), (negate_g1(first[1]), second[0])])
