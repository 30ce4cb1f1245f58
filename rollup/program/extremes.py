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
    kind = _ordered("absolute_difference", left, right)
    a, b = coerce(left, kind), coerce(right, kind)
    less = a < b
    # SAFETY: the first operand of `minus` is the larger one, so it is exact.
    larger, smaller = (register_of(select(less, *pair)) for pair in ((b, a), (a, b)))
    return wrap(kind, tracing, tracing.emit(Primitive.MINUS, larger, smaller))  # type: ignore[return-value]  # `kind` is that of one of them


def _extreme(name: str, first: U | int, others: tuple[U | int, ...], *, swapped: bool) -> U:
    current(name)
    if not others:
        raise author_error(f"{name} of one value", f"give it two or more: {name}(a, b)")
    best = first
    for other in others:
        kind = _ordered(name, best, other)
        left, right = coerce(best, kind), coerce(other, kind)
        best = select(right < left if not swapped else left < right, right, left)  # type: ignore[assignment]  # `kind` is that of one of them
    return best  # type: ignore[return-value]


def _ordered(name: str, left: object, right: object) -> type[UInt]:
    kind = unify(left, right, name)
    if not issubclass(kind, UInt):
        raise author_error(f"{name} is not defined for {kind.__name__}", "only U8 … U128 have an order")
    return kind
