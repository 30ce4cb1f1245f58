"""Values of wires while a circuit is built: linear combinations where its shape is recorded, plain integers where a witness is computed.

Gadgets are written once, over `Term`. They add, subtract and scale terms by integers; products and whatever depends on a value go through the `Builder`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn, TypeAlias

from rollup.crypto.fr import R


class Linear:
    """A linear combination of wires.

    Attributes
    ----------
    terms
        From a wire to its coefficient, an integer modulo R that need not be reduced; wire 0 is the constant 1.
    """

    __slots__ = ("terms",)

    def __init__(self, terms: dict[int, int]) -> None:
        self.terms = terms

    def __add__(self, other: Term) -> Linear:
        terms = self.terms.copy()
        if isinstance(other, int):
            terms[0] = terms.get(0, 0) + other
        else:
            for wire, coefficient in other.terms.items():
                terms[wire] = terms.get(wire, 0) + coefficient
        return Linear(terms)

    __radd__ = __add__

    def __neg__(self) -> Linear:
        return Linear({wire: -coefficient for wire, coefficient in self.terms.items()})

    def __sub__(self, other: Term) -> Linear:
        return self + (-other)

    def __rsub__(self, other: Term) -> Linear:
        return (-self) + other

    def __mul__(self, factor: int) -> Linear:
        return Linear({wire: coefficient * factor for wire, coefficient in self.terms.items()})

    __rmul__ = __mul__

    # SAFETY: a gadget that branches on a value would number its wires differently in the two modes. It fails here instead.
    def __bool__(self) -> NoReturn:
        raise TypeError("the value of a wire is not known while a circuit's shape is recorded")

    def __eq__(self, other: object) -> NoReturn:
        raise TypeError("terms are compared by constraints, not by ==")

    __hash__ = None  # type: ignore[assignment]  # two combinations may be equal without being the same


Term: TypeAlias = Linear | int
"""What gadgets take and give. An integer stands for itself modulo R and need not be reduced."""


def combine(terms: Iterable[Term], coefficients: Iterable[int]) -> Term:
    """Return `Σ coefficients[i] · terms[i]` in time linear in its size; both have the same length."""
    total: dict[int, int] = {}
    constant, linear = 0, False
    for term, coefficient in zip(terms, coefficients, strict=True):
        if isinstance(term, int):
            constant += term * coefficient
            continue
        linear = True
        for wire, factor in term.terms.items():
            total[wire] = total.get(wire, 0) + factor * coefficient
    if not linear:
        return constant
    total[0] = total.get(0, 0) + constant
    return Linear(total)


def add_all(terms: Iterable[Term]) -> Term:
    """Return the sum of terms."""
    terms = tuple(terms)
    return combine(terms, (1,) * len(terms))


def settle(term: Term) -> Term:
    """Return the same value with every integer in it reduced modulo R; for what grows round after round."""
    if isinstance(term, int):
        return term % R
    return Linear({wire: coefficient % R for wire, coefficient in term.terms.items() if coefficient % R})
