"""The three keys of a program, made once a machine and kept on disk."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from provers.validity.arithmetise.circuits import ProgramCircuits
from provers.validity.constraints.r1cs import R1CS
from provers.validity.groth16.proving_key import KeyMismatchError, ProvingKey
from provers.validity.groth16.record import Record
from provers.validity.groth16.setup import setup
from provers.validity.groth16.verifying_key import VerifyingKey
from rollup.errors import DecodeError
from rollup.params import ChunkKind
from rollup.ports.settlement import Progress, silent


@dataclass(frozen=True)
class CircuitKey:
    """A circuit and its proving key."""

    circuit: R1CS
    key: ProvingKey


@dataclass(frozen=True)
class Keys:
    """The keys of all kinds of chunk of a program.

    Attributes
    ----------
    by_kind
        Circuit and proving key.
    """

    by_kind: dict[ChunkKind, CircuitKey]

    @classmethod
    def load_or_make(cls, circuits: ProgramCircuits, folder: Path, progress: Progress = silent) -> "Keys":
        """Return the keys under `folder`, made by a development setup where they are not there.

        Each key stands in a folder named after its circuit's digest, so a changed circuit never meets an old key. One that a ceremony made
        has its record beside it.

        Raises
        ------
        DecodeError
            A ceremony's key is damaged, is another circuit's, or is marked otherwise than its record says.
        """
        kinds = tuple(ChunkKind)
        found: dict[ChunkKind, CircuitKey] = {}
        for done, kind in enumerate(kinds):
            progress(f"keys: {kind.name.lower()} circuit", done, len(kinds))
            circuit = circuits.circuit(kind)
            found[kind] = CircuitKey(circuit, _load(circuit, folder) or _make(circuit, folder))
        progress("keys", len(kinds), len(kinds))
        return cls(found)

    def verifying(self, kind: ChunkKind) -> VerifyingKey:
        """Return the verifying key of a kind."""
        return self.by_kind[kind].key.vk

    @property
    def development(self) -> bool:
        """Whether any of them comes from a development setup."""
        return any(item.key.development for item in self.by_kind.values())


def key_of(circuit: R1CS, folder: Path, *, make: bool) -> ProvingKey | None:
    """Return a circuit's key under `folder`; where there is none, make one for development, or return None.

    Raises
    ------
    DecodeError
        As `Keys.load_or_make`.
    """
    found = _load(circuit, folder)
    return _make(circuit, folder) if found is None and make else found


def place_of(circuit: R1CS, folder: Path) -> Path:
    """Return where a circuit's key lies under a cache's folder."""
    return folder / "groth16" / circuit.digest().hex()


def _load(circuit: R1CS, folder: Path) -> ProvingKey | None:
    place = place_of(circuit, folder)
    if not place.exists():
        return None
    record = Record.load(place)
    try:
        key = ProvingKey.load(place, circuit)
        _require_mark(key, record)
    except (DecodeError, KeyMismatchError) as error:
        if record is not None or isinstance(error, _ForeignMark):
            # SAFETY: a development key in the place of a ceremony's would put a chain at the mercy of this machine.
            raise DecodeError(
                f"groth16: the key in {place} cannot be used: {error}", remedy="copy it anew from the finished ceremony"
            ) from error
        # A damaged development key is no loss: whoever held it made it here. It is set aside, never silently mixed with the new one.
        place.rename(place.with_name(f"{place.name}.damaged.{uuid4().hex}"))
        return None
    return key


class _ForeignMark(DecodeError):
    """A key says that a ceremony made it, and there is no record of one."""


def _require_mark(key: ProvingKey, record: Record | None) -> None:
    if record is not None:
        record.require(development=key.development)
    elif not key.development:
        raise _ForeignMark("it is not marked development, and no record of a ceremony stands beside it")


def _make(circuit: R1CS, folder: Path) -> ProvingKey:
    place = place_of(circuit, folder)
    partial = place.with_name(f"{place.name}.{uuid4().hex}")
    key, _ = setup(circuit)
    key.save(partial)
    try:
        partial.rename(place)
    except OSError:
        # Another process was first. Its key is as good, and must be the one that everybody here uses.
        shutil.rmtree(partial, ignore_errors=True)
    return ProvingKey.load(place, circuit)
