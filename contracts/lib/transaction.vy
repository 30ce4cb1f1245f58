# pragma version 0.4.3
"""
@title A transaction as an element and a run of bits in others
@notice SPEC: docs/spec/machine.md §4, Data. Twin: rollup/batch/packing.py. Total: any elements decode to something.
"""

from lib import numbers

# Elements that a transaction's bits may touch, and three more that read as 0, so that reading past the last one stays inside.
WINDOW: constant(uint256) = 14
# Elements of at most 8 full elements of arguments.
WORDS: constant(uint256) = 9
ELEMENT: constant(uint256) = 2**numbers.ELEMENT_BITS - 1
PACKED_FEE: constant(uint256) = 2**numbers.PACKED_FEE_BITS - 1
MANTISSA: constant(uint256) = 2**numbers.FEE_MANTISSA_BITS - 1


# The 252 bits that are read of each element from the one in which the transaction's bits start, the place of the first of them, and its r_y.
struct Parcel:
    window: uint256[14]
    start: uint256
    r_y: uint256


struct Decoded:
    sender: uint256
    fee: uint256
    s: uint256
    r_sign: uint256
    words: uint256[9]
    arguments: uint256[8]
    decodable: bool


@internal
@pure
def readable(element: uint256) -> uint256:
    """
    @notice SPEC: the bits above the 252 of the slots mean nothing.
    """
    return element & ELEMENT


@internal
@pure
def bits(window: uint256[14], start: uint256, width: uint256) -> uint256:
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
def decode(
    window: uint256[14], start: uint256, end: uint256, account_bits: uint256, argument_bits: uint256, widths: uint256
) -> Decoded:
    """
    @notice The transaction in bits [start, end) of the window.
    @param argument_bits Bits in which the widest action has its arguments; they are what is signed, whichever action runs.
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
    signed: uint256 = 0
    for k: uint256 in range(WORDS):
        if signed == argument_bits:
            break
        width: uint256 = min(argument_bits - signed, numbers.SIGNED_BITS)
        decoded.words[k] = self.bits(window, at + signed, width)
        signed += width
    mantissa: uint256 = packed & MANTISSA
    exponent: uint256 = packed >> numbers.FEE_MANTISSA_BITS
    decoded.fee = mantissa << exponent
    decoded.decodable = exponent == 0 or mantissa >= 1 << (numbers.FEE_MANTISSA_BITS - 1)
    for k: uint256 in range(numbers.MAX_ARGUMENTS):
        width: uint256 = (widths >> unsafe_sub(248, unsafe_mul(8, k))) & 255
        if width == 0:
            break
        decoded.arguments[k] = self.bits(window, at, width)
        at += width
        if decoded.arguments[k] >= numbers.R:
            decoded.arguments[k] = 0
            decoded.decodable = False
    if not self._is_zero(window, at, end):
        decoded.decodable = False
    return decoded


@internal
@pure
def decode_call(word_0: uint256, word_1: uint256, widths: uint256) -> (uint256[8], bool):
    """
    @notice The arguments of a call from L1, and whether its words hold nothing else (machine.md §4, Inbox messages).
    """
    window: uint256[14] = empty(uint256[14])
    window[0] = self.readable(word_0)
    window[1] = self.readable(word_1)
    decodable: bool = window[0] == word_0 and window[1] == word_1
    arguments: uint256[8] = empty(uint256[8])
    at: uint256 = 0
    for k: uint256 in range(numbers.MAX_ARGUMENTS):
        width: uint256 = (widths >> unsafe_sub(248, unsafe_mul(8, k))) & 255
        if width == 0:
            break
        arguments[k] = self.bits(window, at, width)
        at += width
        if arguments[k] >= numbers.R:
            arguments[k] = 0
            decodable = False
    return arguments, decodable and self._is_zero(window, at, 2 * numbers.ELEMENT_BITS)


@internal
@pure
def _is_zero(window: uint256[14], start: uint256, end: uint256) -> bool:
    """
    @notice Whether bits [start, end) are all 0.
    """
    at: uint256 = start
    for _: uint256 in range(WINDOW):
        if at >= end:
            break
        width: uint256 = min(end - at, numbers.ELEMENT_BITS)
        if self.bits(window, at, width) != 0:
            return False
        at += width
    return True
