"""Threads of this process: the kernels release the interpreter's lock, and nothing is loaded twice."""

from concurrent.futures import Future, ThreadPoolExecutor

from provers.validity.jobs.job import Job
from provers.validity.jobs.material import Material
from provers.validity.jobs.scheduler import Answer


class Threads:
    """See `scheduler.Scheduler`."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="prover")

    def submit(self, job: Job, material: Material, threads: int) -> Future[Answer]:
        """See `Scheduler`."""
        return self._pool.submit(_run, job, material, threads)

    def close(self) -> None:
        """See `Scheduler`."""
        self._pool.shutdown(cancel_futures=True)


def _run(job: Job, material: Material, threads: int) -> Answer:
    return Answer(job.run(material.system, material.tape, material.key, threads), "this process")
