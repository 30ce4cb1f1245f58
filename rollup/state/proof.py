"""Inclusion proofs: a leaf and its path against a root, and the root after the leaf is replaced. Pure functions of their arguments."""

from dataclasses import dataclass
from typing import Self

from rollup.crypto.fr import from_bytes32, to_bytes32
from rollup.crypto.poseidon2 import compress4
from rollup.errors import DecodeError, PeerError
from rollup.state.leaf import ARITY_BITS
from rollup.state.tree import Path

LEVEL_BYTES = 96
"""Three siblings of 32 bytes."""


def root_from(index: int, leaf: int, path: Path) -> int:
    """Return the root of the tree that has `leaf` at `index` under the siblings of `path`."""
    node = leaf
    for level, siblings in enumerate(path):
        children = list(siblings)
        children.insert(index >> ARITY_BITS * level & 3, node)
        node = compress4(*children)
    return node


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That a leaf stands at `index` of the tree with some root.

    Attributes
    ----------
    index
        Tree index, below 4**len(path).
    path
        Siblings, leaf level first.
    """

    index: int
    path: Path

    def verify(self, root: int, leaf: int) -> None:
        """Check that `leaf` stands at `index` under `root`; `PeerError` if not."""
        self._require_index()
        got = root_from(self.index, leaf, self.path)
        if got != root:
            raise PeerError(f"proof: record {self.index} does not lead to the root", expected=hex(root), got=hex(got))

    def update(self, root: int, old: int, new: int) -> int:
        """Check that leaf `old` stands there under `root` and return the root with `new` in its place; `PeerError` if not."""
        self.verify(root, old)
        return root_from(self.index, new, self.path)

    def to_bytes(self) -> bytes:
        """Return the path alone, 96 bytes a level; index and depth are known to whoever asks."""
        return b"".join(to_bytes32(node) for siblings in self.path for node in siblings)

    @classmethod
    def from_bytes(cls, data: bytes, index: int, depth: int) -> Self:
        """Read the path of a known leaf; `DecodeError` if the length is wrong or a word is not below R."""
        if len(data) != LEVEL_BYTES * depth:
            raise DecodeError("proof: a path has another length", expected=LEVEL_BYTES * depth, got=len(data))
        nodes = [from_bytes32(data[at : at + 32]) for at in range(0, len(data), 32)]
        proof = cls(index, tuple((nodes[at], nodes[at + 1], nodes[at + 2]) for at in range(0, len(nodes), 3)))
        proof._require_index()
        return proof

    def _require_index(self) -> None:
        if not 0 <= self.index < 1 << ARITY_BITS * len(self.path):
            raise PeerError("proof: no such record", expected=f"[0, 4**{len(self.path)})", got=self.index)
