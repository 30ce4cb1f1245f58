"""Jobs that wait: a worker says by a file that it has begun, and goes on when the gate is open. Imported by the workers too."""

import os
import time
from pathlib import Path

from provers.validity.jobs import cluster, processes
from provers.validity.jobs.job import Job
from provers.validity.jobs.material import Places
from provers.validity.jobs.scheduler import Answer

run_in_process = processes._run
run_on_worker = cluster._on_worker
PATIENCE = 60


def wait_at(folder: Path) -> None:
    """Say that this process has begun, and wait until the gate is open."""
    (folder / f"begun.{os.getpid()}").touch()
    deadline = time.monotonic() + PATIENCE
    while not (folder / "open").exists() and time.monotonic() < deadline:
        time.sleep(0.02)


def begun(folder: Path, count: int = 1) -> list[int]:
    """Wait until so many processes have begun, and return their ids."""
    deadline = time.monotonic() + PATIENCE
    while len(found := [int(path.suffix[1:]) for path in folder.glob("begun.*")]) < count:
        assert time.monotonic() < deadline, f"{len(found)} of {count} processes have begun"
        time.sleep(0.02)
    return found


def gated_process(job: Job, places: Places, threads: int) -> Answer:
    wait_at(places.system.parent)
    return run_in_process(job, places, threads)


def dying_process(job: Job, places: Places, threads: int) -> Answer:
    del job, places, threads
    os._exit(1)


def gated_worker(job: Job, digest: str, files: dict[str, bytes] | None) -> tuple[str, bytes | None]:
    if files is not None:
        wait_at(Path(os.environ["TANDEM_CACHE"]))
    return run_on_worker(job, digest, files)
