"""Proofs of a batch's chunks: taken from the disk, else from a scheduler's workers, and believed only when they verify."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from uuid import uuid4

from provers.validity.arithmetise.chunk_input import ChunkInput
from provers.validity.arithmetise.circuits import TAPE, ProgramCircuits
from provers.validity.backend.keys import Keys, place_of
from provers.validity.backend.transcript import Challenges
from provers.validity.groth16.proof import Proof
from provers.validity.groth16.verify import verify
from provers.validity.jobs.job import Job
from provers.validity.jobs.material import Material, Places
from provers.validity.jobs.scheduler import Answer, Scheduler
from rollup.errors import DecodeError, OutsideError
from rollup.params import ChunkKind


class ChunkProver:
    """Has chunks proved, each once.

    Parameters
    ----------
    circuits, keys
        Of the program.
    folder
        Where keys lie and finished proofs are kept.
    scheduler
        Who proves.
    pairing
        By which every proof is verified before it is used: "arkworks" or "py-ecc".
    """

    def __init__(
        self, circuits: ProgramCircuits, keys: Keys, folder: Path, scheduler: Scheduler, pairing: str = "arkworks"
    ) -> None:
        self._circuits, self._keys, self._pairing = circuits, keys, pairing
        self._scheduler = scheduler
        self._folder = folder / "proofs"
        self._materials = {kind: self._material(kind, folder) for kind in ChunkKind}
        self._lock = threading.Lock()
        self._running: dict[str, Future[Proof]] = {}

    def start(self, chunks: Sequence[ChunkInput], challenges: Challenges) -> list[Future[Proof]]:
        """Start a proof of each chunk, in order.

        Where there are as many chunks as workers, a proof on one thread each takes less time in all than one after the other on several;
        where there are fewer, the threads share a proof.
        """
        threads = max(1, self._scheduler.workers // max(1, len(chunks)))
        return [self.prove(chunk, challenges.z, zc, threads) for chunk, zc in zip(chunks, challenges.zc, strict=True)]

    def prove(self, chunk: ChunkInput, z: int, zc: int, threads: int = 1) -> Future[Proof]:
        """Return the proof of one chunk, to come: the one kept on disk if it verifies, the one under way if there is one, else a new one.

        The future raises `OutsideError` if what a worker returned is no proof of the chunk, and whatever else kept it from being made.
        """
        public = chunk.public_inputs(z, zc)
        brought = self._circuits.brought(chunk.kind, chunk)
        job = Job.of(chunk.kind, self._keys.verifying(chunk.kind).digest(), public, brought)
        with self._lock:
            if job.id in self._running:
                return self._running[job.id]
            future = self._running[job.id] = Future[Proof]()
        try:
            kept = self._load(job)
            if kept is not None:
                self._end(job, future, kept)
                return future
            answer = self._scheduler.submit(job, self._materials[chunk.kind], threads)
        except Exception as error:  # noqa: BLE001 -- whoever holds the future already must hear of it
            self._end(job, future, error)
        else:
            answer.add_done_callback(partial(self._take, job, future))
        return future

    def _take(self, job: Job, future: Future[Proof], answer: "Future[Answer]") -> None:
        try:
            proof = self._checked(job, answer.result())
            self._keep(job, proof)
        except BaseException as error:  # noqa: BLE001 -- whatever it is, whoever waits must hear of it
            self._end(job, future, error)
        else:
            self._end(job, future, proof)

    def _end(self, job: Job, future: Future[Proof], result: Proof | BaseException) -> None:
        with self._lock:
            del self._running[job.id]
        if isinstance(result, Proof):
            future.set_result(result)
        else:
            future.set_exception(result)

    def _checked(self, job: Job, answer: Answer) -> Proof:
        """SAFETY: a worker may be wrong, or another machine; what it returns is read strictly, and used only if it verifies."""
        what = f"prover: what {answer.worker} returned for {job}"
        remedy = "see whether it runs the same version, and whether its copy of the key is whole"
        try:
            proof = Proof.from_evm(answer.proof)
        except DecodeError as error:
            raise OutsideError(f"{what} is no proof: {error}", remedy=remedy) from error
        if not self._holds(job, proof):
            raise OutsideError(f"{what} does not verify", remedy=remedy)
        return proof

    def _holds(self, job: Job, proof: Proof) -> bool:
        return verify(self._keys.verifying(job.kind), job.public, proof, self._pairing)

    def _path(self, job: Job) -> Path:
        return self._folder / f"{job.id}.proof"

    def _load(self, job: Job) -> Proof | None:
        try:
            proof = Proof.from_evm(self._path(job).read_bytes())
        except (DecodeError, FileNotFoundError):
            return None
        return proof if self._holds(job, proof) else None

    def _keep(self, job: Job, proof: Proof) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        partial_path = self._folder / f"{job.id}.{uuid4().hex}"
        partial_path.write_bytes(proof.to_evm())
        partial_path.replace(self._path(job))

    def _material(self, kind: ChunkKind, folder: Path) -> Material:
        item, path = self._keys.by_kind[kind], self._circuits.path(kind)
        places = Places(path, path.with_suffix(TAPE), place_of(item.circuit, folder))
        return Material(item.circuit, self._circuits.compiled(kind).tape, item.key, places)
