"""Processes of this machine: one that is killed takes only its own time with it."""

import multiprocessing
import os
import threading
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from provers.validity.jobs.job import Job
from provers.validity.jobs.material import Material, Places, load
from provers.validity.jobs.scheduler import Answer
from rollup.errors import OutsideError

ATTEMPTS = 3
"""Times that a job is under way when a process dies, until it is given up."""


@dataclass(eq=False)
class _Order:
    job: Job
    places: Places
    threads: int
    answer: Future[Answer] = field(default_factory=Future)
    attempts: int = 0


class Processes:
    """See `scheduler.Scheduler`. Processes start with the first job.

    A pool whose process dies is lost as a whole; a new one takes over what was not done.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, job: Job, material: Material, threads: int) -> Future[Answer]:
        """See `Scheduler`; OutsideError if the material does not lie on the disk."""
        material.places.require()
        order = _Order(job, material.places, threads)
        self._start(order)
        return order.answer

    def close(self) -> None:
        """See `Scheduler`."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(cancel_futures=True)

    def _start(self, order: _Order) -> None:
        order.attempts += 1
        try:
            with self._lock:
                pool, running = self._hand_over(order)
            running.add_done_callback(partial(self._finish, order, pool))
        except Exception as error:  # noqa: BLE001 -- whatever it is, whoever waits must hear of it
            order.answer.set_exception(error)

    def _hand_over(self, order: _Order) -> tuple[ProcessPoolExecutor, "Future[Answer]"]:
        self._pool = self._pool or self._new()
        try:
            return self._pool, self._pool.submit(_run, order.job, order.places, order.threads)
        except BrokenExecutor:  # it broke since the last order
            self._pool = self._new()
            return self._pool, self._pool.submit(_run, order.job, order.places, order.threads)

    def _new(self) -> ProcessPoolExecutor:
        # SAFETY: a forked process would inherit locks of threads that do not exist in it.
        return ProcessPoolExecutor(self.workers, multiprocessing.get_context("spawn"))

    def _finish(self, order: _Order, pool: ProcessPoolExecutor, running: "Future[Answer]") -> None:
        if running.cancelled():
            order.answer.cancel()
            return
        error = running.exception()
        if error is None:
            order.answer.set_result(running.result())
        elif not isinstance(error, BrokenExecutor):
            order.answer.set_exception(error)
        elif order.attempts < ATTEMPTS:
            with self._lock:
                if self._pool is pool:
                    self._pool = None
            self._start(order)
        else:
            order.answer.set_exception(
                OutsideError(
                    f"prover: processes died {ATTEMPTS} times while {order.job} was being proved",
                    remedy="see whether the machine is out of memory (a proof of 2^20 constraints takes 1.3 GB); fewer --workers take less",
                )
            )


def _run(job: Job, places: Places, threads: int) -> Answer:
    material = load(places)
    return Answer(job.run(material.system, material.tape, material.key, threads), f"process {os.getpid()}")
