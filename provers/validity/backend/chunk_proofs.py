"""Proofs of chunks as jobs: independent, and the same job for the same content, so a crash loses nothing but time."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

from provers.validity.arithmetise.chunk_input import ChunkInput
from provers.validity.arithmetise.circuits import ProgramCircuits
from provers.validity.backend.keys import Keys
from provers.validity.backend.transcript import Challenges
from provers.validity.groth16.proof import Proof
from provers.validity.groth16.prove import prove
from provers.validity.groth16.verify import verify
from rollup.errors import DecodeError, InternalError

WORKERS = 2


class ChunkProver:
    """Proves chunks on a pool of threads; the kernels release the interpreter's lock.

    Parameters
    ----------
    circuits, keys
        Of the program.
    folder
        Where finished proofs are kept.
    pairing
        By which every proof is verified before it leaves: "arkworks" or "py-ecc".
    """

    def __init__(self, circuits: ProgramCircuits, keys: Keys, folder: Path, pairing: str = "arkworks") -> None:
        self._circuits, self._keys, self._pairing = circuits, keys, pairing
        self._folder = folder / "proofs"
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="prover")

    def start(self, chunks: Sequence[ChunkInput], challenges: Challenges) -> list[Future[Proof]]:
        """Start a proof of each chunk, in order.

        Where there are as many chunks as workers, a proof on one thread each takes less time in all than one after the other on several
        (31 s against 41 s for eight chunks on two cores); where there are fewer, the threads share a proof.
        """
        threads = WORKERS // min(WORKERS, len(chunks))
        return [
            self._pool.submit(self.prove, chunk, challenges.z, zc, threads)
            for chunk, zc in zip(chunks, challenges.zc, strict=True)
        ]

    def prove(self, chunk: ChunkInput, z: int, zc: int, threads: int = 1) -> Proof:
        """Return a proof of one chunk: the one kept on disk if it verifies, else a new one.

        Raises
        ------
        InternalError
            If the new proof does not verify: the circuit and the key on disk do not belong together.
        """
        item, public = self._keys.by_kind[chunk.kind], chunk.public_inputs(z, zc)
        kept = self._load(self._path(chunk, public), chunk, public)
        if kept is not None:
            return kept
        _, witness = self._circuits.assign(chunk.kind, chunk, z, zc)
        proof = prove(item.key, item.circuit, witness, threads=threads)
        if not verify(item.key.vk, public, proof, self._pairing):
            raise InternalError(f"prover: a proof of a {chunk.kind.name.lower()} chunk does not verify")
        self._keep(self._path(chunk, public), proof)
        return proof

    def _path(self, chunk: ChunkInput, public: Sequence[int]) -> Path:
        key = self._keys.verifying(chunk.kind).digest()
        content = key + b"".join(value.to_bytes(32, "big") for value in public)
        return self._folder / f"{hashlib.sha256(content).hexdigest()}.proof"

    def _load(self, path: Path, chunk: ChunkInput, public: Sequence[int]) -> Proof | None:
        if not path.exists():
            return None
        try:
            proof = Proof.from_evm(path.read_bytes())
        except DecodeError:
            return None
        return proof if verify(self._keys.verifying(chunk.kind), public, proof, self._pairing) else None

    def _keep(self, path: Path, proof: Proof) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.{uuid4().hex}")
        partial.write_bytes(proof.to_evm())
        partial.replace(path)
