"""What a gadget builds a circuit with; `shape` records its constraints, `witness` computes its wires.

INVARIANT: both run the same gadget code, which cannot see values, so wire `n` of the one is wire `n` of the other.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from provers.validity.constraints.linear import Linear, Term

Body = Callable[["Builder", Sequence[Term]], Sequence[Term]]
"""A piece of circuit: from a builder and inputs to outputs."""


class Builder(ABC):
    """A circuit under construction. `hint` and `hints` call back only where values are wanted, with integers in place of terms."""

    @abstractmethod
    def public_inputs(self, count: int) -> list[Term]:
        """Return the first `count` public inputs."""

    @abstractmethod
    def hint(self, value: Callable[[], int], *, free: bool = False) -> Term:
        """Allocate a private wire with nothing proved of it.

        Parameters
        ----------
        value
            Gives its value; any integer, which is reduced modulo R. It must not fail, whatever the inputs are.
        free
            Declares that some inputs leave several values possible (the inverse of zero), none of which any output depends on.
        """

    @abstractmethod
    def hints(self, count: int, values: Callable[[], Sequence[int]]) -> list[Term]:
        """Allocate `count` wires as `hint` does."""

    def given(self, count: int, values: Callable[[], Sequence[int]]) -> list[Term]:
        """Allocate `count` wires for data that a prover brings along and that only a hash binds: elements, records, siblings."""
        return self.hints(count, values)

    @abstractmethod
    def product(self, a: Term, b: Term) -> Term:
        """Return a·b in a new wire: 1 constraint. Put what already stands on the right of others (bits) into `b`."""

    @abstractmethod
    def enforce(self, a: Term, b: Term, c: Term) -> None:
        """Prove a·b = c: 1 constraint."""

    @abstractmethod
    def repeat(self, key: str, body: Body, inputs: Sequence[Term]) -> Sequence[Term]:
        """Run `body`, which depends on nothing but `key`, its builder and its inputs; recorded once and copied from then on.

        `inputs` must be wires as `hint`, `product` or `pin` gave them.
        """

    @abstractmethod
    def part(self, name: str) -> AbstractContextManager[None]:
        """Count what is built inside under `name`; the innermost name has it."""

    def enforce_equal(self, a: Term, b: Term) -> None:
        """Prove a = b: 1 constraint."""
        self.enforce(a - b, 1, 0)

    def pin(self, term: Term) -> Term:
        """Return a wire of its own that equals `term`: 1 constraint."""
        wire = self.hint(lambda: as_int(term))
        self.enforce(term - wire, 1, 0)
        return wire

    def pin_all(self, terms: Sequence[Term]) -> list[Term]:
        """`pin` every term."""
        return [self.pin(term) for term in terms]


def as_int(term: Term) -> int:
    """Return the integer that a term is where values are computed; for use inside the callbacks of hints only."""
    if isinstance(term, Linear):
        raise TypeError("the value of a wire is wanted while a circuit's shape is recorded")
    return term


def as_ints(terms: Sequence[Term]) -> list[int]:
    """`as_int` of every term."""
    return [as_int(term) for term in terms]
