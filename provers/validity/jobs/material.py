"""What proofs of one kind of chunk are made with: a circuit, its tape and its proving key, by digest."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

from provers.validity.constraints.r1cs import R1CS
from provers.validity.constraints.tape import Tape
from provers.validity.groth16.proving_key import ProvingKey
from rollup.errors import DecodeError, OutsideError

_SYSTEM, _TAPE, _KEY = "circuit.r1cs", "circuit.tape", "key"
_HELD = 6
"""Materials that a process keeps mapped: those of two programs."""


@dataclass(frozen=True)
class Places:
    """Where a material lies on this machine's disk.

    Attributes
    ----------
    system, tape
        Files.
    key
        A folder.
    """

    system: Path
    tape: Path
    key: Path

    def require(self) -> None:
        """Raise OutsideError unless all of it is there, for a process that has nothing else to go by."""
        for path in (self.system, self.tape, self.key):
            if not path.exists():
                raise OutsideError(
                    f"prover: {path} is not there, and other processes have it from nowhere else",
                    remedy="let TANDEM_CACHE name a folder that can be written, or prove with --scheduler threads",
                )


@dataclass(frozen=True, eq=False)
class Material:
    """A circuit, its tape and its proving key, and where they lie."""

    system: R1CS
    tape: Tape
    key: ProvingKey
    places: Places

    @property
    def digest(self) -> str:
        """Name of the material: the digests of circuit and verifying key, in hexadecimal."""
        return f"{self.system.digest().hex()}-{self.key.vk.digest().hex()}"


@lru_cache(_HELD)
def load(places: Places) -> Material:
    """Map a material into memory, once a process.

    Raises
    ------
    DecodeError
        A file is not what it should be.
    KeyMismatchError
        The key belongs to another circuit.
    """
    system = R1CS.load(places.system)
    return Material(system, Tape.load(places.tape), ProvingKey.load(places.key, system), places)


def packed(places: Places) -> dict[str, bytes]:
    """Read all files of a material, by the names that `unpack` gives them."""
    places.require()
    key = {f"{_KEY}/{path.name}": path.read_bytes() for path in sorted(places.key.iterdir()) if path.is_file()}
    return {_SYSTEM: places.system.read_bytes(), _TAPE: places.tape.read_bytes(), **key}


def places_in(folder: Path) -> Places:
    """Return where `unpack` puts a material."""
    return Places(folder / _SYSTEM, folder / _TAPE, folder / _KEY)


def unpack(files: dict[str, bytes], folder: Path, digest: str) -> None:
    """Write a material that came from elsewhere to a folder of its own, all of it or nothing.

    Raises
    ------
    DecodeError
        It is not the material of that digest.
    """
    partial = folder.with_name(f"{folder.name}.{uuid4().hex}")
    try:
        (partial / _KEY).mkdir(parents=True)
        for name, content in files.items():
            # SAFETY: names come from another machine, and none may lead out of the folder.
            if Path(name).name != name.removeprefix(f"{_KEY}/"):
                raise DecodeError(f"prover: a material has a file called {name!r}")
            (partial / name).write_bytes(content)
        found = load.__wrapped__(places_in(partial)).digest
        if found != digest:
            raise DecodeError("prover: a material is not the one that was asked for", expected=digest, got=found)
        partial.rename(folder)
    except OSError:
        if not folder.exists():  # else another process was first, and its copy has the same digest
            raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)
