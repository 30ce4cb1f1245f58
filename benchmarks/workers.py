"""Processes that measure our side, one for each set of kernels: which kernels run is settled when a process starts."""

import importlib
import multiprocessing
import os
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any

KERNELS_VARIABLE = "TANDEM_KERNELS"


class Worker:
    """A process that runs functions named `module:function`, keeps what it is told to keep, and says how long calls took.

    Parameters
    ----------
    kernels
        "portable" or "ifma"; "" leaves the choice to the library.
    """

    def __init__(self, kernels: str) -> None:
        self.kernels = kernels
        context = multiprocessing.get_context("spawn")
        self._here, there = context.Pipe()
        before = os.environ.get(KERNELS_VARIABLE)
        if kernels:
            os.environ[KERNELS_VARIABLE] = kernels
        try:
            self._process = context.Process(target=_serve, args=(there,), daemon=True)
            self._process.start()
        finally:
            if before is None:
                os.environ.pop(KERNELS_VARIABLE, None)
            else:
                os.environ[KERNELS_VARIABLE] = before

    def call(self, target: str, *arguments: object) -> Any:
        """Run `module:function` there and return what it returns, which must be small."""
        return self._ask("call", target, arguments)

    def seconds(self, target: str, *arguments: object) -> float:
        """Return how long it took there, on the wall clock."""
        return float(self._ask("seconds", target, arguments))

    def peak_memory(self) -> int:
        """Return the largest resident size that the process ever had, in bytes."""
        return int(self._ask("memory", "", ()))

    def close(self) -> None:
        """Let the process end."""
        self._here.send(None)
        self._process.join(60)

    def _ask(self, what: str, target: str, arguments: Sequence[object]) -> Any:
        self._here.send((what, target, arguments))
        result, error = self._here.recv()
        if error:
            raise RuntimeError(f"{target} in a process with {self.kernels or 'default'} kernels: {error}")
        return result


def medians(sides: Sequence[Callable[[], float]], runs: int, warmups: int = 1) -> list[float]:
    """Return the median of each side's own measure, the sides taking turns so that a slow minute hits all of them."""
    for _ in range(warmups):
        for side in sides:
            side()
    rounds = [[side() for side in sides] for _ in range(runs)]
    return [statistics.median(values) for values in zip(*rounds, strict=True)]


def timed(function: Callable[[], object]) -> float:
    """Return the seconds that a call takes, on the wall clock."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def _serve(connection: Connection) -> None:
    while (request := connection.recv()) is not None:
        what, target, arguments = request
        try:
            connection.send((_answer(what, target, arguments), ""))
        except Exception as error:  # noqa: BLE001 -- whatever it is, the process that asked must hear of it
            connection.send((None, f"{type(error).__name__}: {error}"))


def _answer(what: str, target: str, arguments: Sequence[object]) -> object:
    if what == "memory":
        # SPEC: getrusage(2): ru_maxrss is in kilobytes on Linux.
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    module, name = target.split(":")
    function = getattr(importlib.import_module(module), name)
    if what == "call":
        return function(*arguments)
    return timed(lambda: function(*arguments))
