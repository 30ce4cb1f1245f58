"""Attacks by form: payloads that are cut, stretched or noise, and transactions that starve the contract or come from a stranger.

SOUNDNESS 5: bad help reverts, and no negative answer counts. SOUNDNESS 12: what opens the data opens the data that was posted.
"""

import random
from typing import Any

import pytest

from l1bridge.devchain import KEYS
from rollup.ports.l1 import L1Reverted
from tests.unit.validity.backend.claims import refusal
from tests.unit.validity.backend.scenes import CALLDATA, WHOLE, l1, purses, undone
from tests.unit.validity.backend.settled import batch_words

LENGTH = "validity: payload length"
OTHER_DATA = "validity: proofs are for other data"
NOT_POSTED = "validity: not the data that was posted"
BOTH = pytest.mark.parametrize("number", [WHOLE, CALLDATA], ids=["blob", "calldata"])


def test_a_payload_cut_anywhere_is_refused() -> None:
    data = purses().payload(WHOLE).to_bytes()
    chance = random.Random(1)
    cuts = {0, 1, 31, 32, 63, 64, 65, len(data) - 96, len(data) - 1, *(chance.randrange(len(data)) for _ in range(20))}
    assert {refusal(purses().chain, WHOLE, data[:cut]) for cut in cuts} == {LENGTH}


def test_calldata_cut_anywhere_is_refused() -> None:
    payload = purses().payload(CALLDATA)
    size = len(payload.opening)
    for cut in (0, 32, size - 32):
        payload.opening = payload.opening[:cut]
        assert refusal(purses().chain, CALLDATA, payload) == NOT_POSTED
    for cut in (1, 31):
        payload.opening = bytes(cut)
        assert refusal(purses().chain, CALLDATA, payload) == LENGTH


@pytest.mark.parametrize("more", [1, 32, 96, 4096])
def test_a_payload_with_something_after_it_is_refused(more: int) -> None:
    data = purses().payload(WHOLE).to_bytes()
    assert refusal(purses().chain, WHOLE, data + bytes(more)) == LENGTH
    data = purses().payload(CALLDATA).to_bytes()
    assert refusal(purses().chain, CALLDATA, data + bytes(more)) == (LENGTH if more % 32 else NOT_POSTED)


def test_more_calldata_than_a_batch_can_have_is_refused() -> None:
    payload = purses().payload(CALLDATA)
    payload.opening = bytes(32 * 513)
    assert refusal(purses().chain, CALLDATA, payload) == LENGTH


@pytest.mark.parametrize("count", [0, 53, 2**255, 2**256 - 1])
def test_a_number_of_chunks_out_of_range_is_refused(count: int) -> None:
    data = purses().payload(WHOLE).to_bytes()
    assert refusal(purses().chain, WHOLE, count.to_bytes(32, "big") + data[32:]) == "validity: number of chunks"


@pytest.mark.parametrize("count", [1, 3, 5, 52])
def test_another_number_of_chunks_than_there_are_is_refused(count: int) -> None:
    data = purses().payload(WHOLE).to_bytes()
    said = refusal(purses().chain, WHOLE, count.to_bytes(32, "big") + data[32:])
    assert said.startswith("validity: ")


def test_noise_is_refused() -> None:
    chance = random.Random(2)
    honest = purses().payload(WHOLE).to_bytes()
    for size in (64, 960, len(honest)):
        assert refusal(purses().chain, WHOLE, chance.randbytes(size)) == "validity: number of chunks"
        framed = honest[:64] + chance.randbytes(size - 64)
        assert refusal(purses().chain, WHOLE, framed) == (
            LENGTH if size < len(honest) else "validity: not the messages of the inbox"
        )


def test_a_payload_with_any_byte_changed_is_refused() -> None:
    honest = purses().payload(CALLDATA).to_bytes()
    chance = random.Random(3)
    tail_header = range(64 + 896 + 128, 64 + 896 + 384)  # is not looked at, see test_validity_headers
    for place in chance.sample([place for place in range(len(honest)) if place not in tail_header], 60):
        data = bytearray(honest)
        data[place] ^= 1 << chance.randrange(8)
        assert refusal(purses().chain, CALLDATA, bytes(data)).startswith("validity: "), f"byte {place}"


