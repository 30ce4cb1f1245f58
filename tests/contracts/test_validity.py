"""Settlement by validity proof on L1: what is taken, what it leads to, and that every refusal has words and a test."""

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from l1bridge import precompiles
from l1bridge.compiler import default_compiler
from provers.validity.arithmetise.binding import blob_domain, element_sum
from provers.validity.backend.groth16 import key_words, keys_hash
from provers.validity.backend.transcript import draw
from rollup.crypto.fr import R
from rollup.params import BLOB_ELEMENTS, ChunkKind
from rollup.ports.l1 import Contract, L1Reverted
from tests.unit.validity.backend.claims import chunks_for, refusal
from tests.unit.validity.backend.keys import keys_of
from tests.unit.validity.backend.programs import Purses
from tests.unit.validity.backend.scenes import CALLDATA, FIRST, WHOLE, backend, empty_chain, l1, purses, undone

TESTS = (Path(__file__).parent, Path(__file__).parents[1] / "attacks")
OPENED = """
@external
@view
def evaluate(data: DynArray[uint256, MAX_WORDS], z: uint256) -> uint256:
    return self._evaluate(data, z)


@external
@view
def inverse(a: uint256) -> uint256:
    return self._inverse(a)
"""
"""Put behind the contract, so that its arithmetic can be asked by itself."""

elements = st.one_of(st.sampled_from([0, 1, R - 1]), st.integers(0, R - 1))


def source() -> str:
    return (files("contracts") / "settlement" / "validity.vy").read_text()


def arguments(rollup: Contract, chunk_elements: int) -> tuple[Any, ...]:
    keys = keys_of(Purses)
    subject = (rollup.address, Purses.image().program_id)
    return (*subject, chunk_elements, *(key_words(keys.verifying(kind)) for kind in ChunkKind), True)


@pytest.fixture(scope="module")
def opened() -> Contract:
    artifact = default_compiler().source("settlement/validity_opened", source() + OPENED)
    return l1().deploy(artifact, *arguments(purses().chain.rollup, 13))


def reason(contract: Contract, function: str, *args: Any) -> str:
    with pytest.raises(L1Reverted) as reverted:
        l1().call(contract, function, *args)
    return reverted.value.reason


# ---------------------------------------------------------------- what is taken


def test_claims_with_their_proofs_are_accepted_at_once_and_become_final_in_order() -> None:
    chain = purses().chain
    with undone():
        for number in (FIRST, WHOLE, CALLDATA):
            assert l1().call(chain.settlement, "verdict", number) == 1
            l1().transact(chain.rollup, "finalise", number, chain.header(number).words())
        assert l1().call(chain.rollup, "final_batch") == CALLDATA
        assert l1().call(chain.rollup, "final_withdrawals") == chain.header(CALLDATA).withdrawals


def test_a_claim_that_was_never_opened_is_pending() -> None:
    assert l1().call(purses().chain.settlement, "verdict", 999) == 0


def test_what_is_drawn_on_l1_is_what_the_prover_draws() -> None:
    chain = purses().chain
    batch = chain.batch(WHOLE)
    with undone():
        receipt = chain.propose(WHOLE, purses().payload(WHOLE).to_bytes())
    events = [l1().decode(chain.settlement, log) for log in receipt.logs if log.address == chain.settlement.address]
    ((name, event),) = events
    assert name == "Proved"
    assert event["z"] == draw(batch.hash(), chunks_for(chain, batch)).z == purses().claim(WHOLE).z()
    assert event["chunks"] == 4


def test_the_contract_says_what_it_was_deployed_with() -> None:
    settlement = purses().chain.settlement
    assert tuple(l1().call(settlement, "properties")) == ("groth16", 1)
    assert l1().call(settlement, "DEVELOPMENT") is True
    assert l1().call(settlement, "CHUNK_ELEMENTS") == 13
    assert bytes(l1().call(settlement, "KEYS_HASH")) == keys_hash(keys_of(Purses))
    assert l1().call(settlement, "ROLLUP") == purses().chain.rollup.address
    assert tuple(l1().call(settlement, "settles")) == (purses().chain.rollup.address, Purses.image().program_id)


def test_a_claim_is_proved_and_verified_by_py_ecc_off_chain_and_on_l1() -> None:
    chain = empty_chain(by=backend(pairing="py-ecc"))
    chain.post()
    payload = chain.submission(1).payload
    precompiles.install("py-ecc")
    try:
        assert refusal(chain, 1, payload) == ""
        changed = bytearray(payload)
        changed[64 + 3 * 32 + 31] ^= 1  # y of the only chunk
        assert refusal(chain, 1, bytes(changed)) == "validity: a proof does not verify"
    finally:
        precompiles.install()


# ---------------------------------------------------------------- refusals


def test_every_refusal_of_the_contract_has_a_test() -> None:
    messages = set(re.findall(r'"(validity: [^"]*)"', source()))
    texts = [path.read_text() for folder in TESTS for path in folder.glob("test_validity*.py")]
    assert len(messages) > 20
    assert {message for message in messages if not any(message in text for text in texts)} == set()


@pytest.mark.parametrize("count", [0, 513, 2**256 - 1])
def test_a_chunk_of_no_elements_or_of_more_than_a_batch_has_is_not_deployed(count: int) -> None:
    with undone(), pytest.raises(L1Reverted) as reverted:
        l1().deploy(default_compiler().contract("settlement/validity"), *arguments(purses().chain.rollup, count))
    assert reverted.value.reason == "validity: chunk elements"


def test_an_inverse_of_zero_is_refused(opened: Contract) -> None:
    assert reason(opened, "inverse", 0) == "validity: inversion"
    assert l1().call(opened, "inverse", R - 1) == R - 1


@pytest.mark.parametrize("place", [0, 1, 255, 511])
def test_an_evaluation_at_a_point_of_the_domain_is_refused(opened: Contract, place: int) -> None:
    z = blob_domain()[place]
    assert reason(opened, "evaluate", [1] * (place + 1), z) == "validity: z is a root of unity"


# ---------------------------------------------------------------- arithmetic


@settings(max_examples=20)
@given(data=st.lists(elements, max_size=40), z=st.integers(2, R - 2))
def test_calldata_is_evaluated_as_a_blob_would_be(opened: Contract, data: list[int], z: int) -> None:
    assert l1().call(opened, "evaluate", data, z) == element_sum(0, data, z)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 256, 257, 511, 512])
def test_calldata_of_any_length_is_evaluated_at_all_its_places(opened: Contract, count: int) -> None:
    data = [pow(7, i, R) for i in range(count)]
    assert l1().call(opened, "evaluate", data, 3) == element_sum(0, data, 3)
    assert count <= BLOB_ELEMENTS
