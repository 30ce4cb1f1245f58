"""`make bench-proving`: proofs, sums and setup beside those of zksnake, snarkjs and arkworks, all in one run.

Both sides take turns and medians are compared, since machines are shared: quote the ratios, not the seconds.
"""

import argparse
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import py_arkworks_bls12381 as ark
from rich.console import Console

from benchmarks import chain, figures, ours
from benchmarks.figures import Figure
from benchmarks.peers.snarkjs import Snarkjs
from benchmarks.peers.zksnake import Zksnake, integers
from benchmarks.workers import Worker, medians, timed
from provers.validity.constraints.r1cs import ints_of
from rollup.cores import cores
from rollup.crypto.fr import R

PORTABLE, IFMA = "portable", "ifma"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large a run is: domains as logarithms, and counted runs."""

    dense: int = 16
    large: int = 20
    sum_g1: int = 16
    sum_g2: int = 14
    transactions: int = 32
    runs: int = 3
    quick_runs: int = 5


SMALL = Sizes(dense=10, large=11, sum_g1=10, sum_g2=8, transactions=4, runs=1, quick_runs=1)
"""For trying out the benchmark itself; its figures mean nothing."""


class Bench:
    """One run.

    Parameters
    ----------
    kernels
        The sets of kernels to measure, of `PORTABLE` and `IFMA`.
    """

    def __init__(self, sizes: Sizes, kernels: list[str], folder: Path, console: Console) -> None:
        self._sizes, self._kernels, self._folder, self._console = sizes, kernels, folder, console
        self._workers = {name: Worker(name) for name in kernels}

    def figures(self, only: str) -> Iterator[Figure]:
        """Measure everything whose group's name contains `only`."""
        groups: dict[str, Callable[[], Iterator[Figure]]] = {
            "proof": self._proof,
            "sums": self._sums,
            "transfers": self._transfers,
            "verification": self._verification,
            "scaling": self._scaling,
            "kernels": self._first_use,
        }
        for name, group in groups.items():
            if only in name:
                self._console.print(f"measuring: {name} …", style="dim")
                yield from group()

    def close(self) -> None:
        """End the processes."""
        for worker in self._workers.values():
            worker.close()

    def _proof(self) -> Iterator[Figure]:
        size = self._sizes.dense
        steps = chain.steps_for(size)
        r1cs, witness = chain.circuit(steps), chain.witness(steps)
        for worker in self._workers.values():
            worker.call("benchmarks.ours:prepare_chain", size)
        zksnake, values = Zksnake(r1cs), integers(witness)
        snarkjs = Snarkjs.of(self._folder, r1cs, witness, ints_of(witness[1:2]))
        theirs = timed(zksnake.setup)
        setups = medians([self._side(name, "setup_chain", size) for name in self._kernels], self._sizes.runs, 0)
        ours_here = [self._side(name, "prove_chain", size) for name in self._kernels]
        peers: list[Callable[[], float]] = [partial(timed, partial(zksnake.prove, values)), snarkjs.prove_seconds]
        *proofs, by_zksnake, by_snarkjs = medians([*ours_here, *peers], self._sizes.runs)
        assert snarkjs.accepts(), "snarkjs refuses its own proof: the comparison is void"
        for worker in self._workers.values():
            worker.call("benchmarks.ours:verify_chain", size)
        what = f"Groth16 proof, 2^{size} dense constraints, two threads"
        for limits, peer, seconds in (
            ({PORTABLE: 1 / 6, IFMA: 1 / 15}, "zksnake", by_zksnake),
            ({PORTABLE: 1 / 5, IFMA: 1 / 12}, "snarkjs", by_snarkjs),
        ):
            for name, proof in zip(self._kernels, proofs, strict=True):
                yield Figure(f"{what}, {name}", proof, "s", limits[name], peer=seconds, peer_name=peer)
        for name, setup in zip(self._kernels, setups, strict=True):
            note = "zksnake's setup was run once"
            yield Figure(f"setup, 2^{size}, {name}", setup, "s", 1 / 10, peer=theirs, peer_name="zksnake", note=note)

    def _sums(self) -> Iterator[Figure]:
        limits = {"G1": {PORTABLE: 0.62, IFMA: 0.22}, "G2": {PORTABLE: 0.58, IFMA: 0.17}}
        for group, size in (("G1", self._sizes.sum_g1), ("G2", self._sizes.sum_g2)):
            for worker in self._workers.values():
                worker.call("benchmarks.ours:prepare_sum", group, size)
            sides = [self._side(name, "sum_once", group) for name in self._kernels]
            *sums, theirs = medians([*sides, _arkworks_sum(group, size)], self._sizes.quick_runs)
            for name, seconds in zip(self._kernels, sums, strict=True):
                what = f"{group} MSM 2^{size}, one thread, {name}"
                yield Figure(what, seconds, "s", limits[group][name], peer=theirs, peer_name="py-arkworks")

    def _transfers(self) -> Iterator[Figure]:
        limits = {PORTABLE: 3.0, IFMA: 8.0}
        count = self._sizes.transactions
        for name, worker in self._workers.items():
            constraints = worker.call("benchmarks.transfers:prepare", count, str(self._folder / "transfers"))
            whole = f"proven plain transfers a second, two cores, chunk of {count}, {name}"
            seconds = medians([self._side(name, "prove_chunk", module="transfers")], self._sizes.runs)[0]
            witness = medians([self._side(name, "assign_chunk", module="transfers")], self._sizes.runs)[0]
            note = f"{constraints:,} constraints, {constraints / count:,.0f} a transfer"
            yield Figure(whole, count / seconds, "a second", limits[name], "at least", note=note)
            part = f"witness generation and evaluation, share of that proof, {name}"
            yield Figure(part, witness / seconds, "", 1 / 5)

    def _verification(self) -> Iterator[Figure]:
        size = self._sizes.dense
        name, worker = next(iter(self._workers.items()))
        if not worker.call("benchmarks.ours:is_prepared", size):
            worker.call("benchmarks.ours:prepare_chain", size)
            worker.call("benchmarks.ours:prove_chain", size)
        seconds = medians([self._side(name, "verify_chain", size)], 4 * self._sizes.quick_runs, 3)[0]
        yield Figure("verification off chain, one proof", 1000 * seconds, "ms", 3)

    def _scaling(self) -> Iterator[Figure]:
        small, large = self._sizes.dense, self._sizes.large
        rows = {size: chain.steps_for(size) * 3 for size in (small, large)}
        for name in self._kernels:
            folder = self._folder / "large"
            maker = Worker(name)  # in a process of its own, so that the setup's memory does not count
            maker.call("benchmarks.ours:save_key", large, str(folder))
            maker.close()
            worker = Worker(name)
            worker.call("benchmarks.ours:prepare_chain", large, str(folder))
            seconds = medians([partial(worker.seconds, "benchmarks.ours:prove_chain", large)], self._sizes.runs)[0]
            memory = worker.peak_memory()
            worker.call("benchmarks.ours:prepare_chain", small)
            base = medians([partial(worker.seconds, "benchmarks.ours:prove_chain", small)], self._sizes.runs)[0]
            worker.close()
            shutil.rmtree(folder)
            growth = seconds / rows[large] / (base / rows[small])
            note = f"{seconds:.2f} s against {base:.2f} s"
            yield Figure(f"time a constraint at 2^{large} to that at 2^{small}, {name}", growth, "", 1.15, note=note)
            yield Figure(f"memory of a proof at 2^{large}, {name}", memory / 1e9, "GB", 3)

    def _first_use(self) -> Iterator[Figure]:
        for name in self._kernels:
            cache = self._folder / f"kernels-{name}"
            cold = ours.first_use(cache, name)
            warm = medians([partial(ours.first_use, cache, name)], self._sizes.quick_runs)[0]
            note = f"compiled by {cores()} processes"
            yield Figure(f"all kernels on first use, cold, {name}", cold, "s", 20, note=note)
            yield Figure(f"all kernels on first use, warm, {name}", warm, "s", 0.6)

    def _side(self, kernels: str, function: str, *arguments: object, module: str = "ours") -> Callable[[], float]:
        return partial(self._workers[kernels].seconds, f"benchmarks.{module}:{function}", *arguments)


