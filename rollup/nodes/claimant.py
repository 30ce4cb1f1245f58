"""What a proposer claims, and where it gets the payload from."""

from typing import Protocol

from rollup.errors import OutsideError
from rollup.nodes.settlements import Settlements
from rollup.ports.settlement import ChainView, Submission
from rollup.state.header import Header


class Claimant(Protocol):
    """Chooses what to claim."""

    def header(self, view: ChainView, number: int) -> Header:
        """Return the header to claim after a batch; claims with another are held to be wrong."""
        ...

    def submission(self, view: ChainView, number: int) -> Submission | None:
        """Return what goes with that claim; None while it is in the making."""
        ...


class Honest:
    """Claims what the view says, with a payload of the batch's backend."""

    def __init__(self, settlements: Settlements) -> None:
        self._settlements = settlements

    def header(self, view: ChainView, number: int) -> Header:
        """Return the header that this node computed."""
        return view.header(number)

    def submission(self, view: ChainView, number: int) -> Submission | None:
        """Return the backend's payload; `OutsideError` if its job failed."""
        backend = self._settlements.of(number).backend
        job = backend.poll(backend.submit(view, number))
        if job.state == "failed":
            raise OutsideError(f"settlement: the payload for batch {number} could not be made: {job.error}")
        return backend.fetch(job.id) if job.state == "done" else None
