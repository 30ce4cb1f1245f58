"""What a proposer claims, and where it gets the payload from."""

from typing import Protocol

from rollup.errors import OutsideError
from rollup.ports.settlement import ChainView, SettlementBackend, Submission
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
    """Claims what the view says, with a payload of the backend."""

    def __init__(self, backend: SettlementBackend) -> None:
        self._backend = backend

    def header(self, view: ChainView, number: int) -> Header:
        """Return the header that this node computed."""
        return view.header(number)

    def submission(self, view: ChainView, number: int) -> Submission | None:
        """Return the backend's payload; `OutsideError` if its job failed."""
        job = self._backend.poll(self._backend.submit(view, number))
        if job.state == "failed":
            raise OutsideError(f"settlement: the payload for batch {number} could not be made: {job.error}")
        return self._backend.fetch(job.id) if job.state == "done" else None
