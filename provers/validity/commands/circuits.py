"""The circuits that a command line names: files of circom, or programs, each of which has three."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from provers.validity.arithmetise.circuits import ProgramCircuits
from provers.validity.constraints.r1cs import R1CS
from provers.validity.iden3 import constraint_file
from rollup.errors import AuthorError
from rollup.params import ChunkKind
from rollup.program import Program
from rollup.program.loading import load_program


def circuits_of(words: Sequence[str], transactions: int) -> list[tuple[str, R1CS]]:
    """Return circuits with their labels.

    Parameters
    ----------
    words
        Each `FILE.r1cs`, `module:Program` or `FILE.py:Program`.
    transactions
        Of a program's DATA chunks.

    Raises
    ------
    AuthorError
        A word names neither a file nor a program.
    OutsideError, DecodeError
        A file cannot be read, or is no circuit.
    """
    found: list[tuple[str, R1CS]] = []
    for word in words:
        if word.endswith(".r1cs"):
            found.append((Path(word).stem, constraint_file.read(word)))
        else:
            circuits = _circuits(load_program(word), transactions)
            found += [(f"{circuits.image.name} {kind.name.lower()}", circuits.circuit(kind)) for kind in ChunkKind]
    return found


def _circuits(program: type[Program], transactions: int) -> ProgramCircuits:
    try:
        return ProgramCircuits(program.image(), transactions)
    except ValueError as error:
        raise AuthorError(f"{program.__name__}: {error}", remedy="choose another number of --transactions") from error
