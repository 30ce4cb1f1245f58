"""The store of one chain; implements `rollup.ports.store.ChainStore`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, func, insert, select, update

from rollup.batch.batch import Batch
from rollup.batch.derivation import MessageLog, Position
from rollup.batch.epoch import Epoch
from rollup.batch.inbox import Message
from rollup.batch.receipt import Receipt
from rollup.encoding import uint_to_bytes
from rollup.errors import InternalError
from rollup.params import Status
from rollup.ports.store import Block, Changes, L1Point
from rollup.state.header import Header
from rollup.state.leaf import Attributes
from rollup.state.tree import Tree
from rollup.store import rows
from rollup.store.cells import stored_tree
from rollup.store.database import Database, StoreError
from rollup.store.schema import (
    BATCHES,
    EPOCHS,
    FACTS,
    MESSAGES,
    METADATA,
    NODES,
    PENDING,
    POINTS,
    RECORDS,
    STEPS,
    VERSION,
)


@dataclass(frozen=True)
class Genesis:
    """What a chain starts from.

    Attributes
    ----------
    program_id
        32 bytes.
    settlement
        L1 address of the contract that settles its first epoch, 20 bytes.
    domain
        What signatures are bound to in that epoch.
    depth
        Of its tree.
    header
        Before batch 1.
    records
        Of the genesis state, by tree index.
    """

    program_id: bytes
    settlement: bytes
    domain: int
    depth: int
    header: Header
    records: Mapping[int, Attributes]

    def facts(self) -> dict[str, bytes]:
        """Return what distinguishes this chain from any other, by name."""
        return {
            "schema": uint_to_bytes(VERSION, 4),
            "program": self.program_id,
            "settlement": self.settlement,
            "domain": uint_to_bytes(self.domain, 32),
            "depth": uint_to_bytes(self.depth, 1),
            "genesis": self.header.to_bytes(),
        }


class Store:
    """The chain as derived from L1, and the transactions that wait.

    Parameters
    ----------
    url
        Of the database; created if there is none.
    genesis
        Of the chain; a store of another one is refused with `StoreError`.
    """

    def __init__(self, url: str, genesis: Genesis) -> None:
        self._database = Database(url)
        self._genesis = genesis
        try:
            self._open(url)
        except BaseException:
            self._database.close()
            raise

    def close(self) -> None:
        """Give the database's connections back."""
        self._database.close()

    def advance(
        self,
        point: L1Point,
        messages: Sequence[MessageLog],
        blocks: Sequence[tuple[Block, Changes]],
        epochs: Sequence[Epoch] = (),
    ) -> None:
        """Keep everything that L1 brought up to `point`, all or nothing; see the port."""
        with self._database.writing() as connection:
            self._require_next(connection, point, messages, blocks)
            connection.execute(insert(POINTS).values(number=point.number, hash=point.hash))
            _insert(connection, MESSAGES, [rows.message_values(log, point) for log in messages])
            for epoch in epochs:
                _keep_epoch(connection, epoch, point)
            for block, changes in blocks:
                self._append(connection, point, block, changes)

    def rewind(self, l1_number: int) -> int:
        """Forget everything that L1 blocks after `l1_number` brought; transactions of forgotten batches wait again."""
        with self._database.writing() as connection:
            kept = connection.execute(select(func.max(POINTS.c.number)).where(POINTS.c.number <= l1_number)).scalar()
            kept = -1 if kept is None else kept
            for table in (MESSAGES, BATCHES, EPOCHS):
                connection.execute(delete(table).where(table.c.point > kept))
            connection.execute(delete(POINTS).where(POINTS.c.number > kept))
            newest = _newest(connection)
            connection.execute(update(EPOCHS).where(EPOCHS.c.first > newest).values(first=None))
            for table in (STEPS, NODES, RECORDS):
                connection.execute(delete(table).where(table.c.batch > newest))
            connection.execute(update(PENDING).where(PENDING.c.batch > newest).values(batch=None))
            return newest

    def point(self) -> L1Point | None:
        """Return the L1 block up to which the chain has been followed."""
        with self._database.reading() as connection:
            row = connection.execute(select(POINTS).order_by(POINTS.c.number.desc()).limit(1)).first()
            return None if row is None else L1Point(row.number, row.hash)

    def newest(self) -> int:
        """Return the number of the last batch; 0 at genesis."""
        with self._database.reading() as connection:
            return _newest(connection)

    def header(self, number: int) -> Header:
        """Return the header after a batch; `KeyError` if it is not held."""
        if number == 0:
            return self._genesis.header
        with self._database.reading() as connection:
            return Header.from_bytes(_batch_row(connection, number).header)

    def position(self, number: int) -> Position:
        """Return where derivation stands after a batch; `KeyError` if it is not held."""
        if number == 0:
            return Position.genesis(self._genesis.program_id)
        with self._database.reading() as connection:
            row = _batch_row(connection, number)
            return Position(row.number, row.hash, row.timestamp, row.inbox_to, row.rolling)

    def block(self, number: int) -> Block:
        """Return a batch with its result; `KeyError` if it is not held."""
        with self._database.reading() as connection:
            row = _batch_row(connection, number)
            steps = connection.execute(select(STEPS).where(STEPS.c.batch == number).order_by(STEPS.c.position)).all()
            return rows.block_from(row, steps, self._batch(connection, row))

    def epochs(self) -> tuple[Epoch, ...]:
        """Return all epochs that L1 has applied, in order; the first is genesis'."""
        genesis = Epoch(0, self._genesis.program_id, self._genesis.settlement, first=0)
        with self._database.reading() as connection:
            found = connection.execute(select(EPOCHS).order_by(EPOCHS.c.number))
            return (genesis, *(rows.epoch_from(row) for row in found))

    def messages(self, start: int) -> tuple[MessageLog, ...]:
        """Return the inbox messages from number `start` on."""
        query = select(MESSAGES).where(MESSAGES.c.number >= start).order_by(MESSAGES.c.number)
        with self._database.reading() as connection:
            return tuple(rows.message_from(row) for row in connection.execute(query))

    def state(self, number: int) -> Tree:
        """Return the tree after a batch, as long as that batch is not rewound; `KeyError` if it is not held."""
        self.header(number)
        return stored_tree(self._database, self._genesis.depth, number)

    def find_transaction(self, transaction_hash: bytes) -> tuple[int, int] | None:
        """Return batch and position of the step that ran a transaction, else of the first that skipped it."""
        query = select(STEPS.c.batch, STEPS.c.position).where(STEPS.c.transaction == transaction_hash)
        skipped = STEPS.c.status == int(Status.SKIPPED)
        with self._database.reading() as connection:
            row = connection.execute(query.order_by(skipped, STEPS.c.batch, STEPS.c.position).limit(1)).first()
            return None if row is None else (row.batch, row.position)

    def receipts_of(self, account: int, limit: int) -> tuple[tuple[int, Receipt], ...]:
        """Return an account's newest receipts with their batch, newest first."""
        query = select(STEPS).where(STEPS.c.sender == account).limit(limit)
        with self._database.reading() as connection:
            found = connection.execute(query.order_by(STEPS.c.batch.desc(), STEPS.c.position.desc()))
            return tuple((row.batch, rows.receipt_from(row)) for row in found)

    def add_pending(self, transaction_hash: bytes, data: bytes) -> bool:
        """Keep a transaction that waits; durable on return. False if it is known already."""
        with self._database.writing() as connection:
            if connection.execute(select(PENDING.c.sequence).where(PENDING.c.hash == transaction_hash)).first():
                return False
            connection.execute(insert(PENDING).values(hash=transaction_hash, data=data))
            return True

    def pending(self) -> tuple[tuple[bytes, bytes], ...]:
        """Return hash and bytes of all transactions that wait, oldest first."""
        query = select(PENDING).where(PENDING.c.batch.is_(None)).order_by(PENDING.c.sequence)
        with self._database.reading() as connection:
            return tuple((row.hash, row.data) for row in connection.execute(query))

    def drop_pending(self, transaction_hashes: Sequence[bytes]) -> None:
        """Forget transactions that wait."""
        with self._database.writing() as connection:
            for transaction_hash in transaction_hashes:
                held = (PENDING.c.hash == transaction_hash) & PENDING.c.batch.is_(None)
                connection.execute(delete(PENDING).where(held))

    def _open(self, url: str) -> None:
        """Make the tables and genesis of a new store, or check those of an old one."""
        expected = self._genesis.facts()
        with self._database.writing() as connection:
            METADATA.create_all(connection)
            held = {row.name: row.value for row in connection.execute(select(FACTS))}
            if not held:
                self._found(connection)
        if held and held != expected:
            differing = ", ".join(sorted(name for name, value in expected.items() if held.get(name) != value))
            raise StoreError(f"store: {url} is the store of another chain", expected="the same", got=differing)

    def _found(self, connection: Connection) -> None:
        """Write genesis as version 0 of the tree."""
        tree = Tree(self._genesis.depth).fork()
        tree.update_many(self._genesis.records)
        if tree.root != self._genesis.header.state_root:
            raise StoreError(
                "store: the genesis records do not give the genesis root",
                expected=self._genesis.header.state_root,
                got=tree.root,
            )
        changes = Changes.of(tree)
        _insert(connection, NODES, rows.node_values(changes, 0))
        _insert(connection, RECORDS, rows.record_values(changes, 0))
        _insert(connection, FACTS, rows.genesis_facts(self._genesis.facts()))

    def _append(self, connection: Connection, point: L1Point, block: Block, changes: Changes) -> None:
        number = block.batch.number
        root = changes.nodes.get((self._genesis.depth, 0), block.header.state_root)
        if root != block.header.state_root:
            raise InternalError(
                f"store: the changes of batch {number} give another root", expected=block.header.state_root, got=root
            )
        connection.execute(insert(BATCHES).values(rows.batch_values(block, point)))
        _insert(connection, STEPS, rows.step_values(block))
        _insert(connection, NODES, rows.node_values(changes, number))
        _insert(connection, RECORDS, rows.record_values(changes, number))
        for receipt in block.receipts:
            # Anybody can post a transaction before its nonce is due; one that was skipped still waits for a batch of ours.
            if receipt.transaction and receipt.status is not Status.SKIPPED:
                held = PENDING.c.hash == receipt.transaction
                connection.execute(update(PENDING).where(held).values(batch=number))

    def _batch(self, connection: Connection, row: Row[Any]) -> Batch:
        held = (MESSAGES.c.number >= row.inbox_from) & (MESSAGES.c.number < row.inbox_to)
        found = connection.execute(select(MESSAGES.c.words).where(held).order_by(MESSAGES.c.number)).scalars()
        messages = [Message(*rows.words_from_bytes(words)) for words in found]
        return rows.batch_from(row, messages)

    def _require_next(
        self,
        connection: Connection,
        point: L1Point,
        messages: Sequence[MessageLog],
        blocks: Sequence[tuple[Block, Changes]],
    ) -> None:
        """Check that nothing is left out or told twice: that would be our mistake, and is not kept."""
        last_point = connection.execute(select(func.max(POINTS.c.number))).scalar()
        last_message = connection.execute(select(func.max(MESSAGES.c.number))).scalar()
        if last_point is not None and point.number <= last_point:
            raise InternalError(
                "store: this L1 block was followed already", expected=f"> {last_point}", got=point.number
            )
        _require_run("inbox message", -1 if last_message is None else last_message, [log.index for log in messages])
        _require_run("batch", _newest(connection), [block.batch.number for block, _ in blocks])


def _require_run(what: str, last: int, numbers: Sequence[int]) -> None:
    expected = list(range(last + 1, last + 1 + len(numbers)))
    if list(numbers) != expected:
        raise InternalError(f"store: not the next {what}", expected=expected, got=list(numbers))


def _keep_epoch(connection: Connection, epoch: Epoch, point: L1Point) -> None:
    """Insert an epoch, or note where one that is held began."""
    held = EPOCHS.c.number == epoch.index
    if connection.execute(update(EPOCHS).where(held).values(first=epoch.first)).rowcount == 0:
        connection.execute(insert(EPOCHS).values(rows.epoch_values(epoch, point)))


def _insert(connection: Connection, table: Table, values: list[rows.Values]) -> None:
    if values:
        connection.execute(insert(table), values)


def _newest(connection: Connection) -> int:
    return connection.execute(select(func.max(BATCHES.c.number))).scalar() or 0


def _batch_row(connection: Connection, number: int) -> Row[Any]:
    row = connection.execute(select(BATCHES).where(BATCHES.c.number == number)).first()
    if row is None:
        raise KeyError(f"store: batch {number} is not held")
    return row
