"""Quotients of products, and roots."""

from typing import Any

from rollup.ir.bounds import DIVIDEND
from rollup.ir.primitives import Primitive
from rollup.program.location import author_error
from rollup.program.tracing import current
from rollup.program.values import UInt, coerce, name_of, register_of, unify, wrap


def mul_div(a: UInt | int, b: UInt | int, divisor: UInt | int) -> Any:  # noqa: ANN401 -- the widest of their types
    """Return a·b / divisor, rounded down, of the whole product: it may be wider than any type.

    The result has the widest of the types; the transaction fails if it does not fit, or if the divisor is 0.
    """
    tracing = current("mul_div")
    kinds = [
        _integer("mul_div", left, right) for left, right in ((a, b), (a, divisor), (b, divisor)) if _typed(left, right)
    ]
    if not kinds:
        raise author_error("mul_div of literals alone", "give one of them a type: U64(1)")
    kind = max(kinds, key=lambda each: each.WIDTH)
    x, y, by = (register_of(coerce(value, _own(value, kind))) for value in (a, b, divisor))
    bounds = tracing.builder.bounds
    if (bounds[x] - 1) * (bounds[y] - 1) >= DIVIDEND:
        raise author_error(
            "mul_div of a product that may pass 2^248", "convert one of the two to a narrower type: U64(…)"
        )
    product = tracing.emit(Primitive.MUL, x, y)
    zero = tracing.emit(Primitive.EQ, by, tracing.builder.const(0))
    tracing.require(tracing.negate(zero), f"{kind.__name__} division by zero")
    quotient = tracing.emit(Primitive.DIV, product, by)
    return wrap(kind, tracing, tracing.narrow(quotient, kind.WIDTH, f"{kind.__name__} overflow in mul_div"))


def isqrt(value: UInt) -> Any:  # noqa: ANN401 -- the type of its argument
    """Return the square root, rounded down."""
    tracing = current("isqrt")
    if not isinstance(value, UInt):
        raise author_error(f"isqrt of {name_of(value)}", "only U8 … U128 have a root")
    return wrap(type(value), tracing, tracing.emit(Primitive.ISQRT, register_of(value)))


def _typed(left: object, right: object) -> bool:
    return not (isinstance(left, int) and isinstance(right, int))


def _own(value: object, kind: type[UInt]) -> type[UInt]:
    """The type of a value; a literal takes the widest."""
    return type(value) if isinstance(value, UInt) else kind


def _integer(name: str, left: object, right: object) -> type[UInt]:
    kind = unify(left, right, name)
    if not issubclass(kind, UInt):
        raise author_error(f"{name} is not defined for {kind.__name__}", "only U8 … U128 can be divided")
    return kind
