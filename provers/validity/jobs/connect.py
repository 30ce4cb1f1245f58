"""Schedulers by their names."""

from collections.abc import Callable

from provers.validity.jobs.processes import Processes
from provers.validity.jobs.scheduler import Scheduler
from provers.validity.jobs.threads import Threads
from rollup.cores import cores
from rollup.errors import OutsideError


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
        "threads": lambda: Threads(workers or cores()),
        "processes": lambda: Processes(workers or cores()),
    }
    if "://" in name:
        return _cluster(name)
    if name not in kinds:
        raise OutsideError(
            f"prover: there is no scheduler {name!r}",
            remedy="say threads, processes, or the URL of a Dask scheduler, tcp://HOST:8786",
        )
    return kinds[name]()


def _cluster(url: str) -> Scheduler:
    from provers.validity.jobs.cluster import Cluster

    return Cluster(url)
