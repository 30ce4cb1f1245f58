"""A block header from JSON-RPC, believed only if its fields hash to the hash it claims.

SPEC: execution-specs, Prague `Header`; the hash is keccak of the RLP of the fields in this order. Forks append fields, so
an older header is a prefix.
"""

from typing import Any

import rlp
from eth_utils import keccak

from rollup.ports.l1 import Block, L1Forged

FIELDS = (
    "parentHash",
    "sha3Uncles",
    "miner",
    "stateRoot",
    "transactionsRoot",
    "receiptsRoot",
    "logsBloom",
    "difficulty",
    "number",
    "gasLimit",
    "gasUsed",
    "timestamp",
    "extraData",
    "mixHash",
    "nonce",
    "baseFeePerGas",
    "withdrawalsRoot",
    "blobGasUsed",
    "excessBlobGas",
    "parentBeaconBlockRoot",
    "requestsHash",
)
INTEGERS = frozenset(
    ("difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas", "blobGasUsed", "excessBlobGas")
)
RECENT = len(FIELDS) - FIELDS.index("baseFeePerGas")
"""How many of the last fields an old header may lack."""


def octets(value: Any) -> bytes:
    """Read the hex of JSON-RPC; `L1Forged` if it is none."""
    try:
        return bytes.fromhex(value.removeprefix("0x"))
    except (AttributeError, ValueError) as error:
        raise L1Forged("L1: an answer is not hexadecimal", got=value) from error


def integer(value: Any) -> int:
    """Read a quantity of JSON-RPC; `L1Forged` if it is none."""
    try:
        return int(value, 16)
    except (TypeError, ValueError) as error:
        raise L1Forged("L1: an answer is no quantity", got=value) from error


def header_hash(raw: dict[str, Any]) -> bytes:
    """Return the hash of the header whose JSON-RPC fields are `raw`."""
    present = [name for name in FIELDS if raw.get(name) is not None]
    if tuple(present) != FIELDS[: len(present)] or len(present) < len(FIELDS) - RECENT:
        missing = [name for name in FIELDS if name not in present]
        raise L1Forged("L1: a block header lacks fields", got=", ".join(missing))
    # SPEC: RLP writes an integer without leading zeros, zero as nothing.
    items = [_minimal(integer(raw[name])) if name in INTEGERS else octets(raw[name]) for name in present]
    return bytes(keccak(rlp.encode(items)))


def block_of(raw: dict[str, Any]) -> Block:
    """Read a block; `L1Forged` if its fields do not hash to its hash."""
    got = header_hash(raw)
    if got != octets(raw["hash"]):
        number = integer(raw["number"])
        raise L1Forged(
            f"L1: the fields of block {number} do not hash to its hash", expected=raw["hash"], got="0x" + got.hex()
        )
    return Block(
        number=integer(raw["number"]),
        hash=got,
        parent_hash=octets(raw["parentHash"]),
        timestamp=integer(raw["timestamp"]),
        state_root=octets(raw["stateRoot"]),
        transactions_root=octets(raw["transactionsRoot"]),
        receipts_root=octets(raw["receiptsRoot"]),
        logs_bloom=octets(raw["logsBloom"]),
        gas_used=integer(raw["gasUsed"]),
        gas_limit=integer(raw["gasLimit"]),
        base_fee=integer(raw.get("baseFeePerGas") or "0x0"),
        blob_gas_used=integer(raw.get("blobGasUsed") or "0x0"),
        excess_blob_gas=integer(raw.get("excessBlobGas") or "0x0"),
        transactions=tuple(octets(item["hash"] if isinstance(item, dict) else item) for item in raw["transactions"]),
    )


def _minimal(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8, "big")
