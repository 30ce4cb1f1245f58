# pragma version 0.4.3
"""
@title A transaction as a run of bits in the elements of a batch
@notice SPEC: docs/spec/machine.md §4, Data. Twin: rollup/batch/packing.py. Total: any elements decode to something.
"""

from lib import numbers

# Elements that a transaction may touch, and three more that read as 0, so that reading past the last one stays inside.
WINDOW: constant(uint256) = 15
PACKED_FEE: constant(uint256) = 2**numbers.PACKED_FEE_BITS - 1
MANTISSA: constant(uint256) = 2**numbers.FEE_MANTISSA_BITS - 1


struct Decoded:
    sender: uint256
    fee: uint256
    s: uint256
    r_sign: uint256
    r_y: uint256
    arguments: uint256[8]
    decodable: bool


@internal
@pure
def bits(window: uint256[15], start: uint256, width: uint256) -> uint256:
    """
    @notice `width` bits, at most 255, from bit `start` of elements of 252 bits each.
    """
    at: uint256 = start // numbers.ELEMENT_BITS
    low: uint256 = start % numbers.ELEMENT_BITS
    value: uint256 = (window[at] >> low) | (window[at + 1] << unsafe_sub(numbers.ELEMENT_BITS, low))
    # 255 bits that start above bit 249 of an element end in the second one after it.
    if low > 249:
        value |= window[at + 2] << unsafe_sub(2 * numbers.ELEMENT_BITS, low)
    limit: uint256 = 1 << width
    return value & unsafe_sub(limit, 1)


@internal
@pure
def decode(window: uint256[15], start: uint256, end: uint256, account_bits: uint256, widths: uint256) -> Decoded:
    """
    @notice The transaction in bits [start, end) of the window.
    @param widths Byte k from the left is the width of argument k: 255 for a full element, 0 for none.
    """
    decoded: Decoded = empty(Decoded)
    at: uint256 = start + numbers.TAG_BITS
    decoded.sender = self.bits(window, at, account_bits)
    at += account_bits
    packed: uint256 = self.bits(window, at, numbers.PACKED_FEE_BITS)
    at += numbers.PACKED_FEE_BITS
    decoded.s = self.bits(window, at, numbers.SCALAR_BITS)
    at += numbers.SCALAR_BITS
    decoded.r_sign = self.bits(window, at, numbers.SIGN_BITS)
    at += numbers.SIGN_BITS
    decoded.r_y = self.bits(window, at, numbers.FULL)
    at += numbers.FULL
    mantissa: uint256 = packed & MANTISSA
    exponent: uint256 = packed >> numbers.FEE_MANTISSA_BITS
    decoded.fee = mantissa << exponent
    decoded.decodable = exponent == 0 or mantissa >= 1 << (numbers.FEE_MANTISSA_BITS - 1)
    if decoded.r_y >= numbers.R:
        decoded.r_y = 0
        decoded.decodable = False
    for k: uint256 in range(numbers.MAX_ARGUMENTS):
        width: uint256 = (widths >> unsafe_sub(248, unsafe_mul(8, k))) & 255
        if width == 0:
            break
        decoded.arguments[k] = self.bits(window, at, width)
        at += width
        if decoded.arguments[k] >= numbers.R:
            decoded.arguments[k] = 0
            decoded.decodable = False
    for _: uint256 in range(WINDOW):
        if at >= end:
            break
        width: uint256 = min(end - at, numbers.ELEMENT_BITS)
        if self.bits(window, at, width) != 0:
            decoded.decodable = False
        at += width
    return decoded
