"""Circuits on disk, and their sizes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from examples.payments import Payments
from examples.tokens import Tokens
from provers.validity.arithmetise import cache
from provers.validity.arithmetise import circuits as module
from provers.validity.arithmetise.circuits import ProgramCircuits
from rollup.crypto.fr import R
from rollup.errors import DecodeError, InternalError
from rollup.params import ChunkKind
from rollup.program import Program
from tests.unit.validity.arithmetise.chain import Small, small_chain

GOLDEN = Path(__file__).parents[3] / "golden" / "constraints"
SIZES: dict[str, tuple[type[Program], int]] = {
    "tokens": (Tokens, 4),
    "payments": (Payments, 4),
    "payments_32": (Payments, 32),
}


@pytest.mark.parametrize("name", SIZES)
def test_constraints_of_the_examples_are_those_committed(name: str) -> None:
    """A change of these figures is a change of every key and of proving time; write them again by deleting the file."""
    program, transactions = SIZES[name]
    circuits = ProgramCircuits(program.image(), transactions)
    counted = {kind.name: circuits.parts(kind) for kind in ChunkKind}
    golden = GOLDEN / f"{name}.json"
    if not golden.exists():
        golden.write_text(json.dumps(counted, indent=2) + "\n")
        pytest.fail(f"{golden.name} was missing and is written: commit it")
    assert counted == json.loads(golden.read_text())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "cache_folder", lambda: tmp_path)
    return tmp_path / "circuits"


def test_a_circuit_is_built_once_and_then_read_from_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = ProgramCircuits(Small.image()).circuit(ChunkKind.TAIL)
    assert sorted(path.suffix for path in folder.iterdir()) == [".r1cs", ".tape"]
    again = ProgramCircuits(Small.image())
    monkeypatch.setattr(again, "shape", lambda _: pytest.fail("built again"))
    assert again.circuit(ChunkKind.TAIL).digest() == built.digest()
    assert again.circuit(ChunkKind.TAIL) is again.circuit(ChunkKind.TAIL)


def test_a_circuit_of_other_code_is_built_anew_and_takes_the_place_of_the_old(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ProgramCircuits(Small.image()).circuit(ChunkKind.TAIL)
    old = list(folder.iterdir())
    monkeypatch.setattr(module, "code_version", lambda: b"other")
    ProgramCircuits(Small.image()).circuit(ChunkKind.TAIL)
    new = list(folder.iterdir())
    assert len(new) == 2
    assert not set(new) & set(old)


def flip_the_last_bit(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


@pytest.mark.parametrize("suffix", [".r1cs", ".tape"])
@pytest.mark.parametrize("damage", [lambda _: b"no circuit", lambda _: b"", lambda data: data[:-64], flip_the_last_bit])
def test_a_damaged_file_is_built_anew(folder: Path, suffix: str, damage: Callable[[bytes], bytes]) -> None:
    circuits = ProgramCircuits(Small.image())
    built = circuits.circuit(ChunkKind.TAIL)
    path = circuits.path(ChunkKind.TAIL).with_suffix(suffix)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    again = ProgramCircuits(Small.image()).compiled(ChunkKind.TAIL)
    assert again.system.digest() == built.digest()
    assert path.read_bytes() == whole
    assert len(list(folder.iterdir())) == 2


def test_a_circuit_without_its_tape_is_built_anew(folder: Path) -> None:
    circuits = ProgramCircuits(Small.image())
    circuits.circuit(ChunkKind.TAIL)
    circuits.path(ChunkKind.TAIL).with_suffix(".tape").unlink()
    assert ProgramCircuits(Small.image()).compiled(ChunkKind.TAIL).tape.wires == circuits.circuit(ChunkKind.TAIL).wires
    assert len(list(folder.iterdir())) == 2


def test_a_disk_that_cannot_be_written_costs_no_circuit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_text("no folder")
    monkeypatch.setattr(module, "cache_folder", lambda: file)
    assert ProgramCircuits(Small.image()).circuit(ChunkKind.TAIL).constraints > 0


def test_files_of_kinds_sizes_and_programs_are_different(folder: Path) -> None:
    del folder
    paths = {
        ProgramCircuits(program.image(), n).path(kind)
        for program in (Small, Tokens)
        for n in (4, 8)
        for kind in ChunkKind
    }
    assert len(paths) == 12


def test_the_cache_folder_is_the_one_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANDEM_CACHE", str(tmp_path))
    assert cache.cache_folder() == tmp_path
    monkeypatch.delenv("TANDEM_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.cache_folder() == tmp_path / "tandem"


def test_assigning_a_chunk_to_a_circuit_of_another_kind_is_refused() -> None:
    (chunk,) = small_chain().chunks(())
    with pytest.raises(InternalError, match="another kind"):
        ProgramCircuits(Small.image()).assign(ChunkKind.TAIL, chunk, 5, 1)


def test_assigning_with_a_z_that_is_no_element_is_refused() -> None:
    (chunk,) = small_chain().chunks(())
    with pytest.raises(DecodeError, match="not canonical"):
        ProgramCircuits(Small.image()).assign(ChunkKind.DATA, chunk, R, 1)


def test_recording_a_circuit_twice_gives_the_same_system() -> None:
    one, other = (ProgramCircuits(Small.image()).shape(ChunkKind.DATA).r1cs().digest() for _ in range(2))
    assert one == other
