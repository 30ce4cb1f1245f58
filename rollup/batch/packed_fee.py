"""The fee of a transaction as a packed float (spec §4): m·2^e gwei, m in the low 11 bits, e in the high 5."""

from rollup.errors import DecodeError
from rollup.params import FEE_EXPONENT_BITS, FEE_MANTISSA_BITS, PACKED_FEE_BITS

MAX_FEE = ((1 << FEE_MANTISSA_BITS) - 1) << ((1 << FEE_EXPONENT_BITS) - 1)
"""The largest fee that can be written, in gwei (about 4,400 ether)."""


def decode_fee(packed: int) -> tuple[int, bool]:
    """Return the fee in gwei of 16 packed bits, and whether they are canonical: e = 0 or m >= 1024."""
    assert 0 <= packed < 1 << PACKED_FEE_BITS, "a packed fee has 16 bits"
    mantissa, exponent = packed & ((1 << FEE_MANTISSA_BITS) - 1), packed >> FEE_MANTISSA_BITS
    return mantissa << exponent, exponent == 0 or mantissa >> (FEE_MANTISSA_BITS - 1) == 1


def encode_fee(fee: int) -> int:
    """Return the canonical 16 bits of a fee in gwei.

    Raises
    ------
    DecodeError
        If it cannot be written exactly; `round_up_fee` gives the next that can.
    """
    exponent = _exponent(fee)
    mantissa = fee >> exponent
    if mantissa << exponent != fee:
        raise DecodeError(f"fee: {fee} gwei has more than 11 significant bits", expected=round_up_fee(fee), got=fee)
    return exponent << FEE_MANTISSA_BITS | mantissa


def round_up_fee(fee: int) -> int:
    """Return the smallest fee that can be written and is not less than `fee` gwei; `DecodeError` above `MAX_FEE`."""
    exponent = _exponent(fee)
    # INVARIANT: ⌈fee / 2^e⌉ <= 2^11, and where it is 2^11 the result is a power of two, which the next exponent writes;
    # with the greatest exponent it is at most 2^11 - 1, as MAX_FEE is a multiple of 2^31.
    return -(-fee >> exponent) << exponent


def _exponent(fee: int) -> int:
    """Return the exponent at which the highest 11 bits of a fee stand."""
    if not 0 <= fee <= MAX_FEE:
        raise DecodeError("fee: out of range", expected=f"[0, {MAX_FEE}] gwei", got=fee)
    return max(0, fee.bit_length() - FEE_MANTISSA_BITS)
