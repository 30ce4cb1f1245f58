# pragma version 0.4.3
"""
@title A mock of settlement: accepts every claim at once, right or wrong
@license MIT
@notice For tests of everything around settlement. It can be created on development chains only.
"""

from interfaces import IRollup
from interfaces import ISettlement

implements: ISettlement

VERSION: constant(uint256) = 1
PENDING: constant(uint256) = 0
ACCEPTED: constant(uint256) = 1

# Chain ids of geth --dev, of anvil and hardhat, and of py-evm.
GETH_DEV: constant(uint256) = 1337
ANVIL: constant(uint256) = 31337
PY_EVM: constant(uint256) = 131277322940537


event AcceptedUnchecked:
    claim_id: indexed(uint256)


ROLLUP: immutable(IRollup)
PROGRAM_ID: immutable(bytes32)

accepted: HashMap[uint256, bool]


@deploy
def __init__(rollup: address, program_id: bytes32):
    """
    @param rollup Whose claims are accepted.
    @param program_id Of which program.
    """
    assert chain.id == GETH_DEV or chain.id == ANVIL or chain.id == PY_EVM, "mock: not a development chain"
    ROLLUP = IRollup(rollup)
    PROGRAM_ID = program_id


@external
@view
def properties() -> (String[32], uint256):
    """
    @notice Name and version.
    """
    return "mock", VERSION


@external
@view
def settles() -> (address, bytes32):
    """
    @notice The rollup contract and the program whose claims it judges.
    """
    return ROLLUP.address, PROGRAM_ID


@external
@payable
def open(
    claim_id: uint256,
    proposer: address,
    batch: ISettlement.Batch,
    parent_header: uint256[6],
    header: uint256[6],
    payload: Bytes[73728],
):
    """
    @notice Accept a claim without looking at it.
    """
    assert msg.sender == ROLLUP.address, "mock: only the rollup"
    assert msg.value == 0, "mock: no bond is asked"
    self.accepted[claim_id] = True
    log AcceptedUnchecked(claim_id=claim_id)


@external
@view
def verdict(claim_id: uint256) -> uint256:
    """
    @notice Accepted, whatever was claimed.
    """
    return ACCEPTED if self.accepted[claim_id] else PENDING
