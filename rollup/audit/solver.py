"""z3, imported where it is asked for, and its limits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from importlib import import_module
from time import monotonic
from typing import Any, Final

from rollup.errors import OutsideError

Term = Any
"""An expression of z3, which has no types."""
INSTALL: Final = 'pip install "tandem-rollup[audit]"'
SECONDS: Final = 10.0


class Answer(Enum):
    """What z3 says of a formula; `UNKNOWN` is no answer, and never taken for one."""

    SATISFIABLE = "sat"
    UNSATISFIABLE = "unsat"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Limits:
    """How long one question may take.

    Parameters
    ----------
    seconds
        By the clock.
    resources
        In z3's own units, which are the same on every machine; 0 for no limit.
    """

    seconds: float = SECONDS
    resources: int = 0

    def until(self, end: float) -> "Limits":
        """Return what is left by a moment of the monotonic clock."""
        return replace(self, seconds=min(self.seconds, max(end - monotonic(), 0)))

    def __str__(self) -> str:
        return f"{self.resources:,} units of z3" if self.resources else f"{self.seconds:g} s"


@dataclass(frozen=True)
class Reply:
    """An answer, and a model where it is `SATISFIABLE`."""

    answer: Answer
    model: Any = None

    def value(self, term: Term) -> int:
        """Return what an integer is in the model."""
        return int(self.model.eval(term, model_completion=True).as_long())


def load_z3() -> Any:  # noqa: ANN401 -- z3 has no types
    """Import z3.

    Raises
    ------
    OutsideError
        If it is not installed; it says what to install.
    """
    try:
        return import_module("z3")
    except ImportError as error:
        raise OutsideError("audit: z3 is not installed", remedy=INSTALL) from error


def ask(terms: Sequence[Term], limits: Limits) -> Reply:
    """Ask whether all terms can be true together.

    Each question has a solver of its own: one that keeps what it learnt uses none of z3's preprocessing, and is slower here.
    """
    z3 = load_z3()
    solver = z3.Solver()
    solver.set(timeout=max(1, round(limits.seconds * 1000)), rlimit=limits.resources, random_seed=0)
    solver.add(*terms)
    answer = solver.check()
    if answer == z3.sat:
        return Reply(Answer.SATISFIABLE, solver.model())
    return Reply(Answer.UNSATISFIABLE if answer == z3.unsat else Answer.UNKNOWN)
