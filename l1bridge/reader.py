"""Blocks and receipts of a node, proved by their headers."""

import functools
from collections.abc import Iterator
from typing import Any

from l1bridge import receipts
from l1bridge.connection import UNKNOWN_METHOD, Connection, Refused, to_hex
from l1bridge.headers import block_of, octets
from rollup.ports.l1 import Block, BlockTag, L1Error, L1Forged, L1Reorganised, Log, Receipt

CACHED_BLOCKS = 512


class Reader:
    """What all accounts on a node read alike; the receipts of the last blocks are kept."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.receipts_proved = functools.lru_cache(CACHED_BLOCKS)(self._receipts_proved)

    def head(self, tag: BlockTag = "latest") -> Block:
        """Return the newest block, or the newest that is safe or final."""
        block = self._find(tag)
        if block is None:
            raise L1Error(f"L1: {self._connection.where} has no {tag} block")
        return block

    def block(self, number: int) -> Block:
        """Return a block of the present chain; `L1Error` past its head, `L1Forged` if the hash does not fit the fields."""
        block = self._find(hex(number))
        if block is None:
            raise L1Error(f"L1: {self._connection.where} has no block {number}")
        if block.number != number:
            raise L1Forged("L1: another block than asked for", expected=number, got=block.number)
        return block

    def blocks(self, after: Block, to: int) -> Iterator[Block]:
        """Yield the blocks after `after` up to number `to`, each linked to the one before.

        Raises
        ------
        L1Reorganised
            If `after` is no longer in the chain, or a block does not follow the one before.
        """
        present = self._find(hex(after.number))
        if present is None or present.hash != after.hash:
            raise _reorganised(after, None if present is None else present.hash)
        for number in range(after.number + 1, to + 1):
            block = self.block(number)
            if block.parent_hash != after.hash:
                raise _reorganised(after, block.parent_hash)
            yield block
            after = block

    def _find(self, name: str) -> Block | None:
        raw = self._connection.ask("eth_getBlockByNumber", name, False)
        return None if raw is None else block_of(raw)

    def receipt(self, transaction_hash: bytes) -> Receipt | None:
        """Return the receipt of a transaction, unproved; None while it is not in a block."""
        raw = self._connection.ask("eth_getTransactionReceipt", to_hex(transaction_hash))
        return None if raw is None or raw.get("blockHash") is None else receipts.receipt_of(raw)

    def logs(self, block: Block, address: bytes) -> tuple[Log, ...]:
        """Return the proved logs of one contract in one block, in order."""
        if not receipts.may_log(block, address):
            return ()
        found = (log for receipt in self.receipts_proved(block) for log in receipt.logs)
        return tuple(log for log in found if log.address == address)

    def transaction(self, transaction_hash: bytes) -> dict[str, Any]:
        """Return a transaction's JSON; the provider's word."""
        raw: dict[str, Any] | None = self._connection.ask("eth_getTransactionByHash", to_hex(transaction_hash))
        if raw is None:
            raise L1Error(f"L1: {self._connection.where} has no transaction {to_hex(transaction_hash)}")
        return raw

    def blobs(self, transaction_hash: bytes, _versioned_hash: bytes) -> tuple[bytes, ...]:
        """Return all that the node kept of a transaction's blobs, unchecked; nothing if it keeps none."""
        try:
            answer = self._connection.ask("anvil_getBlobsByTransactionHash", to_hex(transaction_hash))
        except Refused:
            return ()
        return tuple(map(octets, answer or ()))

    def _receipts_proved(self, block: Block) -> tuple[Receipt, ...]:
        return receipts.receipts_proved(block, self._raw_receipts(block))

    def _raw_receipts(self, block: Block) -> list[dict[str, Any]]:
        try:
            answer = self._connection.ask("eth_getBlockReceipts", to_hex(block.hash))
        except Refused as refused:
            if refused.code != UNKNOWN_METHOD:
                raise
            answer = [self._connection.ask("eth_getTransactionReceipt", to_hex(name)) for name in block.transactions]
        if answer is None or None in answer:
            raise _reorganised(block, None)
        return list(answer)


def _reorganised(built_on: Block, got: bytes | None) -> L1Reorganised:
    return L1Reorganised(
        f"L1: block {built_on.number}, which was built on, is no longer in the chain",
        expected=to_hex(built_on.hash),
        got="no such block" if got is None else to_hex(got),
    )
