"""An L1 account: fees, signature, and the sidecar of blobs around it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import rlp
from eth_account import Account
from eth_utils import keccak, to_checksum_address

from l1bridge import kzg


@dataclass(frozen=True, slots=True)
class Fees:
    """What a sender will pay at most: wei per gas, of which `tip` goes to the block's builder, and wei per blob gas."""

    maximum: int
    tip: int
    blob: int


class Signer:
    """A private key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._account = Account.from_key(key)
        self.address = bytes.fromhex(self._account.address[2:])

    def sign(self, fields: dict[str, Any], fees: Fees, blobs: Sequence[bytes] = (), sidecar: int = 1) -> bytes:
        """Return a signed transaction of type 2, or of type 3 with its sidecar.

        Parameters
        ----------
        fields
            `chainId`, `nonce`, `gas`, `value`, `data`, and `to` (20 bytes) unless it creates a contract.
        sidecar
            0 as of EIP-4844 (a proof a blob), 1 as of EIP-7594 (128 proofs a blob, needed from Osaka on).
        """
        transaction = fields | {"type": 2, "maxFeePerGas": fees.maximum, "maxPriorityFeePerGas": fees.tip}
        if "to" in fields:
            transaction["to"] = to_checksum_address(fields["to"])
        if not blobs:
            return bytes(self._account.sign_transaction(transaction).raw_transaction)
        commitments = [kzg.commitment(blob) for blob in blobs]
        transaction |= {
            "type": 3,
            "maxFeePerBlobGas": fees.blob,
            "blobVersionedHashes": [kzg.versioned_hash(commitment) for commitment in commitments],
        }
        raw = bytes(self._account.sign_transaction(transaction).raw_transaction)
        return _with_sidecar(raw, blobs, commitments, sidecar)


def transaction_hash(raw: bytes) -> bytes:
    """Return the hash by which the chain will know a signed transaction, its sidecar left aside."""
    if raw[0] == 3:
        items = rlp.decode(raw[1:])
        raw = b"\x03" + rlp.encode(items[0]) if isinstance(items[0], list) else raw
    return bytes(keccak(raw))


def contract_address(sender: bytes, nonce: int) -> bytes:
    """Return where a transaction of `sender` creates a contract (yellow paper §7)."""
    return bytes(keccak(rlp.encode([sender, nonce])))[12:]


def _with_sidecar(raw: bytes, blobs: Sequence[bytes], commitments: Sequence[bytes], version: int) -> bytes:
    body = rlp.decode(raw[1:])
    if version == 0:
        proofs = [kzg.blob_proof(blob, commitment) for blob, commitment in zip(blobs, commitments, strict=True)]
        wrapped: list[Any] = [body, list(blobs), list(commitments), proofs]
    else:
        cells = [proof for blob in blobs for proof in kzg.cell_proofs(blob)]
        wrapped = [body, b"\x01", list(blobs), list(commitments), cells]
    return b"\x03" + bytes(rlp.encode(wrapped))
