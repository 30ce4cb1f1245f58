"""SOUNDNESS 9, 12: which steps a chunk takes, and that they end, is the data's to say and not the prover's."""

from dataclasses import replace

import pytest

from provers.validity.arithmetise.chunk_input import INBOX_MESSAGES, ChunkInput, StepWitness
from rollup.batch.inbox import Message
from rollup.crypto.fr import R
from rollup.params import END, MessageKind
from tests.attacks.circuit_liar import Lie, Values, always, prove
from tests.unit.validity.arithmetise.chain import GOLD, MINT, Small, holds, small_chain

OUTPUTS = 5
"""Pins of a transaction: whether it ran, and four words."""


def minting(count: int) -> tuple[ChunkInput, ...]:
    """Return a batch of so many calls, of which a chunk has four."""
    chain = small_chain()
    return chain.chunks_of_calls(*(chain.call(MINT, 1, nonce, GOLD, 1) for nonce in range(count)))


def flipped(values: Values) -> Values:
    return [1 - values[0]]


def paid_after(count: int) -> StepWitness:
    """Return the fee step as it is after so many calls."""
    return minting(count)[-1].steps[-1]


@pytest.mark.parametrize("taken", [0, 1, 3])
def test_transactions_are_not_switched_off(taken: int) -> None:
    """`alive` told to be 0, before the first one or after some; the prover pays the fees of those that ran."""
    chunk, _ = minting(4)
    lie = Lie("_run pin", flipped) if taken == 0 else Lie("_call pin_all pin", flipped, (taken - 1) * OUTPUTS)
    attempt = prove(replace(chunk, steps=(*chunk.steps[:taken], paid_after(taken))), lie)
    assert attempt.header.data_cursor == END, "the prover would have ended the batch early"
    assert attempt.broken == 1


def test_a_transaction_after_the_last_is_not_switched_on() -> None:
    """An unknown tag said to run: what it does is nothing, but the batch would go on."""
    (chunk,) = minting(3)
    attempt = prove(replace(chunk, steps=chunk.steps[:3]), Lie("_call pin_all pin", flipped, 3 * OUTPUTS))
    assert attempt.header.data_cursor != END
    assert attempt.broken == 1


@pytest.mark.parametrize("word", range(1, OUTPUTS))
def test_a_word_between_two_transactions_is_not_the_provers(word: int) -> None:
    chunk, _ = minting(4)
    attempt = prove(chunk, Lie("_call pin_all pin", lambda v: [v[0] + 1], word))
    assert attempt.broken >= 1


def test_the_fee_step_is_not_taken_early() -> None:
    """The cursor said to be the last one of the batch."""
    chunk, _ = minting(4)
    attempt = prove(replace(chunk, steps=(*chunk.steps, paid_after(4))), Lie("_end is_equal is_zero", always(0)))
    assert attempt.header.data_cursor == END
    assert attempt.broken == 1


def test_the_fee_step_of_a_full_batch_is_not_put_off() -> None:
    """There would be no elements for another chunk, so the fees would be nobody's."""
    _, last = minting(Small.capacity)
    for inverse in (1, 99):
        attempt = prove(last, Lie("_end is_equal is_zero", always(inverse)))
        assert not attempt.holds or attempt.header.data_cursor == END


def test_a_chunk_after_the_end_has_no_proof() -> None:
    """The cursor END is no multiple of 4, but modulo R it is four times something: the fee step would be taken again."""
    (chunk,) = small_chain().chunks(())
    assert chunk.header_in is not None
    again = replace(chunk, start=END * pow(4, -1, R) % R, header_in=replace(chunk.header_in, data_cursor=END))
    attempt = prove(again)
    assert attempt.header.step == 1
    assert not attempt.holds


@pytest.mark.parametrize("word", ["data_cursor", "inbox_index"])
def test_data_is_not_read_from_elsewhere_nor_before_the_inbox(word: str) -> None:
    """L1 refuses both; so does the circuit."""
    (chunk,) = minting(1)
    assert chunk.header_in is not None
    attempt = prove(replace(chunk, header_in=replace(chunk.header_in, **{word: 4})))
    assert attempt.broken == 1


def deposits(count: int) -> ChunkInput:
    """Return the first chunk of an inbox of so many messages, all alike."""
    chain = small_chain()
    return chain.chunks((), [Message(1, 1, 0, 0, 0xB1, 5)] * count)[0]


@pytest.mark.parametrize("number", range(3))
def test_a_message_is_not_switched_off(number: int) -> None:
    """The others are delivered to the state without it."""
    steps = list(deposits(2).steps)
    steps.insert(number, StepWitness("inbox", ()))
    attempt = prove(replace(deposits(3), steps=tuple(steps)), Lie("build pin_all pin", flipped, number))
    assert attempt.header.inbox_index == 2
    assert attempt.broken == 1


@pytest.mark.parametrize("number", [3, INBOX_MESSAGES - 1])
def test_a_message_that_is_not_there_is_not_switched_on(number: int) -> None:
    attempt = prove(deposits(3), Lie("build pin_all pin", flipped, number))
    assert attempt.header.inbox_index == 4
    assert attempt.broken >= 2


def test_a_call_of_what_cannot_be_called_is_a_deposit() -> None:
    chunk = deposits(3)
    other = tuple(replace(message, kind=MessageKind.CALL + 7) for message in chunk.messages[:1])
    attempt = prove(replace(chunk, messages=(*other, *chunk.messages[1:])))
    assert attempt.holds
    assert attempt.header == chunk.header_out


@pytest.mark.parametrize("number", range(INBOX_MESSAGES))
def test_the_number_of_messages_left_is_not_said_to_be_another(number: int) -> None:
    chunk = deposits(3)
    attempt = prove(chunk, Lie("_active is_equal is_zero", lambda v: [0 if v[0] else 99], number))
    assert not attempt.holds or attempt.header == chunk.header_out


def test_a_header_that_has_read_more_than_the_batch_may_has_no_proof() -> None:
    """`inbox_to - inbox_index` is -1 modulo R: it has bits, but not 64."""
    chunk = deposits(3)
    assert chunk.header_in is not None
    ahead = replace(chunk, header_in=replace(chunk.header_in, inbox_index=chunk.inbox_to + 1))
    attempt = prove(ahead, Lie("_active require_bits", lambda v: [0] * len(v)))
    assert not attempt.holds


def test_an_inbox_that_is_read_leaves_a_chunk_that_changes_nothing() -> None:
    """L1 refuses to take it, so it costs nobody anything."""
    chain = small_chain()
    chunk, _ = chain.chunks((), [Message(1, 1, 0, 0, 0xB1, 5)] * 3)
    idle = replace(chunk, header_in=chunk.header_out, messages=(), steps=(), top=chain.traces[3].top)
    assert holds(idle)
