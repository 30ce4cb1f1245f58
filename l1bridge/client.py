"""The L1 behind `rollup.ports.l1.L1`: any node by URL, or the chain in this process; the same code for both."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from web3 import HTTPProvider

from l1bridge import abi
from l1bridge.archive import BlobArchive
from l1bridge.beacon import BeaconNode
from l1bridge.connection import Connection, Refused, to_hex
from l1bridge.headers import integer, octets
from l1bridge.ledger import GasLedger
from l1bridge.reader import Reader
from l1bridge.sender import Request, Sender
from l1bridge.signer import Signer
from rollup.errors import DecodeError
from rollup.ports.l1 import Artifact, Block, BlockTag, Contract, L1Error, L1Forged, L1Reverted, Log, Receipt


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
        The version of blob sidecar to try first: 0 as of EIP-4844, 1 as of EIP-7594.
    beacon
        A consensus node to ask for blobs that neither archive nor node has.
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
        beacon: BeaconNode | None = None,
    ) -> None:
        self.connection = connection
        self.archive = BlobArchive() if archive is None else archive
        self.ledger = GasLedger() if ledger is None else ledger
        self._options = {"estimate": estimate, "sidecar": sidecar}
        self._beacon = beacon
        self._reader = Reader(connection)
        self._sender = None if key is None else self._sender_of(key)

    def _sender_of(self, key: bytes) -> Sender:
        return Sender(
            self._reader,
            self.connection,
            Signer(key),
            archive=self.archive,
            ledger=self.ledger,
            estimate=bool(self._options["estimate"]),
            sidecar=self._options["sidecar"],
        )

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
        other = L1Client(self.connection, archive=self.archive, ledger=self.ledger, beacon=self._beacon)
        other._options, other._reader = self._options, self._reader
        other._sender = other._sender_of(key)
        return other

    def balance(self, address: bytes | None = None) -> int:
        """Return the wei of an account, its own by default; the provider's word."""
        return integer(self.connection.ask("eth_getBalance", to_hex(address or self.address), "latest"))

    def _account(self) -> Sender:
        if self._sender is None:
            raise L1Error("L1: this connection has no account", remedy="give it a key")
        return self._sender

    # Transactions

    def deploy(self, artifact: Artifact, *args: Any, value: int = 0, cause: str = "deploy") -> Contract:
        """Create a contract; `L1Reverted` if its constructor fails."""
        data = artifact.bytecode + abi.encode_constructor(artifact.name, artifact.abi, args)
        request = Request(f"deployment of {artifact.name}", None, data, value)
        receipt = self._account().transact(request, cause)
        if receipt.contract is None:
            raise L1Forged("L1: a deployment that succeeded has no contract", got=receipt.summary())
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
        request = self._request(contract, function, args, value=value, gas=gas, blobs=blobs or ())
        return self._account().transact(request, cause)

    def send(
        self,
        contract: Contract,
        function: str,
        *args: Any,
        value: int = 0,
        gas: int | None = None,
        blobs: Sequence[bytes] | None = None,
    ) -> bytes:
        """Sign and send without waiting; return the transaction's hash, for `receipt`. The ledger does not see it."""
        return self._account().send(self._request(contract, function, args, value=value, gas=gas, blobs=blobs or ()))

    def receipt(self, transaction_hash: bytes) -> Receipt | None:
        """Return the receipt of a transaction, unproved; None while it is not in a block."""
        return self._reader.receipt(transaction_hash)

    @staticmethod
    def _request(contract: Contract, function: str, args: Sequence[Any], **fields: Any) -> Request:
        data = abi.encode_call(contract, function, args)
        return Request(f"{contract.name}.{function}", contract.address, data, **fields)

    # Reading

    def call(self, contract: Contract, function: str, *args: Any, block: int | BlockTag = "latest") -> Any:
        """Run a function without a transaction; the answer is the provider's word. `L1Reverted` if it fails."""
        request = self._request(contract, function, args)
        sender = None if self._sender is None else self._sender.address
        try:
            answer = self.connection.ask(
                "eth_call", request.to_json(sender), block if isinstance(block, str) else hex(block)
            )
        except Refused as refused:
            if refused.reverted:
                raise L1Reverted(f"call of {request.what}", reason=refused.reason) from refused
            raise
        return abi.decode_result(contract, function, len(args), octets(answer))

    def head(self, tag: BlockTag = "latest") -> Block:
        """Return the newest block, or the newest that is safe or final."""
        return self._reader.head(tag)

    def block(self, number: int) -> Block:
        """Return a block of the present chain; `L1Error` past its head, `L1Forged` if the hash does not fit the fields."""
        return self._reader.block(number)

    def blocks(self, after: Block, to: int) -> Iterator[Block]:
        """Yield the blocks after `after` up to `to`, each linked to the one before; `L1Reorganised` if that fails."""
        return self._reader.blocks(after, to)

    def receipts_proved(self, block: Block) -> tuple[Receipt, ...]:
        """Return all receipts of a block; `L1Forged` unless they have its receipts root."""
        return self._reader.receipts_proved(block)

    def logs(self, block: Block, address: bytes) -> tuple[Log, ...]:
        """Return the proved logs of one contract in one block, in order."""
        return self._reader.logs(block, address)

    def decode(self, contract: Contract, log: Log) -> tuple[str, dict[str, Any]]:
        """Return an event's name and arguments by the contract's ABI; `DecodeError` if it is none of its events."""
        return abi.decode_event(contract, log)

    def calldata(self, transaction_hash: bytes) -> bytes:
        """Return a transaction's input; the provider's word, to be checked by its hash."""
        return octets(self._reader.transaction(transaction_hash)["input"])

    def blob(self, versioned_hash: bytes, transaction_hash: bytes | None = None) -> bytes:
        """Return a blob, checked against its versioned hash; `L1Error` where neither archive nor node has it."""
        if transaction_hash is not None:
            for source in (self._reader.blobs, self._beacon_blobs):
                if versioned_hash not in self.archive:
                    self._keep(source(transaction_hash, versioned_hash))
        return self.archive.get(versioned_hash)

    def _beacon_blobs(self, transaction_hash: bytes, versioned_hash: bytes) -> tuple[bytes, ...]:
        receipt = None if self._beacon is None else self.receipt(transaction_hash)
        if self._beacon is None or receipt is None:
            return ()
        return self._beacon.blobs(self.connection, receipt.block_number, versioned_hash)

    def _keep(self, blobs: Sequence[bytes]) -> None:
        try:
            for blob in blobs:
                self.archive.put(blob)
        except DecodeError as error:
            raise L1Forged("L1: what the node gave is no blob") from error

    # Development chains

    def mine(self, blocks: int = 1) -> None:
        """Seal blocks; `L1Error` if this is no development chain."""
        for _ in range(blocks):
            self.connection.ask_developer("evm_mine")

    def advance(self, seconds: int) -> None:
        """Let time pass and seal a block at least `seconds` after the newest; `L1Error` if this is no development chain."""
        self.connection.ask_developer("evm_increaseTime", seconds)
        self.connection.ask_developer("evm_mine")

    def snapshot(self) -> int:
        """Remember the present block, for `revert`."""
        return integer(self.connection.ask_developer("evm_snapshot"))

    def revert(self, snapshot: int) -> None:
        """Go back to a snapshot, as a reorganisation does: the blocks after it are gone. A snapshot serves once."""
        if not self.connection.ask_developer("evm_revert", hex(snapshot)):
            raise L1Error("L1: there is no such snapshot", got=snapshot)

    def automine(self, *, on: bool) -> None:
        """Choose whether each transaction is sealed in a block of its own at once."""
        self.connection.ask_developer("evm_setAutomine", on)


def connect(
    url: str,
    *,
    key: bytes | None = None,
    archive: Path | None = None,
    beacon: str | None = None,
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
    beacon
        URL of a consensus node's HTTP interface, to read blobs from that others have posted.
    timeout
        Seconds for one request.
    """
    connection = Connection(HTTPProvider(url, request_kwargs={"timeout": timeout}), url)
    consensus = None if beacon is None else BeaconNode(beacon, timeout)
    return L1Client(connection, key=key, archive=BlobArchive(archive), estimate=estimate, beacon=consensus)