def _arkworks_sum(group: str, log_size: int) -> Callable[[], float]:
    kind: Any = ark.G1Point if group == "G1" else ark.G2Point
    numbers = ints_of(ours.scalars(1 << log_size))
    scalars = [ark.Scalar.from_le_bytes((value % R).to_bytes(32, "little")) for value in numbers]
    points = [kind() * scalar for scalar in scalars]
    return lambda: timed(lambda: kind.multiexp_unchecked(points, scalars))


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures as JSON")
    parser.add_argument(
        "--only", default="", metavar="PART", help="proof, sums, transfers, verification, scaling, kernels"
    )
    parser.add_argument("--small", action="store_true", help="tiny sizes, to try the benchmark itself")
    arguments = parser.parse_args()
    console = Console(stderr=True)
    available = [PORTABLE, IFMA] if ours.has_ifma() else [PORTABLE]
    if IFMA not in available:
        console.print("this processor has no AVX-512 IFMA: only the portable kernels are measured")
    with tempfile.TemporaryDirectory(prefix="tandem-bench-") as folder:
        bench = Bench(SMALL if arguments.small else Sizes(), available, Path(folder), console)
        try:
            measured = list(bench.figures(arguments.only))
        finally:
            bench.close()
    figures.show("Proving", measured)
    if arguments.json:
        figures.write(arguments.json, measured)


if __name__ == "__main__":
    main()
