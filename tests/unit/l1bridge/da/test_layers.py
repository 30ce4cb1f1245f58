"""Both layers on an L1, against ckzg and against the other reading of the same formula."""

import random
from typing import Any

import ckzg
import pytest

from l1bridge import kzg
from l1bridge.client import L1Client
from l1bridge.compiler import contract, source
from l1bridge.da.blob import BlobLayer
from l1bridge.da.calldata import CAPACITY, CalldataLayer
from l1bridge.devchain import connect
from rollup.batch.inbox import EMPTY_ROLLING
from rollup.crypto.fr import R
from rollup.crypto.keccak import keccak256
from rollup.errors import DecodeError, InternalError, PeerError
from rollup.ports.l1 import Contract, L1Error, L1Reverted

BLOB, CALLDATA = BlobLayer(), CalldataLayer()
ELEMENTS = tuple(random.Random(7).randrange(R) for _ in range(40))

FORWARDER = """
# pragma version 0.4.3

interface Rollup:
    def post_calldata(a: bytes32, b: uint256, c: uint256, d: bytes32, e: uint256, data: Bytes[64]): nonpayable

@external
def post(rollup: address, parent: bytes32, now: uint256):
    extcall Rollup(rollup).post_calldata(parent, now, 0, empty(bytes32), 0, concat(convert(7, bytes32), convert(8, bytes32)))
"""
"""Posts data that no transaction carries: it comes into being on L1."""


@pytest.fixture(scope="module")
def l1() -> L1Client:
    return connect()


@pytest.fixture(scope="module")
def poseidon(l1: L1Client) -> Contract:
    return l1.deploy(contract("poseidon2"))


@pytest.fixture
def rollup(l1: L1Client, poseidon: Contract) -> Contract:
    return deployed(l1, poseidon, l1.address)


def deployed(l1: L1Client, poseidon: Contract, sequencer: bytes, stride: int = 20) -> Contract:
    times = (100, 10_000, 10_000)
    change = (bytes(20), 20_000)
    return l1.deploy(contract("rollup"), bytes(32), 8, 8, stride, 4, 1, 1, poseidon.address, sequencer, *times, *change)


def head(l1: L1Client) -> tuple[Any, ...]:
    return bytes(32), l1.head().timestamp, 0, EMPTY_ROLLING, 0


def test_blob_when_posted_and_fetched_is_all_4096_elements(l1: L1Client, rollup: Contract) -> None:
    posting = BLOB.encode(ELEMENTS)
    receipt = l1.transact(rollup, "post_blob", *head(l1), blobs=posting.blobs)
    fetched = BLOB.fetch(l1, posting.commitments, receipt.transaction_hash)
    assert fetched == (*ELEMENTS, *(0,) * (4096 - len(ELEMENTS)))


def test_blob_when_nobody_has_it_is_not_made_up(l1: L1Client, rollup: Contract) -> None:
    receipt = l1.transact(rollup, "post_blob", *head(l1), blobs=BLOB.encode((1,)).blobs)
    with pytest.raises(L1Error, match="not held"):
        BLOB.fetch(l1, BLOB.encode((2,)).commitments, receipt.transaction_hash)


def test_blob_when_two_are_named_is_refused(l1: L1Client) -> None:
    with pytest.raises(DecodeError, match="one blob"):
        BLOB.fetch(l1, (bytes(32), bytes(32)), bytes(32))


def test_calldata_when_posted_and_fetched_is_what_was_encoded(l1: L1Client, rollup: Contract) -> None:
    posting = CALLDATA.encode(ELEMENTS)
    receipt = l1.transact(rollup, "post_calldata", *head(l1), posting.calldata)
    assert posting.commitments == (keccak256(posting.calldata),)
    assert CALLDATA.fetch(l1, posting.commitments, receipt.transaction_hash) == ELEMENTS


def test_calldata_when_a_contract_made_it_up_is_refused_by_l1(l1: L1Client, poseidon: Contract) -> None:
    forwarder = l1.deploy(source("forwarder", FORWARDER))
    rollup = deployed(l1, poseidon, forwarder.address)
    with pytest.raises(L1Reverted) as raised:
        l1.transact(forwarder, "post", rollup.address, bytes(32), l1.head().timestamp)
    assert raised.value.reason == "rollup: post calldata from an account without code"


@pytest.mark.parametrize("data", [b"", b"\1" * 3, b"\1" * 164, b"\1" * 195, b"\1" * 4 + b"\xff" * 192])
def test_calldata_when_the_transaction_calls_something_else_is_reported(
    l1: L1Client, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(l1, "calldata", lambda _: data)
    with pytest.raises(PeerError, match="no argument"):
        CALLDATA.fetch(l1, (bytes(32),), bytes(32))


@pytest.mark.parametrize("layer", [BLOB, CALLDATA])
def test_elements_when_one_is_not_canonical_are_refused(layer: BlobLayer | CalldataLayer) -> None:
    with pytest.raises(DecodeError):
        layer.encode((1, R))


def test_elements_when_there_are_too_many_are_refused() -> None:
    with pytest.raises(DecodeError):
        BLOB.encode((1,) * 4097)
    with pytest.raises(DecodeError):
        CALLDATA.encode((1,) * (CAPACITY + 1))


def test_element_when_opened_is_proved_to_ckzg() -> None:
    opening = BLOB.open_element(ELEMENTS, 33)
    assert (opening.y, opening.z) == (ELEMENTS[33], kzg.root(33))
    commitment = kzg.commitment(kzg.blob_of(ELEMENTS))
    z, y = (word.to_bytes(32, "big") for word in (opening.z, opening.y))
    assert ckzg.verify_kzg_proof(commitment, z, y, opening.proof, kzg.trusted_setup())


@pytest.mark.parametrize("z", [0, 1, 5, R - 1, kzg.root(3), kzg.root(4095), random.Random(1).randrange(R)])
def test_polynomial_when_evaluated_without_kzg_has_the_value_that_ckzg_finds(z: int) -> None:
    (plain,), (proved,) = CALLDATA.open_at(ELEMENTS, z), BLOB.open_at(ELEMENTS, z)
    assert (plain.z, plain.y, plain.proof) == (proved.z, proved.y, b"")


def test_polynomial_when_asked_beyond_its_range_is_our_mistake() -> None:
    for elements, z in ((ELEMENTS, R), ((0,) * (CAPACITY + 1), 1)):
        with pytest.raises(InternalError):
            CALLDATA.open_at(elements, z)


def test_calldata_element_when_past_the_end_is_zero() -> None:
    assert CALLDATA.open_element(ELEMENTS, 5) == (kzg.root(5), ELEMENTS[5], b"")
    assert CALLDATA.open_element(ELEMENTS, 100).y == 0


def test_calldata_when_full_costs_what_the_layer_says(l1: L1Client, poseidon: Contract) -> None:
    rollup = deployed(l1, poseidon, l1.address, stride=256)
    full = tuple(random.Random(place).randrange(R) for place in range(CAPACITY))
    receipt = l1.transact(rollup, "post_calldata", *head(l1), CALLDATA.encode(full).calldata)
    assert receipt.gas_used / CAPACITY == pytest.approx(CALLDATA.properties.gas, rel=0.02)


def test_blob_when_posted_costs_the_blob_gas_that_the_layer_says(l1: L1Client, rollup: Contract) -> None:
    receipt = l1.transact(rollup, "post_blob", *head(l1), blobs=BLOB.encode(ELEMENTS).blobs)
    assert receipt.blob_gas_used == BLOB.properties.blob_gas * BLOB.properties.capacity
