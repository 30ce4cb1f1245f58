"""The tables. Numbers that may exceed 63 bits are big-endian bytes; nodes and records keep every version, by the batch that wrote it."""

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, Table, Text

VERSION = 2
"""Of this schema; a store of another version is refused."""

METADATA = MetaData()

FACTS = Table(
    "facts",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
"""Schema version, program, domain, settlement and genesis: what a store is a store of."""

POINTS = Table(
    "points",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)
"""The L1 blocks up to which the chain was followed, one a call of `advance`; other tables say in `point` which call brought a row."""

EPOCHS = Table(
    "epochs",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("point", Integer, nullable=False),
    Column("program_id", LargeBinary(32), nullable=False),
    Column("settlement", LargeBinary(20), nullable=False),
    Column("inbox_from", Integer, nullable=False),
    Column("until", LargeBinary(32), nullable=False),
    Column("first", Integer, nullable=True),
)
"""Those that L1 applied; epoch 0, genesis, has no row. `first` is null while one waits for its first batch."""

BATCHES = Table(
    "batches",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("point", Integer, nullable=False, index=True),
    Column("hash", LargeBinary, nullable=False),
    Column("parent_hash", LargeBinary, nullable=False),
    Column("timestamp", Integer, nullable=False),
    Column("inbox_from", Integer, nullable=False),
    Column("inbox_to", Integer, nullable=False),
    Column("rolling", LargeBinary, nullable=False),
    Column("payee", Integer, nullable=False),
    Column("kind", Integer, nullable=False),
    Column("data_hash", LargeBinary, nullable=False),
    Column("domain", LargeBinary(32), nullable=False),
    Column("elements", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("l1_number", Integer, nullable=False),
    Column("l1_hash", LargeBinary, nullable=False),
    Column("l1_transaction", LargeBinary, nullable=False),
    Column("header", LargeBinary, nullable=False),
)
"""`elements` counts them; `data` has their words without the zeros at the end. Batch 0, genesis, has no row."""

STEPS = Table(
    "steps",
    METADATA,
    Column("batch", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("header", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("skip", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("tag", Integer, nullable=False),
    Column("sender", Integer, nullable=False),
    Column("args", Text, nullable=False),
    Column("fee", Integer, nullable=False),
    Column("touched", Text, nullable=False),
    Column("withdrawals", Text, nullable=False),
    Column("transaction", LargeBinary, nullable=False, index=True),
    Index("steps_of_sender", "sender", "batch", "position"),
)
"""Receipts, with the step header after each; lists are JSON."""

MESSAGES = Table(
    "messages",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("point", Integer, nullable=False, index=True),
    Column("words", LargeBinary, nullable=False),
    Column("rolling", LargeBinary, nullable=False),
)

NODES = Table(
    "nodes",
    METADATA,
    Column("key", LargeBinary(9), primary_key=True),
    Column("batch", Integer, primary_key=True, autoincrement=False, index=True),
    Column("hash", LargeBinary, nullable=False),
)
"""`key` is level (1 byte) and position (8)."""

RECORDS = Table(
    "records",
    METADATA,
    Column("key", LargeBinary(8), primary_key=True),
    Column("batch", Integer, primary_key=True, autoincrement=False, index=True),
    Column("attributes", LargeBinary, nullable=False),
)
"""`key` is the tree index; the attributes have 32 bytes each, none for an absent record."""

PENDING = Table(
    "pending",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("hash", LargeBinary(32), nullable=False, unique=True),
    Column("data", LargeBinary, nullable=False),
    Column("batch", Integer, nullable=True, index=True),
)
"""Transactions handed in; `batch` is the one that holds them, null while they wait."""
