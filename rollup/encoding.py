"""Fixed-width big-endian integers, strict both ways.

Everything that is hashed, signed or sent is a concatenation of these, so two different
values never share an encoding, and no value has two.
"""

from rollup.errors import DecodeError


def uint_to_bytes(value: int, size: int) -> bytes:
    """Write `value` as `size` big-endian bytes.

    Raises
    ------
    DecodeError
        If `value` is outside [0, 256**size).
    """
    if not 0 <= value < 1 << (8 * size):
        raise DecodeError(f"encoding: {value} does not fit {size} bytes", expected=f"[0, 2**{8 * size})", got=value)
    return value.to_bytes(size, "big")


def uint_from_bytes(data: bytes, size: int) -> int:
    """Read exactly `size` big-endian bytes.

    Raises
    ------
    DecodeError
        If `data` is not exactly `size` bytes long.
    """
    if len(data) != size:
        raise DecodeError(f"encoding: {len(data)} bytes where {size} are due", expected=size, got=len(data))
    return int.from_bytes(data, "big")
