"""The backend off L1: what it prepares, refuses, keeps and takes up again."""

import threading
import time
from pathlib import Path

import pytest

from l1bridge import kzg
from l1bridge.compiler import default_compiler
from provers.validity.backend import Groth16Backend, chunk_proofs
from provers.validity.backend.groth16 import CONTRACT, key_words, keys_hash
from provers.validity.backend.keys import Keys
from provers.validity.groth16.proof import Proof
from provers.validity.groth16.proving_key import ProvingKey
from provers.validity.jobs import job as job_module
from provers.validity.jobs.threads import Threads
from rollup.errors import OutsideError
from rollup.params import ChunkKind
from rollup.ports.l1 import Contract
from rollup.ports.settlement import Context, Properties
from tests.unit.validity.backend.keys import circuits_of, folder, keys_of
from tests.unit.validity.backend.programs import Purses
from tests.unit.validity.backend.scenes import CALLDATA, WHOLE, backend, empty_chain, l1, poseidon2, purses, undone
from tests.unit.validity.backend.settled import SettledChain


class Told:
    """Progress, as it was reported."""

    def __init__(self) -> None:
        self.reports: list[tuple[str, int, int]] = []
        self._lock = threading.Lock()

    def __call__(self, what: str, done: int, total: int) -> None:
        with self._lock:
            self.reports.append((what, done, total))


def with_keys(cache: Path) -> Path:
    """A cache folder with the test keys and no proofs."""
    keys_of(Purses)
    (cache / "groth16").symlink_to(folder() / "groth16")
    return cache


def backend_in(cache: Path, told: Told | None = None) -> Groth16Backend:
    made = Groth16Backend(Context(l1(), default_compiler(), kzg, cache, told or Told()))
    made.prepare(Purses.image())
    return made


def proofs_in(cache: Path) -> list[Path]:
    return sorted((cache / "proofs").glob("*"))


# ---------------------------------------------------------------- proofs


def test_a_batch_is_proved_once_and_its_proofs_outlive_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Told()
    first = backend_in(with_keys(tmp_path), told)
    chain = purses().chain
    job = first.submit(chain, CALLDATA)
    made = first.fetch(job)
    assert first.submit(chain, CALLDATA) == job
    assert (first.poll(job).state, first.poll(job).done, first.poll(job).total) == ("done", 2, 2)
    assert made.details == {"chunks": 2, "payload_bytes": len(made.payload)}
    assert made.seconds > 0
    assert made.value == 0
    assert {("proving batch 3", 2, 2)} <= set(told.reports)
    assert len(proofs_in(tmp_path)) == 2
    monkeypatch.setattr(job_module, "prove", lambda *_, **__: pytest.fail("a proof was made again"))
    second = backend_in(tmp_path)
    assert second.fetch(second.submit(chain, CALLDATA)).payload == made.payload
    with undone():
        chain.propose(CALLDATA, made.payload)


def test_a_kept_proof_that_is_damaged_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chain = empty_chain(by=backend_in(with_keys(tmp_path)))
    chain.post()
    payload = chain.submission(1).payload
    (kept,) = proofs_in(tmp_path)
    good = kept.read_bytes()
    made: list[Proof] = []

    def prove(*_: object, **__: object) -> Proof:
        made.append(Proof.from_evm(good))
        return made[-1]

    monkeypatch.setattr(job_module, "prove", prove)
    for damaged in (b"", bytes(512), b"x" * 512, good[:-1], good[:128] + good[128:384][::-1] + good[384:]):
        kept.write_bytes(damaged)
        made.clear()
        again = backend_in(tmp_path)
        assert again.fetch(again.submit(chain, 1)).payload == payload
        assert len(made) == 1
        assert kept.read_bytes() == good


