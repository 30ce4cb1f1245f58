"""Keys from a finished ceremony: a chain deployed with them says that they are not for development, and proofs with them settle it."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest

from l1bridge import kzg
from l1bridge.compiler import default_compiler
from provers.validity.backend import Groth16Backend
from provers.validity.backend.groth16 import keys_hash
from provers.validity.backend.keys import Keys, key_of
from provers.validity.ceremony.ceremony import Ceremony
from provers.validity.ceremony.checks import Workers
from provers.validity.ceremony.initial import initial_part
from provers.validity.ceremony.keys import describe, write_keys
from provers.validity.ceremony.powers import Powers
from provers.validity.constraints.r1cs import limbs_of
from provers.validity.groth16.prove import prove
from provers.validity.groth16.qap import domain_size
from provers.validity.groth16.setup import setup
from provers.validity.groth16.verify import verify
from rollup.errors import DecodeError
from rollup.params import ChunkKind
from rollup.ports.settlement import Context
from tests.unit.validity.backend import ceremonies
from tests.unit.validity.backend.ceremonies import FINAL, keys_folder
from tests.unit.validity.backend.keys import TRANSACTIONS, circuits_of, folder, keys_of
from tests.unit.validity.backend.programs import Purses
from tests.unit.validity.backend.scenes import empty_chain, l1
from tests.unit.validity.ceremony.ceremonies import sealed
from tests.unit.validity.ceremony.powers import ours, waste_of
from tests.unit.validity.groth16.circuits import cubic

CUBIC, WITNESS = cubic()


def test_a_chain_with_keys_of_a_ceremony_says_so_and_one_proof_settles_it() -> None:
    described = describe(Ceremony.open(keys_folder(Purses) / FINAL))
    backend = Groth16Backend(Context(l1(), default_compiler(), kzg, keys_folder(Purses)), TRANSACTIONS)
    backend.prepare(Purses.image())
    chain = empty_chain(by=backend)
    assert l1().call(chain.settlement, "DEVELOPMENT") is False
    assert l1().call(chain.settlement, "KEYS_HASH").hex() == described["keys_hash"]
    chain.register(5)
    chain.post()
    receipt = chain.settle(1)
    assert receipt.status == 1
    assert backend.describe(chain.claims()) == {"verdict": "accepted", "development_keys": False}


def test_keys_of_a_ceremony_are_not_those_for_development() -> None:
    made = Keys.load_or_make(circuits_of(Purses), keys_folder(Purses))
    assert not made.development
    assert keys_hash(made) != keys_hash(keys_of(Purses))


def finished(place: Path) -> Path:
    """A small ceremony's keys, and the folder of the cubic's."""
    write_keys(sealed(), place)
    return place / "groth16" / CUBIC.digest().hex()


def test_a_key_of_a_ceremony_is_loaded_and_proves(tmp_path: Path) -> None:
    finished(tmp_path)
    key = key_of(CUBIC, tmp_path, make=False)
    assert key is not None
    assert not key.development
    assert verify(key.vk, WITNESS[1:2], prove(key, CUBIC, limbs_of(WITNESS)))


def edited(change: Callable[[dict[str, object]], object], name: str = "key.json") -> Callable[[Path], object]:
    def edit(place: Path) -> None:
        content = json.loads((place / name).read_text())
        change(content)
        (place / name).write_text(json.dumps(content))

    return edit


def another_circuit(place: Path) -> None:
    for path in place.iterdir():
        path.unlink()
    other = place.parent / next(p.name for p in place.parent.iterdir() if p != place)
    copytree(other, place, dirs_exist_ok=True)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda place: (place / "key.json").write_text("{}"), "is not a proving key"),
        (lambda place: (place / "l.npy").unlink(), "is not a proving key"),
        (lambda place: (place / "h.npy").write_bytes((place / "l.npy").read_bytes()), "array h of a proving key"),
        (another_circuit, "belongs to another circuit"),
        (edited(lambda x: x["vk"].update(development=True)), "mark of development is not that of the ceremony"),  # type: ignore[attr-defined]
        (
            edited(lambda x: x.update(development=True), "ceremony.json"),
            "mark of development is not that of the ceremony",
        ),
        (
            edited(lambda x: x.update(contributions=[]), "ceremony.json"),
            "mark of development is not that of the ceremony",
        ),
        (edited(lambda x: x.update(format="else"), "ceremony.json"), "is no record of a ceremony"),
        (edited(lambda x: x.update(development="no"), "ceremony.json"), "is no record of a ceremony"),
        (edited(lambda x: x.pop("transcript"), "ceremony.json"), "is no record of a ceremony"),
        (lambda place: (place / "ceremony.json").unlink(), "no record of a ceremony stands beside it"),
    ],
)
def test_a_key_of_a_ceremony_that_does_not_fit_is_refused_and_never_replaced_by_a_development_key(
    tmp_path: Path, damage: Callable[[Path], object], words: str
) -> None:
    place = finished(tmp_path)
    damage(place)
    files = sorted(tmp_path.rglob("*"))
    for make in (False, True):
        with pytest.raises(DecodeError, match=words):
            key_of(CUBIC, tmp_path, make=make)
    assert sorted(tmp_path.rglob("*")) == files


def test_a_development_key_that_is_marked_otherwise_is_refused(tmp_path: Path) -> None:
    key, _ = setup(CUBIC)
    place = tmp_path / "groth16" / CUBIC.digest().hex()
    key.save(place)
    assert key_of(CUBIC, tmp_path, make=False) is not None
    edited(lambda x: x["vk"].update(development=False))(place)  # type: ignore[attr-defined]
    with pytest.raises(DecodeError, match="no record of a ceremony stands beside it; copy it anew"):
        key_of(CUBIC, tmp_path, make=True)


def test_a_program_with_one_development_key_among_others_is_marked_development(tmp_path: Path) -> None:
    circuits = circuits_of(Purses)
    place = tmp_path / "groth16"
    place.mkdir()
    for kind in ChunkKind:
        name = circuits.circuit(kind).digest().hex()
        keys_of(Purses)
        source = keys_folder(Purses) if kind is not ChunkKind.TAIL else folder()
        (place / name).symlink_to(source / "groth16" / name)
    assert Keys.load_or_make(circuits, tmp_path).development


@pytest.mark.long
@pytest.mark.parametrize("kind", list(ChunkKind), ids=lambda kind: kind.name)
def test_the_initial_key_of_a_real_circuit_is_that_of_the_secrets(kind: ChunkKind) -> None:
    circuit = circuits_of(Purses).circuit(kind)
    with ThreadPoolExecutor(2) as pool:
        workers = Workers(pool, 2)
        made = initial_part("x", circuit, Powers.open(ours(16), domain_size(circuit), workers), workers)
    secrets = replace(waste_of(16), gamma=1, delta=1)
    assert made.digest() == ceremonies.initial_part("x", circuit, secrets).digest()
