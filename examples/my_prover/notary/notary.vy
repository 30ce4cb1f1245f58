# pragma version 0.4.3
"""
@title Settlement by one notary: a claim stands if a key has signed it
"""

from interfaces import ISettlement

implements: ISettlement

ROLLUP: immutable(address)
PROGRAM_ID: immutable(bytes32)
NOTARY: public(immutable(address))

accepted: HashMap[uint256, bool]


@deploy
def __init__(rollup: address, program_id: bytes32, notary: address):
    ROLLUP = rollup
    PROGRAM_ID = program_id
    NOTARY = notary


@external
@view
def properties() -> (String[32], uint256):
    return "notary", 1


@external
@view
def settles() -> (address, bytes32):
    return ROLLUP, PROGRAM_ID


@external
@view
def statement(batch: ISettlement.Batch, parent_header: uint256[6], header: uint256[6]) -> bytes32:
    return self._statement(batch, parent_header, header)


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
    assert msg.sender == ROLLUP, "notary: only the rollup"
    assert msg.value == 0, "notary: no bond is taken"
    assert len(payload) == 96, "notary: payload length"
    v: uint256 = extract32(payload, 0, output_type=uint256)
    r: uint256 = extract32(payload, 32, output_type=uint256)
    s: uint256 = extract32(payload, 64, output_type=uint256)
    signer: address = ecrecover(self._statement(batch, parent_header, header), v, r, s)
    assert signer != empty(address) and signer == NOTARY, "notary: not signed"
    self.accepted[claim_id] = True


@external
@view
def verdict(claim_id: uint256) -> uint256:
    return 1 if self.accepted[claim_id] else 0


@internal
@view
def _statement(batch: ISettlement.Batch, parent_header: uint256[6], header: uint256[6]) -> bytes32:
    return keccak256(abi_encode(chain.id, self, PROGRAM_ID, batch, parent_header, header))
