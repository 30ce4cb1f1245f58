"""What a run of the demonstration is asked to do."""

from dataclasses import dataclass
from typing import Final, Literal

Data = Literal["blob", "calldata"]
Pairing = Literal["arkworks", "py-ecc"]

LEAST: Final = 16
"""Transactions that both chains settle: fewer have no room for all that is shown."""
MOST: Final = 128
"""What a batch holds."""
USUAL: Final = 19
"""These and the end of the data fill five chunks of a proof."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Choices from the command line.

    Attributes
    ----------
    transactions
        In the batch that both chains settle, from 16 to 128.
    data
        Where batches are posted.
    l1
        URL of a development node; None for an L1 in this process.
    pairing
        By which proofs are checked, off chain and on the L1 in this process.
    """

    transactions: int = USUAL
    data: Data = "blob"
    l1: str | None = None
    pairing: Pairing = "arkworks"
