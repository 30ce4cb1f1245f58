"""Inbox messages and the rolling hash over them."""

import pytest
from eth_utils import keccak

from rollup.batch.inbox import Message, rolling_hash
from rollup.crypto.fr import R
from rollup.errors import DecodeError

MESSAGE = Message(1, 0, 2, 3, (1 << 160) - 1, (1 << 64) - 1)


def hash_of(*words: int) -> bytes:
    return keccak(b"".join(word.to_bytes(32, "big") for word in words))


def test_hash_of_a_message_is_keccak_of_its_words() -> None:
    assert MESSAGE.hash() == hash_of(1, 0, 2, 3, (1 << 160) - 1, (1 << 64) - 1)


def test_rolling_hash_chains_from_zero() -> None:
    other = Message(1, 5, 0, 0, 9, 1)
    assert rolling_hash([]) == bytes(32)
    first = keccak(bytes(32) + MESSAGE.hash())
    assert rolling_hash([MESSAGE, other]) == keccak(first + other.hash()) == rolling_hash([other], first)


@pytest.mark.parametrize(
    "words",
    [
        (1, 0, 2, 3, 4),
        (0, 0, 2, 3, 4, 5),
        (2, 0, 2, 3, 4, 5),
        (1, 1 << 20, 2, 3, 4, 5),
        (1, 0, R, 3, 4, 5),
        (1, 0, 2, R, 4, 5),
        (1, 0, 2, 3, 1 << 160, 5),
        (1, 0, 2, 3, 4, 1 << 64),
        (1, 0, 2, 3, 4, -1),
    ],
)
def test_message_that_l1_does_not_accept_is_refused(words: tuple[int, ...]) -> None:
    with pytest.raises(DecodeError):
        Message.from_words(words, 20)


def test_message_reads_back_from_its_words() -> None:
    assert Message.from_words(MESSAGE.words(), 20) == MESSAGE
