"""A Dask cluster: workers on any machines, which need this package and nothing else.

A job travels as a kilobyte or a hundred; a worker that lacks the material says so, is sent it once, and keeps it on its disk.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from provers.validity.arithmetise.cache import cache_folder
from provers.validity.jobs.job import Job
from provers.validity.jobs.material import Material, load, packed, places_in, unpack
from provers.validity.jobs.scheduler import Answer
from rollup.cores import cores
from rollup.errors import OutsideError

PATIENCE = 10
"""Seconds for a scheduler to answer."""
ATTEMPTS = 6
"""Times that a job is handed to the cluster, until it is given up; being sent the material takes one."""
_THEIRS = ("distributed", "dask", "concurrent", "asyncio")
"""Packages whose errors speak of the cluster, not of the job."""
INSTALL = "pip install 'tandem-rollup[cluster]'"


@dataclass(eq=False)
class _Order:
    job: Job
    material: Material
    answer: Future[Answer] = field(default_factory=Future)
    attempts: int = 0


class Cluster:
    """See `scheduler.Scheduler`.

    Dask runs a job again whose worker died, on another one, and gives up after its own number of deaths (`distributed.scheduler.allowed-failures`, 3).

    SAFETY: Dask's messages are pickles, so whoever is part of the cluster can run code here. Proofs are checked all the same, but a cluster is for machines that
    trust one another; see docs/cluster.md.
    """

    def __init__(self, url: str) -> None:
        try:
            from distributed import Client
        except ImportError as error:
            raise OutsideError(f"prover: {url} is a Dask cluster, and Dask is not installed", remedy=INSTALL) from error
        connect: Any = Client  # Dask has no types
        try:
            self._client = connect(url, timeout=PATIENCE, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise OutsideError(
                f"prover: no Dask scheduler answers at {url} ({error})",
                remedy=f"start one, `dask scheduler`, and workers, `dask worker {url}`",
            ) from error
        self._lock = threading.Lock()
        self._sent: dict[str, Any] = {}
        # INVARIANT: Dask forgets a task as soon as nobody holds its future.
        self._running: dict[_Order, Any] = {}

    @property
    def workers(self) -> int:
        """Threads of all workers that are there now, one at least."""
        return max(1, sum(int(threads) for threads in self._client.nthreads().values()))

    def submit(self, job: Job, material: Material, threads: int) -> Future[Answer]:
        """See `Scheduler`; `threads` is each worker's own matter."""
        del threads
        order = _Order(job, material)
        self._ask(order)
        return order.answer

    def close(self) -> None:
        """See `Scheduler`."""
        self._client.close()

    def _ask(self, order: _Order, worker: str | None = None) -> None:
        """Have a job run anywhere; or, with the material, by a worker that lacks it, or another if that one is gone."""
        order.attempts += 1
        choice = {} if worker is None else {"workers": [worker], "allow_other_workers": True}
        name = f"tandem-{order.job.id}-{order.attempts}"
        try:
            files = None if worker is None else self._send(order.material)
            running = self._client.submit(_on_worker, order.job, order.material.digest, files, key=name, **choice)
            self._running[order] = running
            running.add_done_callback(partial(self._finish, order))
        except Exception as error:  # noqa: BLE001 -- whatever it is, whoever waits must hear of it
            self._fail(order, error)

    def _send(self, material: Material) -> object:
        """Bring a material to the cluster, once; workers take it from there."""
        with self._lock:
            if material.digest not in self._sent:
                self._sent[material.digest] = self._client.scatter([packed(material.places)], hash=False)[0]
            return self._sent[material.digest]

    def _finish(self, order: _Order, running: Future[tuple[str, bytes | None]]) -> None:
        try:
            worker, proof = running.result()
            if proof is None:
                self._ask(order, worker)
            else:
                self._running.pop(order, None)
                order.answer.set_result(Answer(proof, worker))
        except BaseException as error:  # noqa: BLE001 -- whatever it is, whoever waits must hear of it
            self._retry(order, error)

    def _retry(self, order: _Order, error: BaseException) -> None:
        """Ask again where the cluster failed; a job that failed would fail again."""
        ours = type(error).__module__.split(".")[0] not in _THEIRS
        if not ours and order.attempts < ATTEMPTS:
            with self._lock:
                self._sent.pop(order.material.digest, None)  # it may have been on the worker that is gone
            self._ask(order)
            return
        self._running.pop(order, None)
        what = f"prover: the cluster gave up {order.job}: {type(error).__name__}: {error}"
        self._fail(
            order, error if ours else OutsideError(what, remedy="look at the workers' logs; they may lack memory")
        )

    def _fail(self, order: _Order, error: BaseException) -> None:
        self._running.pop(order, None)
        order.answer.set_exception(error)


def _on_worker(job: Job, digest: str, files: dict[str, bytes] | None) -> tuple[str, bytes | None]:
    """Run a job in a worker; return its address, and the proof, or None if it lacks the material."""
    from distributed import get_worker

    worker = get_worker()
    folder = cache_folder() / "cluster" / digest
    if not folder.exists():
        if files is None:
            return worker.address, None
        unpack(files, folder, digest)
    material = load(places_in(folder))
    threads = max(1, cores() // worker.state.nthreads)
    return worker.address, job.run(material.system, material.tape, material.key, threads)
