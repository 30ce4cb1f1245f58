"""Which programs a claim can settle whatever is posted, and that Python and Vyper have the same limits."""

import re
from dataclasses import replace
from importlib.resources import files

import pytest

from provers.validity.arithmetise.chunk_input import INBOX_MESSAGES, TAIL_ELEMENTS
from provers.validity.backend.limits import MAX_CHUNKS, MAX_MESSAGES, chunk_elements, most_chunks, require_provable
from rollup.errors import AuthorError
from rollup.ir.image import Image
from rollup.ir.layout import Layout
from rollup.params import BLOB_ELEMENTS, END
from tests.unit.validity.backend.programs import LargestPurses, Purses


def image(capacity: int, inbox_cap: int) -> Image:
    found = Purses.image()
    return replace(found, layout=replace(found.layout, capacity=capacity, inbox_cap=inbox_cap))


def counted(layout: Layout, transactions: int) -> int:
    """`most_chunks` by cutting every batch there can be, chunk by chunk."""
    counts = []
    for data in range(1, layout.capacity // transactions + 1):
        chunks, at = -(-layout.inbox_cap // INBOX_MESSAGES) + data, data * chunk_elements(layout, transactions)
        while at < BLOB_ELEMENTS:
            chunks, at = chunks + 1, at + TAIL_ELEMENTS
        counts.append(chunks)
    return max(counts)


@pytest.mark.parametrize(("capacity", "transactions"), [(8, 4), (128, 4), (128, 8), (128, 128), (144, 4), (4, 4)])
def test_the_most_chunks_are_those_of_the_worst_batch(capacity: int, transactions: int) -> None:
    layout = replace(Purses.image().layout, capacity=capacity)
    assert most_chunks(layout, transactions) == counted(layout, transactions)


def test_the_largest_program_is_provable() -> None:
    require_provable(LargestPurses.image(), 4)
    assert most_chunks(LargestPurses.image().layout, 4) == 51


@pytest.mark.parametrize(
    ("capacity", "inbox_cap", "transactions", "words"),
    [
        (12, 16, 8, "cannot be cut into chunks of 8 transactions"),
        (12, 16, 6, "cannot be cut into chunks of 6 transactions"),
        (12, 16, 0, "cannot be cut into chunks of 0 transactions"),
        (8, 33, 4, "more messages than one claim proves; expected inbox_cap <= 32, got 33"),
        (156, 16, 4, "more chunks than one claim proves; expected <= 52, got 56"),
    ],
)
def test_a_program_beyond_one_claim_is_refused(capacity: int, inbox_cap: int, transactions: int, words: str) -> None:
    with pytest.raises(AuthorError, match=re.escape(words)):
        require_provable(image(capacity, inbox_cap), transactions)


def test_python_and_vyper_have_the_same_limits() -> None:
    text = (files("contracts") / "settlement" / "validity.vy").read_text()
    found = {
        name: int(value) for name, value in re.findall(r"^(\w+): constant\(uint256\) = (\d+)$", text, re.MULTILINE)
    }
    expected = {
        "MAX_CHUNKS": MAX_CHUNKS,
        "MAX_MESSAGES": MAX_MESSAGES,
        "INBOX_MESSAGES": INBOX_MESSAGES,
        "TAIL_ELEMENTS": TAIL_ELEMENTS,
        "ELEMENTS": BLOB_ELEMENTS,
        "END": END,
    }
    assert {name: found[name] for name in expected} == expected
