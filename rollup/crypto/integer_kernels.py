"""Operations on integers of 256 bits for kernels, on addresses: the twins of Python's `divmod`, `math.isqrt`, `&`, `|` and `^`. Any operands may coincide."""

from collections.abc import Callable, Sequence

from llvmlite import ir

from rollup.crypto.fr_kernels import FR
from rollup.crypto.limbs_ir import Body, Builder, Module, Value

WIDE = FR.code.element
BITS = 256


def _number(value: int) -> Value:
    return ir.Constant(WIDE, value)


def _repeat(b: Builder, times: int, starts: Sequence[Value], step: Callable[..., Sequence[Value]]) -> list[Value]:
    """Emit a loop that takes values from `starts` through `step`."""
    before, loop, after = b.block, b.append_basic_block(), b.append_basic_block()
    b.branch(loop)
    b.position_at_end(loop)
    count, *state = (b.phi(value.type) for value in (_number(times), *starts))
    for phi, start in zip((count, *state), (_number(times), *starts), strict=True):
        phi.add_incoming(start, before)
    left = b.sub(count, _number(1))
    following = step(*state)
    for phi, value in zip((count, *state), (left, *following), strict=True):
        phi.add_incoming(value, loop)
    b.cbranch(b.icmp_unsigned("==", left, _number(0)), after, loop)
    b.position_at_end(after)
    return list(following)


def _divide(_: Module, b: Builder, quotient: Value, remainder: Value, dividend: Value, divisor: Value) -> None:
    """Long division, bit by bit: what is left stays below the divisor, which is below 2^255."""
    by = FR.code.load(b, divisor)

    def step(rest: Value, left: Value, result: Value) -> list[Value]:
        left = b.or_(b.shl(left, _number(1)), b.lshr(rest, _number(BITS - 1)))
        fits = b.icmp_unsigned(">=", left, by)
        left = b.select(fits, b.sub(left, by), left)
        return [b.shl(rest, _number(1)), left, b.or_(b.shl(result, _number(1)), b.zext(fits, WIDE))]

    zero = _number(0)
    _, left, result = _repeat(b, BITS, [FR.code.load(b, dividend), zero, zero], step)
    by_zero = b.icmp_unsigned("==", by, zero)
    FR.code.store(b, b.select(by_zero, zero, result), quotient)
    FR.code.store(b, b.select(by_zero, zero, left), remainder)


def _root(_: Module, b: Builder, result: Value, radicand: Value) -> None:
    """Two bits of the radicand give one of the root."""

    def step(rest: Value, root: Value, bit: Value) -> list[Value]:
        trial = b.add(root, bit)
        fits = b.icmp_unsigned(">=", rest, trial)
        root = b.add(b.lshr(root, _number(1)), b.select(fits, bit, _number(0)))
        return [b.select(fits, b.sub(rest, trial), rest), root, b.lshr(bit, _number(2))]

    starts = [FR.code.load(b, radicand), _number(0), _number(1 << BITS - 2)]
    FR.code.store(b, _repeat(b, BITS // 2, starts, step)[1], result)


def _bitwise(operation: str) -> Body:
    def body(_: Module, b: Builder, result: Value, x: Value, y: Value) -> None:
        FR.code.store(b, getattr(b, operation)(FR.code.load(b, x), FR.code.load(b, y)), result)

    return body


#: `(quotient, remainder, dividend, divisor)`: 0 and 0 where the divisor is 0; it is below 2^255.
divide = FR.define("integer_divide", 3, _divide)
#: `(result, radicand)`: rounded down.
integer_root = FR.define("integer_root", 1, _root)
#: `(result, x, y)`
bits_and, bits_or, bits_xor = (FR.define(f"bits_{name}", 2, _bitwise(name)) for name in ("and_", "or_", "xor"))
