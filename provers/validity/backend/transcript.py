"""The point z that binds all chunks of a batch to its data (docs/spec/machine.md §7), as the contract draws it."""

from collections.abc import Sequence
from dataclasses import dataclass

from provers.validity.arithmetise.chunk_input import ChunkInput
from rollup.crypto.fr import R
from rollup.crypto.keccak import keccak256
from rollup.encoding import uint_to_bytes
from rollup.params import BLOB_ELEMENTS

CONTEXT_STRIDE = 128
"""Powers of z between the contexts of two chunks; more than the 69 words of the longest."""


@dataclass(frozen=True, slots=True)
class Challenges:
    """What is drawn for a batch: z, and z^(4096 + 128 j) for chunk j."""

    z: int
    zc: tuple[int, ...]


def draw(batch_hash: bytes, chunks: Sequence[ChunkInput]) -> Challenges:
    """Return the challenges for a batch proved in these chunks, in this order.

    SPEC: t_0 = batch_hash, t_{j+1} = keccak256(t_j ‖ kind_j ‖ h_j ‖ context words), z = t_last mod R.
    """
    state = batch_hash
    for chunk in chunks:
        words = (chunk.kind, chunk.h, *chunk.context)
        state = keccak256(state, *(uint_to_bytes(word, 32) for word in words))
    z = int.from_bytes(state, "big") % R
    zc = tuple(pow(z, BLOB_ELEMENTS + CONTEXT_STRIDE * j, R) for j in range(len(chunks)))
    return Challenges(z, zc)
