"""Receipts from JSON-RPC, believed only if the trie over them has the root that the block's header names.

SPEC: yellow paper §4.4.1, EIP-2718: receipt i is `type ‖ rlp([status, cumulative gas, bloom, logs])` (no type byte for
type 0) under the key rlp(i) of a Merkle-Patricia trie. The bloom filter is computed from the logs, not read.
"""

from collections.abc import Sequence
from typing import Any

import rlp
from eth_bloom.bloom import BloomFilter
from trie import HexaryTrie

from l1bridge.headers import integer, octets
from rollup.ports.l1 import Block, L1Forged, Log, Receipt

Raw = dict[str, Any]


def receipt_of(raw: Raw) -> Receipt:
    """Read a receipt, unproved."""
    return _receipt(raw, 0, integer(raw["gasUsed"]))


def receipts_proved(block: Block, answers: Sequence[Raw]) -> tuple[Receipt, ...]:
    """Read all receipts of a block; `L1Forged` unless they have its receipts root."""
    ordered = sorted(answers, key=lambda raw: integer(raw["transactionIndex"]))
    root = _root([_encode(raw) for raw in ordered])
    if root != block.receipts_root:
        expected, got = block.receipts_root.hex(), root.hex()
        raise L1Forged(
            f"L1: the receipts of block {block.number} are not those of its header", expected=expected, got=got
        )
    # INVARIANT: from here status, type, cumulative gas and logs of every receipt, and their order, are as the header says.
    receipts, logs_before, gas_before = [], 0, 0
    for index, raw in enumerate(ordered):
        receipt = _receipt(raw, logs_before, integer(raw["cumulativeGasUsed"]) - gas_before)
        _require_consistent(block, index, raw, receipt)
        receipts.append(receipt)
        logs_before += len(receipt.logs)
        gas_before = receipt.cumulative_gas_used
    return tuple(receipts)


def may_log(block: Block, address: bytes) -> bool:
    """Tell whether a contract may have logged in a block; False is certain, because the header's bloom filter is proved."""
    return address in BloomFilter(int.from_bytes(block.logs_bloom, "big"))


def _require_consistent(block: Block, index: int, raw: Raw, receipt: Receipt) -> None:
    """Compare what the trie does not prove with what it does, and with the rest of the answer."""
    place = (index, block.number, block.hash, block.transactions[index : index + 1])
    stated = (receipt.transaction_index, receipt.block_number, receipt.block_hash, (receipt.transaction_hash,))
    if stated != place:
        raise L1Forged(f"L1: receipt {index} of block {block.number} names another place", expected=place, got=stated)
    if integer(raw["gasUsed"]) != receipt.gas_used:
        where = f"receipt {index} of block {block.number}"
        raise L1Forged(f"L1: {where} states another gas use", expected=receipt.gas_used, got=integer(raw["gasUsed"]))


def _root(encoded: Sequence[bytes]) -> bytes:
    trie = HexaryTrie({})
    for index, item in enumerate(encoded):
        trie[rlp.encode(index)] = item
    return bytes(trie.root_hash)


def _encode(raw: Raw) -> bytes:
    kind = integer(raw.get("type") or "0x0")
    logs = [[octets(log["address"]), list(map(octets, log["topics"])), octets(log["data"])] for log in raw["logs"]]
    fields = [integer(raw["status"]), integer(raw["cumulativeGasUsed"]), _bloom(logs), logs]
    encoded: bytes = rlp.encode(fields)
    return bytes([kind]) + encoded if kind else encoded


def _bloom(logs: Sequence[Sequence[Any]]) -> bytes:
    bloom = BloomFilter()
    for address, topics, _ in logs:
        bloom.extend([address, *topics])
    return int(bloom).to_bytes(256, "big")


def _receipt(raw: Raw, first_log: int, gas_used: int) -> Receipt:
    place: dict[str, Any] = {
        "block_number": integer(raw["blockNumber"]),
        "block_hash": octets(raw["blockHash"]),
        "transaction_hash": octets(raw["transactionHash"]),
        "transaction_index": integer(raw["transactionIndex"]),
    }
    logs = tuple(
        Log(
            address=octets(log["address"]),
            topics=tuple(map(octets, log["topics"])),
            data=octets(log["data"]),
            log_index=first_log + index,
            **place,
        )
        for index, log in enumerate(raw["logs"])
    )
    return Receipt(
        transaction_type=integer(raw.get("type") or "0x0"),
        status=integer(raw["status"]) == 1,
        gas_used=gas_used,
        cumulative_gas_used=integer(raw["cumulativeGasUsed"]),
        effective_gas_price=integer(raw.get("effectiveGasPrice") or "0x0"),
        blob_gas_used=integer(raw.get("blobGasUsed") or "0x0"),
        blob_gas_price=integer(raw.get("blobGasPrice") or "0x0"),
        contract=octets(raw["contractAddress"]) if raw.get("contractAddress") else None,
        logs=logs,
        **place,
    )
