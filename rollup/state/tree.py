"""The sparse 4-ary Merkle tree of all records (spec §2)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from rollup.state.hashing import hash_leaves, hash_nodes
from rollup.state.leaf import ARITY_BITS, Attributes, zero_nodes

Path = tuple[tuple[int, int, int], ...]
"""The three siblings at each level, leaf level first, in the order of their positions."""

NodeKey = tuple[int, int]
"""Level (0 = leaves) and position in that level."""

_K = TypeVar("_K")
_V = TypeVar("_V")
_K_contra = TypeVar("_K_contra", contravariant=True)


class Cells(Protocol[_K_contra, _V]):
    """What a tree keeps its nodes and records in: a `dict`, an `Overlay`, the store's tables, or a state witness."""

    def get(self, key: _K_contra, default: _V, /) -> _V:
        """Return what stands at `key`, or `default`."""
        ...

    def __setitem__(self, key: _K_contra, value: _V, /) -> None: ...


class StateReader(Protocol):
    """Whoever knows records: a tree, a witness, a pending state."""

    def get(self, index: int) -> Attributes:
        """Return the attributes of the record at a tree index; `()` if it is absent."""
        ...


class State(StateReader, Protocol):
    """What the engine runs over; `Tree` is the only implementation, over different cells."""

    @property
    def root(self) -> int:
        """The root of all records."""
        ...

    def update(self, index: int, attributes: Sequence[int]) -> None:
        """Replace a record."""
        ...

    def update_many(self, records: Mapping[int, Sequence[int]]) -> None:
        """Replace several records."""
        ...

    def path(self, index: int) -> Path:
        """Return the siblings of a leaf."""
        ...

    def top(self, levels: int) -> tuple[int, ...]:
        """Return the nodes so many levels below the root; the leaves where the tree is not so deep."""
        ...


class Overlay(dict[_K, _V]):
    """Changes over cells that they do not touch until `commit`.

    Parameters
    ----------
    base
        What is read where nothing has changed.
    """

    __slots__ = ("base",)

    def __init__(self, base: Cells[_K, _V]) -> None:
        super().__init__()
        self.base = base

    def get(self, key: _K, default: _V, /) -> _V:  # type: ignore[override]
        """Return the changed value, else the base's."""
        return self[key] if key in self else self.base.get(key, default)

    def commit(self) -> None:
        """Write every change to the base and forget it here."""
        for key, value in self.items():
            self.base[key] = value
        self.clear()


def parents(nodes: Sequence[int]) -> tuple[int, ...]:
    """Return the level above a whole level of nodes, four to each."""
    fours = range(0, len(nodes), 1 << ARITY_BITS)
    return tuple(hash_nodes([(nodes[i], nodes[i + 1], nodes[i + 2], nodes[i + 3]) for i in fours]))


class Tree:
    """A sparse Merkle tree of fixed depth; its cells hold only what differs from the empty tree.

    Parameters
    ----------
    depth
        Levels above the leaves; 4**depth leaves.
    nodes, records
        The cells to work on; new dictionaries by default.
    """

    def __init__(
        self,
        depth: int,
        nodes: Cells[NodeKey, int] | None = None,
        records: Cells[int, Attributes] | None = None,
    ) -> None:
        self.depth = depth
        self._nodes: Cells[NodeKey, int] = {} if nodes is None else nodes
        self._records: Cells[int, Attributes] = {} if records is None else records
        self._zeros = zero_nodes(depth)

    @classmethod
    def of(cls, depth: int, records: Mapping[int, Sequence[int]]) -> "Tree":
        """Build a tree that holds `records` by tree index."""
        tree = cls(depth)
        tree.update_many(records)
        return tree

    @property
    def root(self) -> int:
        """The root, in [0, R)."""
        return self.node(self.depth, 0)

    def node(self, level: int, position: int) -> int:
        """Return a node by level (0 = leaves) and position."""
        return self._nodes.get((level, position), self._zeros[level])

    def get(self, index: int) -> Attributes:
        """Return the attributes of a record; `()` if it is absent."""
        self._require(index)
        return self._records.get(index, ())

    def path(self, index: int) -> Path:
        """Return the three siblings at each level, leaf level first."""
        self._require(index)
        return tuple(self._siblings(level, index >> ARITY_BITS * level) for level in range(self.depth))

    def top(self, levels: int) -> tuple[int, ...]:
        """Return the 4**levels nodes so many levels below the root, in their order; the leaves where the tree is not so deep."""
        levels = min(levels, self.depth)
        return tuple(self.node(self.depth - levels, position) for position in range(1 << ARITY_BITS * levels))

    def update(self, index: int, attributes: Sequence[int]) -> None:
        """Replace the record at `index`; all zeros, or nothing, remove it."""
        self.update_many({index: attributes})

    def update_many(self, records: Mapping[int, Sequence[int]]) -> None:
        """Replace several records, hashing every node above them once."""
        kept = {index: tuple(attributes) if any(attributes) else () for index, attributes in records.items()}
        for (index, attributes), leaf in zip(kept.items(), hash_leaves(tuple(kept.values())), strict=True):
            self._require(index)
            self._records[index] = attributes
            self._nodes[0, index] = leaf
        dirty: Iterable[int] = kept
        for level in range(self.depth):
            dirty = {position >> ARITY_BITS for position in dirty}
            nodes = hash_nodes([self._children(level, parent) for parent in dirty])
            for parent, node in zip(dirty, nodes, strict=True):
                self._nodes[level + 1, parent] = node

    def fork(self) -> "Tree":
        """Return a tree that starts as this one and leaves it as it is; this one must not change while the fork is in use."""
        return Tree(self.depth, Overlay(self._nodes), Overlay(self._records))

    def changes(self) -> tuple[dict[NodeKey, int], dict[int, Attributes]]:
        """Return the nodes and records in which a fork differs from what it was forked from."""
        nodes, records = self._overlays()
        return dict(nodes), dict(records)

    def commit(self) -> None:
        """Write a fork's changes to the cells it was forked from."""
        for overlay in self._overlays():
            overlay.commit()

    def _overlays(self) -> tuple[Overlay[NodeKey, int], Overlay[int, Attributes]]:
        assert isinstance(self._nodes, Overlay), "only a fork has changes"
        assert isinstance(self._records, Overlay), "only a fork has changes"
        return self._nodes, self._records

    def _children(self, level: int, parent: int) -> tuple[int, int, int, int]:
        first = parent << ARITY_BITS
        return (
            self.node(level, first),
            self.node(level, first + 1),
            self.node(level, first + 2),
            self.node(level, first + 3),
        )

    def _siblings(self, level: int, position: int) -> tuple[int, int, int]:
        a, b, c = (node for at, node in enumerate(self._children(level, position >> ARITY_BITS)) if at != position & 3)
        return a, b, c

    def _require(self, index: int) -> None:
        # INVARIANT: indices come from the layout, whose keys are narrower than the tree is deep.
        assert 0 <= index < 1 << ARITY_BITS * self.depth, f"tree index {index} is outside a tree of depth {self.depth}"
