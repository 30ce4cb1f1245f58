"""One proof of the cubic and its key, made once."""

from dataclasses import dataclass

import pytest

from provers.validity.constraints.r1cs import R1CS, limbs_of
from provers.validity.groth16.proof import Proof
from provers.validity.groth16.prove import prove
from provers.validity.groth16.proving_key import ProvingKey
from provers.validity.groth16.setup import setup
from provers.validity.groth16.verifying_key import VerifyingKey
from tests.unit.validity.groth16.circuits import cubic


@dataclass(frozen=True)
class Proved:
    r1cs: R1CS
    witness: list[int]
    pk: ProvingKey
    vk: VerifyingKey
    proof: Proof

    @property
    def public(self) -> list[int]:
        return self.witness[1 : self.r1cs.public + 1]


def make(circuit: tuple[R1CS, list[int]], entropy: bytes | None = b"test") -> Proved:
    r1cs, witness = circuit
    pk, vk = setup(r1cs, entropy)
    return Proved(r1cs, witness, pk, vk, prove(pk, r1cs, limbs_of(witness)))


@pytest.fixture(scope="session")
def proved() -> Proved:
    return make(cubic())
