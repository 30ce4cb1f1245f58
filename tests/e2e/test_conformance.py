"""The conformance kit against our own backends: those that settle pass it, the mock does not, and wrong words are told."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OPTIMISTIC = "provers.optimistic.backend:OptimisticBackend"
PASSING = {
    OPTIMISTIC: (),
    "provers.quorum.backend:QuorumBackend": (),
    "provers.validity.backend:Groth16Backend": ("--settlement-option", "transactions=4"),
}


def kit(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)


@pytest.mark.long
@pytest.mark.parametrize("backend", PASSING)
def test_backend_that_settles_passes(backend: str) -> None:
    done = kit("--settlement", backend, *PASSING[backend])
    assert done.returncode == 0, done.stdout[-4000:]
    assert "18 passed" in done.stdout


def test_backend_that_settles_passes_the_quick_scenarios() -> None:
    done = kit("--settlement", OPTIMISTIC, "-k", "port or honest or starved")
    assert done.returncode == 0, done.stdout[-4000:]
    assert "6 passed" in done.stdout


def test_backend_that_checks_nothing_fails_where_somebody_lies() -> None:
    done = kit("--settlement", "provers.mock:MockBackend", "-k", "wrong-state-root")
    assert done.returncode == 1
    assert "1 failed" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--settlement", "nonsense"), "expected MODULE:CLASS"),
        (("--settlement", "no.such:Backend"), "No module named"),
        (("--settlement", "provers.mock:Nothing"), "has no attribute"),
        (("--settlement", OPTIMISTIC, "--settlement-option", "x"), "expected NAME=JSON"),
    ],
)
def test_words_that_name_no_backend_are_refused(words: tuple[str, ...], said: str) -> None:
    done = kit(*words, "-k", "names_itself")
    assert done.returncode != 0
    assert said in done.stdout + done.stderr
