"""Nodes and records of one version of the tree, read from the database when somebody asks."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Column, LargeBinary, Table, column, select, values

from rollup.state.leaf import ARITY_BITS, Attributes, zero_nodes
from rollup.state.tree import NodeKey, Tree
from rollup.store.database import Database
from rollup.store.rows import node_key, record_key, words_from_bytes
from rollup.store.schema import NODES, RECORDS


class _Versions:
    """The newest value at a key that a batch up to some number wrote."""

    def __init__(self, database: Database, table: Table, value: Column[bytes], batch: int) -> None:
        self._database = database
        self._table, self._value, self._batch = table, value, batch

    def find(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the values at those keys that have one; one seek in the index for each, however many versions there are."""
        wanted = values(column("key", LargeBinary), name="wanted").data([(key,) for key in keys]).cte()
        versions = select(self._value).where(self._table.c.key == wanted.c.key, self._table.c.batch <= self._batch)
        newest = versions.order_by(self._table.c.batch.desc()).limit(1).scalar_subquery()
        with self._database.reading() as connection:
            rows = connection.execute(select(wanted.c.key, newest))
            return {key: value for key, value in rows if value is not None}


class _Nodes(dict[NodeKey, int]):
    """What was read or written so far, over the database."""

    def __init__(self, versions: _Versions, depth: int) -> None:
        super().__init__()
        self._versions, self._zeros = versions, zero_nodes(depth)

    def get(self, key: NodeKey, _default: int, /) -> int:  # type: ignore[override]
        if key not in self:
            self._read(key)
        return self[key]

    def _read(self, key: NodeKey) -> None:
        """Read a node with its siblings and those of all its ancestors: whoever wants one goes on to the others."""
        missing = {node_key(near): near for near in self._above(key) if near not in self}
        found = self._versions.find(list(missing))
        for name, near in missing.items():
            self[near] = int.from_bytes(found[name], "big") if name in found else self._zeros[near[0]]

    def _above(self, key: NodeKey) -> Iterator[NodeKey]:
        level, position = key
        for above in range(level, len(self._zeros) - 1):
            first = position >> ARITY_BITS << ARITY_BITS
            yield from ((above, sibling) for sibling in range(first, first + (1 << ARITY_BITS)))
            position >>= ARITY_BITS
        yield len(self._zeros) - 1, 0


class _Records(dict[int, Attributes]):
    """As `_Nodes`."""

    def __init__(self, versions: _Versions) -> None:
        super().__init__()
        self._versions = versions

    def get(self, key: int, default: Attributes, /) -> Attributes:  # type: ignore[override]
        if key not in self:
            found = self._versions.find([record_key(key)])
            self[key] = words_from_bytes(found[record_key(key)]) if found else default
        return self[key]


def stored_tree(database: Database, depth: int, batch: int) -> Tree:
    """Return the tree after a batch.

    It keeps in memory what was read or written through it, and never writes to the database.
    """
    nodes = _Nodes(_Versions(database, NODES, NODES.c.hash, batch), depth)
    records = _Records(_Versions(database, RECORDS, RECORDS.c.attributes, batch))
    return Tree(depth, nodes, records)
