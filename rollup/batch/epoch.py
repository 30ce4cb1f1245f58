"""An epoch: under which program and settlement contract a run of batches stands (docs/spec/contracts.md, Epochs)."""

from dataclasses import dataclass, replace
from typing import Self

from rollup.crypto.keccak import keccak256
from rollup.encoding import uint_to_bytes

WORD = 32


@dataclass(frozen=True, slots=True)
class Epoch:
    """What L1 fixed when an epoch was applied, and where it began.

    Attributes
    ----------
    index
        From 0; epoch 0 is what the chain was deployed with.
    program_id
        Of the program that its batches run, 32 bytes.
    settlement
        L1 address of the contract that judges claims about its batches, 20 bytes.
    inbox_from
        Number of the first inbox message that its batches read; those before are read by the epoch before.
    until
        The last second in which the epoch before may go on although all its messages are read.
    first
        Number of its first batch; 0, genesis, for epoch 0; None while it waits for one.
    """

    index: int
    program_id: bytes
    settlement: bytes
    inbox_from: int = 0
    until: int = 0
    first: int | None = None

    def begin(self, first: int) -> Self:
        """Return the epoch, begun with batch number `first`."""
        return replace(self, first=first)

    def link(self, parent_hash: bytes) -> bytes:
        """Return what its first batch names as its parent; so the hash of every batch commits to the switches before it."""
        return keccak256(parent_hash, self._terms())

    def fingerprint(self) -> bytes:
        """Return 32 bytes that tell it from any other epoch that could be applied in its place."""
        return keccak256(uint_to_bytes(self.index, WORD), self._terms())

    def _terms(self) -> bytes:
        return self.program_id + bytes(WORD - len(self.settlement)) + self.settlement
