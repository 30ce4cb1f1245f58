"""The client does the same on every L1."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from l1bridge import kzg
from l1bridge.beacon import BeaconNode
from l1bridge.client import L1Client, connect
from l1bridge.devchain import KEYS
from rollup.errors import AuthorError, DecodeError
from rollup.ports.l1 import L1, TRANSACTION_GAS_CAP, Artifact, Contract, L1Error, L1Reorganised, L1Reverted

BLOB = kzg.blob_of([3, 1, 4, 1, 5])
ETHER = 10**18


def test_client_when_seen_as_the_port_has_its_type(own: L1Client) -> None:
    port: L1 = own
    assert port.as_account(KEYS[1]).address != port.address


def test_deploy_when_the_constructor_accepts_leaves_a_contract(l1: L1Client, artifact: Artifact) -> None:
    before = l1.balance()
    toy = l1.deploy(artifact, 5, value=ETHER)
    assert l1.call(toy, "count") == 5
    assert l1.balance(toy.address) == ETHER
    (cost,) = l1.ledger
    assert before - l1.balance() == ETHER + cost.wei
    assert (cost.cause, cost.what, cost.succeeded) == ("deploy", "deployment of toy", True)


def test_deploy_when_the_constructor_refuses_gives_its_reason(l1: L1Client, artifact: Artifact) -> None:
    with pytest.raises(L1Reverted, match="deployment of toy: toy: zero") as caught:
        l1.deploy(artifact, 0)
    assert caught.value.reason == "toy: zero"


def test_transact_when_it_succeeds_returns_its_receipt_and_log(l1: L1Client, toy: Contract) -> None:
    receipt = l1.transact(toy, "add", 7, "seven", value=2, cause="data")
    assert receipt.status
    assert l1.call(toy, "count") == 12
    (log,) = l1.logs(l1.block(receipt.block_number), toy.address)
    assert log.transaction_hash == receipt.transaction_hash
    assert l1.decode(toy, log) == ("Counted", {"who": l1.address, "count": 12, "note": "seven"})
    assert l1.ledger.total("data").gas == receipt.gas_used


def test_transact_when_an_argument_has_a_default_may_leave_it_out(l1: L1Client, toy: Contract) -> None:
    receipt = l1.transact(toy, "add", 1)
    assert l1.decode(toy, receipt.logs[0])[1]["note"] == "none"


def test_transact_when_the_contract_refuses_gives_reason_receipt_and_cost(l1: L1Client, toy: Contract) -> None:
    with pytest.raises(L1Reverted) as caught:
        l1.transact(toy, "add", 100, cause="data")
    assert caught.value.reason == "toy: too much"
    assert caught.value.receipt is not None
    assert not caught.value.receipt.status
    (failed,) = (cost for cost in l1.ledger if cost.cause == "data")
    assert (failed.succeeded, failed.gas) == (False, caught.value.receipt.gas_used)


def test_transact_when_it_reverts_without_reason_says_so(l1: L1Client, toy: Contract) -> None:
    with pytest.raises(L1Reverted, match=r"toy\.revert_bare: no reason given") as caught:
        l1.transact(toy, "revert_bare")
    assert caught.value.reason == ""


def test_transact_when_gas_runs_out_says_so(l1: L1Client, toy: Contract) -> None:
    with pytest.raises(L1Reverted, match=r"OOG|OutOfGas"):
        l1.transact(toy, "burn", gas=100_000)


def test_transact_when_gas_is_over_the_cap_is_refused_here(l1: L1Client, toy: Contract) -> None:
    with pytest.raises(L1Error, match="EIP-7825"):
        l1.transact(toy, "add", 1, gas=TRANSACTION_GAS_CAP + 1)


def test_transact_when_estimating_refuses_what_would_fail_unsent(l1: L1Client, toy: Contract) -> None:
    careful = L1Client(l1.connection, key=KEYS[0], estimate=True)
    head = l1.head()
    with pytest.raises(L1Reverted, match="toy: too much") as caught:
        careful.transact(toy, "add", 100)
    assert caught.value.receipt is None
    assert l1.head() == head
    assert careful.transact(toy, "add", 1).gas_used < 60_000


def test_transact_when_it_needs_more_than_the_cap_is_refused_unsent(
    anvils: dict[str, L1Client], artifact: Artifact
) -> None:
    for l1 in anvils.values():
        careful = L1Client(l1.connection, key=KEYS[3], estimate=True)
        toy, spent = careful.deploy(artifact, 5), len(careful.ledger)
        with pytest.raises((L1Error, L1Reverted)):
            careful.transact(toy, "burn")
        assert len(careful.ledger) == spent


def test_transact_when_the_function_or_arguments_do_not_fit_names_the_author(own: L1Client, own_toy: Contract) -> None:
    with pytest.raises(AuthorError, match="toy has no function subtract"):
        own.transact(own_toy, "subtract", 1)
    with pytest.raises(AuthorError, match="another number of arguments") as caught:
        own.transact(own_toy, "add")
    assert caught.value.expected == "1 or 2"
    with pytest.raises(AuthorError, match="does not fit its type"):
        own.transact(own_toy, "add", -1)


def test_transact_when_blobs_are_given_posts_and_keeps_them(l1: L1Client, toy: Contract) -> None:
    receipt = l1.transact(toy, "add_blob", 9, blobs=[BLOB], cause="data")
    assert l1.call(toy, "blob") == kzg.hash_of(BLOB)
    assert (receipt.transaction_type, receipt.blob_gas_used) == (3, kzg.GAS_PER_BLOB)
    assert receipt.blob_gas_price >= 1
    assert l1.receipts_proved(l1.block(receipt.block_number))[0].transaction_type == 3
    assert l1.blob(kzg.hash_of(BLOB)) == BLOB
    assert l1.ledger.total("data").blob_gas == kzg.GAS_PER_BLOB


def test_transact_when_one_with_blobs_fails_still_gives_the_reason(l1: L1Client, toy: Contract) -> None:
    with pytest.raises(L1Reverted) as caught:
        l1.transact(toy, "add_blob", 4, blobs=[BLOB])
    assert caught.value.reason == "toy: too many"


def test_blob_when_not_in_the_archive_comes_from_the_node(l1: L1Client, toy: Contract) -> None:
    receipt = l1.transact(toy, "add_blob", 9, blobs=[BLOB])
    other = L1Client(l1.connection)
    with pytest.raises(L1Error, match="is not held"):
        other.blob(kzg.hash_of(BLOB))
    assert other.blob(kzg.hash_of(BLOB), receipt.transaction_hash) == BLOB
    assert kzg.hash_of(BLOB) in other.archive


def test_blob_when_only_a_beacon_node_has_it_comes_from_there(anvils: dict[str, L1Client], artifact: Artifact) -> None:
    if not anvils:
        pytest.skip("anvil is not installed")
    l1 = anvils["anvil osaka"].as_account(KEYS[7])
    url = l1.connection.where
    receipt = l1.transact(l1.deploy(artifact, 5), "add_blob", 9, blobs=[BLOB])
    geth = L1Client(l1.connection, beacon=BeaconNode(url))
    geth._reader.blobs = lambda *_: ()  # type: ignore[method-assign]  # geth has no such method
    with pytest.raises(L1Error, match="is not held"):  # the block after it is not there yet
        geth.blob(kzg.hash_of(BLOB), receipt.transaction_hash)
    l1.mine()
    assert geth.blob(kzg.hash_of(BLOB), receipt.transaction_hash) == BLOB
    with pytest.raises(L1Error, match="is not held"):
        geth.blob(kzg.hash_of(kzg.blob_of([9])), receipt.transaction_hash)
    assert connect(url, beacon=url).chain_id == l1.chain_id


def test_blob_when_the_beacon_node_is_away_says_so(own: L1Client, own_toy: Contract) -> None:
    receipt = own.transact(own_toy, "add_blob", 9, blobs=[BLOB])
    own.mine()
    reader = L1Client(own.connection, beacon=BeaconNode("http://127.0.0.1:1", timeout=1))
    with pytest.raises(L1Error, match=r"beacon node .* does not answer"):
        reader.blob(kzg.hash_of(kzg.blob_of([9])), receipt.transaction_hash)


def test_blob_when_the_transaction_had_others_is_not_held(l1: L1Client, toy: Contract) -> None:
    receipt = l1.transact(toy, "add", 1)
    with pytest.raises(L1Error, match="is not held"):
        L1Client(l1.connection).blob(kzg.hash_of(BLOB), receipt.transaction_hash)


def test_call_when_it_fails_gives_the_reason(l1: L1Client, toy: Contract) -> None:
    with pytest.raises(L1Reverted, match=r"call of toy\.add: toy: too much"):
        l1.call(toy, "add", 100)


def test_call_when_it_returns_several_values_or_a_struct_gives_a_tuple(l1: L1Client, toy: Contract) -> None:
    assert l1.call(toy, "pair") == (5, bytes(32))
    time, sender, balance = l1.call(toy, "seen")
    assert (sender, balance) == (l1.address, l1.balance())
    assert time >= l1.head().timestamp


def test_call_when_at_an_earlier_block_sees_its_state(l1: L1Client, toy: Contract) -> None:
    before = l1.head().number
    l1.transact(toy, "add", 7)
    assert (l1.call(toy, "count", block=before), l1.call(toy, "count")) == (5, 12)


def test_receipts_when_a_block_has_several_are_proved_in_order(l1: L1Client, toy: Contract) -> None:
    l1.automine(on=False)
    sent = [l1.as_account(key).send(toy, "add", number, "x" * number) for number, key in enumerate(KEYS[:4], 1)]
    sent += [l1.send(toy, "add_quietly", 1), l1.send(toy, "add", 200)]
    assert l1.receipt(sent[0]) is None
    l1.mine()
    l1.automine(on=True)
    block = l1.head()
    found = l1.receipts_proved(block)
    assert {receipt.transaction_hash for receipt in found} == set(sent) == set(block.transactions)
    assert sorted(receipt.status for receipt in found) == [False] + [True] * 5
    assert sum(receipt.gas_used for receipt in found) == block.gas_used == found[-1].cumulative_gas_used
    assert [log.log_index for receipt in found for log in receipt.logs] == [0, 1, 2, 3]
    assert [log.transaction_index for log in l1.logs(block, toy.address)] == [
        receipt.transaction_index for receipt in found if receipt.logs
    ]


def test_receipts_when_a_block_is_empty_are_none(l1: L1Client) -> None:
    l1.mine()
    assert l1.receipts_proved(l1.head()) == ()


def test_logs_when_the_contract_did_not_log_are_none(l1: L1Client, toy: Contract) -> None:
    receipt = l1.transact(toy, "add_quietly", 1)
    assert l1.logs(l1.block(receipt.block_number), toy.address) == ()


def test_decode_when_the_log_is_of_another_contract_is_refused(l1: L1Client, toy: Contract, artifact: Artifact) -> None:
    other = l1.deploy(artifact, 1)
    (log,) = l1.transact(toy, "add", 1).logs
    with pytest.raises(DecodeError, match="a log of another contract"):
        l1.decode(other, log)


def test_calldata_when_read_back_is_what_was_sent(l1: L1Client, toy: Contract) -> None:
    sent = l1.calldata(l1.transact(toy, "add_quietly", 77).transaction_hash)
    assert sent[4:] == (77).to_bytes(32, "big")


def test_blocks_when_the_chain_grew_are_linked(l1: L1Client) -> None:
    start = l1.head()
    l1.mine(3)
    found = list(l1.blocks(start, l1.head().number))
    assert [block.number for block in found] == [start.number + 1, start.number + 2, start.number + 3]
    assert [block.parent_hash for block in found] == [start.hash, found[0].hash, found[1].hash]


def undo(l1: L1Client, snapshot: int) -> None:
    """Revert; anvil clears its pool a moment after it sealed a block, and would seal again what it still holds."""
    l1.revert(snapshot)
    if l1.connection.where != "the in-process L1":
        l1.connection.ask("anvil_dropAllTransactions")


@pytest.mark.parametrize("regrown", [0, 1, 3])
def test_blocks_when_the_chain_was_reorganised_say_so(l1: L1Client, toy: Contract, regrown: int) -> None:
    snapshot = l1.snapshot()
    l1.transact(toy, "add", 1)
    gone = l1.head()
    undo(l1, snapshot)
    l1.mine(regrown)
    assert l1.call(toy, "count") == 5
    with pytest.raises(L1Reorganised) as caught:
        list(l1.blocks(gone, gone.number + 1))
    assert caught.value.expected == "0x" + gone.hash.hex()


def test_receipt_when_its_block_was_reorganised_away_is_none(l1: L1Client, toy: Contract) -> None:
    snapshot = l1.snapshot()
    receipt = l1.transact(toy, "add", 1)
    gone = l1.block(receipt.block_number)
    undo(l1, snapshot)
    l1.mine(2)
    assert l1.receipt(receipt.transaction_hash) is None
    with pytest.raises((L1Reorganised, L1Error)):
        l1.receipts_proved(gone)
    assert l1.transact(toy, "add", 1).status


def test_block_when_past_the_head_says_so(l1: L1Client) -> None:
    with pytest.raises(L1Error, match="has no block"):
        l1.block(l1.head().number + 1)


def test_advance_when_called_lets_that_much_time_pass(l1: L1Client, toy: Contract) -> None:
    before = l1.head().timestamp
    l1.advance(7 * 86_400)
    assert 7 * 86_400 <= l1.head().timestamp - before < 7 * 86_400 + 60
    l1.transact(toy, "add", 1)
    assert l1.head().timestamp - before >= 7 * 86_400


def test_as_account_when_given_another_key_pays_from_it_into_one_ledger(l1: L1Client, toy: Contract) -> None:
    other = l1.as_account(KEYS[1])
    before = l1.balance(), other.balance()
    receipt = other.transact(toy, "add", 1, cause="other account")
    assert l1.decode(toy, receipt.logs[0])[1]["who"] == other.address
    assert l1.balance() == before[0] > 0
    assert before[1] - other.balance() == l1.ledger.total("other account").wei


def test_transact_when_threads_share_an_account_loses_none(l1: L1Client, toy: Contract) -> None:
    with ThreadPoolExecutor(4) as pool:
        receipts = list(pool.map(lambda by: l1.transact(toy, "add", by), range(8)))
    assert l1.call(toy, "count") == 5 + sum(range(8))
    assert len({receipt.transaction_hash for receipt in receipts}) == 8


def test_client_when_it_has_no_key_only_reads(own: L1Client, own_toy: Contract) -> None:
    reader = L1Client(own.connection)
    assert reader.call(own_toy, "count") == 5
    with pytest.raises(L1Error, match="has no account"):
        reader.transact(own_toy, "add", 1)


def test_connect_when_nothing_listens_says_so() -> None:
    with pytest.raises(L1Error, match=r"http://127\.0\.0\.1:1 does not answer eth_chainId"):
        connect("http://127.0.0.1:1", timeout=1)


def test_gas_when_the_same_is_done_on_every_l1_is_the_same(
    artifact: Artifact, own: L1Client, anvils: dict[str, L1Client]
) -> None:
    if not anvils:
        pytest.skip("anvil is not installed")

    def costs(l1: L1Client) -> list[int]:
        fresh = L1Client(l1.connection, key=KEYS[5], estimate=False)
        toy = fresh.deploy(artifact, 5)
        for number in (1, 2):
            fresh.transact(toy, "add", number, "note")
        fresh.transact(toy, "add_blob", 99, blobs=[BLOB])
        with pytest.raises(L1Reverted):
            fresh.transact(toy, "add", 100)
        return [cost.gas for cost in fresh.ledger]

    expected = costs(own)
    assert [costs(client) for client in anvils.values()] == [expected, expected]
