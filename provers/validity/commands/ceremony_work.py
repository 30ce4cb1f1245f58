"""What `tandem ceremony` does, apart from its command line: loading this module compiles kernels the first time."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from provers.validity.backend.groth16 import TRANSACTIONS
from provers.validity.ceremony.ceremony import Ceremony
from provers.validity.ceremony.checks import Workers
from provers.validity.ceremony.contribution import Beacon
from provers.validity.ceremony.development import make_powers
from provers.validity.ceremony.initial import initial_part
from provers.validity.ceremony.keys import describe, write_keys
from provers.validity.ceremony.powers import Powers
from provers.validity.commands.circuits import circuits_of
from provers.validity.groth16.qap import domain_size
from rollup.ports.settlement import Progress

Described = dict[str, Any]
"""A ceremony as `keys.describe` has it."""


@contextmanager
def _workers(progress: Progress) -> Iterator[Workers]:
    threads = os.cpu_count() or 1
    with ThreadPoolExecutor(threads) as pool:
        yield Workers(pool, threads, progress)


def new(circuits: Sequence[str], powers: Path, out: Path, transactions: int | None, progress: Progress) -> Described:
    """Start a ceremony and write it."""
    with _workers(progress) as workers:
        started = _start(circuits, powers, transactions, workers)
        started.save(out)
    return describe(started)


def contribute(source: Path, out: Path, name: str, entropy: str, progress: Progress) -> Described:
    """Contribute to a file and write the next."""
    with _workers(progress) as workers:
        made = Ceremony.open(source).contribute(name, entropy.encode(), workers)
        made.save(out)
    return describe(made)


def verify(
    source: Path, circuits: Sequence[str], powers: Path | None, transactions: int | None, progress: Progress
) -> Described:
    """Check a file: all of it, or without powers its contributions alone."""
    with _workers(progress) as workers:
        found = Ceremony.open(source)
        if powers is None:
            found.check_contributions(workers)
            found.check_groups(workers)
        else:
            found.check_against(_start(circuits, powers, transactions, workers), workers)
    return describe(found) | {"complete": powers is not None}


def finish(source: Path, out: Path, final: Path, beacon: bytes | None, rounds: int, progress: Progress) -> Described:
    """Seal a ceremony if there is a beacon, write its keys and its last file."""
    with _workers(progress) as workers:
        found = Ceremony.open(source)
        if beacon is not None:
            found = found.sealed(Beacon(beacon, rounds), workers)
        else:
            found.check_contributions(workers)
            found.check_groups(workers)
    places = write_keys(found, out)
    found.save(final)
    return describe(found) | {"keys": [str(place) for place in places]}


def powers(power: int, out: Path, progress: Progress) -> None:
    """Make powers of tau for development."""
    with _workers(progress) as workers:
        make_powers(out, power, workers)


def _start(words: Sequence[str], powers: Path, transactions: int | None, workers: Workers) -> Ceremony:
    """The ceremony of these circuits before its first contribution."""
    named = circuits_of(words, TRANSACTIONS if transactions is None else transactions)
    checked = Powers.open(powers, max(domain_size(circuit) for _, circuit in named), workers)
    parts = [initial_part(label, circuit, checked, workers) for label, circuit in named]
    return Ceremony.new(parts, development=checked.is_development)
