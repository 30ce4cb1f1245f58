"""The L1 behind `rollup.ports.l1.L1`: any node by URL, or the chain in this process; the same code for both."""

import functools
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from web3 import HTTPProvider
from web3.providers.base import BaseProvider

from l1bridge import abi, receipts, signer
from l1bridge.archive import BlobArchive
from l1bridge.connection import UNKNOWN_METHOD, Connection, Refused
from l1bridge.headers import block_of, integer, octets
from l1bridge.kzg import hash_of
from l1bridge.ledger import GasLedger
from l1bridge.signer import Fees, Signer
from rollup.errors import DecodeError
from rollup.ports.l1 import (
    TRANSACTION_GAS_CAP,
    Artifact,
    Block,
    BlockTag,
    Contract,
    L1Error,
    L1Forged,
    L1Reorganised,
    L1Reverted,
    Log,
    Receipt,
)

RECEIPT_PATIENCE = 120.0
"""Seconds to wait for a transaction's receipt."""
ESTIMATE_MARGIN = 1.25
"""An estimate is the least gas that worked on another block; contracts here refuse to run on less than they need."""
CACHED_BLOCKS = 512


class L1Client:
    """An account's connection to an L1.

    Parameters
    ----------
    connection
        The node.
    key
        The account's 32 bytes; None for a connection that only reads.
    archive
        Where blobs are kept and looked for; in memory by default.
    ledger
        Where costs are booked.
    estimate
        Whether a transaction without a gas limit asks the node for one, which refuses what would fail; if not it gets
        the cap, and what fails, fails on chain.
    sidecar
        The version of blob sidecar to try first, as in `Signer.sign`.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        key: bytes | None = None,
        archive: BlobArchive | None = None,
        ledger: GasLedger | None = None,
        estimate: bool = True,
        sidecar: int = 1,
    ) -> None:
        self.connection = connection
        self.archive = BlobArchive() if archive is None else archive
        self.ledger = GasLedger() if ledger is None else ledger
        self._signer = Signer(key) if key is not None else None
        self._estimate = estimate
        self._sidecar = sidecar
        self._receipts_of = functools.lru_cache(CACHED_BLOCKS)(self._fetch_receipts)

    # Accounts

    @property
    def chain_id(self) -> int:
        """The chain's id (EIP-155)."""
        return self.connection.chain_id

    @property
    def address(self) -> bytes:
        """The 20 bytes of the account that signs; `L1Error` if this connection only reads."""
        return self._account().address

    def as_account(self, key: bytes) -> "L1Client":
        """Return a connection to the same node, ledger and archive that signs with `key`."""
        other = L1Client(
            self.connection,
            key=key,
            archive=self.archive,
            ledger=self.ledger,
            estimate=self._estimate,
            sidecar=self._sidecar,
        )
        other._receipts_of = self._receipts_of
        return other

    def balance(self, address: bytes | None = None) -> int:
        """Return the wei of an account, its own by default; the provider's word."""
        return integer(self.connection.ask("eth_getBalance", _hex(address or self.address), "latest"))

    def _account(self) -> Signer:
        if self._signer is None:
            raise L1Error("L1: this connection has no account", remedy="give it a key")
        return self._signer

    # Transactions

    def deploy(self, artifact: Artifact, *args: Any, value: int = 0, cause: str = "deploy") -> Contract:
        """Create a contract; `L1Reverted` if its constructor fails."""
        data = artifact.bytecode + abi.encode_constructor(artifact.name, artifact.abi, args)
        sent = self._send(None, data, value=value)
        receipt = self._settle(sent, f"deployment of {artifact.name}", None, data, value, cause)
        assert receipt.contract is not None  # _settle has raised if it failed
        return Contract(artifact.name, receipt.contract, artifact.abi)

    def transact(
        self,
        contract: Contract,
        function: str,
        *args: Any,
        value: int = 0,
        gas: int | None = None,
        blobs: Sequence[bytes] | None = None,
        cause: str = "other",
    ) -> Receipt:
        """Sign, send and wait; book the cost under `cause`.

        Raises
        ------
        L1Reverted
            The transaction failed (with its receipt), or would fail and was not sent (no receipt).
        L1Error
            The node did not take it, or no receipt came in time.
        """
        data = abi.encode_call(contract, function, args)
        what = f"{contract.name}.{function}"
        sent = self._send(contract.address, data, value=value, gas=gas, blobs=blobs or (), what=what)
        return self._settle(sent, what, contract.address, data, value, cause, blobs or ())

    def send(
        self, contract: Contract, function: str, *args: Any, value: int = 0, gas: int | None = None, blobs: Sequence[bytes] = ()
    ) -> bytes:
        """Sign and send without waiting; return the transaction's hash, for `receipt`."""
        data = abi.encode_call(contract, function, args)
        return self._send(contract.address, data, value=value, gas=gas, blobs=blobs, what=f"{contract.name}.{function}")

    def receipt(self, transaction_hash: bytes) -> Receipt | None:
        """Return the receipt of a transaction, unproved; None while it is not in a block."""
        raw = self.connection.ask("eth_getTransactionReceipt", _hex(transaction_hash))
        return None if raw is None or raw.get("blockHash") is None else receipts.receipt_of(raw)

    def _send(
        self, to: bytes | None, data: bytes, *, value: int = 0, gas: int | None = None, blobs: Sequence[bytes] = (), what: str = ""
    ) -> bytes:
        for blob in blobs:
            self.archive.put(blob)
        limit = self._gas_limit(to, data, value, gas, blobs, what)
        fields: dict[str, Any] = {"chainId": self.chain_id, "gas": limit, "value": value, "data": data}
        if to is not None:
            fields["to"] = to
        # SAFETY: one at a time between asking for the nonce and the node's taking it, else two threads get the same.
        with self.connection.nonce_locks[self.address]:
            fields["nonce"] = integer(self.connection.ask("eth_getTransactionCount", _hex(self.address), "pending"))
            return self._submit(fields, blobs)

    def _submit(self, fields: dict[str, Any], blobs: Sequence[bytes]) -> bytes:
        fees = self._fees(bool(blobs))
        raw = self._account().sign(fields, fees, blobs, self._sidecar)
        try:
            self.connection.ask("eth_sendRawTransaction", _hex(raw))
        except Refused:
            if not blobs or self._sidecar == 0:
                raise
            # SPEC: EIP-7594 changed the sidecar with Osaka; a node before it takes only the other.
            raw = self._account().sign(fields, fees, blobs, 0)
            self.connection.ask("eth_sendRawTransaction", _hex(raw))
            self._sidecar = 0
        return signer.transaction_hash(raw)

    def _gas_limit(
        self, to: bytes | None, data: bytes, value: int, gas: int | None, blobs: Sequence[bytes], what: str
    ) -> int:
        if gas is not None and gas > TRANSACTION_GAS_CAP:
            raise L1Error(f"L1: gas limit of {what} over the cap (EIP-7825)", expected=TRANSACTION_GAS_CAP, got=gas)
        if gas is not None:
            return gas
        if not self._estimate:
            return TRANSACTION_GAS_CAP
        try:
            least = integer(self.connection.ask("eth_estimateGas", self._call_fields(to, data, value, None, blobs)))
        except Refused as refused:
            if refused.reverted:
                raise L1Reverted(f"{what} would fail", reason=refused.reason) from refused
            raise
        if least > TRANSACTION_GAS_CAP:
            raise L1Error(f"L1: {what} needs more gas than a transaction may use", expected=TRANSACTION_GAS_CAP, got=least)
        return min(int(least * ESTIMATE_MARGIN), TRANSACTION_GAS_CAP)

    def _fees(self, with_blobs: bool) -> Fees:
        """Offer twice the present prices: enough for six full blocks in a row (EIP-1559, EIP-4844: 12.5 % each)."""
        tip = integer(self.connection.ask("eth_maxPriorityFeePerGas"))
        blob = 2 * integer(self.connection.ask("eth_blobBaseFee")) if with_blobs else 0
        return Fees(2 * self.head().base_fee + tip, tip, blob)

    def _settle(
        self,
        sent: bytes,
        what: str,
        to: bytes | None,
        data: bytes,
        value: int,
        cause: str,
        blobs: Sequence[bytes] = (),
    ) -> Receipt:
        receipt = self._await(sent, what)
        self.ledger.record(receipt, cause=cause, what=what, sender=self.address, calldata=len(data))
        if receipt.status:
            return receipt
        reason = self._reason(self._call_fields(to, data, value, self._limit_of(sent), blobs), receipt.block_number)
        raise L1Reverted(what, reason=reason, receipt=receipt)

    def _await(self, sent: bytes, what: str) -> Receipt:
        deadline, pause = time.monotonic() + RECEIPT_PATIENCE, 0.01
        while (receipt := self.receipt(sent)) is None:
            if time.monotonic() > deadline:
                raise L1Error(f"L1: no receipt for {what} in {RECEIPT_PATIENCE:.0f} s", got="0x" + sent.hex())
            time.sleep(pause)
            pause = min(2 * pause, 1.0)
        return receipt

    def _limit_of(self, sent: bytes) -> int:
        return integer(self.connection.ask("eth_getTransactionByHash", _hex(sent))["gas"])

    def _reason(self, fields: dict[str, Any], number: int) -> str:
        """Run a failed transaction again, after its block and then before it, for what the contract says."""
        for block in (number, number - 1):
            try:
                self.connection.ask("eth_call", fields, hex(block))
            except Refused as refused:
                return refused.reason
        return "it does not fail again on the state before or after its block"

    def _call_fields(
        self, to: bytes | None, data: bytes, value: int, gas: int | None, blobs: Sequence[bytes] = ()
    ) -> dict[str, Any]:
        fields: dict[str, Any] = {"data": _hex(data), "value": hex(value)}
        if self._signer is not None:
            fields["from"] = _hex(self._signer.address)
        if to is not None:
            fields["to"] = _hex(to)
        if gas is not None:
            fields["gas"] = hex(gas)
        if blobs:
            fields["blobVersionedHashes"] = [_hex(hash_of(blob)) for blob in blobs]
        return fields

    # Reading

    def call(self, contract: Contract, function: str, *args: Any, block: int | BlockTag = "latest") -> Any:
        """Run a function without a transaction; the answer is the provider's word. `L1Reverted` if it fails."""
        fields = self._call_fields(contract.address, abi.encode_call(contract, function, args), 0, None)
        try:
            answer = self.connection.ask("eth_call", fields, block if isinstance(block, str) else hex(block))
        except Refused as refused:
            if refused.reverted:
                raise L1Reverted(f"call of {contract.name}.{function}", reason=refused.reason) from refused
            raise
        return abi.decode_result(contract, function, len(args), octets(answer))

    def head(self, tag: BlockTag = "latest") -> Block:
        """Return the newest block, or the newest that is safe or final."""
        return self._block(tag)

    def block(self, number: int) -> Block:
        """Return a block of the present chain; `L1Error` past its head, `L1Forged` if the hash does not fit the fields."""
        block = self._block(hex(number))
        if block.number != number:
            raise L1Forged("L1: another block than asked for", expected=number, got=block.number)
        return block

    def _block(self, name: str) -> Block:
        raw = self.connection.ask("eth_getBlockByNumber", name, False)
        if raw is None:
            raise L1Error(f"L1: {self.connection.where} has no block {name}")
        return block_of(raw)

    def blocks(self, after: Block, to: int) -> Iterator[Block]:
        """Yield the blocks after `after` up to number `to`, each linked to the one before.

        Raises
        ------
        L1Reorganised
            If `after` is no longer in the chain, or a block does not follow the one before.
        """
        self._require_same(after, self._find(after.number))
        for number in range(after.number + 1, to + 1):
            block = self.block(number)
            if block.parent_hash != after.hash:
                raise _reorganised(after, block.parent_hash)
            yield block
            after = block

    def _find(self, number: int) -> Block | None:
        raw = self.connection.ask("eth_getBlockByNumber", hex(number), False)
        return None if raw is None else block_of(raw)

    @staticmethod
    def _require_same(built_on: Block, present: Block | None) -> None:
        if present is None or present.hash != built_on.hash:
            raise _reorganised(built_on, None if present is None else present.hash)

    def receipts_proved(self, block: Block) -> tuple[Receipt, ...]:
        """Return all receipts of a block; `L1Forged` unless they have its receipts root."""
        return self._receipts_of(block)

    def logs(self, block: Block, address: bytes) -> tuple[Log, ...]:
        """Return the proved logs of one contract in one block, in order."""
        if not receipts.may_log(block, address):
            return ()
        found = (log for receipt in self.receipts_proved(block) for log in receipt.logs)
        return tuple(log for log in found if log.address == address)

    def decode(self, contract: Contract, log: Log) -> tuple[str, dict[str, Any]]:
        """Return an event's name and arguments by the contract's ABI; `DecodeError` if it is none of its events."""
        return abi.decode_event(contract, log)

    def calldata(self, transaction_hash: bytes) -> bytes:
        """Return a transaction's input; the provider's word, to be checked by its hash."""
        raw = self.connection.ask("eth_getTransactionByHash", _hex(transaction_hash))
        if raw is None:
            raise L1Error(f"L1: {self.connection.where} has no transaction 0x{transaction_hash.hex()}")
        return octets(raw["input"])

    def _fetch_receipts(self, block: Block) -> tuple[Receipt, ...]:
        return receipts.receipts_proved(block, self._raw_receipts(block))

    def _raw_receipts(self, block: Block) -> list[dict[str, Any]]:
        try:
            answer = self.connection.ask("eth_getBlockReceipts", _hex(block.hash))
        except Refused as refused:
            if refused.code != UNKNOWN_METHOD:
                raise
            answer = [self.connection.ask("eth_getTransactionReceipt", _hex(name)) for name in block.transactions]
        if answer is None or None in answer:
            raise L1Reorganised(f"L1: {self.connection.where} no longer has block {block.number}", got=_hex(block.hash))
        return list(answer)

    # Blobs

    def blob(self, versioned_hash: bytes, transaction_hash: bytes | None = None) -> bytes:
        """Return a blob, checked against its versioned hash; `L1Error` where neither archive nor node has it."""
        if versioned_hash not in self.archive and transaction_hash is not None:
            self._fetch_blobs(transaction_hash)
        return self.archive.get(versioned_hash)

    def _fetch_blobs(self, transaction_hash: bytes) -> None:
        try:
            answer = self.connection.ask("anvil_getBlobsByTransactionHash", _hex(transaction_hash))
        except Refused:
            return  # a node that keeps none; the archive says what is missing
        for blob in answer or ():
            try:
                self.archive.put(octets(blob))
            except DecodeError as error:
                raise L1Forged("L1: what the node gave is no blob") from error

    # Development chains

    def mine(self, blocks: int = 1) -> None:
        """Seal blocks; `L1Error` if this is no development chain."""
        for _ in range(blocks):
            self.connection.ask_developer("evm_mine")

    def advance(self, seconds: int) -> None:
        """Let time pass and seal a block; `L1Error` if this is no development chain."""
        self.connection.ask_developer("evm_increaseTime", seconds)
        self.connection.ask_developer("evm_mine")

    def snapshot(self) -> int:
        """Remember the present block, for `revert`."""
        return integer(self.connection.ask_developer("evm_snapshot"))

    def revert(self, snapshot: int) -> None:
        """Go back to a snapshot, as a reorganisation does: the blocks after it are gone. A snapshot serves once."""
        if not self.connection.ask_developer("evm_revert", hex(snapshot)):
            raise L1Error("L1: there is no such snapshot", got=snapshot)

    def automine(self, on: bool) -> None:
        """Choose whether each transaction is sealed in a block of its own at once."""
        self.connection.ask_developer("evm_setAutomine", on)


def connect(
    url: str,
    *,
    key: bytes | None = None,
    archive: Path | BlobArchive | None = None,
    estimate: bool = True,
    timeout: float = 30.0,
) -> L1Client:
    """Connect to a node over HTTP; `L1Error` if it does not answer.

    Parameters
    ----------
    url
        `http://…` or `https://…` of its JSON-RPC.
    key, estimate
        As in `L1Client`.
    archive
        A folder for blobs; in memory if None.
    timeout
        Seconds for one request.
    """
    provider: BaseProvider = HTTPProvider(url, request_kwargs={"timeout": timeout})
    held = BlobArchive(archive) if isinstance(archive, Path) else archive
    return L1Client(Connection(provider, url), key=key, archive=held, estimate=estimate)


def _reorganised(built_on: Block, got: bytes | None) -> L1Reorganised:
    present = "no such block" if got is None else _hex(got)
    return L1Reorganised(
        f"L1: block {built_on.number}, which was built on, is no longer in the chain", expected=_hex(built_on.hash), got=present
    )


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
