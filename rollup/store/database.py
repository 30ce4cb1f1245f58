"""A connection to a database, with transactions that are what they say."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool

from rollup.errors import OutsideError


class StoreError(OutsideError):
    """The database did not do its part, or is the store of something else."""


class Database:
    """An engine, and the two ways to use it.

    Parameters
    ----------
    url
        As SQLAlchemy has them, e.g. `sqlite:///tandem.db`, `sqlite://` (in memory) or `postgresql+psycopg://…`.
    """

    def __init__(self, url: str) -> None:
        with _translated():
            parsed = make_url(url)
            is_sqlite = parsed.get_backend_name() == "sqlite"
            in_memory = is_sqlite and parsed.database in (None, "", ":memory:")
            options: dict[str, Any] = {"connect_args": {"check_same_thread": False}} if is_sqlite else {}
            if in_memory:
                options["poolclass"] = StaticPool
            self.engine: Engine = create_engine(parsed, **options)
        if is_sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that only reads: one consistent view."""
        with _translated(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that is durable when the block ends, and never was if it raises."""
        with _translated(), self.engine.execution_options(tandem_writes=True).begin() as connection:
            yield connection

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver must not open or end transactions on its own: `_begin_sqlite` does.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # SAFETY: in WAL mode anything less than FULL may lose the last transactions when the power fails.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once; a reader that turned into one could find that its view is stale.
    writes = connection.get_execution_options().get("tandem_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise StoreError(f"store: {error}") from error
