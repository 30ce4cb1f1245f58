"""The smaller, the larger and the distance of two numbers."""

from typing import TypeVar

from rollup.ir.primitives import Primitive
from rollup.program.location import author_error
from rollup.program.statements import select
from rollup.program.tracing import current
from rollup.program.values import UInt, coerce, register_of, unify, wrap

U = TypeVar("U", bound=UInt)


def minimum(first: U | int, *others: U | int) -> U:
    """Return the smallest; all take the widest of their types."""
    return _extreme("minimum", first, others, swapped=False)


def maximum(first: U | int, *others: U | int) -> U:
    """Return the largest; all take the widest of their types."""
    return _extreme("maximum", first, others, swapped=True)


def absolute_difference(left: U | int, right: U | int) -> U:
    """Return the larger minus the smaller, which never fails."""
    tracing = current("absolute_difference")
    larger, smaller = maximum(left, right), minimum(left, right)
    difference = tracing.emit(Primitive.MINUS, register_of(larger), register_of(smaller))
    return wrap(type(larger), tracing, difference)


def _extreme(name: str, first: U | int, others: tuple[U | int, ...], *, swapped: bool) -> U:
    current(name)
    if not others:
        raise author_error(f"{name} of one value", f"give it two or more: {name}(a, b)")
    best = first
    for other in others:
        kind = unify(best, other, name)
        if not issubclass(kind, UInt):
            raise author_error(f"{name} is not defined for {kind.__name__}", "only U8 … U128 have an order")
        left, right = coerce(best, kind), coerce(other, kind)
        best = select(right < left if not swapped else left < right, right, left)  # type: ignore[assignment]  # `kind` is that of one of them
    return best  # type: ignore[return-value]
