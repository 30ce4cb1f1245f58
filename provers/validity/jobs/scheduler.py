"""The scheduler port: who runs jobs. What comes back is checked by whoever asked; a scheduler only loses or wins time."""

import os
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol

from provers.validity.jobs.job import Job
from provers.validity.jobs.material import Material
from rollup.errors import OutsideError


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


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def connect(name: str, workers: int) -> Scheduler:
    """Return a scheduler: "threads" of this process, "processes" of this machine, or the Dask cluster at a URL such as `tcp://10.0.0.1:8786`.

    Parameters
    ----------
    workers
        How many threads or processes; 0 for as many as there are cores. A cluster has those that it has.

    Raises
    ------
    OutsideError
        Another name, a cluster that does not answer, or Dask is not installed.
    """
    kinds: dict[str, Callable[[], Scheduler]] = {
        "threads": lambda: _threads(workers),
        "processes": lambda: _processes(workers),
    }
    if "://" in name:
        return _cluster(name)
    if name not in kinds:
        raise OutsideError(
            f"prover: there is no scheduler {name!r}",
            remedy="say threads, processes, or the URL of a Dask scheduler, tcp://HOST:8786",
        )
    return kinds[name]()


def _threads(workers: int) -> Scheduler:
    from provers.validity.jobs.threads import Threads

    return Threads(workers or cores())


def _processes(workers: int) -> Scheduler:
    from provers.validity.jobs.processes import Processes

    return Processes(workers or cores())


def _cluster(url: str) -> Scheduler:
    from provers.validity.jobs.cluster import Cluster

    return Cluster(url)
