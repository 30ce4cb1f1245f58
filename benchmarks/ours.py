"""Our side of the comparisons; runs in the processes of `workers`, which keep what `prepare_…` made."""

import secrets
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import chain
from provers.validity.constraints.r1cs import R1CS, Words, ints_of
from provers.validity.curve.fixed_base import FixedBase
from provers.validity.curve.groups import G1, G2, Group, g1_array, g2_array
from provers.validity.curve.msm import msm
from provers.validity.curve.points import G1_GENERATOR, G2_GENERATOR
from provers.validity.groth16.proof import Proof
from provers.validity.groth16.prove import prove
from provers.validity.groth16.proving_key import ProvingKey
from provers.validity.groth16.setup import setup
from provers.validity.groth16.verify import verify
from rollup.crypto import kernel_switch
from rollup.crypto.fr import R

THREADS = 2


@dataclass
class _Case:
    r1cs: R1CS
    witness: Words
    key: ProvingKey
    proof: Proof | None = None


_cases: dict[int, _Case] = {}
_sums: dict[str, tuple[Group, Words, Words]] = {}


def prepare_chain(log_size: int, folder: str = "") -> None:
    """Make circuit, witness and key of a chain that fills 2^log_size rows; with a folder, map the key from there."""
    steps = chain.steps_for(log_size)
    r1cs = chain.circuit(steps)
    key = ProvingKey.load(folder, r1cs) if folder else setup(r1cs, threads=THREADS)[0]
    _cases[log_size] = _Case(r1cs, chain.witness(steps), key)


def save_key(log_size: int, folder: str) -> None:
    """Make the key of a chain and write it."""
    setup(chain.circuit(chain.steps_for(log_size)), threads=THREADS)[0].save(folder)


def prove_chain(log_size: int) -> None:
    """Prove a prepared chain on two threads."""
    case = _cases[log_size]
    case.proof = prove(case.key, case.r1cs, case.witness, threads=THREADS)


def verify_chain(log_size: int) -> None:
    """Verify the last proof of a chain; `AssertionError` if it does not hold."""
    case = _cases[log_size]
    assert case.proof is not None, "nothing is proved yet"
    assert verify(case.key.vk, ints_of(case.witness[1:2]), case.proof), "the proof does not hold"


def setup_chain(log_size: int) -> None:
    """Make a development setup on two threads."""
    setup(_cases[log_size].r1cs, threads=THREADS)


def prepare_sum(name: str, log_size: int) -> None:
    """Draw 2^log_size points and full scalars in a group, "G1" or "G2"."""
    group = G1 if name == "G1" else G2
    generator = g1_array([G1_GENERATOR])[0] if group is G1 else g2_array([G2_GENERATOR])[0]
    points = FixedBase(group, generator, 1 << log_size).multiples(scalars(1 << log_size))
    _sums[name] = group, points, scalars(1 << log_size)


def sum_once(name: str) -> None:
    """Take a prepared sum on one thread."""
    msm(*_sums[name])


def scalars(count: int) -> Words:
    """Return random elements, `uint64[count, 4]`: 254 random bits each, so below r."""
    words = np.frombuffer(secrets.token_bytes(32 * count), dtype=np.uint64).reshape(count, 4).copy()
    words[:, 3] >>= np.uint64(2)
    assert R > 1 << 254, "254 bits are below r"
    return words


def pool() -> ThreadPoolExecutor:
    """Return a pool of as many threads as are measured."""
    return ThreadPoolExecutor(THREADS)


def first_use(cache: Path, kernels: str) -> float:
    """Return the seconds that a new process takes to load every kernel module, compiling what `cache` lacks; bare imports of numba and numpy are left out."""
    code = (
        "import time, numba, numpy, llvmlite.binding; start = time.perf_counter(); "
        "from benchmarks.loading import load_all_kernels; load_all_kernels(); print(time.perf_counter() - start)"
    )
    import os

    environment = {**os.environ, "TANDEM_CACHE": str(cache), "TANDEM_KERNELS": kernels}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)


def is_prepared(log_size: int) -> bool:
    """Tell whether a chain of this size is proved already."""
    return log_size in _cases and _cases[log_size].proof is not None


def has_ifma() -> bool:
    """Tell whether this processor has AVX-512 IFMA."""
    return kernel_switch.has_ifma()
