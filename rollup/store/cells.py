"""Nodes and records of one version of the tree, read from the database when somebody asks."""

from sqlalchemy import Column, Table, select

from rollup.state.leaf import Attributes
from rollup.state.tree import NodeKey, Tree
from rollup.store.database import Database
from rollup.store.rows import node_key, record_key, words_from_bytes
from rollup.store.schema import NODES, RECORDS


class _Versions:
    """The newest value at a key that a batch up to some number wrote."""

    def __init__(self, database: Database, table: Table, value: Column[bytes], batch: int) -> None:
        self._database = database
        self._key = table.c.key
        self._newest_first = select(value).where(table.c.batch <= batch).order_by(table.c.batch.desc()).limit(1)

    def find(self, key: bytes) -> bytes | None:
        with self._database.reading() as connection:
            return connection.execute(self._newest_first.where(self._key == key)).scalar()


class _Nodes(dict[NodeKey, int]):
    """What was read or written so far, over the database."""

    def __init__(self, versions: _Versions) -> None:
        super().__init__()
        self._versions = versions

    def get(self, key: NodeKey, default: int, /) -> int:  # type: ignore[override]
        if key not in self:
            found = self._versions.find(node_key(key))
            self[key] = default if found is None else int.from_bytes(found, "big")
        return self[key]


class _Records(dict[int, Attributes]):
    """As `_Nodes`."""

    def __init__(self, versions: _Versions) -> None:
        super().__init__()
        self._versions = versions

    def get(self, key: int, default: Attributes, /) -> Attributes:  # type: ignore[override]
        if key not in self:
            found = self._versions.find(record_key(key))
            self[key] = default if found is None else words_from_bytes(found)
        return self[key]


def stored_tree(database: Database, depth: int, batch: int) -> Tree:
    """Return the tree after a batch.

    It keeps in memory what was read or written through it, and never writes to the database.
    """
    nodes = _Nodes(_Versions(database, NODES, NODES.c.hash, batch))
    records = _Records(_Versions(database, RECORDS, RECORDS.c.attributes, batch))
    return Tree(depth, nodes, records)
