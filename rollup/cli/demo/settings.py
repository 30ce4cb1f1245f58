"""What a run of the demonstration is asked to do."""

from dataclasses import dataclass
from typing import Final, Literal

Data = Literal["blob", "calldata"]
Pairing = Literal["arkworks", "py-ecc"]

LEAST: Final = 16
"""Transactions that both chains settle: fewer have no room for all that is shown."""
MOST: Final = 128
"""What a batch holds."""
USUAL: Final = 64

CHUNK: Final = 16
"""Transactions that a proof covers: fewer make more proofs, which L1 pays for; more take longer until the first keys are made."""


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
    chunk
        Transactions that one proof covers.
    scheduler, workers
        Who proves, and how many at a time; 0 for as many as there are cores.
    """

    transactions: int = USUAL
    data: Data = "blob"
    l1: str | None = None
    pairing: Pairing = "arkworks"
    chunk: int = CHUNK
    scheduler: str = "threads"
    workers: int = 0
