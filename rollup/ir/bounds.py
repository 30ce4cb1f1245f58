"""The static exclusive upper limits of registers, by interval arithmetic over integers (SOUNDNESS 1).

A bound of R stands for a *full element*: a number of the field whose arithmetic wraps by design. Anything smaller is an *integer*, and never wraps.
"""

from collections.abc import Callable, Mapping
from math import isqrt
from types import MappingProxyType
from typing import Final

from rollup.crypto.fr import R
from rollup.ir.layout import ELEMENT
from rollup.ir.primitives import Primitive
from rollup.params import FULL, WIDEST_INTEGER

BOOLEAN: Final = 2
COMPARABLE: Final = 1 << WIDEST_INTEGER
"""The largest bound that comparisons, `minus`, `narrow` and bitwise operations take."""
DIVIDEND: Final = 1 << 248
"""The largest bound of what is divided, or of what a root is taken of."""
DIVISOR: Final = 1 << 128
"""The largest bound of what is divided by."""

BoundRule = Callable[[int, tuple[int, ...]], int]
"""From `imm` and the bounds of the operands to the bound of the result; `ValueError` says what is not allowed."""


def of_width(width: int) -> int:
    """Return the bound of a width in bits; 255 (inputs, arguments) and 0 (attributes) are a full element.

    Raises
    ------
    ValueError
        If the width is neither one of these nor in 1 … 253.
    """
    if width in (FULL, ELEMENT):
        return R
    if not 1 <= width <= WIDEST_INTEGER:
        raise ValueError(f"{width} bits are no width: at most {WIDEST_INTEGER}, or a full element")
    return 1 << width


def _require_comparable(bounds: tuple[int, ...]) -> None:
    for bound in bounds:
        if bound > COMPARABLE:
            raise ValueError(
                f"an operand may reach {_show(bound)}: only integers below 2^{WIDEST_INTEGER} can be compared"
            )


def _require_booleans(bounds: tuple[int, ...]) -> None:
    for bound in bounds:
        if bound > BOOLEAN:
            raise ValueError(f"an operand may reach {_show(bound)} where a Boolean is due")


def _sum_or_product(imm: int, bounds: tuple[int, ...], largest: int) -> int:
    """INVARIANT: if both operands are integers, so is the result, and it is the one of arithmetic: it is below R, or refused."""
    del imm
    if R in bounds:
        return R
    if largest >= R:
        raise ValueError(f"the result may reach {_show(largest + 1)}, past the order of the field")
    return largest + 1


def _add(imm: int, bounds: tuple[int, ...]) -> int:
    return _sum_or_product(imm, bounds, bounds[0] + bounds[1] - 2)


def _mul(imm: int, bounds: tuple[int, ...]) -> int:
    return _sum_or_product(imm, bounds, (bounds[0] - 1) * (bounds[1] - 1))


def _sub(imm: int, bounds: tuple[int, ...]) -> int:
    """Give a full element whatever the operands are: a difference may be negative."""
    del imm, bounds
    return R


def _minus(imm: int, bounds: tuple[int, ...]) -> int:
    del imm
    _require_comparable(bounds)
    return bounds[0]


def _comparison(imm: int, bounds: tuple[int, ...]) -> int:
    del imm
    _require_comparable(bounds)
    return BOOLEAN


def _range(imm: int, bounds: tuple[int, ...]) -> int:
    _require_width(imm)
    _require_comparable(bounds)
    return BOOLEAN


def _narrow(imm: int, bounds: tuple[int, ...]) -> int:
    _require_width(imm)
    _require_comparable(bounds)
    return min(1 << imm, bounds[0])


def _require_width(imm: int) -> None:
    if imm > WIDEST_INTEGER:
        raise ValueError(f"{imm} bits are more than {WIDEST_INTEGER}")


def _require_below(bound: int, limit: int, what: str) -> None:
    if bound > limit:
        raise ValueError(f"{what} may reach {_show(bound)}: at most {_show(limit)} can be taken")


def _division(imm: int, bounds: tuple[int, ...]) -> int:
    del imm
    _require_below(bounds[0], DIVIDEND, "a dividend")
    _require_below(bounds[1], DIVISOR, "a divisor")
    return bounds[0]


def _remainder(imm: int, bounds: tuple[int, ...]) -> int:
    """A remainder is below the divisor, and at most the dividend."""
    return min(_division(imm, bounds), max(bounds[1] - 1, 1))


def _common_bits(imm: int, bounds: tuple[int, ...]) -> int:
    del imm
    _require_comparable(bounds)
    return min(bounds)


def _all_bits(imm: int, bounds: tuple[int, ...]) -> int:
    del imm
    _require_comparable(bounds)
    return 1 << (max(bounds) - 1).bit_length()


def _root(imm: int, bounds: tuple[int, ...]) -> int:
    del imm
    _require_below(bounds[0], DIVIDEND, "a radicand")
    return isqrt(bounds[0] - 1) + 1


def _shift(imm: int, bounds: tuple[int, ...]) -> int:
    _require_width(imm)
    _require_comparable(bounds)
    return (bounds[0] - 1 >> imm) + 1


def _equality(imm: int, bounds: tuple[int, ...]) -> int:
    del imm, bounds
    return BOOLEAN


def _logic(imm: int, bounds: tuple[int, ...]) -> int:
    del imm
    _require_booleans(bounds)
    return BOOLEAN


def _select(imm: int, bounds: tuple[int, ...]) -> int:
    del imm
    _require_booleans(bounds[:1])
    return max(bounds[1:])


ARITHMETIC: Final[Mapping[Primitive, BoundRule]] = MappingProxyType(
    {
        Primitive.ADD: _add,
        Primitive.SUB: _sub,
        Primitive.MUL: _mul,
        Primitive.MINUS: _minus,
        Primitive.LT: _comparison,
        Primitive.RANGE: _range,
        Primitive.NARROW: _narrow,
        Primitive.EQ: _equality,
        Primitive.AND: _logic,
        Primitive.OR: _logic,
        Primitive.NOT: _logic,
        Primitive.SELECT: _select,
        Primitive.DIV: _division,
        Primitive.MOD: _remainder,
        Primitive.BIT_AND: _common_bits,
        Primitive.BIT_OR: _all_bits,
        Primitive.BIT_XOR: _all_bits,
        Primitive.ISQRT: _root,
        Primitive.SHR: _shift,
    }
)
"""The rule of each primitive whose result depends on registers alone."""


def _show(bound: int) -> str:
    return "a full element" if bound == R else f"2^{(bound - 1).bit_length()}"
