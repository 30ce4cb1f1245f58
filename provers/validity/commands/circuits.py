"""The circuits that a command line names: files of circom, or programs, each of which has three."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from provers.validity.arithmetise.circuits import ProgramCircuits
from provers.validity.constraints.r1cs import R1CS
from provers.validity.iden3 import constraint_file
from rollup.errors import AuthorError
from rollup.params import ChunkKind
from rollup.program import Program


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
            circuits = _circuits(program_of(word), transactions)
            found += [(f"{circuits.image.name} {kind.name.lower()}", circuits.circuit(kind)) for kind in ChunkKind]
    return found


def _circuits(program: type[Program], transactions: int) -> ProgramCircuits:
    try:
        return ProgramCircuits(program.image(), transactions)
    except ValueError as error:
        raise AuthorError(f"{program.__name__}: {error}", remedy="choose another number of --transactions") from error


def program_of(word: str) -> type[Program]:
    """Import a program; AuthorError if there is none of that name."""
    place, _, name = word.partition(":")
    if not name:
        raise AuthorError(
            f"{word} is neither a circuit nor a program",
            expected="FILE.r1cs, module:Program or FILE.py:Program",
            got=word,
        )
    found = getattr(_module(place), name, None)
    if not isinstance(found, type) or not issubclass(found, Program):
        raise AuthorError(f"{place} has no program called {name}")
    return found


def _module(place: str) -> ModuleType:
    try:
        return _from_file(Path(place)) if place.endswith(".py") else importlib.import_module(place)
    except (ImportError, OSError) as error:
        raise AuthorError(
            f"{place} cannot be imported: {error}", remedy="name an installed module, or a file"
        ) from error


def _from_file(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    # Tracing looks an author's source up by the module's name.
    sys.modules.setdefault(path.stem, module)
    spec.loader.exec_module(module)
    return module
