"""What `settlement/validity.vy` decodes: the chunks with their proofs, and what opens the posted data at z."""

from collections.abc import Sequence
from typing import Final

from eth_abi import encode

from provers.validity.arithmetise.chunk_input import NO_HEADER, ChunkInput
from provers.validity.backend.transcript import Challenges
from provers.validity.groth16.proof import Proof
from rollup.batch.batch import Batch
from rollup.batch.blob import to_blob, to_words
from rollup.params import DataKind
from rollup.ports.da import Blobs

_PROOF: Final = "(uint256[4],uint256[8],uint256[4])"
_CHUNK: Final = f"(uint256,uint256,uint256,uint256,uint256[8],{_PROOF})"
ABI_TYPE: Final = f"(bytes,bytes,bytes,{_CHUNK}[],uint256[6][])"
"""The contract's struct `Payload`."""


def payload_of(
    batch: Batch, chunks: Sequence[ChunkInput], proofs: Sequence[Proof], challenges: Challenges, blobs: Blobs
) -> bytes:
    """Return the ABI encoding of everything the contract checks a batch's proofs by."""
    rows = [_row(*each) for each in zip(chunks, proofs, challenges.zc, [challenges.z] * len(chunks), strict=True)]
    messages = [message.words() for message in batch.messages]
    return encode([ABI_TYPE], [(*_opening(batch, challenges.z, blobs), rows, messages)])


def _row(chunk: ChunkInput, proof: Proof, zc: int, z: int) -> tuple[object, ...]:
    header = NO_HEADER if chunk.header_out is None else chunk.header_out.words()
    return (int(chunk.kind), chunk.count, chunk.h, chunk.y(z, zc), header, proof.to_evm_words())


def _opening(batch: Batch, z: int, blobs: Blobs) -> tuple[bytes, bytes, bytes]:
    """Return commitment and KZG proof of a blob, or else the calldata."""
    if batch.kind is DataKind.CALLDATA:
        return b"", b"", to_words(batch.elements)
    blob = to_blob(batch.elements)
    return blobs.commitment(blob), blobs.open_at(blob, z).proof, b""
