"""JSON-RPC over a `Chain`, so that web3 talks to it as to any node: same methods, same hex, same errors.

One table, `METHODS`, maps a method's name to what answers it. The `evm_` and `anvil_` methods are those of anvil.
"""

import re
import threading
from collections.abc import Callable, Sequence
from typing import Any

from eth.abc import StateAPI
from eth_tester.backends.pyevm.serializers import serialize_block, serialize_transaction
from eth_tester.exceptions import BlockNotFound, TransactionNotFound
from eth_tester.exceptions import ValidationError as TesterRefused
from eth_typing import Address
from eth_utils import ValidationError as EVMRefused
from web3.providers.base import BaseProvider
from web3.types import RPCEndpoint, RPCResponse

from l1bridge.chain import CallFailed, Chain, Raw, blob_base_fee
from rollup.errors import DecodeError

REVERTED, REFUSED, UNKNOWN_METHOD = 3, -32_000, -32_601
"""Error codes of JSON-RPC, as geth uses them."""
PRIORITY_FEE = 10**9
HASH_LENGTH = 66

Method = Callable[..., Any]

_RENAMED = {"coinbase": "miner"}


class ChainProvider(BaseProvider):
    """A web3 provider on a chain in this process; one request at a time, from any thread."""

    def __init__(self, chain: Chain) -> None:
        super().__init__()
        self.chain = chain
        self.sealing = True
        self._snapshots: dict[int, bytes] = {}
        self._one_at_a_time = threading.RLock()

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """Answer a request."""
        answer = METHODS.get(method)
        if answer is None:
            return _error(UNKNOWN_METHOD, f"the method {method} does not exist")
        try:
            with self._one_at_a_time:
                return {"jsonrpc": "2.0", "id": 0, "result": to_json(answer(self, *params))}
        except CallFailed as failed:
            return _error(REVERTED, failed.message, "0x" + failed.data.hex())
        except (EVMRefused, TesterRefused, DecodeError, BlockNotFound) as refused:
            return _error(REFUSED, str(refused))

    def is_connected(self, show_traceback: bool = False) -> bool:  # noqa: ARG002 - of the base class
        """Return True."""
        return True

    def send(self, raw: bytes) -> bytes:
        """Take a transaction, and seal a block unless that was switched off."""
        name = self.chain.submit(raw)
        if self.sealing:
            self.chain.seal()
        return name

    def automine(self, *, on: bool) -> None:
        """Switch sealing at each transaction; what was pending is sealed when switched on."""
        if on and not self.sealing and self.chain.chain.get_block().transactions:
            self.chain.seal()
        self.sealing = on

    def mine(self, blocks: int = 1) -> None:
        """Seal blocks, pending transactions in the first."""
        for _ in range(blocks):
            self.chain.seal()

    def snapshot(self) -> int:
        """Remember the present head; pending transactions are not part of it."""
        self._snapshots[len(self._snapshots) + 1] = bytes(self.chain.head().hash)
        return len(self._snapshots)

    def revert(self, snapshot: int) -> bool:
        """Go back to a snapshot; False if there is none of that number."""
        if snapshot not in self._snapshots:
            return False
        self.chain.go_back(self._snapshots[snapshot])
        return True


