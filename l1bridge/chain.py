"""A chain of Prague blocks in this process: eth-tester's backend on py-evm, made to behave as a node does.

It departs from eth-tester's where that departs from a node:

- Blob transactions carry their sidecar, which is checked and kept for 18 days, as beacon nodes do.
- EIP-7825 caps a transaction's gas (py-evm has no Osaka).
- A block carries the time at which it is begun, plus what the chain was advanced by.
- A failed call gives its revert data; any account may call, and with blob hashes.
- Receipts count logs through the block, and state the blob gas price of their own block.
- Looking up a transaction, or going back to an earlier block, costs the same however long the chain is.
"""

import os
import time
from collections.abc import Callable
from typing import Any

import rlp
from eth.abc import BlockAPI, BlockHeaderAPI, ComputationAPI, SignedTransactionAPI, StateAPI, VirtualMachineAPI
from eth.constants import GENESIS_PARENT_HASH
from eth.exceptions import HeaderNotFound, Revert
from eth.exceptions import TransactionNotFound as NotIndexed
from eth.vm.forks.cancun import get_total_blob_gas
from eth.vm.spoof import SpoofTransaction
from eth_abi import decode
from eth_abi.exceptions import DecodingError
from eth_tester import PyEVMBackend
from eth_tester.backends.pyevm.serializers import serialize_transaction_receipt
from eth_tester.exceptions import BlockNotFound, TransactionNotFound, ValidationError

from l1bridge import kzg
from rollup.ports.l1 import TRANSACTION_GAS_CAP

BLOB_RETENTION = 4096 * 32 * 12
"""Seconds. SPEC: consensus specs, MIN_EPOCHS_FOR_BLOB_SIDECARS_REQUESTS · SLOTS_PER_EPOCH · SECONDS_PER_SLOT."""
BLOBS_PER_TRANSACTION = 6
"""SPEC: EIP-7594."""
BLOBS_PER_BLOCK = 9
"""SPEC: EIP-7691, Prague."""
EXTRA_DATA = b"Tandem in-process L1".ljust(
    32, b"\0"
)  # of 32 bytes, because eth-tester pads shorter ones in its answers
COINBASE = bytes(20)
ERROR_SELECTOR = bytes.fromhex("08c379a0")  # Error(string)

Raw = dict[str, Any]


class CallFailed(Exception):
    """A call failed in the EVM; `data` is what the contract gave as reason, empty if it ran out of gas or the like."""

    def __init__(self, message: str, data: bytes) -> None:
        super().__init__(message)
        self.message = message
        self.data = data


