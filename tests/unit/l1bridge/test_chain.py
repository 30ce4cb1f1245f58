"""The in-process chain keeps the rules that a node keeps."""

import itertools
from typing import Any

import pytest
import rlp
from eth_account import Account
from eth_account.typed_transactions.blob_transactions.blob_transaction import BlobTransaction
from hexbytes import HexBytes
from web3 import Web3

from l1bridge import anvil, devchain, kzg, precompiles
from l1bridge.chain import BLOB_RETENTION, BLOBS_PER_TRANSACTION
from l1bridge.client import L1Client
from l1bridge.connection import Refused
from l1bridge.rpc import ChainProvider
from l1bridge.signer import Fees, Signer, contract_address, transaction_hash
from rollup.ports.l1 import TRANSACTION_GAS_CAP, Artifact, Contract, L1Error, L1Reverted

BLOB = kzg.blob_of([7, 7, 7])
FEES = Fees(10**10, 10**9, 10**9)
SIGNER = Signer(devchain.KEYS[0])


def fields(l1: L1Client, **changes: Any) -> dict[str, Any]:
    nonce = int(l1.connection.ask("eth_getTransactionCount", "0x" + l1.address.hex(), "pending"), 16)
    plain = {"chainId": l1.chain_id, "nonce": nonce, "gas": 100_000, "value": 0, "data": b"", "to": bytes(range(20))}
    return plain | changes


def send(l1: L1Client, raw: bytes) -> bytes:
    return bytes.fromhex(l1.connection.ask("eth_sendRawTransaction", "0x" + raw.hex())[2:])


def web3_of(l1: L1Client) -> Web3:
    return Web3(l1.connection._provider)


def test_chain_when_gas_limit_is_over_the_cap_refuses(own: L1Client) -> None:
    send(own, SIGNER.sign(fields(own, gas=TRANSACTION_GAS_CAP), FEES))
    with pytest.raises(Refused, match="EIP-7825"):
        send(own, SIGNER.sign(fields(own, gas=TRANSACTION_GAS_CAP + 1), FEES))


@pytest.mark.skipif(anvil.find() is None, reason="anvil is not installed")
def test_anvil_when_gas_limit_is_over_the_cap_refuses_from_osaka_on(anvils: dict[str, L1Client]) -> None:
    raw = SIGNER.sign(fields(anvils["anvil osaka"], gas=TRANSACTION_GAS_CAP + 1), FEES)
    with pytest.raises(Refused):
        send(anvils["anvil osaka"], raw)


@pytest.mark.parametrize("change", [{"nonce": 7}, {"value": 10**30}, {"gas": 20_000}, {"chainId": 1}], ids=str)
def test_chain_when_a_transaction_is_invalid_refuses_it_and_goes_on(own: L1Client, change: dict[str, Any]) -> None:
    head = own.head()
    with pytest.raises(Refused):
        send(own, SIGNER.sign(fields(own) | change, FEES))
    assert own.head() == head
    send(own, SIGNER.sign(fields(own), FEES))
    assert own.head().number == head.number + 1


def test_chain_when_a_blob_transaction_has_no_sidecar_refuses(own: L1Client) -> None:
    raw = SIGNER.sign(fields(own), FEES, [BLOB], sidecar=0)
    bare = b"\x03" + rlp.encode(rlp.decode(raw[1:])[0])
    with pytest.raises(Refused, match="without its sidecar"):
        send(own, bare)


def test_chain_when_a_sidecar_holds_another_blob_refuses(own: L1Client) -> None:
    body, _, commitments, proofs = rlp.decode(SIGNER.sign(fields(own), FEES, [BLOB], sidecar=0)[1:])
    forged = b"\x03" + rlp.encode([body, [kzg.blob_of([8])], commitments, proofs])
    with pytest.raises(Refused, match="not that of its versioned hash"):
        send(own, forged)


def test_chain_when_blobs_are_more_than_a_transaction_may_carry_refuses(own: L1Client) -> None:
    raw = SIGNER.sign(fields(own), FEES, [BLOB], sidecar=0)
    body, blobs, commitments, proofs = rlp.decode(raw[1:])
    body[10] = body[10] * (BLOBS_PER_TRANSACTION + 1)
    many = [items * (BLOBS_PER_TRANSACTION + 1) for items in (blobs, commitments, proofs)]
    with pytest.raises(Refused, match="at most 6"):
        send(own, b"\x03" + rlp.encode([body, *many]))


