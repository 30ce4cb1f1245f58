"""The scheduler port: who runs jobs. What comes back is checked by whoever asked; a scheduler only loses or wins time."""

from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol

from provers.validity.jobs.job import Job
from provers.validity.jobs.material import Material


@dataclass(frozen=True)
class Answer:
    """What a worker gave back: bytes that should be a proof, and who says so."""

    proof: bytes = field(repr=False)
    worker: str


class Scheduler(Protocol):
    """Runs jobs, several at a time."""

    @property
    def workers(self) -> int:
        """How many jobs run at a time, at most; it may change."""

    def submit(self, job: Job, material: Material, threads: int) -> Future[Answer]:
        """Have a job run; the future fails if nobody can.

        Parameters
        ----------
        threads
            For the proof, where the worker is this machine's; 1 unless there are more cores than jobs.
        """

    def close(self) -> None:
        """Take no more jobs, and let go of the workers."""
