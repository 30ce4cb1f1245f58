"""The multi-proof of every record that a batch touches: what a stateless validator needs beside the header and the batch.

Wire form, big-endian: depth u8, number of records u16, number of nodes u32; then each record in the order of its index: index u64,
number of attributes u8 (0 for an absent record), attributes 32 bytes each; then the nodes, 32 bytes each, level by level from the
leaves, by position. Which nodes those are follows from the indices, so there is one witness for a set of records and no room for more.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rollup.crypto.fr import from_bytes32, to_bytes32
from rollup.encoding import uint_from_bytes, uint_to_bytes
from rollup.errors import DecodeError, PeerError
from rollup.params import MAX_TREE_BITS
from rollup.state.hashing import Children, hash_leaves, hash_nodes
from rollup.state.leaf import ARITY_BITS, Attributes
from rollup.state.tree import NodeKey, Tree

MAX_DEPTH = -(-MAX_TREE_BITS // ARITY_BITS)


def frontier(depth: int, indices: Iterable[int]) -> Iterator[NodeKey]:
    """Yield the nodes that the leaves at `indices` do not determine but their common root needs, level by level."""
    known = set(indices)
    for level in range(depth):
        parents = {position >> ARITY_BITS for position in known}
        for parent in sorted(parents):
            first = parent << ARITY_BITS
            yield from ((level, at) for at in range(first, first + 4) if at not in known)
        known = parents


@dataclass(frozen=True, slots=True)
class StateWitness:
    """Records and the hashes beside them.

    Attributes
    ----------
    depth
        Of the tree.
    records
        Attributes by tree index, `()` for an absent record; at least one, in ascending order of index.
    nodes
        The hashes of `frontier(depth, records)`, in its order.
    """

    depth: int
    records: tuple[tuple[int, Attributes], ...]
    nodes: tuple[int, ...]

    @classmethod
    def of(cls, tree: Tree, indices: Iterable[int]) -> "StateWitness":
        """Take the records at `indices`, or the one at 0 if there are none, and what proves them from a tree."""
        ordered = sorted(set(indices)) or [0]
        records = tuple((index, tree.get(index)) for index in ordered)
        return cls(tree.depth, records, tuple(tree.node(*key) for key in frontier(tree.depth, ordered)))

    def state(self, root: int) -> "WitnessState":
        """Return the state that this proves under `root`.

        Raises
        ------
        PeerError
            If there are too few or too many nodes, or records and nodes lead to another root.
        """
        nodes = self._expand()
        if nodes[self.depth, 0] != root:
            raise PeerError("state witness: leads to another root", expected=hex(root), got=hex(nodes[self.depth, 0]))
        return WitnessState(self.depth, nodes, dict(self.records))

    def to_bytes(self) -> bytes:
        """Write the wire form."""
        head = uint_to_bytes(self.depth, 1) + uint_to_bytes(len(self.records), 2) + uint_to_bytes(len(self.nodes), 4)
        records = b"".join(
            uint_to_bytes(index, 8) + uint_to_bytes(len(attributes), 1) + b"".join(map(to_bytes32, attributes))
            for index, attributes in self.records
        )
        return head + records + b"".join(map(to_bytes32, self.nodes))

    @classmethod
    def from_bytes(cls, data: bytes) -> "StateWitness":
        """Read the wire form; `DecodeError` for anything that `to_bytes` would not write."""
        reader = _Reader(data)
        depth, count, nodes = reader.uint(1), reader.uint(2), reader.uint(4)
        if not (0 < depth <= MAX_DEPTH and count):
            raise DecodeError("state witness: impossible head", expected=f"depth 1 … {MAX_DEPTH}", got=(depth, count))
        records = tuple(reader.record() for _ in range(count))
        witness = cls(depth, records, tuple(reader.element() for _ in range(nodes)))
        reader.end()
        witness._require_ordered()
        return witness

    def _require_ordered(self) -> None:
        previous = -1
        for index, attributes in self.records:
            if not previous < index < 1 << ARITY_BITS * self.depth:
                raise DecodeError("state witness: records out of order or range", expected=f"> {previous}", got=index)
            if attributes and not any(attributes):
                raise DecodeError(f"state witness: record {index} is absent, yet written out", got=attributes)
            previous = index

    def _expand(self) -> dict[NodeKey, int]:
        """Compute every node above the records; `PeerError` if the nodes given are not as many as due."""
        keys = list(frontier(self.depth, (index for index, _ in self.records)))
        if len(keys) != len(self.nodes):
            raise PeerError("state witness: another number of nodes", expected=len(keys), got=len(self.nodes))
        nodes = dict(zip(keys, self.nodes, strict=True))
        leaves = hash_leaves([attributes for _, attributes in self.records])
        nodes.update({(0, index): leaf for (index, _), leaf in zip(self.records, leaves, strict=True)})
        positions = {index for index, _ in self.records}
        for level in range(self.depth):
            positions = {position >> ARITY_BITS for position in positions}
            parents = [parent << ARITY_BITS for parent in positions]
            hashes = hash_nodes([_four(nodes, level, first) for first in parents])
            nodes.update({(level + 1, at >> ARITY_BITS): node for at, node in zip(parents, hashes, strict=True)})
        return nodes


def _four(nodes: Mapping[NodeKey, int], level: int, first: int) -> Children:
    return nodes[level, first], nodes[level, first + 1], nodes[level, first + 2], nodes[level, first + 3]


class _Proven(dict[NodeKey, int]):
    """Nodes of a tree of which only some are proved."""

    def get(self, key: NodeKey, default: int, /) -> int:  # type: ignore[override]  # noqa: ARG002  # there is no default here
        if key not in self:
            raise PeerError(f"state witness: node {key[1]} of level {key[0]} is missing")
        return self[key]


class _ProvenRecords(dict[int, Attributes]):
    """Records of which only some are proved."""

    def get(self, key: int, default: Attributes, /) -> Attributes:  # type: ignore[override]  # noqa: ARG002  # as above
        if key not in self:
            raise PeerError(f"state witness: record {key} is missing")
        return self[key]


class WitnessState(Tree):
    """A tree that knows what a state witness proves and raises `PeerError`, naming the record, for the rest."""

    def __init__(self, depth: int, nodes: dict[NodeKey, int], records: dict[int, Attributes]) -> None:
        super().__init__(depth, _Proven(nodes), _ProvenRecords(records))


class _Reader:
    """Takes a wire form apart from the front."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def uint(self, size: int) -> int:
        return uint_from_bytes(self._take(size), size)

    def element(self) -> int:
        return from_bytes32(self._take(32))

    def record(self) -> tuple[int, Attributes]:
        index, count = self.uint(8), self.uint(1)
        return index, tuple(self.element() for _ in range(count))

    def end(self) -> None:
        if self._at != len(self._data):
            raise DecodeError("state witness: bytes left over", expected=self._at, got=len(self._data))

    def _take(self, size: int) -> bytes:
        self._at += size
        if self._at > len(self._data):
            raise DecodeError("state witness: ends too early", expected=f">= {self._at} bytes", got=len(self._data))
        return self._data[self._at - size : self._at]
