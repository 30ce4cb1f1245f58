"""Development setup: one process draws the toxic waste, makes both keys and forgets it."""

from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor

import numpy as np

from provers.validity.constraints.r1cs import R1CS
from provers.validity.curve.fixed_base import FixedBase
from provers.validity.curve.groups import G1, G2, Group, Words, g1_array, g1_points, g2_array, g2_points
from provers.validity.curve.points import G1_GENERATOR, G2_GENERATOR
from provers.validity.groth16.proving_key import ProvingKey
from provers.validity.groth16.qap import domain_size, exponents
from provers.validity.groth16.toxic_waste import ToxicWaste
from provers.validity.groth16.verifying_key import VerifyingKey
from provers.validity.poly.vector import Words as Vector
from provers.validity.poly.vector import powers


class _Generators:
    """Tables of both generators."""

    def __init__(self, g1_count: int, g2_count: int, pool: Executor, threads: int) -> None:
        self._pool, self._threads = pool, threads
        self._g1 = FixedBase(G1, g1_array([G1_GENERATOR])[0], g1_count)
        self._g2 = FixedBase(G2, g2_array([G2_GENERATOR])[0], g2_count)

    def times(self, group: Group, scalars: Vector) -> Words:
        base = self._g1 if group is G1 else self._g2
        return base.multiples(scalars, self._pool, self._threads)


def setup(r1cs: R1CS, entropy: bytes | None = None, *, threads: int = 2) -> tuple[ProvingKey, VerifyingKey]:
    """Make the keys of a circuit, both marked `development`.

    Parameters
    ----------
    entropy
        For tests that must repeat; None draws from the operating system.
    """
    return setup_with(r1cs, ToxicWaste.draw(domain_size(r1cs), entropy), threads=threads)


def setup_with(r1cs: R1CS, waste: ToxicWaste, *, threads: int = 2) -> tuple[ProvingKey, VerifyingKey]:
    """`setup` with the secrets given."""
    logs = exponents(r1cs, waste)
    a_wires, b_wires = (np.flatnonzero(x.any(axis=1)) for x in (logs.a, logs.b))
    with ThreadPoolExecutor(threads) as pool:
        g1_count = len(a_wires) + len(b_wires) + len(logs.l) + len(logs.h)
        generators = _Generators(g1_count, len(b_wires), pool, threads)
        tail_g1 = generators.times(G1, _vector(waste.alpha, waste.beta, waste.delta))
        tail_g2 = generators.times(G2, _vector(waste.beta, waste.delta, waste.gamma))
        vk = _verifying_key(tail_g1, tail_g2, generators.times(G1, logs.ic))
        b = logs.b[b_wires]
        key = ProvingKey(
            circuit=r1cs.digest(),
            vk=vk,
            size=domain_size(r1cs),
            a_wires=a_wires,
            b_wires=b_wires,
            a=generators.times(G1, logs.a[a_wires]),
            b_g1=generators.times(G1, b),
            b_g2=generators.times(G2, b),
            l=generators.times(G1, logs.l),
            h=generators.times(G1, logs.h),
            tail_g1=tail_g1,
            tail_g2=tail_g2[:2].copy(),
        )
    return key, vk


def _vector(*values: int) -> Vector:
    return np.concatenate([powers(1, 1, value) for value in values])


def _verifying_key(tail_g1: Words, tail_g2: Words, ic: Words) -> VerifyingKey:
    beta, delta, gamma = g2_points(tail_g2)
    return VerifyingKey(g1_points(tail_g1)[0], beta, gamma, delta, tuple(g1_points(ic)), development=True)
