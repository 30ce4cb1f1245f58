"""What workers return is used only if it is a proof of what was asked."""

from concurrent.futures import Future
from functools import cache
from pathlib import Path

import pytest

from provers.validity.arithmetise.chunk_input import ChunkInput
from provers.validity.backend.chunk_proofs import ChunkProver
from provers.validity.groth16.proof import Proof
from provers.validity.groth16.verify import verify
from provers.validity.jobs.job import Job
from provers.validity.jobs.material import Material
from provers.validity.jobs.scheduler import Answer
from provers.validity.jobs.threads import Threads
from rollup.errors import OutsideError
from rollup.params import ChunkKind
from tests.unit.validity.backend.keys import circuits_of, keys_of
from tests.unit.validity.backend.programs import Purses
from tests.unit.validity.backend.scenes import WHOLE, purses

Z, ZC = 3, 5


class Stranger:
    """A scheduler that gives back what it is told, when it is told."""

    workers = 1

    def __init__(self) -> None:
        self.asked: list[tuple[Job, Future[Answer]]] = []

    def submit(self, job: Job, material: Material, threads: int) -> Future[Answer]:
        del material, threads
        self.asked.append((job, Future()))
        return self.asked[-1][1]

    def close(self) -> None:
        """Nothing is held."""


def tail() -> ChunkInput:
    return purses().claim(WHOLE).rows[-1].proved


def prover_in(folder: Path, scheduler: Stranger | Threads) -> ChunkProver:
    return ChunkProver(circuits_of(Purses), keys_of(Purses), folder, scheduler)


@cache
def honest(zc: int) -> bytes:
    """A proof of the tail, for one of two statements."""
    circuits, item = circuits_of(Purses), keys_of(Purses).by_kind[ChunkKind.TAIL]
    public = tail().public_inputs(Z, zc)
    job = Job.of(ChunkKind.TAIL, item.key.vk.digest(), public, circuits.brought(ChunkKind.TAIL, tail()))
    return job.run(item.circuit, circuits.compiled(ChunkKind.TAIL).tape, item.key, 2)


def test_a_proof_that_verifies_is_taken_and_kept(tmp_path: Path) -> None:
    stranger = Stranger()
    asked = prover_in(tmp_path, stranger).prove(tail(), Z, ZC)
    stranger.asked[0][1].set_result(Answer(honest(ZC), "tcp://10.0.0.7:4"))
    assert asked.result(1) == Proof.from_evm(honest(ZC))
    assert [path.read_bytes() for path in (tmp_path / "proofs").iterdir()] == [honest(ZC)]


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        (lambda: honest(ZC)[:-1], "is no proof"),
        (lambda: b"", "is no proof"),
        (lambda: honest(ZC)[:40] + b"\xff" + honest(ZC)[41:], "is no proof|does not verify"),
        (lambda: bytes(512), "does not verify"),
        (lambda: honest(ZC + 1), "does not verify"),
        (lambda: honest(ZC)[384:] + honest(ZC)[128:384] + honest(ZC)[:128], "does not verify"),
    ],
    ids=["cut off", "empty", "a byte changed", "infinity", "of another statement", "points exchanged"],
)
def test_what_is_no_proof_of_the_chunk_is_refused_and_names_the_worker(
    tmp_path: Path, returned: object, words: str
) -> None:
    assert callable(returned)
    stranger = Stranger()
    prover = prover_in(tmp_path, stranger)
    asked = prover.prove(tail(), Z, ZC)
    stranger.asked[0][1].set_result(Answer(returned(), "tcp://10.0.0.7:4"))
    with pytest.raises(OutsideError, match=rf"what tcp://10\.0\.0\.7:4 returned for the tail chunk \w+ .*({words})"):
        asked.result(1)
    assert not (tmp_path / "proofs").exists()
    # Nothing of it is left in the way of the next one.
    again = prover.prove(tail(), Z, ZC)
    stranger.asked[1][1].set_result(Answer(honest(ZC), "another"))
    assert again.result(1) == Proof.from_evm(honest(ZC))


def test_a_chunk_that_is_asked_for_twice_is_proved_once(tmp_path: Path) -> None:
    stranger = Stranger()
    prover = prover_in(tmp_path, stranger)
    first, second = (prover.prove(tail(), Z, ZC) for _ in range(2))
    prover.prove(tail(), Z, ZC + 1)
    assert len(stranger.asked) == 2
    stranger.asked[0][1].set_result(Answer(honest(ZC), "one"))
    assert first.result(1) == second.result(1) == prover.prove(tail(), Z, ZC).result(1)
    assert prover_in(tmp_path, stranger).prove(tail(), Z, ZC).result(1) == first.result(1)
    assert len(stranger.asked) == 2


def test_a_scheduler_that_takes_no_job_fails_the_proof_and_no_other(tmp_path: Path) -> None:
    class Full(Stranger):
        def submit(self, job: Job, material: Material, threads: int) -> Future[Answer]:
            if not self.asked:
                super().submit(job, material, threads)
                raise OutsideError("no room")
            return super().submit(job, material, threads)

    full = Full()
    prover = prover_in(tmp_path, full)
    with pytest.raises(OutsideError, match="no room"):
        prover.prove(tail(), Z, ZC).result(1)
    again = prover.prove(tail(), Z, ZC)
    full.asked[1][1].set_result(Answer(honest(ZC), "one"))
    assert again.result(1) == Proof.from_evm(honest(ZC))


def test_the_threads_of_this_process_prove_a_chunk(tmp_path: Path) -> None:
    threads = Threads(1)
    proof = prover_in(tmp_path, threads).prove(tail(), Z, ZC).result(60)
    assert verify(keys_of(Purses).verifying(ChunkKind.TAIL), tail().public_inputs(Z, ZC), proof)
    threads.close()
