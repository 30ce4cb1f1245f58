"""A provider that lies is caught, whatever it changes of what a header proves."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from web3.providers.base import BaseProvider
from web3.types import RPCEndpoint, RPCResponse

from l1bridge import devchain, kzg
from l1bridge.client import L1Client
from l1bridge.connection import Connection
from rollup.ports.l1 import Block, Contract, L1Error, L1Forged, L1Reorganised

Lie = Callable[[Any], Any]
OTHER_HASH = "0x" + "ab" * 32
LOG = {"address": "0x" + "11" * 20, "topics": [OTHER_HASH], "data": "0x"}


class Liar(BaseProvider):
    """Passes on what a true provider says, with one method's answers changed."""

    def __init__(self, true: BaseProvider, method: str, lie: Lie) -> None:
        super().__init__()
        self._true, self._method, self._lie = true, method, lie

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        response = self._true.make_request(method, params)
        if method == self._method:
            response["result"] = self._lie(copy.deepcopy(response["result"]))
        return response


@pytest.fixture
def block(own: L1Client, own_toy: Contract) -> Block:
    """A block of three transactions: two log, one fails."""
    own.automine(on=False)
    for key, by in zip(devchain.KEYS, (1, 2, 200), strict=False):
        own.as_account(key).send(own_toy, "add", by)
    own.mine()
    own.automine(on=True)
    return own.head()


def lied_to(own: L1Client, method: str, lie: Lie) -> L1Client:
    return L1Client(Connection(Liar(own.connection._provider, method, lie), "a liar"))


def setting(**changes: Any) -> Lie:
    """Change fields of the answer itself."""
    return lambda raw: raw | changes


def at(index: int, change: Callable[[dict[str, Any]], None]) -> Lie:
    """Change one receipt of the answer in place."""

    def lie(raw: list[dict[str, Any]]) -> list[dict[str, Any]]:
        change(raw[index])
        return raw

    return lie


RECEIPT_LIES: dict[str, Lie] = {
    "a log's data": at(0, lambda r: r["logs"][0].update(data="0x" + "00" * 96)),
    "a log's topic": at(1, lambda r: r["logs"][0]["topics"].__setitem__(1, OTHER_HASH)),
    "a log's address": at(1, lambda r: r["logs"][0].update(address="0x" + "22" * 20)),
    "a log left out": at(0, lambda r: r["logs"].clear()),
    "a log made up": at(2, lambda r: r["logs"].append(LOG)),
    "success for failure": at(2, lambda r: r.update(status="0x1")),
    "failure for success": at(0, lambda r: r.update(status="0x0")),
    "cumulative gas": at(1, lambda r: r.update(cumulativeGasUsed="0x1")),
    "gas used": at(1, lambda r: r.update(gasUsed="0x1")),
    "type": at(1, lambda r: r.update(type="0x3")),
    "transaction": at(1, lambda r: r.update(transactionHash=OTHER_HASH)),
    "block": at(1, lambda r: r.update(blockHash=OTHER_HASH)),
    "index": at(0, lambda r: r.update(transactionIndex="0x7")),
    "not hexadecimal": at(0, lambda r: r["logs"][0].update(data="0xzz")),
    "no quantity": at(0, lambda r: r.update(status=None)),
    "two swapped": lambda raw: [raw[1] | {"transactionIndex": "0x0"}, raw[0] | {"transactionIndex": "0x1"}, raw[2]],
    "the last left out": lambda raw: raw[:2],
    "the first left out": lambda raw: raw[1:],
    "one twice": lambda raw: [*raw, raw[2]],
    "none at all": lambda raw: [],
}

HEADER_LIES: dict[str, Lie] = {
    "hash": setting(hash=OTHER_HASH),
    "receipts root": setting(receiptsRoot=OTHER_HASH),
    "bloom": setting(logsBloom="0x" + "00" * 256),
    "timestamp": setting(timestamp="0x1"),
    "parent": setting(parentHash=OTHER_HASH),
    "base fee": setting(baseFeePerGas="0x1"),
    "blob gas": setting(excessBlobGas="0x1"),
    "requests": setting(requestsHash=OTHER_HASH),
    "a field left out": setting(requestsHash=None),
    "a field left out in the middle": setting(blobGasUsed=None),
    "an old field left out": setting(mixHash=None),
    "number": setting(number="0x1"),
}