def to_json(value: Any) -> Any:
    """Write a value as JSON-RPC does: integers and bytes as hex, names in camel case."""
    if isinstance(value, dict):
        return {_RENAMED.get(name, _camel(name)): to_json(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    return hex(value) if isinstance(value, int) else "0x" + bytes(value).hex()


def _camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)


def _error(code: int, message: str, data: str | None = None) -> RPCResponse:
    error: Any = {"code": code, "message": message} | ({} if data is None else {"data": data})
    return {"jsonrpc": "2.0", "id": 0, "error": error}


def _integer(value: int | str) -> int:
    return value if isinstance(value, int) else int(value, 16)


def _octets(value: bytes | str) -> bytes:
    return bytes(value) if not isinstance(value, str) else bytes.fromhex(value.removeprefix("0x"))


def _block_id(value: int | str) -> int | str:
    """Read a block number or tag."""
    return _integer(value) if isinstance(value, int) or value.startswith("0x") else value


def _call(fields: dict[str, Any]) -> Raw:
    """Read the fields of a call; those about fees do not matter to one."""
    call: Raw = {"from": _octets(fields.get("from", bytes(20)))}
    for name in ("gas", "value"):
        if fields.get(name) is not None:
            call[name] = _integer(fields[name])
    for name, own in (("to", "to"), ("data", "data"), ("input", "data")):
        if fields.get(name) is not None:
            call[own] = _octets(fields[name])
    call["blob_versioned_hashes"] = tuple(map(_octets, fields.get("blobVersionedHashes") or ()))
    return call


def _get_block(provider: ChainProvider, block: int | str | bytes, full: bool = False) -> Raw | None:
    try:
        found = provider.chain.block(block)
    except BlockNotFound:
        return None
    written: Raw = serialize_block(found, full, False)
    written["logs_bloom"] = found.header.bloom.to_bytes(256, "big")
    if full:
        written["transactions"] = [_with_input(transaction) for transaction in written["transactions"]]
    return written


def _get_transaction(provider: ChainProvider, name: str) -> Raw | None:
    try:
        block, index = provider.chain.locate(_octets(name))
    except TransactionNotFound:
        return None
    return _with_input(serialize_transaction(block, block.transactions[index], index, False))


def _with_input(transaction: Raw) -> Raw:
    data = transaction.pop("data")
    return transaction | {"input": data, "to": transaction["to"] or None}


def _get_receipt(provider: ChainProvider, name: str) -> Raw | None:
    try:
        block, index = provider.chain.locate(_octets(name))
    except TransactionNotFound:
        return None
    return provider.chain.receipts(block)[index]


def _get_block_receipts(provider: ChainProvider, block: int | str) -> list[Raw] | None:
    name = _octets(block) if isinstance(block, str) and len(block) == HASH_LENGTH else _block_id(block)
    try:
        return provider.chain.receipts(provider.chain.block(name))
    except BlockNotFound:
        return None


def _get_logs(provider: ChainProvider, query: dict[str, Any]) -> list[Raw]:
    chain = provider.chain
    if "blockHash" in query:
        blocks = [chain.block(_octets(query["blockHash"]))]
    else:
        first, last = (chain.number(_block_id(query.get(end, "latest"))) for end in ("fromBlock", "toBlock"))
        blocks = [chain.block(number) for number in range(first, last + 1)]
    receipts = (receipt for block in blocks for receipt in chain.receipts(block))
    return [log for receipt in receipts for log in receipt["logs"] if _matches(query, log)]


def _matches(query: dict[str, Any], log: Raw) -> bool:
    """SPEC: execution-apis, eth_getLogs: one address or several; per topic nothing, one or several."""
    wanted = [query.get("address"), *(query.get("topics") or ())]
    given = [log["address"], *log["topics"]]
    if len(wanted) > len(given):
        return False
    choices = (item if isinstance(item, list) else [item] for item in wanted)
    return all(
        choice == [None] or not choice or got in map(_octets, choice)
        for choice, got in zip(choices, given, strict=False)
    )


def _fee_history(
    provider: ChainProvider, count: int | str, newest: int | str, percentiles: Sequence[float] = ()
) -> Raw:
    chain = provider.chain
    last = chain.number(_block_id(newest))
    first = max(0, last + 1 - _integer(count))
    headers = [chain.block(number).header for number in range(first, last + 1)]
    following = chain.block(last + 1).header if last < chain.head().block_number else chain.chain.header
    return {
        "oldest_block": first,
        "base_fee_per_gas": [header.base_fee_per_gas for header in [*headers, following]],
        "gas_used_ratio": [str(header.gas_used / header.gas_limit) for header in headers],
        "reward": [[PRIORITY_FEE for _ in percentiles] for _ in headers],
    }


def _gas_price(provider: ChainProvider) -> int:
    return int(provider.chain.chain.header.base_fee_per_gas) + PRIORITY_FEE


def _address_state(read: Callable[[StateAPI, bytes], Any]) -> Method:
    """Make a method that reads something of an account after a block."""

    def answer(provider: ChainProvider, address: str, block: int | str = "latest") -> Any:
        return read(provider.chain.state(_block_id(block)), _octets(address))

    return answer


def _storage(provider: ChainProvider, address: str, slot: int | str, block: int | str = "latest") -> bytes:
    value: int = provider.chain.state(_block_id(block)).get_storage(Address(_octets(address)), _integer(slot))
    return value.to_bytes(32, "big")


METHODS: dict[str, Method] = {
    "web3_clientVersion": lambda provider: "Tandem/py-evm",
    "net_version": lambda provider: str(provider.chain.chain.chain_id),
    "eth_chainId": lambda provider: provider.chain.chain.chain_id,
    "eth_syncing": lambda provider: False,
    "eth_accounts": lambda provider: [],
    "eth_blockNumber": lambda provider: provider.chain.head().block_number,
    "eth_gasPrice": _gas_price,
    "eth_maxPriorityFeePerGas": lambda provider: PRIORITY_FEE,
    "eth_blobBaseFee": lambda provider: blob_base_fee(provider.chain.state("pending")),
    "eth_feeHistory": _fee_history,
    "eth_getBlockByNumber": lambda provider, block, full=False: _get_block(provider, _block_id(block), full),
    "eth_getBlockByHash": lambda provider, block, full=False: _get_block(provider, _octets(block), full),
    "eth_getBlockReceipts": _get_block_receipts,
    "eth_getTransactionByHash": _get_transaction,
    "eth_getTransactionReceipt": _get_receipt,
    "eth_getLogs": _get_logs,
    "eth_getTransactionCount": _address_state(lambda state, address: state.get_nonce(Address(address))),
    "eth_getBalance": _address_state(lambda state, address: state.get_balance(Address(address))),
    "eth_getCode": _address_state(lambda state, address: state.get_code(Address(address))),
    "eth_getStorageAt": _storage,
    "eth_call": lambda provider, call, block="latest": provider.chain.run(_call(call), _block_id(block)),
    "eth_estimateGas": lambda provider, call, block="latest": provider.chain.estimate_gas(_call(call)),
    "eth_sendRawTransaction": lambda provider, raw: provider.send(_octets(raw)),
    "evm_mine": lambda provider: provider.mine(),
    "evm_increaseTime": lambda provider, seconds: provider.chain.increase_time(_integer(seconds)),
    "evm_setAutomine": lambda provider, on: provider.automine(on=on),
    "evm_snapshot": lambda provider: provider.snapshot(),
    "evm_revert": lambda provider, snapshot: provider.revert(_integer(snapshot)),
    "anvil_getBlobsByTransactionHash": lambda provider, name: provider.chain.blobs(_octets(name)),
}