@pytest.mark.parametrize("version", [0, 1])
def test_sidecar_when_of_either_version_is_what_eth_account_reads(own: L1Client, version: int) -> None:
    raw = SIGNER.sign(fields(own), FEES, [BLOB], sidecar=version)
    read = BlobTransaction.from_bytes(HexBytes(raw))
    assert read.blob_data is not None
    assert [blob.as_bytes() for blob in read.blob_data.blobs] == [BLOB]
    assert Account.recover_transaction(raw) == Web3.to_checksum_address(SIGNER.address)
    assert send(own, raw) == transaction_hash(raw)
    assert own.blob(kzg.hash_of(BLOB), transaction_hash(raw)) == BLOB


def test_blobs_when_past_retention_are_gone_from_the_chain(own: L1Client, own_toy: Contract) -> None:
    receipt = own.transact(own_toy, "add_blob", 9, blobs=[BLOB])
    reader = L1Client(own.connection)
    own.advance(BLOB_RETENTION - 60)
    assert reader.blob(kzg.hash_of(BLOB), receipt.transaction_hash) == BLOB
    own.advance(120)
    with pytest.raises(L1Error, match="is not held"):
        L1Client(own.connection).blob(kzg.hash_of(BLOB), receipt.transaction_hash)
    assert own.blob(kzg.hash_of(BLOB)) == BLOB


def test_time_when_the_clock_stands_still_goes_a_second_a_block(own: L1Client) -> None:
    own.mine(3)
    assert [own.block(number).timestamp - 1_700_000_000 for number in range(4)] == [0, 1, 2, 3]


def test_time_when_the_clock_goes_on_is_the_clocks(artifact: Artifact) -> None:
    now = [1_700_000_000.0]
    l1 = devchain.connect(clock=lambda: now[0])
    toy = l1.deploy(artifact, 5)
    now[0] += 100.9
    assert l1.block(l1.transact(toy, "add", 1).block_number).timestamp == 1_700_000_100


def test_time_when_advanced_twice_adds_up(own: L1Client) -> None:
    own.mine(5)
    own.advance(1000)
    own.advance(1000)
    assert own.head().timestamp == 1_700_000_005 + 2000
    with pytest.raises(Refused, match="forward only"):
        own.advance(-1)


def test_time_when_a_transaction_is_pending_is_what_it_saw(own: L1Client, own_toy: Contract) -> None:
    own.automine(on=False)
    own.send(own_toy, "add", 1)
    own.connection.ask("evm_increaseTime", 500)
    own.mine()
    assert own.head().timestamp < 1_700_000_100
    own.mine()
    assert own.head().timestamp > 1_700_000_500


def test_head_when_safe_or_final_stays_behind_as_asked(artifact: Artifact) -> None:
    l1 = devchain.connect(confirmations=(2, 5))
    assert l1.head("safe").number == l1.head("finalized").number == 0
    l1.mine(10)
    assert [l1.head(tag).number for tag in ("latest", "safe", "finalized")] == [10, 8, 5]


def test_base_fee_when_blocks_follow_each_other_obeys_eip_1559(artifact: Artifact) -> None:
    l1 = devchain.connect(gas_limit=1_000_000)
    toy = l1.as_account(devchain.KEYS[1]).deploy(artifact, 5)
    for gas in (900_000, 900_000, 100_000):
        with pytest.raises(L1Reverted):
            l1.transact(toy, "burn", gas=gas)
    blocks = [l1.block(number) for number in range(l1.head().number + 1)]
    for parent, child in itertools.pairwise(blocks):
        target = parent.gas_limit // 2
        change = parent.base_fee * abs(parent.gas_used - target) // target // 8
        up = parent.gas_used > target
        assert child.base_fee == parent.base_fee + (max(change, 1) if up else -change)
        assert child.gas_limit == 1_000_000
    assert blocks[-1].base_fee > blocks[-2].base_fee


def test_blob_gas_when_a_block_is_over_the_target_leaves_an_excess(own: L1Client, own_toy: Contract) -> None:
    own.automine(on=False)
    for key in devchain.KEYS[:3]:
        own.as_account(key).send(own_toy, "add_blob", 99, blobs=[BLOB] * 3)
    own.mine(2)
    # SPEC: EIP-7691; 9 blobs in a block where 6 are the target.
    assert own.block(own.head().number - 1).blob_gas_used == 9 * kzg.GAS_PER_BLOB
    assert own.head().excess_blob_gas == 3 * kzg.GAS_PER_BLOB


def test_blob_gas_when_a_block_is_full_takes_no_more(own: L1Client, own_toy: Contract) -> None:
    own.automine(on=False)
    for key in devchain.KEYS[:3]:
        own.as_account(key).send(own_toy, "add_blob", 99, blobs=[BLOB] * 3)
    with pytest.raises(Refused):
        own.as_account(devchain.KEYS[3]).send(own_toy, "add_blob", 99, blobs=[BLOB])


