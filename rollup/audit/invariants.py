"""What is to hold of every step: as a term that is true where it is broken, and as a question to a run of the interpreter."""

from typing import Protocol

from rollup.audit.formula import Formula
from rollup.audit.solver import Term
from rollup.execution.interpreter import Run


class Invariant(Protocol):
    """Something that is to hold of every step."""

    @property
    def name(self) -> str:
        """As a report has it."""

    @property
    def where(self) -> str:
        """`file:line` of who declares it; "" if it is the framework."""

    def concerns(self, formula: Formula) -> bool:
        """Tell whether it says anything of this graph."""

    def violated(self, formula: Formula) -> Term:
        """Return whether it is broken, where records are changed through one slot each."""

    def broken(self, formula: Formula, inputs: tuple[int, ...], run: Run) -> str | None:
        """Say how a run breaks it; None if it does not."""