@pytest.mark.parametrize("lie", RECEIPT_LIES.values(), ids=RECEIPT_LIES.keys())
def test_receipts_when_the_provider_lies_are_refused(own: L1Client, block: Block, lie: Lie) -> None:
    with pytest.raises(L1Forged):
        lied_to(own, "eth_getBlockReceipts", lie).receipts_proved(block)
    assert len(own.receipts_proved(block)) == 3


@pytest.mark.parametrize("lie", HEADER_LIES.values(), ids=HEADER_LIES.keys())
def test_block_when_the_provider_lies_about_its_header_is_refused(own: L1Client, block: Block, lie: Lie) -> None:
    liar = lied_to(own, "eth_getBlockByNumber", lie)
    with pytest.raises(L1Forged):
        liar.block(block.number)
    with pytest.raises(L1Forged):
        liar.head()


def test_block_when_the_provider_gives_another_true_one_is_refused(own: L1Client, block: Block) -> None:
    other = own.connection.ask("eth_getBlockByNumber", "0x1", False)  # noqa: FBT003 - JSON
    with pytest.raises(L1Forged, match="another block than asked for"):
        lied_to(own, "eth_getBlockByNumber", lambda raw: other).block(block.number)


def test_blocks_when_the_provider_inserts_a_block_of_its_own_are_refused(own: L1Client, block: Block) -> None:
    start = own.block(block.number - 1)
    forged = devchain.connect(clock=lambda: 1_600_000_000)
    forged.mine(block.number)
    inserted = forged.connection.ask("eth_getBlockByNumber", hex(block.number), False)  # noqa: FBT003 - JSON
    liar = lied_to(own, "eth_getBlockByNumber", lambda raw: inserted if raw["number"] == hex(block.number) else raw)
    with pytest.raises(L1Reorganised):
        list(liar.blocks(start, block.number))


def test_receipts_when_the_provider_has_none_for_a_block_say_it_is_gone(own: L1Client, block: Block) -> None:
    with pytest.raises(L1Reorganised):
        lied_to(own, "eth_getBlockReceipts", lambda raw: None).receipts_proved(block)


def test_receipts_when_the_node_gives_them_one_by_one_are_proved_too(own: L1Client, block: Block) -> None:
    class Old(Liar):
        def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
            if method == "eth_getBlockReceipts":
                return {"jsonrpc": "2.0", "id": 0, "error": {"code": -32_601, "message": "unknown"}}
            return super().make_request(method, params)

    old = Old(own.connection._provider, "eth_getTransactionReceipt", lambda raw: raw)
    assert L1Client(Connection(old, "an old node")).receipts_proved(block) == own.receipts_proved(block)
    lying = Old(own.connection._provider, "eth_getTransactionReceipt", setting(status="0x0"))
    with pytest.raises(L1Forged):
        L1Client(Connection(lying, "an old node")).receipts_proved(block)


def test_blob_when_the_provider_gives_another_is_not_taken_for_it(own: L1Client, own_toy: Contract) -> None:
    blob, other = kzg.blob_of([1]), kzg.blob_of([2])
    receipt = own.transact(own_toy, "add_blob", 99, blobs=[blob])
    name = "anvil_getBlobsByTransactionHash"
    with pytest.raises(L1Error, match="is not held"):
        lied_to(own, name, lambda raw: ["0x" + other.hex()]).blob(kzg.hash_of(blob), receipt.transaction_hash)
    with pytest.raises(L1Forged, match="is no blob"):
        lied_to(own, name, lambda raw: ["0x" + "ff" * kzg.BLOB_BYTES]).blob(kzg.hash_of(blob), receipt.transaction_hash)
