"""Keys for tests, made once a machine: from entropy that stands here, so that what they prove stays on disk between runs."""

from functools import cache
from pathlib import Path

from provers.validity.arithmetise.cache import cache_folder
from provers.validity.arithmetise.circuits import ProgramCircuits
from provers.validity.backend.keys import Keys
from provers.validity.groth16.setup import setup
from rollup.params import ChunkKind
from rollup.program import Program

ENTROPY = b"everybody knows the toxic waste of these keys"
TRANSACTIONS = 4


def folder() -> Path:
    """Where keys and proofs of tests are kept."""
    return cache_folder() / "tests"


@cache
def circuits_of(program: type[Program]) -> ProgramCircuits:
    """The circuits of a program, for chunks of four transactions."""
    return ProgramCircuits(program.image(), TRANSACTIONS)


@cache
def keys_of(program: type[Program]) -> Keys:
    """The keys of a program, from the cache's folder or made into it."""
    circuits = circuits_of(program)
    for kind in ChunkKind:
        place = folder() / "groth16" / circuits.circuit(kind).digest().hex()
        if not place.exists():
            key, _ = setup(circuits.circuit(kind), ENTROPY)
            key.save(place)
    return Keys.load_or_make(circuits, folder())
