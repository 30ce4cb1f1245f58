"""What `settlement/validity.vy` reads: the chunks with their proofs, the messages, and what opens the posted data at z."""

from collections.abc import Sequence

from provers.validity.arithmetise.chunk_input import NO_HEADER, ChunkInput
from provers.validity.backend.transcript import Challenges
from provers.validity.groth16.proof import Proof
from rollup.batch.batch import Batch
from rollup.batch.blob import to_blob, to_words
from rollup.encoding import uint_to_bytes
from rollup.params import DataKind
from rollup.ports.da import Blobs


def payload_of(
    batch: Batch, chunks: Sequence[ChunkInput], proofs: Sequence[Proof], challenges: Challenges, blobs: Blobs
) -> bytes:
    """Return everything the contract checks a batch's proofs by.

    Two words, how many chunks and messages follow; 28 words a chunk: kind, count, h, y, header_out, proof; six words a message; then of
    a blob commitment and KZG proof at z, 48 bytes each, else the calldata.
    """
    rows = [_row(*each, challenges.z) for each in zip(chunks, proofs, challenges.zc, strict=True)]
    messages = [_words(message.words()) for message in batch.messages]
    counts = _words((len(rows), len(messages)))
    return b"".join([counts, *rows, *messages, _opening(batch, challenges.z, blobs)])


def _row(chunk: ChunkInput, proof: Proof, zc: int, z: int) -> bytes:
    header = NO_HEADER if chunk.header_out is None else chunk.header_out.words()
    return _words((chunk.kind, chunk.count, chunk.h, chunk.y(z, zc), *header)) + proof.to_evm()


def _words(values: Sequence[int]) -> bytes:
    return b"".join(uint_to_bytes(value, 32) for value in values)


def _opening(batch: Batch, z: int, blobs: Blobs) -> bytes:
    if batch.kind is DataKind.CALLDATA:
        return to_words(batch.elements)
    blob = to_blob(batch.elements)
    return blobs.commitment(blob) + blobs.open_at(blob, z).proof
