"""The validity backend: a claim is accepted with its proofs, and not without."""

import hashlib
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial

from provers.validity.arithmetise.chunk_input import ChunkInput, chunks_of
from provers.validity.arithmetise.circuits import ProgramCircuits
from provers.validity.backend.chunk_proofs import ChunkProver
from provers.validity.backend.keys import Keys
from provers.validity.backend.limits import chunk_elements, require_provable
from provers.validity.backend.pace import Pace
from provers.validity.backend.payload import payload_of
from provers.validity.backend.transcript import Challenges, draw
from provers.validity.groth16.proof import Proof
from provers.validity.groth16.verifying_key import VerifyingKey
from provers.validity.jobs.connect import connect
from rollup.batch.batch import Batch
from rollup.crypto.keccak import keccak256
from rollup.errors import OutsideError
from rollup.execution.step_trace import trace_batch
from rollup.ir.image import Image
from rollup.params import ChunkKind
from rollup.ports.l1 import Block, Contract
from rollup.ports.settlement import ChainView, Context, Job, JobState, Move, Properties, Submission
from rollup.state.header import StepHeader

CONTRACT = "settlement/validity"
TRANSACTIONS = 4
_DIFFERENCES = {
    "ROLLUP": "the contract belongs to another rollup contract",
    "CHUNK_ELEMENTS": "the chain was deployed for chunks of another size",
    "KEYS_HASH": "the chain was deployed with other keys; copy here those that it was deployed with",
}


@dataclass
class _Work:
    """A batch being proved."""

    batch: Batch
    chunks: tuple[ChunkInput, ...]
    challenges: Challenges
    proofs: list[Future[Proof]]
    started: float
    pace: Pace
    finished: float = 0.0
    reported: bool = False
    details: dict[str, object] = field(default_factory=dict)

    def done(self) -> int:
        return sum(proof.done() for proof in self.proofs)

    def error(self) -> BaseException | None:
        """Return what made the first of the failed proofs fail."""
        return next((error for proof in self.proofs if proof.done() and (error := proof.exception())), None)


