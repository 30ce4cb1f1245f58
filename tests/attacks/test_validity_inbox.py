"""Attacks on the inbox messages of a batch (SOUNDNESS 13: L1 supplies them; SOUNDNESS 15: which ones is fixed when the batch is posted)."""

from dataclasses import replace
from typing import Literal

import pytest

from rollup.crypto.fr import R
from rollup.params import MESSAGE_WORDS
from tests.unit.validity.backend.claims import Row, Y, chunks_for, refusal
from tests.unit.validity.backend.scenes import FIRST, WHOLE, purses

NUMBER = "validity: number of messages"
NOT_THOSE = "validity: not the messages of the inbox"
Fit = Literal[False, True]


@pytest.mark.parametrize("word", range(MESSAGE_WORDS))
def test_a_message_that_is_not_in_the_inbox_is_refused(word: int) -> None:
    payload = purses().payload(FIRST)
    message = payload.messages[3]
    payload.messages[3] = (*message[:word], message[word] + 1, *message[word + 1 :])
    assert refusal(purses().chain, FIRST, payload) == NOT_THOSE


def test_messages_in_another_order_are_refused() -> None:
    payload = purses().payload(FIRST)
    payload.messages.reverse()
    assert refusal(purses().chain, FIRST, payload) == NOT_THOSE


def test_messages_left_out_or_added_are_refused() -> None:
    for change in (-1, 1):
        payload = purses().payload(FIRST)
        payload.messages = (payload.messages * 2)[: 8 + change]
        assert refusal(purses().chain, FIRST, payload) == NUMBER


@pytest.mark.parametrize("count", [0, 7, 9, 33, 2**256 - 1])
def test_another_number_of_messages_than_the_batch_reads_is_refused(count: int) -> None:
    data = bytearray(purses().payload(FIRST).to_bytes())
    data[32:64] = count.to_bytes(32, "big")
    assert refusal(purses().chain, FIRST, bytes(data)) == NUMBER


def test_messages_of_another_inbox_are_refused() -> None:
    # As many, and each a deposit that L1 took; but for another batch.
    payload = purses().payload(WHOLE)
    payload.messages = purses().payload(FIRST).messages[:1]
    assert refusal(purses().chain, WHOLE, payload) == NOT_THOSE


@pytest.mark.parametrize("fit", [False, True], ids=["true values", "values made to fit"])
def test_proofs_that_deliver_other_messages_than_the_inbox_has_are_refused(fit: Fit) -> None:
    # L1 is shown the right message and the header that the wrong one leads to.
    scene = purses()
    batch = scene.chain.batch(WHOLE)
    richer = replace(batch, messages=(replace(batch.messages[0], amount=10**18),))
    claim = replace(scene.claim(WHOLE), rows=tuple(map(Row.of, chunks_for(scene.chain, richer))))
    payload = claim.payload()
    if fit:
        payload.chunks[0][Y] = (payload.chunks[0][Y] - claim.excess(payload)) % R
    header = (*claim.rows[-2].header_out[:5], WHOLE)
    expected = "validity: a proof does not verify" if fit else "validity: proofs are for other data"
    assert refusal(scene.chain, WHOLE, payload, header=header) == expected


def test_a_batch_whose_messages_are_not_delivered_is_refused() -> None:
    scene = purses()
    payload = scene.payload(WHOLE)
    payload.chunks = payload.chunks[1:]
    assert refusal(scene.chain, WHOLE, payload) == "validity: inbox is not read yet"
