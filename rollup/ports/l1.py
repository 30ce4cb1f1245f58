"""The L1 as the rollup sees it: blocks, logs, receipts, transactions; all as plain values.

An adapter (`l1bridge.client.L1Client`) proves what it hands out against the block's header; what a caller may believe,
and what not, stands with each class.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from rollup.errors import UNSET, OutsideError, PeerError

TRANSACTION_GAS_CAP = 1 << 24
"""SPEC: EIP-7825, gas limit of one transaction, deployment included (SOUNDNESS 11)."""

BlockTag = Literal["latest", "safe", "finalized"]


class L1Error(OutsideError):
    """The L1 could not be reached, or refused a request before it became a transaction."""


class L1Reverted(OutsideError):
    """A call or a transaction failed on L1.

    Attributes
    ----------
    reason
        The contract's `module: reason` string; empty if it reverted without one.
    receipt
        The failed transaction's receipt; None if nothing was sent.
    """

    def __init__(self, what: str, *, reason: str, receipt: "Receipt | None" = None) -> None:
        super().__init__(f"{what}: {reason or 'no reason given'}", got=UNSET if receipt is None else receipt.summary())
        self.reason = reason
        self.receipt = receipt


class L1Forged(PeerError):
    """The provider's answer contradicts its own block header: it lies, or its data is damaged."""


class L1Reorganised(OutsideError):
    """The chain no longer contains a block that the caller had built on."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A compiled contract.

    Attributes
    ----------
    name
        What was compiled, e.g. `settlement/game`.
    abi
        JSON ABI, one entry a function, event or constructor.
    bytecode
        Init code, at most 49,152 bytes (EIP-3860).
    runtime_size
        Bytes of code that deployment leaves, at most 24,576 (EIP-170); constructor immutables included.
    """

    name: str
    abi: tuple[dict[str, Any], ...] = field(repr=False)
    bytecode: bytes = field(repr=False)
    runtime_size: int


@dataclass(frozen=True, slots=True)
class Contract:
    """Where a contract stands, and how to speak to it. The address has 20 bytes."""

    name: str
    address: bytes
    abi: tuple[dict[str, Any], ...] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Block:
    """A block header whose fields hash to `hash`; that the chain follows this block is the provider's word.

    `logs_bloom` has 256 bytes; `timestamp` is in seconds; `base_fee` in wei per gas; `excess_blob_gas` in blob gas.
    """

    number: int
    hash: bytes
    parent_hash: bytes
    timestamp: int
    state_root: bytes = field(repr=False)
    transactions_root: bytes = field(repr=False)
    receipts_root: bytes = field(repr=False)
    logs_bloom: bytes = field(repr=False)
    gas_used: int
    gas_limit: int
    base_fee: int
    blob_gas_used: int
    excess_blob_gas: int
    transactions: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Log:
    """One event.

    Proved by the receipts root when it comes from `receipts_proved` or `logs`: address, topics, data, block, and the two
    indices. `transaction_hash` is the provider's word: whatever is read through it must be checked by its own hash.
    `log_index` counts through the block.
    """

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes
    block_number: int
    block_hash: bytes
    transaction_hash: bytes
    transaction_index: int
    log_index: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a transaction did and cost. Prices are in wei per (blob) gas; `contract` is the created address or None.

    Proved by the receipts root when it comes from `receipts_proved`: type, status, cumulative gas, and so `gas_used`, and the logs.
    """

    transaction_hash: bytes
    transaction_index: int
    transaction_type: int
    block_number: int
    block_hash: bytes
    status: bool
    gas_used: int
    cumulative_gas_used: int
    effective_gas_price: int
    blob_gas_used: int
    blob_gas_price: int
    contract: bytes | None
    logs: tuple[Log, ...]

    def summary(self) -> str:
        """Return one line for error messages."""
        return f"transaction 0x{self.transaction_hash.hex()} in block {self.block_number}, {self.gas_used:,} gas"


class Compiler(Protocol):
    """Turns contract sources into artifacts."""

    def contract(self, name: str) -> Artifact:
        """Compile a source of the `contracts` package by its path without ending, e.g. `settlement/game`."""
        ...

    def source(self, name: str, text: str) -> Artifact:
        """Compile a generated source, which may import from the `contracts` package."""
        ...


class L1(Protocol):
    """A connection to an L1, with an account of its own to pay from."""

    @property
    def chain_id(self) -> int:
        """The chain's id (EIP-155)."""
        ...

    @property
    def address(self) -> bytes:
        """The 20 bytes of the account that signs."""
        ...

    def as_account(self, key: bytes) -> "L1":
        """Return a connection to the same chain, ledger and archive that signs with the 32 bytes of `key`."""
        ...

    def balance(self, address: bytes | None = None) -> int:
        """Return the wei of an account, its own by default."""
        ...

    def deploy(self, artifact: Artifact, *args: Any, value: int = 0, cause: str = "deploy") -> Contract:
        """Create a contract, within the gas cap; `L1Reverted` if its constructor fails."""
        ...

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
        """Sign, send and wait; record the cost under `cause`.

        Raises
        ------
        L1Reverted
            The transaction failed (with its receipt), or would fail and was not sent (`gas` not given, no receipt).
        """
        ...

    def call(self, contract: Contract, function: str, *args: Any, block: int | BlockTag = "latest") -> Any:  # noqa: ANN401 - by the ABI
        """Run a function without a transaction; the answer is the provider's word. `L1Reverted` if it fails."""
        ...

    def head(self, tag: BlockTag = "latest") -> Block:
        """Return the newest block, or the newest that is safe or final by the L1's own consensus."""
        ...

    def block(self, number: int) -> Block:
        """Return a block of the present chain, its hash recomputed; `L1Forged` if it differs."""
        ...

    def blocks(self, after: Block, to: int) -> Iterator[Block]:
        """Yield the blocks after `after` up to number `to`, each linked to the one before; `L1Reorganised` if one is not."""
        ...

    def receipts_proved(self, block: Block) -> tuple[Receipt, ...]:
        """Return all receipts of a block, checked against its receipts root; `L1Forged` if they differ."""
        ...

    def logs(self, block: Block, address: bytes) -> tuple[Log, ...]:
        """Return the proved logs of one contract in one block; cheap where the header's bloom filter excludes it."""
        ...

    def decode(self, contract: Contract, log: Log) -> tuple[str, dict[str, Any]]:
        """Return an event's name and arguments by the contract's ABI; `DecodeError` if it is none of its events."""
        ...

    def calldata(self, transaction_hash: bytes) -> bytes:
        """Return a transaction's input; the provider's word, to be checked by its hash."""
        ...

    def blob(self, versioned_hash: bytes, transaction_hash: bytes | None = None) -> bytes:
        """Return the 131,072 bytes of a blob, checked against its versioned hash; `L1Error` where nobody has it."""
        ...

    def mine(self, blocks: int = 1) -> None:
        """Development chains only: seal blocks."""
        ...

    def advance(self, seconds: int) -> None:
        """Development chains only: let time pass and seal a block."""
        ...