class Groth16Backend:
    """Settlement by Groth16 over BLS12-381; see `ports.settlement.SettlementBackend`.

    Parameters
    ----------
    context
        The ports; `context.cache` keeps circuits' keys and finished proofs.
    transactions
        Of a DATA chunk; a multiple of 4.
    pairing
        By which proofs are verified off chain: "arkworks" or "py-ecc".
    scheduler
        Who proves: "threads" of this process, "processes" of this machine, or the URL of a Dask scheduler.
    workers
        How many threads or processes; 0 for as many as there are cores.
    """

    name = "groth16"
    version = 1
    withholds_signatures = False

    def __init__(
        self,
        context: Context,
        transactions: int = TRANSACTIONS,
        pairing: str = "arkworks",
        scheduler: str = "threads",
        workers: int = 0,
    ) -> None:
        self._context = context
        self._transactions, self._pairing = transactions, pairing
        self._scheduler, self._workers = scheduler, workers
        self._image: Image | None = None
        self._prover: ChunkProver | None = None
        self._keys: Keys | None = None
        self._contracts: tuple[Contract, Contract] | None = None
        self._work: dict[str, _Work] = {}

    @property
    def properties(self) -> Properties:
        """What to know before choosing it."""
        return Properties(
            finality="as soon as the transaction with the proofs is mined",
            trust="Groth16 is sound over BLS12-381 and nobody kept the toxic waste of the setup",
            liveness="anyone who has the posted data runs a prover",
            setup="three keys a program, from `tandem ceremony`; those that `prepare` makes are for development, and the chain says so",
            weakness="whoever kept the toxic waste of a development setup can prove anything",
        )

    def prepare(self, image: Image) -> None:
        """Make or load the program's circuits and keys, and reach the workers.

        Raises
        ------
        AuthorError
            A batch of the program could be beyond one claim.
        OutsideError
            There is no such scheduler, or it does not answer.
        """
        if self._image is not None and self._image.program_id == image.program_id:
            return
        require_provable(image, self._transactions)
        circuits = ProgramCircuits(image, self._transactions)
        keys = Keys.load_or_make(circuits, self._context.cache, self._context.progress)
        self._image, self._keys = image, keys
        scheduler = connect(self._scheduler, self._workers)
        self._prover = ChunkProver(circuits, keys, self._context.cache, scheduler, self._pairing)

    def deploy(self, rollup: Contract) -> Contract:
        """Create the verifier for the prepared program's keys."""
        image, keys, _ = self._prepared()
        elements = chunk_elements(image.layout, self._transactions)
        artifact = self._context.compiler.contract(CONTRACT)
        rows = [key_words(keys.verifying(kind)) for kind in ChunkKind]
        contract = self._context.l1.deploy(
            artifact, rollup.address, image.program_id, elements, *rows, keys.development
        )
        self._contracts = (rollup, contract)
        return contract

    def attach(self, rollup: Contract, settlement: Contract) -> None:
        """Work with a verifier that stands; `OutsideError` if it is another backend's, or for another chain, size of chunk or keys."""
        l1, (image, keys, _) = self._context.l1, self._prepared()
        found = tuple(l1.call(settlement, "properties"))
        if found != (self.name, self.version):
            raise OutsideError(
                "settlement: the contract belongs to another backend, or to another version of it",
                expected=f"{self.name} {self.version}",
                got=" ".join(map(str, found)),
                remedy="choose the backend that the chain was deployed with",
            )
        own: dict[str, object] = {
            "ROLLUP": rollup.address,
            "CHUNK_ELEMENTS": chunk_elements(image.layout, self._transactions),
            "KEYS_HASH": keys_hash(keys),
        }
        for name, expected in own.items():
            got = l1.call(settlement, name)
            if got != expected:
                raise OutsideError(f"settlement: {_DIFFERENCES[name]}", expected=_shown(expected), got=_shown(got))
        self._contracts = (rollup, settlement)

    def half(self, address: bytes) -> Contract:
        """Return the contract that stands at an address."""
        return Contract(CONTRACT, address, self._context.compiler.contract(CONTRACT).abi)

    def submit(self, view: ChainView, number: int) -> str:
        """Start the proofs of a batch's chunks; once `fetch` has said why they failed, start them again, but for those that are on disk."""
        batch = view.batch(number)
        job = hashlib.sha256(keys_hash(self._prepared()[1]) + batch.hash()).hexdigest()
        if job not in self._work or self._work[job].reported:
            self._work[job] = self._start(view, batch)
        return job

    def _start(self, view: ChainView, batch: Batch) -> _Work:
        started = time.perf_counter()
        image, keys, prover = self._prepared()
        start = StepHeader.start(view.header(batch.number - 1))
        traces = trace_batch(image, start, batch, view.state_before(batch.number))
        chunks = chunks_of(image.layout, batch, traces, self._transactions)
        challenges = draw(batch.hash(), chunks)
        pace = Pace([keys.by_kind[chunk.kind].circuit.constraints for chunk in chunks])
        work = _Work(batch, chunks, challenges, prover.start(chunks, challenges), started, pace)
        for part, proof in enumerate(work.proofs):
            proof.add_done_callback(partial(self._report, work, part))
        return work

    def _report(self, work: _Work, part: int, _: Future[Proof]) -> None:
        work.pace.finish(part)
        done, total, left = work.done(), len(work.proofs), work.pace.seconds_left()
        rest = "" if left is None or done == total else f", about {left:.0f} s left"
        self._context.progress(f"proving batch {work.batch.number}{rest}", done, total)

    def poll(self, job: str) -> Job:
        """Say how many chunks are proved."""
        work = self._work[job]
        done, total = work.done(), len(work.proofs)
        failed = work.error()
        if failed is not None:
            return Job(job, "failed", done, total, str(failed))
        state: JobState = "done" if done == total else "running"
        return Job(job, state, done, total, seconds_left=work.pace.seconds_left())

    def fetch(self, job: str) -> Submission:
        """Wait for the proofs and return the payload."""
        work = self._work[job]
        try:
            proofs = [proof.result() for proof in work.proofs]
        except Exception:
            work.reported = True
            raise
        work.finished = work.finished or time.perf_counter()
        payload = payload_of(work.batch, work.chunks, proofs, work.challenges, self._context.blobs)
        details: dict[str, object] = {"chunks": len(proofs), "payload_bytes": len(payload)}
        return Submission(payload, 0, work.finished - work.started, details)

    def react(self, view: ChainView, head: Block) -> Sequence[Move]:  # noqa: ARG002  (the port's signature)
        """Do nothing: what a proof has settled, nobody disputes."""
        return ()

    def vouches(self, view: ChainView, claim: int) -> bool:  # noqa: ARG002 - of the port
        """Say yes: what L1 took is proved."""
        return True

    def describe(self, claim: int) -> dict[str, object]:
        """Say what L1 knows of a claim."""
        l1, (_, settlement) = self._context.l1, self._attached()
        verdict = ("pending", "accepted", "rejected")[int(l1.call(settlement, "verdict", claim))]
        return {"verdict": verdict, "development_keys": bool(l1.call(settlement, "DEVELOPMENT"))}

    def _prepared(self) -> tuple[Image, Keys, ChunkProver]:
        if self._image is None or self._keys is None or self._prover is None:
            raise OutsideError("settlement: no program is prepared", remedy="call prepare(image) first")
        return self._image, self._keys, self._prover

    def _attached(self) -> tuple[Contract, Contract]:
        if self._contracts is None:
            raise OutsideError("settlement: no contract is attached", remedy="call deploy or attach first")
        return self._contracts


def key_words(key: VerifyingKey) -> tuple[object, ...]:
    """Return a verifying key as the contract's struct `Key`."""
    words = key.to_evm_words()
    return tuple(words[name] for name in ("alpha", "beta", "gamma", "delta", "ic"))


def keys_hash(keys: Keys) -> bytes:
    """Return what the contract computes of the keys it was given: keccak256 over the points of the three keys in their order."""
    return keccak256(*(keys.verifying(kind).to_bytes() for kind in ChunkKind))


def _shown(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else value
