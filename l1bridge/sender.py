"""Transactions of one account: gas, fees, nonce, signature, receipt, cost, and the reason when one fails."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from l1bridge import signer
from l1bridge.archive import BlobArchive
from l1bridge.connection import Connection, Refused, to_hex
from l1bridge.headers import integer
from l1bridge.ledger import GasLedger
from l1bridge.reader import Reader
from l1bridge.signer import Fees, Signer
from rollup.ports.l1 import TRANSACTION_GAS_CAP, L1Error, L1Reverted, Receipt

RECEIPT_PATIENCE = 120.0
"""Seconds to wait for a transaction's receipt."""
ESTIMATE_MARGIN = 1.25
"""An estimate is the least gas that worked on another block; contracts here refuse to run on less than they need."""


@dataclass(frozen=True, slots=True)
class Request:
    """A call or transaction. `what` names it in errors and costs; `to` is None for a deployment; `gas` None: to be found."""

    what: str
    to: bytes | None
    data: bytes
    value: int = 0
    gas: int | None = None
    blobs: Sequence[bytes] = ()
    blob_hashes: Sequence[bytes] = ()

    def to_json(self, sender: bytes | None) -> dict[str, Any]:
        """Return the fields of `eth_call` and `eth_estimateGas`."""
        fields: dict[str, Any] = {"data": to_hex(self.data), "value": hex(self.value)}
        optional = {"from": sender, "to": self.to}
        fields |= {name: to_hex(address) for name, address in optional.items() if address is not None}
        if self.gas is not None:
            fields["gas"] = hex(self.gas)
        if self.blob_hashes:
            fields["blobVersionedHashes"] = [to_hex(name) for name in self.blob_hashes]
        return fields


class Sender:
    """An account on a node.

    Parameters
    ----------
    estimate, sidecar
        As in `L1Client`.
    """

    def __init__(
        self,
        reader: Reader,
        connection: Connection,
        account: Signer,
        *,
        archive: BlobArchive,
        ledger: GasLedger,
        estimate: bool,
        sidecar: int,
    ) -> None:
        self._reader = reader
        self._connection = connection
        self._account = account
        self._archive = archive
        self._ledger = ledger
        self._estimate = estimate
        self._sidecar = sidecar
        self.address = account.address

    def transact(self, request: Request, cause: str) -> Receipt:
        """Send, wait, book; raises as `L1.transact` does."""
        request = self._complete(request)
        sent = self._submit(request)
        receipt = self._await(sent, request.what)
        self._ledger.record(receipt, cause=cause, what=request.what, sender=self.address, calldata=len(request.data))
        if not receipt.status:
            raise L1Reverted(request.what, reason=self._reason(request, receipt.block_number), receipt=receipt)
        return receipt

    def send(self, request: Request) -> bytes:
        """Send without waiting, and return the transaction's hash."""
        return self._submit(self._complete(request))

    def _complete(self, request: Request) -> Request:
        """Keep the blobs and find the gas limit."""
        request = replace(request, blob_hashes=tuple(map(self._archive.put, request.blobs)))
        return replace(request, gas=self._gas_limit(request))

    def _gas_limit(self, request: Request) -> int:
        if request.gas is None and not self._estimate:
            return min(TRANSACTION_GAS_CAP, self._reader.head().gas_limit)
        needed = self._estimated(request) if request.gas is None else request.gas
        if needed > TRANSACTION_GAS_CAP:
            raise L1Error(
                f"L1: {request.what} is over the gas cap of a transaction (EIP-7825)",
                expected=f"<= {TRANSACTION_GAS_CAP:,}",
                got=f"{needed:,}",
            )
        return needed if request.gas is not None else min(int(needed * ESTIMATE_MARGIN), TRANSACTION_GAS_CAP)

    def _estimated(self, request: Request) -> int:
        try:
            return integer(self._connection.ask("eth_estimateGas", request.to_json(self.address)))
        except Refused as refused:
            if refused.reverted:
                raise L1Reverted(f"{request.what} would fail", reason=refused.reason) from refused
            raise

    def _submit(self, request: Request) -> bytes:
        fees = self._fees(with_blobs=bool(request.blobs))
        fields: dict[str, Any] = {
            "chainId": self._connection.chain_id,
            "gas": request.gas,
            "value": request.value,
            "data": request.data,
        }
        if request.to is not None:
            fields["to"] = request.to
        # SAFETY: one at a time between asking for the nonce and the node's taking it, else two threads get the same.
        with self._connection.nonce_locks[self.address]:
            count = self._connection.ask("eth_getTransactionCount", to_hex(self.address), "pending")
            return self._sign_and_send(fields | {"nonce": integer(count)}, fees, request.blobs)

    def _sign_and_send(self, fields: dict[str, Any], fees: Fees, blobs: Sequence[bytes]) -> bytes:
        raw = self._account.sign(fields, fees, blobs, self._sidecar)
        try:
            self._connection.ask("eth_sendRawTransaction", to_hex(raw))
        except Refused:
            if not blobs or self._sidecar == 0:
                raise
            # SPEC: EIP-7594 changed the sidecar with Osaka; a node before it takes only the other.
            raw = self._account.sign(fields, fees, blobs, 0)
            self._connection.ask("eth_sendRawTransaction", to_hex(raw))
            self._sidecar = 0
        return signer.transaction_hash(raw)

    def _fees(self, *, with_blobs: bool) -> Fees:
        """Offer twice the present prices: enough for five full blocks in a row (EIP-1559, EIP-4844: 12.5 % each)."""
        tip = integer(self._connection.ask("eth_maxPriorityFeePerGas"))
        blob = 2 * integer(self._connection.ask("eth_blobBaseFee")) if with_blobs else 0
        return Fees(2 * self._reader.head().base_fee + tip, tip, blob)

    def _await(self, sent: bytes, what: str) -> Receipt:
        deadline, pause = time.monotonic() + RECEIPT_PATIENCE, 0.01
        while (receipt := self._reader.receipt(sent)) is None:
            if time.monotonic() > deadline:
                raise L1Error(f"L1: no receipt for {what} in {RECEIPT_PATIENCE:.0f} s", got=to_hex(sent))
            time.sleep(pause)
            pause = min(2 * pause, 1.0)
        return receipt

    def _reason(self, request: Request, number: int) -> str:
        """Run a failed transaction again, after its block and then before it, for what the contract says."""
        for block in (number, number - 1):
            try:
                self._connection.ask("eth_call", request.to_json(self.address), hex(block))
            except Refused as refused:
                return refused.reason
        return "it does not fail again on the state before or after its block"