def test_web3_when_given_the_chain_finds_a_node(own: L1Client, own_toy: Contract) -> None:
    w3 = web3_of(own)
    address = w3.to_checksum_address(own_toy.address)
    contract = w3.eth.contract(address=address, abi=own_toy.abi)
    receipt = own.transact(own_toy, "add", 3, "web3")
    own.transact(own_toy, "add", 4)
    sent: Any = w3.eth.get_transaction(HexBytes(receipt.transaction_hash))
    assert w3.is_connected()
    assert w3.eth.chain_id == own.chain_id
    assert contract.functions.count().call() == 12
    assert contract.functions.add(1).estimate_gas({"from": w3.to_checksum_address(own.address)}) < 60_000
    newest: Any = w3.eth.get_block("latest", full_transactions=True)["transactions"][0]
    assert newest["to"] == address
    assert bytes(sent["input"])[4:36] == (3).to_bytes(32, "big")
    assert w3.eth.get_transaction_receipt(HexBytes(receipt.transaction_hash))["gasUsed"] == receipt.gas_used
    assert len(w3.eth.get_code(address)) > 32
    assert int.from_bytes(w3.eth.get_storage_at(address, 0), "big") == 12
    assert len(w3.eth.fee_history(2, "latest", [50.0])["baseFeePerGas"]) == 3
    assert w3.eth.get_block(10**6 if own.head().number > 10**6 else "earliest")["number"] == 0
    logs = contract.events.Counted.get_logs(from_block=0)
    assert [log["args"]["count"] for log in logs] == [8, 12]
    (found,) = w3.eth.get_logs({"fromBlock": 0, "toBlock": "latest", "address": address, "topics": [None, None]})[:1]
    assert found["logIndex"] == 0
    assert w3.eth.get_logs({"fromBlock": 0, "toBlock": "latest", "topics": ["0x" + "00" * 32]}) == []


def test_chain_when_asked_what_it_does_not_know_says_so(own: L1Client) -> None:
    with pytest.raises(Refused, match="eth_getProof does not exist"):
        own.connection.ask("eth_getProof")
    with pytest.raises(L1Error, match="is no development chain: it has no evm_unknown"):
        own.connection.ask_developer("evm_unknown")
    with pytest.raises(L1Error, match="no such snapshot"):
        own.revert(99)


def test_contract_address_when_deploying_is_where_the_contract_comes(own: L1Client, artifact: Artifact) -> None:
    assert own.deploy(artifact, 1).address == contract_address(own.address, 0)
    assert own.deploy(artifact, 1).address == contract_address(own.address, 1)


def test_precompiles_when_called_by_a_contract_cost_the_same_on_arkworks_and_py_ecc(artifact: Artifact) -> None:
    infinities, off_curve = bytes(384), bytes(63) + b"\1" + bytes(320)

    def results(pairing: precompiles.Pairing) -> list[Any]:
        l1 = devchain.connect(pairing=pairing, clock=lambda: 1_700_000_000)
        toy = l1.deploy(artifact, 1)
        calls = ((precompiles.PAIRING, infinities), (precompiles.PAIRING, off_curve), (precompiles.G1ADD, bytes(256)))
        asked = [(toy, "precompiled", where, data, 200_000) for where, data in calls]
        return [(l1.call(*call), l1.transact(*call).gas_used) for call in asked]

    try:
        assert results("arkworks") == results("py-ecc")
        assert results("arkworks")[0][0] == (True, (1).to_bytes(32, "big"))
        assert results("arkworks")[1][0] == (False, b"")
    finally:
        precompiles.install()


def test_point_evaluation_when_called_by_a_contract_accepts_a_true_opening_only(
    own: L1Client, own_toy: Contract
) -> None:
    commitment, opening = kzg.commitment(BLOB), kzg.open_element(BLOB, 1)
    where = bytes(19) + b"\x0a"
    true = kzg.precompile_input(commitment, opening)
    false = kzg.precompile_input(commitment, opening._replace(y=8))
    assert own.call(own_toy, "precompiled", where, true, 60_000)[0]
    assert not own.call(own_toy, "precompiled", where, false, 60_000)[0]


def test_chain_when_it_is_long_finds_an_old_transaction(own: L1Client, own_toy: Contract) -> None:
    receipt = own.transact(own_toy, "add", 1)
    own.mine(50)
    assert own.receipt(receipt.transaction_hash) == receipt
    assert isinstance(own.connection._provider, ChainProvider)
