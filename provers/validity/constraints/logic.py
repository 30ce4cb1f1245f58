"""Booleans and choices. A Boolean is a term proved to be 0 or 1; nothing here fails, whatever the values are."""

from collections.abc import Sequence

from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term, add_all


def require_boolean(b: Builder, term: Term) -> None:
    """Prove that a term is 0 or 1: 1 constraint."""
    b.enforce(1 - term, term, 0)


def is_zero(b: Builder, term: Term) -> Term:
    """Return whether a term is 0: 2 constraints.

    SAFETY: with n = t·i and t·(1 - n) = 0: if t = 0 then n = 0; else n = 1, and such an i exists. Only where t = 0 is i free.
    """
    inverse = b.inverse(term)
    nonzero = b.product(term, inverse)
    b.enforce(term, 1 - nonzero, 0)
    return 1 - nonzero


def is_equal(b: Builder, x: Term, y: Term) -> Term:
    """Return whether two terms are equal: 2 constraints."""
    return is_zero(b, x - y)


def conjunction(b: Builder, flags: Sequence[Term]) -> Term:
    """Return whether all Booleans are 1: 0, 1 or 2 constraints for one, two or more of them (fewer than R)."""
    if not flags:
        return 1
    if len(flags) == 1:
        return flags[0]
    if len(flags) == 2:
        return b.product(*flags)
    # SAFETY: the sum of n Booleans is an integer in [0, n], so it does not wrap, and is n only if all are 1.
    return is_zero(b, len(flags) - add_all(flags))


def disjunction(b: Builder, flags: Sequence[Term]) -> Term:
    """Return whether any Boolean is 1; constraints as `conjunction`."""
    return 1 - conjunction(b, [1 - flag for flag in flags])


def select(b: Builder, condition: Term, yes: Term, no: Term) -> Term:
    """Return `yes` if the Boolean `condition` is 1, else `no`: 1 constraint."""
    return no + b.product(yes - no, condition)


def divide(b: Builder, numerator: Term, denominator: Term) -> Term:
    """Return numerator/denominator, the denominator not being 0: 1 constraint."""
    quotient = b.quotient(numerator, denominator)
    b.enforce(denominator, quotient, numerator)
    return quotient


def require_zero_unless(b: Builder, condition: Term, term: Term) -> None:
    """Prove that a term is 0 where the Boolean `condition` is 0: 1 constraint."""
    b.enforce(term, 1 - condition, 0)
