"""Who claims what is not so, to be caught: for the demo, and to measure what catching costs."""

from dataclasses import dataclass
from typing import Any

from rollup.ports.settlement import ChainView, Submission
from rollup.state.header import Header


@dataclass(frozen=True)
class Liar:
    """Claims what a lie says of one batch, and the truth of all others; a `nodes.claimant.Claimant`.

    Attributes
    ----------
    lie
        Whatever `tandem.adversaries` made: it has `header`, `payload` and `defence`.
    batch
        About which it lies.
    bond
        What L1 wants staked, in wei.
    """

    lie: Any
    batch: int
    bond: int

    def header(self, view: ChainView, number: int) -> Header:
        """Return the header to claim."""
        header: Header = self.lie.header if number == self.batch else view.header(number)
        return header

    def submission(self, view: ChainView, number: int) -> Submission | None:  # noqa: ARG002 - as the protocol has it
        """Return the lie; nothing else is claimed."""
        return Submission(self.lie.payload, self.bond) if number == self.batch else None
