"""Schedulers: all jobs come back proved, whoever dies meanwhile."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import LocalCluster

from provers.validity.groth16.proof import Proof
from provers.validity.groth16.prove import UnsatisfiedError
from provers.validity.groth16.verify import verify
from provers.validity.jobs import cluster, processes
from provers.validity.jobs.connect import connect
from provers.validity.jobs.material import Material
from provers.validity.jobs.scheduler import Answer, Scheduler
from rollup.cores import cores
from rollup.crypto.kernel_cache import CACHE
from rollup.errors import OutsideError
from tests.unit.validity.jobs import gates
from tests.unit.validity.jobs.cubes import job, material, wrong

PATIENCE = 60


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A cluster of two workers, and their cache's folder."""
    folder = tmp_path_factory.mktemp("workers")
    (folder / CACHE.name).symlink_to(CACHE)  # so that workers compile no kernels
    options = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0", "env": {"TANDEM_CACHE": str(folder)}}
    start: Any = LocalCluster  # Dask has no types
    with start(n_workers=2, threads_per_worker=1, processes=True, **options) as made:
        yield made.scheduler_address, folder


@pytest.fixture(params=["threads", "processes", "cluster"])
def made(request: pytest.FixtureRequest) -> Iterator[Scheduler]:
    name = request.getfixturevalue("there")[0] if request.param == "cluster" else request.param
    one = connect(name, 2)
    yield one
    one.close()


def holds(made: Material, x: int, answer: Answer) -> bool:
    return verify(made.key.vk, [x**3 + x + 5], Proof.from_evm(answer.proof))


def test_every_job_comes_back_proved(made: Scheduler, tmp_path: Path) -> None:
    cubes = material(tmp_path)
    answers = [made.submit(job(cubes, x), cubes, 1) for x in range(5)]
    assert all(holds(cubes, x, answer.result(PATIENCE)) for x, answer in enumerate(answers))
    assert made.workers == 2


def test_a_job_that_cannot_be_done_says_why_and_is_not_tried_again(made: Scheduler, tmp_path: Path) -> None:
    cubes = material(tmp_path)
    with pytest.raises(UnsatisfiedError, match="breaks constraint"):
        made.submit(wrong(cubes, 3), cubes, 1).result(PATIENCE)
    assert holds(cubes, 4, made.submit(job(cubes, 4), cubes, 1).result(PATIENCE))


def test_a_process_killed_in_mid_job_costs_nothing_but_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_run", gates.gated_process)
    cubes, pool = material(tmp_path), processes.Processes(2)
    answers = [pool.submit(job(cubes, x), cubes, 1) for x in range(4)]
    killed = gates.begun(tmp_path, 2)[0]
    os.kill(killed, signal.SIGKILL)
    gates.begun(tmp_path, 3)
    (tmp_path / "open").touch()
    found = [answer.result(PATIENCE) for answer in answers]
    pool.close()
    assert all(holds(cubes, x, answer) for x, answer in enumerate(found))
    assert f"process {killed}" not in {answer.worker for answer in found}


def test_a_job_of_which_processes_die_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_run", gates.dying_process)
    cubes, pool = material(tmp_path), processes.Processes(1)
    with pytest.raises(OutsideError, match=r"processes died 3 times while the tail chunk \w+ was being proved"):
        pool.submit(job(cubes, 3), cubes, 1).result(PATIENCE)
    monkeypatch.undo()
    assert holds(cubes, 3, pool.submit(job(cubes, 3), cubes, 1).result(PATIENCE))
    pool.close()


def test_processes_ask_for_what_is_not_on_the_disk_before_they_start(tmp_path: Path) -> None:
    cubes, pool = material(tmp_path), processes.Processes(1)
    cubes.places.tape.unlink()
    with pytest.raises(OutsideError, match=r"cubes\.tape is not there"):
        pool.submit(job(cubes, 3), cubes, 1)


def test_a_worker_of_a_cluster_killed_in_mid_job_costs_nothing_but_time(
    there: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_on_worker", gates.gated_worker)
    cubes, made = material(tmp_path), cluster.Cluster(there[0])
    answers = [made.submit(job(cubes, x), cubes, 1) for x in range(4)]
    os.kill(gates.begun(there[1])[0], signal.SIGKILL)
    (there[1] / "open").touch()
    found = [answer.result(PATIENCE) for answer in answers]
    made.close()
    assert all(holds(cubes, x, answer) for x, answer in enumerate(found))
    assert all(answer.worker.startswith("tcp://127.0.0.1:") for answer in found)


def test_a_worker_is_sent_a_material_once(there: tuple[str, Path], tmp_path: Path) -> None:
    cubes, made = material(tmp_path), cluster.Cluster(there[0])
    for x in range(3):
        made.submit(job(cubes, x), cubes, 1).result(PATIENCE)
    place = there[1] / "cluster" / cubes.digest
    first = place.stat().st_mtime_ns
    assert holds(cubes, 9, made.submit(job(cubes, 9), cubes, 1).result(PATIENCE))
    assert place.stat().st_mtime_ns == first
    made.close()


def test_a_scheduler_that_is_not_there_is_told_apart_from_one_that_does_not_exist(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(OutsideError, match="there is no scheduler 'dask'; say threads, processes, or the URL"):
        connect("dask", 0)
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    with pytest.raises(
        OutsideError, match=r"no Dask scheduler answers at tcp://127.0.0.1:1 .* start one, `dask scheduler`"
    ):
        connect("tcp://127.0.0.1:1", 0)


def test_a_cluster_without_dask_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(OutsideError, match=r"Dask is not installed; pip install 'tandem-rollup\[cluster\]'"):
        connect("tcp://127.0.0.1:8786", 0)


def test_workers_are_as_many_as_there_are_cores_unless_told() -> None:
    assert connect("threads", 0).workers == connect("processes", 0).workers == cores() >= 1
    assert connect("threads", 5).workers == 5