def test_a_job_that_failed_says_why_and_can_be_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    chain, prover = purses().chain, backend()
    with monkeypatch.context() as patch:
        patch.setattr(chunk_proofs.ChunkProver, "_load", lambda *_: None)
        patch.setattr(job_module, "prove", lambda *_, **__: 1 // 0)
        job = prover.submit(chain, WHOLE)
        while prover.poll(job).state == "running":
            time.sleep(0.01)
        # Whoever asks for it again before he was told why does not hide the failure.
        assert prover.submit(chain, WHOLE) == job
        failed = prover.poll(job)
        with pytest.raises(ZeroDivisionError):
            prover.fetch(job)
    assert failed.state == "failed"
    assert "division" in failed.error
    assert prover.submit(chain, WHOLE) == job
    assert prover.fetch(job).details["chunks"] == 4


def test_a_key_that_makes_wrong_proofs_is_found_before_a_proof_is_used(tmp_path: Path) -> None:
    prover = chunk_proofs.ChunkProver(circuits_of(Purses), _with_foreign_verifying_key(), tmp_path, Threads(1))
    tail = purses().claim(WHOLE).rows[-1].proved
    with pytest.raises(OutsideError, match=r"what this process returned for the tail chunk \w+ does not verify"):
        prover.prove(tail, 3, 5).result()
    assert proofs_in(tmp_path) == []


def _with_foreign_verifying_key() -> Keys:
    keys = keys_of(Purses)
    tail, data = keys.by_kind[ChunkKind.TAIL], keys.by_kind[ChunkKind.DATA]
    changed = {name: getattr(tail.key, name) for name in ProvingKey.__dataclass_fields__} | {"vk": data.key.vk}
    wrong = type(tail)(tail.circuit, ProvingKey(**changed))
    return Keys({**keys.by_kind, ChunkKind.TAIL: wrong})


def test_an_unknown_job_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        backend().poll("no such job")


# ---------------------------------------------------------------- keys


def test_keys_are_made_where_there_are_none_and_used_again(tmp_path: Path) -> None:
    told = Told()
    # Of the smallest circuit only: the other two are taken from the test keys.
    keys_of(Purses)
    place = tmp_path / "groth16"
    place.mkdir()
    circuits = circuits_of(Purses)
    names = {kind: circuits.circuit(kind).digest().hex() for kind in ChunkKind}
    for kind in (ChunkKind.INBOX, ChunkKind.DATA):
        (place / names[kind]).symlink_to(folder() / "groth16" / names[kind])
    made = Keys.load_or_make(circuits, tmp_path, told)
    again = Keys.load_or_make(circuits, tmp_path)
    assert made.development
    assert keys_hash(again) == keys_hash(made) != keys_hash(keys_of(Purses))
    assert [done for _, done, _ in told.reports] == [0, 1, 2, 3]
    (place / names[ChunkKind.TAIL] / "key.json").write_text("{}")
    anew = Keys.load_or_make(circuits, tmp_path)
    assert keys_hash(anew) != keys_hash(made)
    assert sum(path.name.startswith(names[ChunkKind.TAIL] + ".damaged") for path in place.iterdir()) == 1


# ---------------------------------------------------------------- contracts


def test_a_backend_without_a_program_or_a_contract_says_what_to_call() -> None:
    bare = Groth16Backend(Context(l1(), default_compiler(), kzg, folder()))
    with pytest.raises(OutsideError, match="no program is prepared; call prepare"):
        bare.deploy(purses().chain.rollup)
    with pytest.raises(OutsideError, match="no contract is attached; call deploy or attach"):
        bare.describe(1)


def test_a_backend_attaches_to_a_contract_of_its_own() -> None:
    chain, other = purses().chain, backend()
    other.attach(chain.rollup, chain.settlement)
    assert other.describe(1) == {"verdict": "accepted", "development_keys": True}
    assert other.describe(999)["verdict"] == "pending"
    assert other.react(chain, l1().head()) == ()


def deployed(rollup: Contract, elements: int, order: tuple[ChunkKind, ...] = tuple(ChunkKind)) -> Contract:
    rows = [key_words(keys_of(Purses).verifying(kind)) for kind in order]
    subject = (rollup.address, Purses.image().program_id)
    return l1().deploy(default_compiler().contract(CONTRACT), *subject, elements, *rows, *[True])


def test_a_contract_of_another_chain_size_or_key_is_not_attached() -> None:
    rollup = purses().chain.rollup
    elsewhere = SettledChain(l1(), default_compiler(), Purses.image(), poseidon2()).rollup
    wrongs = {
        "another rollup contract": deployed(elsewhere, 13),
        "chunks of another size": deployed(rollup, 26),
        "other keys": deployed(rollup, 13, (ChunkKind.TAIL, ChunkKind.DATA, ChunkKind.INBOX)),
    }
    for words, contract in wrongs.items():
        with pytest.raises(OutsideError, match=words) as raised:
            backend().attach(rollup, contract)
        assert raised.value.expected != raised.value.got


def test_a_contract_of_another_backend_is_not_attached() -> None:
    class Renamed(Groth16Backend):
        name = "another"

    other = Renamed(Context(l1(), default_compiler(), kzg, folder()))
    other.prepare(Purses.image())
    with pytest.raises(OutsideError, match="belongs to another backend") as raised:
        other.attach(purses().chain.rollup, purses().chain.settlement)
    assert (raised.value.expected, raised.value.got) == ("another 1", "groth16 1")


def test_what_a_user_must_know_is_said_in_a_sentence_each() -> None:
    properties = backend().properties
    assert all(getattr(properties, name) for name in Properties.__slots__)
    assert "development" in properties.setup


def test_preparing_twice_keeps_circuits_and_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    made = backend()
    monkeypatch.setattr(Keys, "load_or_make", lambda *_: pytest.fail("keys were loaded again"))
    made.prepare(Purses.image())
    assert SettledChain(l1(), default_compiler(), Purses.image(), poseidon2()).settle_by(made).derived() == 0
