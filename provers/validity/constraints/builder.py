"""What a gadget builds a circuit with; `shape` records its constraints, `witness` computes its wires.

INVARIANT: both run the same gadget code, which cannot see values, so wire `n` of the one is wire `n` of the other.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from provers.validity.constraints.hints import Brought, Hint, Op
from provers.validity.constraints.linear import Linear, Term

Body = Callable[["Builder", Sequence[Term]], Sequence[Term]]
"""A piece of circuit: from a builder and inputs to outputs."""


class Builder(ABC):
    """A circuit under construction.

    A wire comes about in three ways: it is an input, the one unknown of a constraint (`solve`), or a hint, of which nothing is proved.
    """

    @abstractmethod
    def public_inputs(self, count: int) -> list[Term]:
        """Return the first `count` public inputs."""

    @abstractmethod
    def hint(self, hint: Hint, *, free: bool = False) -> list[Term]:
        """Allocate private wires with nothing proved of them; the methods below say which.

        Parameters
        ----------
        free
            Declares that some inputs leave several values possible (the inverse of zero), none of which any output depends on.
        """

    @abstractmethod
    def solve(self, a: Term, b: Term, rest: Term = 0, factor: int = 1) -> Term:
        """Return w in a new wire, proved to be such that a·b = rest + factor·w; `factor` is not 0: 1 constraint."""

    @abstractmethod
    def enforce(self, a: Term, b: Term, c: Term) -> None:
        """Prove a·b = c: 1 constraint."""

    @abstractmethod
    def repeat(self, key: str, body: Body, inputs: Sequence[Term]) -> Sequence[Term]:
        """Run `body`, which depends on nothing but `key`, its builder and its inputs; recorded once and copied from then on.

        `inputs` must be wires of their own, as `hint` and `solve` give them.
        """

    @abstractmethod
    def part(self, name: str) -> AbstractContextManager[None]:
        """Count what is built inside under `name`; the innermost name has it."""

    def given(self, count: int, values: Brought) -> list[Term]:
        """Allocate wires for data that a prover brings along and that only a hash binds: elements, records."""
        return self.hint(Hint(Op.GIVEN, count, (), values))

    def given_around(self, term: Term, place: Sequence[Term], values: Brought) -> list[Term]:
        """Allocate 2^n wires: 2^n - 1 given ones and, at the place of n Booleans, the lowest first, the value of a term."""
        return self.hint(Hint(Op.INSERTED, 1 << len(place), (term, *place), values))

    def value(self, term: Term) -> Term:
        """Allocate a wire with a term's value."""
        return self.hint(Hint(Op.VALUE, 1, (term,)))[0]

    def bits(self, term: Term, count: int) -> list[Term]:
        """Allocate the low `count` bits of a term's representative in [0, R), the lowest first; at most 256."""
        return self.hint(Hint(Op.BITS, count, (term,)))

    def quotient(self, numerator: Term, denominator: Term) -> Term:
        """Allocate a quotient, 0 where the denominator is 0."""
        return self.hint(Hint(Op.QUOTIENT, 1, (numerator, denominator)))[0]

    def inverse(self, term: Term) -> Term:
        """Allocate an inverse, declared free: where the term is 0 it is 0, and could be anything."""
        return self.hint(Hint(Op.QUOTIENT, 1, (1, term)), free=True)[0]

    def root(self, numerator: Term, denominator: Term, odd: Term) -> tuple[Term, Term]:
        """Allocate a flag and a root: of numerator/denominator if that is a square, which the flag says, else of 7 times it.

        A quotient by 0 is 0. Of two roots it is the odd one if `odd` is not 0, else the even one, as integers in [0, R).
        """
        square, root = self.hint(Hint(Op.ROOT, 2, (numerator, denominator, odd)))
        return square, root

    def pick(self, place: Sequence[Term], options: Sequence[Term]) -> Term:
        """Allocate the value of the option at the place of n Booleans, the lowest first; there are 2^n options."""
        assert len(options) == 1 << len(place), f"{len(options)} options for {len(place)} bits"
        return self.hint(Hint(Op.PICK, 1, (*place, *options)))[0]

    def division(self, dividend: Term, divisor: Term) -> tuple[Term, Term]:
        """Allocate quotient and remainder of representatives in [0, R); 0 and 0 where the divisor is 0."""
        quotient, remainder = self.hint(Hint(Op.DIVISION, 2, (dividend, divisor)))
        return quotient, remainder

    def isqrt(self, term: Term) -> Term:
        """Allocate the square root of a representative in [0, R), rounded down."""
        return self.hint(Hint(Op.ISQRT, 1, (term,)))[0]

    def product(self, a: Term, b: Term) -> Term:
        """Return a·b in a new wire: 1 constraint. Put what already stands on the right of others (bits) into `b`."""
        return self.solve(a, b)

    def pin(self, term: Term) -> Term:
        """Return a wire of its own that equals `term`: 1 constraint."""
        return self.solve(term, 1)

    def pin_all(self, terms: Sequence[Term]) -> list[Term]:
        """`pin` every term."""
        return [self.pin(term) for term in terms]

    def enforce_equal(self, a: Term, b: Term) -> None:
        """Prove a = b: 1 constraint."""
        self.enforce(a - b, 1, 0)


def as_int(term: Term) -> int:
    """Return the integer that a term is where values are computed."""
    if isinstance(term, Linear):
        raise TypeError("the value of a wire is wanted while a circuit's shape is recorded")
    return term


def as_ints(terms: Sequence[Term]) -> list[int]:
    """`as_int` of every term."""
    return [as_int(term) for term in terms]
