# pragma version 0.4.3
"""
@title Elements of a posted batch, proved under what L1 holds of it
@notice SPEC: docs/spec/machine.md §4, EIP-4844. Element i of a blob is p(w^brp(i)), w = 7^((R-1)/4096), brp reversing 12 bits.
"""

from lib import numbers

POINT_EVALUATION: constant(address) = 0x000000000000000000000000000000000000000A
# SPEC: EIP-4844 charges 50,000. A failing precompile burns what it was given, so it is not given much more.
POINT_EVALUATION_GAS: constant(uint256) = 60000


@internal
@pure
def root_of_unity(index: uint256) -> uint256:
    """
    @notice w^brp(index): the lowest bit of the index is the highest of the exponent.
    """
    power: uint256 = 1
    rest: uint256 = index
    for _: uint256 in range(12):
        power = uint256_mulmod(power, power, numbers.R)
        if rest & 1 == 1:
            power = uint256_mulmod(power, numbers.ROOT_OF_UNITY, numbers.R)
        rest = rest >> 1
    return power


@internal
@view
def check_opening(versioned_hash: bytes32, index: uint256, element: uint256, commitment: Bytes[48], proof: Bytes[48]):
    """
    @notice Revert unless `element` is element `index` of the blob.
    @dev SAFETY: a failed call reverts, whatever made it fail, want of gas included; and an answer of 64 bytes is asked for, which only
         the precompile gives: an L1 without it would succeed with nothing.
    """
    assert len(commitment) == 48 and len(proof) == 48, "stepper: malformed opening"
    success: bool = False
    answer: Bytes[64] = b""
    success, answer = raw_call(
        POINT_EVALUATION,
        concat(versioned_hash, convert(self.root_of_unity(index), bytes32), convert(element, bytes32), commitment, proof),
        max_outsize=64,
        gas=POINT_EVALUATION_GAS,
        is_static_call=True,
        revert_on_failure=False,
    )
    assert success and len(answer) == 64, "stepper: wrong opening"


@internal
@pure
def word(data: Bytes[43008], index: uint256) -> uint256:
    """
    @notice Word `index` of calldata; 0 past its end.
    """
    if 32 * index + 32 > len(data):
        return 0
    return extract32(data, 32 * index, output_type=uint256)
