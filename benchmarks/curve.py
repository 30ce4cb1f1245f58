"""Sums of multiples and setups beside arkworks and zksnake: `python -m benchmarks.curve [--threads 2] [--large | --setup]`.

Both sides take turns in one process after a warm-up, and medians are compared: quote the ratios. `TANDEM_KERNELS` chooses our kernels.
"""

import argparse
import resource
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import py_arkworks_bls12381 as ark

from benchmarks import chain
from benchmarks.ours import scalars
from benchmarks.peers.zksnake import Zksnake
from provers.validity.curve import paths
from provers.validity.curve.fixed_base import FixedBase
from provers.validity.curve.groups import G1, G2, Group, Words, g1_array, g1_points, g2_array, g2_points
from provers.validity.curve.msm import msm
from provers.validity.curve.points import G1_GENERATOR, G2_GENERATOR
from provers.validity.groth16.setup import setup

RUNS = 5


def medians(*sides: Callable[[], object]) -> list[float]:
    """Seconds of each side, the median of `RUNS` turns after one that does not count."""
    seconds: list[list[float]] = [[] for _ in sides]
    for turn in range(RUNS + 1):
        for times, side in zip(seconds, sides, strict=True):
            start = time.perf_counter()
            side()
            if turn:
                times.append(time.perf_counter() - start)
    return [statistics.median(times) for times in seconds]


def points(group: Group, count: int) -> Words:
    """Random points of the subgroup."""
    generator = g1_array([G1_GENERATOR])[0] if group is G1 else g2_array([G2_GENERATOR])[0]
    return FixedBase(group, generator, count).multiples(scalars(count))


def mixed(count: int) -> Words:
    """Scalars as in a circuit's witness: 40 % zeros, 30 % ones, 10 % below 2^16, 20 % full."""
    result, rng = scalars(count), np.random.default_rng(1)
    kind = rng.random(count)
    result[kind < 0.8, 1:] = 0
    result[kind < 0.8, 0] &= np.uint64(0xFFFF)
    result[kind < 0.7, 0] = 1
    result[kind < 0.4, 0] = 0
    return result


def arkworks(group: Group, at: Words, factors: Words) -> Callable[[], object]:
    """The same sum by arkworks."""
    multipliers = [ark.Scalar.from_le_bytes(row.tobytes()) for row in factors]
    if group is G1:
        raw = [b"".join(c.to_bytes(48, "big") for c in p or (0, 0)) for p in g1_points(at)]
        g1 = [ark.G1Point.from_xy_bytes_unchecked_be(data) for data in raw]
        return lambda: ark.G1Point.multiexp_unchecked(g1, multipliers)
    zero = ((0, 0), (0, 0))
    raw = [b"".join(c.to_bytes(48, "big") for part in p or zero for c in part) for p in g2_points(at)]
    g2 = [ark.G2Point.from_xy_bytes_unchecked_be(data) for data in raw]
    return lambda: ark.G2Point.multiexp_unchecked(g2, multipliers)


def sums(pool: ThreadPoolExecutor | None, threads: int) -> None:
    """Print G1 and G2 sums beside arkworks'."""
    for group, log_size in ((G1, 16), (G2, 14)):
        at = points(group, 1 << log_size)
        for name, factors in (("full scalars", scalars(1 << log_size)), ("a mix", mixed(1 << log_size))):
            ours, theirs = medians(
                lambda f=factors: msm(group, at, f, pool, threads),  # type: ignore[misc]  # noqa: B023
                arkworks(group, at, factors),
            )
            print(f"{group.name} 2^{log_size}, {name}: {ours:.4f} s, arkworks {theirs:.4f} s, {ours / theirs:.3f}")


def scaling(pool: ThreadPoolExecutor | None, threads: int) -> None:
    """Print time a point at 2^16 and 2^20, and the memory that the larger sum adds."""
    at, factors = points(G1, 1 << 20), scalars(1 << 20)
    small, large = medians(
        lambda: msm(G1, at[: 1 << 16], factors[: 1 << 16], pool, threads), lambda: msm(G1, at, factors, pool, threads)
    )
    print(f"G1 a point: {small / 2**16 * 1e9:.0f} ns at 2^16, {large / 2**20 * 1e9:.0f} ns at 2^20")
    print(
        f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB, 128 MB of it points and scalars"
    )


def setups(threads: int) -> None:
    """Print the setup of a chain that fills 2^16 rows beside zksnake's, which runs once."""
    circuit = chain.circuit(chain.steps_for(16))
    (ours,) = medians(lambda: setup(circuit, threads=threads))
    start = time.perf_counter()
    Zksnake(circuit).setup()
    theirs = time.perf_counter() - start
    print(f"setup 2^16: {ours:.3f} s, zksnake {theirs:.2f} s, {ours / theirs:.4f}")


def main() -> None:
    """Measure what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--large", action="store_true", help="a sum of 2^20 points instead")
    parser.add_argument("--setup", action="store_true", help="setups instead; zksnake's takes a minute")
    arguments = parser.parse_args()
    print(f"kernels: {type(paths.chosen()).__name__}, {arguments.threads} threads")
    with ThreadPoolExecutor(arguments.threads) as several:
        pool = several if arguments.threads > 1 else None
        if arguments.large:
            scaling(pool, arguments.threads)
        elif arguments.setup:
            setups(arguments.threads)
        else:
            sums(pool, arguments.threads)


if __name__ == "__main__":
    main()
