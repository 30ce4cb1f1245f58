"""Keys for tests, made once a machine: from entropy that stands here, so that what they prove stays on disk between runs."""

from functools import cache
from pathlib import Path
from uuid import uuid4

from provers.validity.arithmetise.cache import cache_folder
from provers.validity.arithmetise.chunk_input import ChunkInput
from provers.validity.arithmetise.circuits import ProgramCircuits
from provers.validity.backend.keys import Keys
from provers.validity.constraints.r1cs import R1CS
from provers.validity.groth16.proof import Proof
from provers.validity.groth16.prove import UnsatisfiedError
from provers.validity.groth16.setup import setup
from rollup.ir.image import Image
from rollup.params import ChunkKind
from rollup.program import Program
from tests.unit.validity.backend.simulator import Simulator

ENTROPY = b"everybody knows the toxic waste of these keys"
TRANSACTIONS = 4


def folder() -> Path:
    """Where keys and proofs of tests are kept."""
    return cache_folder() / "tests"


def circuits_of(program: type[Program]) -> ProgramCircuits:
    """The circuits of a program, for chunks of four transactions."""
    return _circuits(program.image())


@cache
def _circuits(image: Image) -> ProgramCircuits:
    return ProgramCircuits(image, TRANSACTIONS)


def keys_of(program: type[Program]) -> Keys:
    """The keys of a program, from the cache's folder or made into it."""
    return _keys(circuits_of(program))


@cache
def _keys(circuits: ProgramCircuits) -> Keys:
    for kind in ChunkKind:
        _make(circuits.circuit(kind))
    return Keys.load_or_make(circuits, folder())


def simulator_of(program: type[Program], kind: ChunkKind) -> Simulator:
    """Who proves anything under one of these keys."""
    return _simulator(circuits_of(program).circuit(kind))


@cache
def _simulator(circuit: R1CS) -> Simulator:
    return Simulator.of(circuit, ENTROPY)


class IdealProver:
    """What a prover can do, without its work: a simulated proof of whatever has a witness, and of nothing else.

    For attacks that need many proofs; the scenes they attack are proved in earnest.
    """

    def __init__(self, program: type[Program]) -> None:
        self._program = program
        self._circuits = circuits_of(program)

    def prove(self, chunk: ChunkInput, z: int, zc: int) -> Proof:
        """A proof of a chunk; `UnsatisfiedError` if its statement has no witness."""
        public, witness = self._circuits.assign(chunk.kind, chunk, z, zc)
        broken = self._circuits.circuit(chunk.kind).is_satisfied(witness)
        if broken is not None:
            raise UnsatisfiedError(broken)
        return simulator_of(self._program, chunk.kind).prove(public)


def _make(circuit: R1CS) -> None:
    place = folder() / "groth16" / circuit.digest().hex()
    if place.exists():
        return
    key, _ = setup(circuit, ENTROPY)
    partial = place.with_name(f"{place.name}.{uuid4().hex}")
    key.save(partial)
    try:
        partial.rename(place)
    except OSError:
        assert place.exists(), "another process made the same key meanwhile"
