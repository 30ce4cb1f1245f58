"""A job: the proof of one chunk, named by what it is a proof of."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from provers.validity.constraints.r1cs import R1CS, ints_of, limbs_of
from provers.validity.constraints.tape import Tape
from provers.validity.groth16.prove import prove
from provers.validity.groth16.proving_key import ProvingKey
from rollup.crypto.fr import R
from rollup.errors import DecodeError
from rollup.params import ChunkKind

ELEMENT_BYTES = 32


@dataclass(frozen=True)
class Job:
    """A statement to prove, and what helps to prove it; what comes of it depends on nothing else, but for the proof's blinding.

    Attributes
    ----------
    kind
        Of the chunk.
    key
        `VerifyingKey.digest()`, which stands for circuit and proving key too.
    public
        Public inputs, canonical.
    brought
        What the circuit is given of the chunk (`ProgramCircuits.brought`): elements, 32 bytes each, little-endian.
    """

    kind: ChunkKind
    key: bytes
    public: tuple[int, ...]
    brought: bytes = field(repr=False)

    @classmethod
    def of(cls, kind: ChunkKind, key: bytes, public: Sequence[int], brought: Sequence[int]) -> "Job":
        """Make the job of a chunk; what is brought is reduced modulo r, as the tape does."""
        return cls(kind, key, tuple(public), limbs_of([value % R for value in brought]).tobytes())

    @property
    def id(self) -> str:
        """A hash of the statement: SHA-256 over the key's digest and the public inputs, in hexadecimal.

        Two jobs of one id want the same thing, whatever help they bring, and any proof that verifies serves both.
        """
        return hashlib.sha256(
            self.key + b"".join(value.to_bytes(ELEMENT_BYTES, "big") for value in self.public)
        ).hexdigest()

    def __str__(self) -> str:
        return f"the {self.kind.name.lower()} chunk {self.id[:8]}"

    def run(self, system: R1CS, tape: Tape, key: ProvingKey, threads: int) -> bytes:
        """Prove it, and return the proof as L1 takes it, 512 bytes.

        Raises
        ------
        DecodeError
            `brought` is not a whole number of canonical elements, or not as many as the circuit takes.
        UnsatisfiedError
            The statement is false, or the help does not belong to it.
        """
        witness = tape.run(system, self.public, self._elements())
        return prove(key, system, witness, threads=threads).to_evm()

    def _elements(self) -> list[int]:
        if len(self.brought) % ELEMENT_BYTES:
            raise DecodeError(f"prover: {self} brings {len(self.brought)} bytes, not a whole number of elements")
        return ints_of(np.frombuffer(self.brought, dtype=np.uint64).reshape(-1, 4))