class Chain(PyEVMBackend):  # type: ignore[misc]
    """Prague blocks, sealed on demand, with a clock.

    Parameters
    ----------
    gas_limit
        Of every block, in gas.
    accounts
        How many accounts hold a million ether; the private key of the i-th, counted from 1, is i.
    clock
        The time in seconds, without what the chain is advanced by.
    confirmations
        How many blocks the safe and the finalised head stay behind the newest.
    """

    def __init__(
        self,
        *,
        gas_limit: int = 60_000_000,
        accounts: int = 20,
        clock: Callable[[], float] = time.time,
        confirmations: tuple[int, int] = (0, 0),
    ) -> None:
        self._clock = clock
        self._ahead = 0
        self._behind = {"safe": confirmations[0], "finalized": confirmations[1]}
        self._sidecars: dict[bytes, tuple[int, tuple[bytes, ...]]] = {}
        parameters = {"gas_limit": gas_limit, "timestamp": int(clock()), "extra_data": EXTRA_DATA}
        super().__init__(
            genesis_parameters=self.generate_genesis_params(parameters),
            genesis_state=self.generate_genesis_state(num_accounts=accounts),
        )

    # Time and blocks

    def increase_time(self, seconds: int) -> int:
        """Let the next block be at least `seconds` after the newest; return by how much the chain is ahead of its clock."""
        if seconds < 0:
            raise ValidationError(f"time runs forward only, not by {seconds} s")
        # Blocks sealed within a second have run ahead of the clock already, each a second after its parent.
        lead = max(self._ahead, self.head().timestamp - int(self._clock()))
        self._ahead = lead + seconds
        return self._ahead

    def seal(self) -> BlockAPI:
        """Close the pending block with the transactions it has, and return it."""
        self._begin_block()
        blob_gas = sum(map(get_total_blob_gas, self.chain.get_block().transactions))
        fields = {"mix_hash": os.urandom(32), "blob_gas_used": blob_gas, "extra_data": EXTRA_DATA}
        block: BlockAPI = self.chain.mine_block(coinbase=COINBASE, **fields)
        return block

    def _begin_block(self) -> None:
        """Stamp the pending block with the present, unless transactions have already seen its time."""
        if self.chain.get_block().transactions:
            return
        earliest = self.chain.get_canonical_head().timestamp + 1
        self.chain.set_header_timestamp(max(earliest, int(self._clock()) + self._ahead))

    def go_back(self, block_hash: bytes) -> None:
        """Make an earlier block the head again; what followed it, and what is pending, is no longer in the chain."""
        database = self.chain.chaindb
        header = database.get_block_header_by_hash(block_hash)
        database._set_as_canonical_chain_head(database.db, header, GENESIS_PARENT_HASH)  # noqa: SLF001 - as eth-tester does
        self.chain.header = self.chain.create_header_from_parent(header)

    def head(self) -> BlockHeaderAPI:
        """Return the header of the newest sealed block."""
        header: BlockHeaderAPI = self.chain.get_canonical_head()
        return header

    def number(self, block: int | str) -> int:
        """Return the number of a block given by number or tag; `BlockNotFound` past the head."""
        newest = self.head().block_number
        if isinstance(block, str):
            if block == "earliest":
                return 0
            block = max(0, newest - self._behind.get(block, 0))
        if not 0 <= block <= newest:
            raise BlockNotFound(f"no block {block}")
        return block

    def block(self, block: int | str | bytes) -> BlockAPI:
        """Return a block of the chain by its number, tag or hash; `BlockNotFound` if it has none such."""
        found: BlockAPI
        if not isinstance(block, bytes):
            found = self.chain.get_canonical_block_by_number(self.number(block))
            return found
        try:
            found = self.chain.get_block_by_hash(block)
        except HeaderNotFound as error:
            raise BlockNotFound(f"no block 0x{block.hex()}") from error
        if self.block(found.number).hash != block:
            raise BlockNotFound(f"block 0x{block.hex()} is no longer in the chain")
        return found

    def state(self, block: int | str) -> StateAPI:
        """Return the state after a block, or that of the pending one."""
        header = self.chain.header if block == "pending" else self.block(block).header
        state: StateAPI = self.chain.get_vm(at_header=header).state
        return state

    # Transactions

    def submit(self, raw: bytes) -> bytes:
        """Run a signed transaction in the pending block and return its hash; `ValidationError` if no node would take it."""
        body, blobs = _without_sidecar(raw)
        transaction = self.chain.get_vm().get_transaction_builder().decode(body)
        self._require_valid(transaction)
        self._begin_block()
        self.chain.apply_transaction(transaction)
        if blobs:
            self._sidecars[bytes(transaction.hash)] = (self.chain.header.timestamp, blobs)
        return bytes(transaction.hash)

    def _require_valid(self, transaction: SignedTransactionAPI) -> None:
        """Check what py-evm leaves to others: the gas cap, the chain (EIP-155), the blobs of a block (EIP-7691)."""
        if transaction.gas > TRANSACTION_GAS_CAP:
            raise ValidationError(f"gas limit {transaction.gas:,} is over {TRANSACTION_GAS_CAP:,} (EIP-7825)")
        if transaction.chain_id != self.chain.chain_id:
            raise ValidationError(f"a transaction for chain {transaction.chain_id}, not {self.chain.chain_id}")
        blob_gas = sum(map(get_total_blob_gas, [*self.chain.get_block().transactions, transaction]))
        if blob_gas > BLOBS_PER_BLOCK * kzg.GAS_PER_BLOB:
            raise ValidationError(f"more than {BLOBS_PER_BLOCK} blobs in a block (EIP-7691)")

    def blobs(self, transaction_hash: bytes) -> tuple[bytes, ...] | None:
        """Return the blobs that came with a transaction, None if it had none or they are past retention."""
        stamp, blobs = self._sidecars.get(transaction_hash, (0, None))
        return blobs if self.head().timestamp - stamp <= BLOB_RETENTION else None

    def locate(self, transaction_hash: bytes) -> tuple[BlockAPI, int]:
        """Return the block of a sealed transaction and its index there; `TransactionNotFound` if there is none."""
        # SAFETY: py-evm's index also knows transactions of blocks that were gone back over, so its answer is compared.
        try:
            number, index = self.chain.chaindb.get_transaction_index(transaction_hash)
            block = self.block(number)
            if block.transactions[index].hash == transaction_hash:
                return block, index
        except (IndexError, BlockNotFound, NotIndexed):
            pass
        raise TransactionNotFound(f"no transaction 0x{transaction_hash.hex()}")

    def receipts(self, block: BlockAPI) -> list[Raw]:
        """Return the receipts of a sealed block, named as eth-tester names their fields."""
        found = block.get_receipts(self.chain.chaindb)
        vm = self.chain.get_vm(at_header=block.header)
        written = [
            serialize_transaction_receipt(block, found, transaction, index, False, vm)
            for index, transaction in enumerate(block.transactions)
        ]
        for index, log in enumerate(log for receipt in written for log in receipt["logs"]):
            log["log_index"] = index
        for receipt, source in zip(written, found, strict=True):
            receipt["logs_bloom"] = source.bloom.to_bytes(256, "big")
            receipt["to"] = receipt["to"] or None
            if "blob_gas_price" in receipt:
                receipt["blob_gas_price"] = blob_base_fee(vm.state)
        return written

    # Calls

    def run(self, call: Raw, block: int | str = "latest") -> bytes:
        """Run a call on the state after a block, undo it, and return what it returned; `CallFailed` if it failed."""
        vm = self.chain.get_vm(at_header=self.block(block).header)
        state, unsigned, sender = vm.state, self._unsigned(vm, call), call["from"]
        point = state.snapshot()
        # A call is paid for as a transaction is. What it needs is lent first, so while it runs BALANCE reads true.
        fees = unsigned.gas * unsigned.max_fee_per_gas + _blob_fees(unsigned)
        state.set_balance(sender, state.get_balance(sender) + fees)
        computation = state.apply_transaction(SpoofTransaction(unsigned, from_=sender))
        state.revert(point)
        if computation.is_error:
            raise _failure(computation)
        return bytes(computation.output)

    def estimate_gas(self, call: Raw) -> int:
        """Return the least gas with which a call succeeds on the newest state, within a tolerance of py-evm's choice."""
        self.run(call)  # for the reason, if it cannot succeed
        unsigned = self._unsigned(self.chain.get_vm(at_header=self.head()), call)
        spoofed = SpoofTransaction(unsigned, from_=call["from"])
        return int(self.chain.estimate_gas(spoofed, self.head()))

    def _unsigned(self, vm: VirtualMachineAPI, call: Raw) -> Any:
        fields = {
            "chain_id": self.chain.chain_id,
            "nonce": vm.state.get_nonce(call["from"]),
            "max_priority_fee_per_gas": 0,
            "max_fee_per_gas": vm.get_header().base_fee_per_gas,
            "gas": call.get("gas", TRANSACTION_GAS_CAP),
            "to": call.get("to", b""),
            "value": call.get("value", 0),
            "data": call.get("data", b""),
            "access_list": (),
        }
        builder: Any = vm.get_transaction_builder()
        hashes = call.get("blob_versioned_hashes")
        if not hashes:
            return builder.new_unsigned_dynamic_fee_transaction(**fields)
        price = blob_base_fee(vm.state)
        return builder.new_unsigned_blob_transaction(**fields, max_fee_per_blob_gas=price, blob_versioned_hashes=hashes)


