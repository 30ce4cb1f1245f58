"""What one claim can hold, and which programs stay within it whatever is posted (docs/spec/contracts.md)."""

from typing import Final

from provers.validity.arithmetise.chunk_input import INBOX_MESSAGES, TAIL_ELEMENTS
from rollup.errors import AuthorError
from rollup.ir.image import Image
from rollup.ir.layout import Layout
from rollup.params import BLOB_ELEMENTS, GROUP

MAX_CHUNKS: Final = 52
MAX_MESSAGES: Final = 32
"""Both as in `contracts/settlement/validity.vy`; with them the worst claim takes a third of the gas of an L1 transaction."""


def chunk_elements(layout: Layout, transactions: int) -> int:
    """Return how many elements a DATA chunk covers."""
    return layout.elements_of(transactions)


def most_chunks(layout: Layout, transactions: int) -> int:
    """Return how many chunks the worst batch takes: an inbox at its cap, data that ends in any chunk, garbage to the end of the blob."""
    inbox = -(-layout.inbox_cap // INBOX_MESSAGES)
    covered = chunk_elements(layout, transactions)
    ends = range(1, layout.capacity // transactions + 1)
    return inbox + max(k - (k * covered - BLOB_ELEMENTS) // TAIL_ELEMENTS for k in ends)


def require_provable(image: Image, transactions: int) -> None:
    """Refuse a program of which a sequencer could post a batch that no single claim can prove.

    Raises
    ------
    AuthorError
        If DATA chunks of so many transactions do not divide its batches, or its worst batch exceeds a claim.
    """
    layout = image.layout
    if transactions % GROUP or transactions <= 0 or layout.capacity % transactions:
        raise AuthorError(
            f"{image.name}: its batches cannot be cut into chunks of {transactions} transactions",
            expected=f"a capacity that is a multiple of {transactions}, itself a multiple of {GROUP}",
            got=layout.capacity,
        )
    if layout.inbox_cap > MAX_MESSAGES:
        raise AuthorError(
            f"{image.name}: a batch can consume more messages than one claim proves",
            expected=f"inbox_cap <= {MAX_MESSAGES}",
            got=layout.inbox_cap,
            remedy="lower the program's inbox_cap",
        )
    if most_chunks(layout, transactions) > MAX_CHUNKS:
        raise AuthorError(
            f"{image.name}: a batch can take more chunks than one claim proves",
            expected=f"<= {MAX_CHUNKS}",
            got=most_chunks(layout, transactions),
            remedy="lower the program's capacity, or prove more transactions a chunk",
        )
