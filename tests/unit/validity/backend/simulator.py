"""Proofs without witnesses, by who kept the toxic waste: what gas is measured with, and what a key's holder could do.

SPEC: Groth 2016, section 3.2, the simulator: A = a·G1 and B = b·G2 are anything, and C is what the equation leaves:
c = (a·b − α·β − γ·ic(x)) / δ.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from provers.validity.constraints.r1cs import R1CS, ints_of
from provers.validity.curve.pairing import Arkworks
from provers.validity.curve.plain import g2_multiple
from provers.validity.curve.points import G1_GENERATOR, G1Point, G2Point
from provers.validity.groth16.proof import Proof
from provers.validity.groth16.qap import domain_size, exponents
from provers.validity.groth16.toxic_waste import ToxicWaste
from provers.validity.groth16.verifying_key import VerifyingKey
from rollup.crypto.fr import R


@dataclass(frozen=True)
class Simulator:
    """The secrets of one key, and the exponents of its `ic`."""

    waste: ToxicWaste
    ic: tuple[int, ...]

    @classmethod
    def of(cls, circuit: R1CS, entropy: bytes) -> "Simulator":
        """Draw the secrets again that `setup(circuit, entropy)` drew."""
        waste = ToxicWaste.draw(domain_size(circuit), entropy)
        return cls(waste, tuple(ints_of(exponents(circuit, waste).ic)))

    @classmethod
    def made_up(cls) -> "Simulator":
        """A key of no circuit, with four public inputs; the same in every run."""
        return cls(ToxicWaste.draw(4, b"no circuit"), (11, 12, 13, 14, 15))

    def verifying_key(self) -> VerifyingKey:
        """The key that these secrets belong to."""
        waste = self.waste
        beta, gamma, delta = (_g2(secret) for secret in (waste.beta, waste.gamma, waste.delta))
        return VerifyingKey(_g1(waste.alpha), beta, gamma, delta, tuple(map(_g1, self.ic)), development=True)

    def prove(self, public: Sequence[int], a: int = 3, b: int = 5) -> Proof:
        """A proof of anything, for inputs in [0, r)."""
        waste = self.waste
        inputs = sum(x * e for x, e in zip((1, *public), self.ic, strict=True))
        c = (a * b - waste.alpha * waste.beta - waste.gamma * inputs) * pow(waste.delta, -1, R) % R
        return Proof(_g1(a), _g2(b), _g1(c))


def _g1(scalar: int) -> G1Point:
    return Arkworks().g1_sum([G1_GENERATOR], [scalar])


@cache
def _g2(scalar: int) -> G2Point:
    return g2_multiple(scalar)