def blob_base_fee(state: StateAPI) -> int:
    """Return the wei per blob gas of the block that a state belongs to."""
    price: int = state.blob_base_fee
    return price


def _without_sidecar(raw: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """Split what was sent into the transaction and its blobs, which are checked against its versioned hashes.

    SPEC: EIP-4844 `0x03 ‖ rlp([body, blobs, commitments, proofs])`, or EIP-7594 with a version 1 after the body. A proof
    in a sidecar only spares the receiver committing to the blob, which is done here; so proofs are not looked at.
    """
    if raw[:1] != b"\x03":
        return raw, ()
    items = rlp.decode(raw[1:])
    if not isinstance(items[0], list):
        raise ValidationError("a blob transaction without its sidecar (EIP-4844)")
    body, blobs = items[0], items[2] if items[1] == b"\x01" else items[1]
    hashes = body[10]
    if not 0 < len(blobs) == len(hashes) <= BLOBS_PER_TRANSACTION:
        raise ValidationError(f"{len(blobs)} blobs for {len(hashes)} versioned hashes; at most {BLOBS_PER_TRANSACTION}")
    if [kzg.hash_of(blob) for blob in blobs] != hashes:
        raise ValidationError("a blob of the sidecar is not that of its versioned hash (EIP-4844)")
    return b"\x03" + rlp.encode(body), tuple(blobs)


def _blob_fees(transaction: SignedTransactionAPI) -> int:
    hashes = getattr(transaction, "blob_versioned_hashes", ())
    return len(hashes) * kzg.GAS_PER_BLOB * transaction.max_fee_per_blob_gas if hashes else 0


def _failure(computation: ComputationAPI) -> CallFailed:
    error = computation.error
    data = bytes(error.args[0]) if isinstance(error, Revert) and error.args else b""
    if data[:4] == ERROR_SELECTOR:
        try:
            return CallFailed(f"execution reverted: {decode(['string'], data[4:])[0]}", data)
        except DecodingError:
            pass  # not what its selector says: left as bytes
    if isinstance(error, Revert):
        return CallFailed("execution reverted", data)
    return CallFailed(f"EVM error {type(error).__name__}", data)
