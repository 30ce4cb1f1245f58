"""The scalar field Fr of BLS12-381, as plain integers in [0, R).

SPEC: the curve is that of draft-irtf-cfrg-pairing-friendly-curves §4.2.1; R = r there, and the modulus of an EIP-4844 blob element.
"""

from collections.abc import Sequence

from rollup.encoding import uint_from_bytes, uint_to_bytes
from rollup.errors import DecodeError

R = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
TWO_ADICITY = 32
GENERATOR = 7
"""Generates the whole multiplicative group of Fr, so it is no square."""

_ODD = (R - 1) >> TWO_ADICITY


def is_canonical(value: int) -> bool:
    """Tell whether `value` is the one representative in [0, R)."""
    return 0 <= value < R


def require_canonical(value: int) -> int:
    """Return `value` unchanged.

    Raises
    ------
    DecodeError
        If `value` is outside [0, R).
    """
    if not 0 <= value < R:
        raise DecodeError(f"fr: {value:#x} is not canonical", expected="[0, R)", got=value)
    return value


def to_bytes32(value: int) -> bytes:
    """Write a canonical element as 32 big-endian bytes; `DecodeError` outside [0, R)."""
    return uint_to_bytes(require_canonical(value), 32)


def from_bytes32(data: bytes) -> int:
    """Read 32 big-endian bytes; `DecodeError` if the length is not 32 or the value is not below R."""
    return require_canonical(uint_from_bytes(data, 32))


def inv(value: int) -> int:
    """Return 1/value mod R; `ZeroDivisionError` for zero."""
    if value % R == 0:
        raise ZeroDivisionError("fr: zero has no inverse")
    return pow(value, -1, R)


def batch_inv(values: Sequence[int]) -> list[int]:
    """Invert every value with one inversion and 3(n - 1) products (Montgomery's trick); `ZeroDivisionError` if any is zero."""
    prefix = [1]
    for value in values:
        prefix.append(prefix[-1] * value % R)
    tail = inv(prefix.pop())
    result = [0] * len(values)
    for i in range(len(values) - 1, -1, -1):
        result[i] = tail * prefix[i] % R
        tail = tail * values[i] % R
    return result


def sqrt(value: int) -> int | None:
    """Return the *even* square root of `value` in [0, R), or None if there is none (Tonelli–Shanks, 2-adicity 32).

    R is odd, so exactly one of x and R - x is even, unless x = 0.
    """
    value %= R
    if value == 0:
        return 0
    if pow(value, (R - 1) // 2, R) != 1:
        return None
    # INVARIANT: root² = value · rest, and rest has order dividing 2^(height - 1).
    root, rest = pow(value, (_ODD + 1) // 2, R), pow(value, _ODD, R)
    twist, height = pow(GENERATOR, _ODD, R), TWO_ADICITY
    while rest != 1:
        order, power = 0, rest
        while power != 1:
            power, order = power * power % R, order + 1
        step = pow(twist, 1 << (height - order - 1), R)
        twist, height = step * step % R, order
        root, rest = root * step % R, rest * twist % R
    return R - root if root & 1 else root


def root_of_unity(order: int) -> int:
    """Return the primitive root 7^((R - 1)/order); `ValueError` unless `order` divides R - 1."""
    if order <= 0 or (R - 1) % order:
        raise ValueError(f"fr: {order} does not divide R - 1")
    return pow(GENERATOR, (R - 1) // order, R)
