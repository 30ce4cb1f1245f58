"""Rows from values and back. What comes out of the database was written here, so a row that does not fit is our mistake or the disk's."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row

from rollup.batch.batch import Batch
from rollup.batch.blob import to_words
from rollup.batch.derivation import MessageLog
from rollup.batch.epoch import Epoch
from rollup.batch.inbox import Message
from rollup.batch.receipt import Receipt, Touched, Withdrawal
from rollup.encoding import uint_to_bytes
from rollup.params import DataKind, Reason, Status
from rollup.ports.store import Block, Changes, L1Point
from rollup.state.header import Header, StepHeader
from rollup.state.tree import NodeKey

WORD = 32
Values = dict[str, object]


def words_to_bytes(words: Iterable[int]) -> bytes:
    """Write integers below 2^256, 32 bytes each."""
    return b"".join(uint_to_bytes(word, WORD) for word in words)


def words_from_bytes(data: bytes) -> tuple[int, ...]:
    """Read what `words_to_bytes` wrote."""
    return tuple(int.from_bytes(data[at : at + WORD], "big") for at in range(0, len(data), WORD))


def node_key(key: NodeKey) -> bytes:
    """Write level and position so that their order is that of the bytes."""
    return uint_to_bytes(key[0], 1) + uint_to_bytes(key[1], 8)


def record_key(index: int) -> bytes:
    """Write a tree index."""
    return uint_to_bytes(index, 8)


def batch_values(block: Block, point: L1Point) -> Values:
    """Return the row of a batch."""
    batch = block.batch
    data = to_words(batch.elements)
    significant = -(-len(data.rstrip(b"\0")) // WORD) * WORD
    return {
        "number": batch.number,
        "point": point.number,
        "hash": batch.hash(),
        "parent_hash": batch.parent_hash,
        "timestamp": batch.timestamp,
        "inbox_from": batch.inbox_from,
        "inbox_to": batch.inbox_to,
        "rolling": batch.rolling,
        "payee": batch.payee,
        "kind": int(batch.kind),
        "data_hash": batch.data_hash,
        "domain": uint_to_bytes(batch.domain, WORD),
        "elements": len(batch.elements),
        "data": data[:significant],
        "l1_number": block.posted.number,
        "l1_hash": block.posted.hash,
        "l1_transaction": block.transaction_hash,
        "header": block.header.to_bytes(),
    }


def batch_from(row: Row[Any], messages: Sequence[Message]) -> Batch:
    """Return the batch of a row."""
    significant = words_from_bytes(row.data)
    return Batch(
        number=row.number,
        parent_hash=row.parent_hash,
        timestamp=row.timestamp,
        inbox_from=row.inbox_from,
        inbox_to=row.inbox_to,
        rolling=row.rolling,
        payee=row.payee,
        kind=DataKind(row.kind),
        data_hash=row.data_hash,
        domain=int.from_bytes(row.domain, "big"),
        elements=(*significant, *(0,) * (row.elements - len(significant))),
        messages=tuple(messages),
    )


def block_from(row: Row[Any], steps: Sequence[Row[Any]], batch: Batch) -> Block:
    """Return a batch with its result."""
    return Block(
        batch=batch,
        posted=L1Point(row.l1_number, row.l1_hash),
        transaction_hash=row.l1_transaction,
        header=Header.from_bytes(row.header),
        step_headers=tuple(StepHeader.from_bytes(step.header) for step in steps),
        receipts=tuple(receipt_from(step) for step in steps),
    )


def step_values(block: Block) -> list[Values]:
    """Return the rows of a batch's steps."""
    pairs = zip(block.step_headers, block.receipts, strict=True)
    return [
        {"batch": block.batch.number, "header": header.to_bytes(), **_receipt(receipt)} for header, receipt in pairs
    ]


def _receipt(receipt: Receipt) -> Values:
    return {
        "position": receipt.position,
        "kind": receipt.kind,
        "status": int(receipt.status),
        "skip": int(receipt.skip),
        "reason": receipt.reason,
        "action": receipt.action,
        "tag": receipt.tag,
        "sender": receipt.sender,
        "args": json.dumps(receipt.args),
        "fee": receipt.fee,
        "touched": json.dumps([(record.table, record.key) for record in receipt.touched]),
        "withdrawals": json.dumps([(item.recipient, item.amount) for item in receipt.withdrawals]),
        "transaction": receipt.transaction,
    }


def receipt_from(row: Row[Any]) -> Receipt:
    """Return the receipt of a step's row."""
    return Receipt(
        position=row.position,
        kind=row.kind,
        status=Status(row.status),
        skip=Reason(row.skip),
        reason=row.reason,
        action=row.action,
        tag=row.tag,
        sender=row.sender,
        args=tuple(json.loads(row.args)),
        fee=row.fee,
        touched=tuple(Touched(*pair) for pair in json.loads(row.touched)),
        withdrawals=tuple(Withdrawal(*pair) for pair in json.loads(row.withdrawals)),
        transaction=row.transaction,
    )


def message_values(log: MessageLog, point: L1Point) -> Values:
    """Return the row of an inbox message."""
    words = words_to_bytes(log.words)
    return {"number": log.index, "point": point.number, "words": words, "rolling": log.rolling}


def message_from(row: Row[Any]) -> MessageLog:
    """Return the inbox message of a row."""
    return MessageLog(row.number, words_from_bytes(row.words), row.rolling)


def epoch_values(epoch: Epoch, point: L1Point) -> Values:
    """Return the row of an epoch."""
    return {
        "number": epoch.index,
        "point": point.number,
        "program_id": epoch.program_id,
        "settlement": epoch.settlement,
        "inbox_from": epoch.inbox_from,
        "until": uint_to_bytes(epoch.until, WORD),
        "first": epoch.first,
    }


def epoch_from(row: Row[Any]) -> Epoch:
    """Return the epoch of a row."""
    until = int.from_bytes(row.until, "big")
    return Epoch(row.number, row.program_id, row.settlement, row.inbox_from, until, row.first)


def node_values(changes: Changes, batch: int) -> list[Values]:
    """Return the rows of changed nodes."""
    return [
        {"key": node_key(key), "batch": batch, "hash": uint_to_bytes(value, WORD)}
        for key, value in changes.nodes.items()
    ]


def record_values(changes: Changes, batch: int) -> list[Values]:
    """Return the rows of changed records."""
    return [
        {"key": record_key(index), "batch": batch, "attributes": words_to_bytes(attributes)}
        for index, attributes in changes.records.items()
    ]


def genesis_facts(facts: Mapping[str, bytes]) -> list[Values]:
    """Return the rows of what a store is a store of."""
    return [{"name": name, "value": value} for name, value in facts.items()]