@pytest.mark.parametrize("place", [0, 47, 48, 95])
def test_a_commitment_or_opening_with_a_bit_changed_is_refused(place: int) -> None:
    payload = purses().payload(WHOLE)
    payload.opening = bytes(byte ^ (at == place) for at, byte in enumerate(payload.opening))
    assert refusal(purses().chain, WHOLE, payload) == OTHER_DATA


def test_the_opening_of_another_blob_is_refused() -> None:
    payload = purses().payload(WHOLE)
    payload.opening = purses().claim(1).payload().opening
    assert refusal(purses().chain, WHOLE, payload) == OTHER_DATA


def test_calldata_that_was_not_posted_is_refused() -> None:
    payload = purses().payload(CALLDATA)
    payload.opening = payload.opening[:-1] + bytes([payload.opening[-1] ^ 1])
    assert refusal(purses().chain, CALLDATA, payload) == NOT_POSTED


# ---------------------------------------------------------------- transactions


def proposal(number: int) -> tuple[Any, ...]:
    chain = purses().chain
    headers = (chain.header(number - 1).words(), chain.header(number).words())
    return (batch_words(chain.batch(number)), number - 1, *headers, purses().payload(number).to_bytes())


def test_a_claim_by_a_stranger_is_taken() -> None:
    chain = purses().chain
    with undone():
        stranger = l1().as_account(KEYS[7])
        claims = chain.claims()
        stranger.transact(chain.rollup, "propose", *proposal(WHOLE))
        assert chain.claims() == claims + 1
        assert l1().call(chain.settlement, "verdict", claims + 1) == 1
        assert l1().call(chain.rollup, "claim", claims + 1)[3] == stranger.address


def test_a_claim_opened_past_the_rollup_is_refused() -> None:
    batch, parent, before, after, payload = proposal(WHOLE)
    del parent
    with pytest.raises(L1Reverted) as reverted:
        l1().call(purses().chain.settlement, "open", 99, bytes(20), batch, before, after, payload)
    assert reverted.value.reason == "validity: only the rollup"


@BOTH
def test_value_sent_along_is_refused(number: int) -> None:
    with undone(), pytest.raises(L1Reverted) as reverted:
        l1().transact(purses().chain.rollup, "propose", *proposal(number), value=1)
    assert reverted.value.reason == "validity: no bond is asked"


@BOTH
def test_a_claim_with_too_little_gas_reverts_and_leaves_nothing(number: int) -> None:
    chain = purses().chain
    with undone():
        claims = chain.claims()
        needed = l1().transact(chain.rollup, "propose", *proposal(number)).gas_used
    with undone():
        for part in (20, 30, 40, 50, 60, 70, 80, 90, 95, 99):
            with pytest.raises(L1Reverted):
                l1().transact(chain.rollup, "propose", *proposal(number), gas=needed * part // 100)
        assert chain.claims() == claims
        assert l1().call(chain.settlement, "verdict", claims + 1) == 0


def test_the_same_proof_again_makes_a_rival_with_the_same_header_and_nothing_more() -> None:
    chain = purses().chain
    with undone():
        receipts = [l1().transact(chain.rollup, "propose", *proposal(WHOLE)) for _ in range(2)]
        newest = chain.claims()
        headers = {bytes(l1().call(chain.rollup, "claim", claim)[0]) for claim in (2, newest - 1, newest)}
        assert len(receipts) == 2
        assert len(headers) == 1
        for claim in (1, newest):
            l1().transact(chain.rollup, "finalise", claim, chain.header(1 if claim == 1 else 2).words())
        with pytest.raises(L1Reverted) as reverted:
            l1().transact(chain.rollup, "finalise", newest - 1, chain.header(WHOLE).words())
        assert reverted.value.reason == "rollup: finalise in order"
