"""Headers: their words, their hash, and what follows them."""

import pytest
from eth_utils import keccak

from rollup.crypto.fr import R
from rollup.errors import DecodeError
from rollup.params import END
from rollup.state.header import Header, StepHeader

HEADER = Header(11, 12, 13, 14, 15, 16)
STEP = StepHeader(21, 22, 23, 24, 25, END, 27, 28)


def test_hash_of_a_header_is_keccak_of_its_words() -> None:
    assert HEADER.hash() == keccak(b"".join(word.to_bytes(32, "big") for word in range(11, 17)))


def test_words_of_both_headers_read_back_as_written() -> None:
    assert Header.from_words(HEADER.words()) == Header.from_bytes(HEADER.to_bytes()) == HEADER
    assert StepHeader.from_words(STEP.words()) == StepHeader.from_bytes(STEP.to_bytes()) == STEP
    assert (len(HEADER.words()), len(STEP.words())) == (6, 8)


def test_batch_starts_from_its_parents_first_five_words() -> None:
    assert StepHeader.start(HEADER) == StepHeader(11, 12, 13, 14, 15, 0, 0, 0)


def test_header_after_a_batch_takes_the_terminal_header_and_counts_on() -> None:
    assert HEADER.after(STEP) == Header(21, 22, 23, 24, 25, 17)


def test_header_after_a_batch_that_has_not_ended_is_our_mistake() -> None:
    with pytest.raises(AssertionError, match="terminal"):
        HEADER.after(StepHeader.start(HEADER))


@pytest.mark.parametrize(
    "words",
    [
        (1, 2, 3, 4, 5),
        (1, 2, 3, 4, 5, 6, 7),
        (R, 2, 3, 4, 5, 6),
        (1, R, 3, 4, 5, 6),
        (1, 2, 3, 4, 5, -1),
        (1, 2, 1 << 64, 4, 5, 6),
    ],
)
def test_header_of_wrong_words_is_refused(words: tuple[int, ...]) -> None:
    with pytest.raises(DecodeError):
        Header.from_words(words)


def test_step_header_with_a_cursor_past_the_end_is_refused() -> None:
    with pytest.raises(DecodeError, match="word 5"):
        StepHeader.from_words((1, 2, 3, 4, 5, END + 1, 7, 8))


def test_header_of_a_wrong_length_is_refused() -> None:
    with pytest.raises(DecodeError, match="length"):
        Header.from_bytes(HEADER.to_bytes() + b"\0")
