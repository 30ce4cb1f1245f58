"""z3, imported where it is asked for, and its limits."""

from dataclasses import dataclass
from enum import Enum
from importlib import import_module
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

    def __str__(self) -> str:
        return f"{self.resources:,} units of z3" if self.resources else f"{self.seconds:g} s"


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


class Solver:
    """A conjunction of terms, and the questions whether it can be true."""

    def __init__(self, terms: list[Term], limits: Limits) -> None:
        z3 = load_z3()
        self._answers = {z3.sat: Answer.SATISFIABLE, z3.unsat: Answer.UNSATISFIABLE, z3.unknown: Answer.UNKNOWN}
        self._solver = z3.Solver()
        self._solver.set(timeout=max(1, round(limits.seconds * 1000)), rlimit=limits.resources, random_seed=0)
        self._solver.add(*terms)

    def add(self, *terms: Term) -> None:
        """Join more terms."""
        self._solver.add(*terms)

    def ask(self, *terms: Term) -> Answer:
        """Tell whether all can be true together with these, which are not kept."""
        self._solver.push()
        self._solver.add(*terms)
        answer = self._answers[self._solver.check()]
        self._model = self._solver.model() if answer is Answer.SATISFIABLE else None
        self._solver.pop()
        return answer

    def value(self, term: Term) -> int:
        """Return what an integer is in the model of the last question, which was answered by `SATISFIABLE`."""
        assert self._model is not None
        return int(self._model.eval(term, model_completion=True).as_long())

    def holds(self, term: Term) -> bool:
        """Tell whether a Boolean is true in that model."""
        assert self._model is not None
        return str(self._model.eval(term, model_completion=True)) == "True"
