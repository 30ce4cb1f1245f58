"""Sums of multiples `Σ scalars[i]·points[i]` in G1 and G2, on our own kernels.

Not constant-time: the time a sum takes tells of its scalars.
"""

from __future__ import annotations

from concurrent.futures import Executor

import numpy as np

from provers.validity.curve.buckets import Crew, Plan, add_up, sum_of
from provers.validity.curve.groups import G1, G2, Group, Words
from provers.validity.curve.paths import chosen
from rollup.crypto.fr import R

_TOP_LIMB = R >> 192
"""Of r; a scalar with a larger one is not canonical."""


def require_scalars(scalars: Words, count: int) -> None:
    """Raise ValueError unless `scalars` is C-contiguous `uint64[count, 4]`, each below 2^255."""
    if scalars.dtype != np.uint64 or scalars.shape != (count, 4) or not scalars.flags.c_contiguous:
        raise ValueError(f"scalars are {scalars.dtype}{list(scalars.shape)}, expected uint64[{count}, 4]")
    # SAFETY: the kernels' digits have room for scalars below 2^255, and check no bounds.
    if count and scalars[:, 3].max() >> np.uint64(63):
        raise ValueError("a scalar is not below 2^255")


def msm(group: Group, points: Words, scalars: Words, pool: Executor | None = None, threads: int = 1) -> Words:
    """`Σ scalars[i]·points[i]`.

    Zeros cost nothing, ones an addition, scalars below 2^64 few windows: most wires of a circuit are bits.

    Parameters
    ----------
    points
        Array of `group`, affine, in Montgomery form, C-contiguous. All must be in the subgroup of order r.
    scalars
        `uint64[n, 4]`, canonical integers below r.
    pool, threads
        Where to run, and how many windows at a time; without a pool, here.

    Returns
    -------
    One affine point of shape `group.shape`, Montgomery form.

    Raises
    ------
    ValueError
        Wrong shapes or dtypes, or a scalar is not below 2^255.
    """
    group.require(points)
    require_scalars(scalars, len(points))
    crew = Crew(pool, threads)
    path = chosen()
    high = scalars[:, 1] | scalars[:, 2] | scalars[:, 3]
    low = scalars[:, 0]
    is_short = high == 0
    ones, short = np.flatnonzero(is_short & (low == 1)), np.flatnonzero(is_short & (low > 1))
    long = np.flatnonzero(high)
    plans = [
        Plan.for_ones(crew.threads),
        Plan.for_short(len(short), int(low[short].max()).bit_length() if len(short) else 0),
        Plan.for_full(len(long), 2 if group is G1 else 4),
    ]
    totals = [
        sum_of(group, path, plan, points, scalars, indices, crew)
        for plan, indices in zip(plans, (ones, short, long), strict=True)
        if len(indices)
    ]
    return add_up(group, totals)


def msm_g1(points: Words, scalars: Words, pool: Executor | None = None, threads: int = 1) -> Words:
    """`msm` in G1: `uint64[n, 2, 6]` and `uint64[n, 4]` to `uint64[2, 6]`."""
    return msm(G1, points, scalars, pool, threads)


def msm_g2(points: Words, scalars: Words, pool: Executor | None = None, threads: int = 1) -> Words:
    """`msm` in G2: `uint64[n, 2, 2, 6]` and `uint64[n, 4]` to `uint64[2, 2, 6]`."""
    return msm(G2, points, scalars, pool, threads)
