"""Sealed batches on their way to L1: what a sequencer has promised and a batcher has still to post; durable as the store is."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Row, Table, delete, insert, select

from rollup.batch.batch import Batch
from rollup.batch.blob import from_words, to_words
from rollup.batch.inbox import Message
from rollup.params import BLOB_ELEMENTS, DataKind
from rollup.state.header import Header
from rollup.store.database import Database

METADATA = MetaData()

SEALED = Table(
    "outbox",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("epoch", LargeBinary(32), nullable=False),
    Column("parent", LargeBinary(32), nullable=False),
    Column("timestamp", Integer, nullable=False),
    Column("inbox_from", Integer, nullable=False),
    Column("inbox_to", Integer, nullable=False),
    Column("rolling", LargeBinary(32), nullable=False),
    Column("payee", Integer, nullable=False),
    Column("header", LargeBinary, nullable=False),
    Column("data", LargeBinary, nullable=False),
)
"""`data` has 32 bytes an element."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A batch that L1 may not know yet.

    Attributes
    ----------
    number, timestamp, inbox_from, inbox_to, payee
        As in `Batch`.
    epoch
        Fingerprint of the epoch that it was built in: in another one, it would come to something else, or to nothing.
    parent
        Hash of the header that it was built on, 32 bytes: posted on another one, it would come to something else.
    rolling
        The inbox's rolling hash that its messages gave; L1 compares it.
    header
        After it.
    elements
        Its data.
    """

    number: int
    epoch: bytes
    parent: bytes
    timestamp: int
    inbox_from: int
    inbox_to: int
    rolling: bytes
    payee: int
    header: Header
    elements: tuple[int, ...] = field(repr=False)

    def batch(self, domain: int, messages: tuple[Message, ...]) -> Batch:
        """Return it as a batch that can be executed, but has no hash yet: how it will be posted is still open."""
        return Batch(
            number=self.number,
            parent_hash=bytes(32),
            timestamp=self.timestamp,
            inbox_from=self.inbox_from,
            inbox_to=self.inbox_to,
            rolling=self.rolling,
            payee=self.payee,
            kind=DataKind.CALLDATA,
            data_hash=bytes(32),
            domain=domain,
            elements=self.elements,
            messages=messages,
        )


class Outbox:
    """Sealed batches by number.

    Parameters
    ----------
    url
        Of a database; the store's serves.
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        with self._database.writing() as connection:
            METADATA.create_all(connection)

    def close(self) -> None:
        """Give the database's connections back."""
        self._database.close()

    def put(self, sealed: Sealed) -> None:
        """Keep a batch; durable on return."""
        values = {
            name: getattr(sealed, name)
            for name in ("number", "epoch", "parent", "timestamp", "inbox_from", "inbox_to", "rolling", "payee")
        }
        with self._database.writing() as connection:
            connection.execute(
                insert(SEALED).values(**values, header=sealed.header.to_bytes(), data=to_words(sealed.elements))
            )

    def get(self, number: int) -> Sealed | None:
        """Return the batch of a number; None if it is not held."""
        with self._database.reading() as connection:
            row = connection.execute(select(SEALED).where(SEALED.c.number == number)).first()
            return None if row is None else _sealed(row)

    def all(self) -> tuple[Sealed, ...]:
        """Return all batches held, by number."""
        with self._database.reading() as connection:
            return tuple(map(_sealed, connection.execute(select(SEALED).order_by(SEALED.c.number))))

    def after(self, number: int) -> tuple[Sealed, ...]:
        """Return the batches that follow a number without a gap."""
        later = [sealed for sealed in self.all() if sealed.number > number]
        return tuple(sealed for place, sealed in enumerate(later, number + 1) if sealed.number == place)

    def drop_through(self, number: int) -> None:
        """Forget the batches up to a number: L1 will not forget them any more."""
        with self._database.writing() as connection:
            connection.execute(delete(SEALED).where(SEALED.c.number <= number))

    def drop_from(self, number: int) -> None:
        """Forget the batches from a number on: they can no longer be posted as they are."""
        with self._database.writing() as connection:
            connection.execute(delete(SEALED).where(SEALED.c.number >= number))


def _sealed(row: Row[Any]) -> Sealed:
    header, elements = Header.from_bytes(row.header), from_words(row.data, BLOB_ELEMENTS)
    inbox = (row.inbox_from, row.inbox_to, row.rolling)
    return Sealed(row.number, row.epoch, row.parent, row.timestamp, *inbox, row.payee, header, elements)
