# pragma version 0.4.3
"""
@title Settlement by the word of many: a claim stands if enough of the attesters have signed it
@license MIT
@notice The smallest backend there is. Attesters execute batches and sign what they came to; their signatures are aggregated into one (BLS), and
        a claim that carries it is accepted at once. What a quorum signs is true here: it is trust, spread over members, and no proof.
"""

from interfaces import IRollup
from interfaces import ISettlement
from lib import bls

implements: ISettlement

VERSION: constant(uint256) = 1
MAX_MEMBERS: constant(uint256) = 32
PENDING: constant(uint256) = 0
ACCEPTED: constant(uint256) = 1


struct Payload:
    signers: uint256
    signature: uint256[8]


event Attested:
    claim_id: indexed(uint256)
    signers: uint256


ROLLUP: public(immutable(IRollup))
PROGRAM_ID: immutable(bytes32)
THRESHOLD: public(immutable(uint256))
MEMBERS: public(immutable(uint256))

keys: HashMap[uint256, uint256[4]]
accepted: HashMap[uint256, bool]


@deploy
def __init__(
    rollup: address,
    program_id: bytes32,
    threshold: uint256,
    keys: DynArray[uint256[4], MAX_MEMBERS],
    proofs: DynArray[uint256[8], MAX_MEMBERS],
):
    """
    @param threshold How many members must sign.
    @param keys Their public keys, points of G1.
    @param proofs That each possesses its key: else one could choose a key that cancels those of others.
    """
    members: uint256 = len(keys)
    assert threshold != 0 and threshold <= members, "quorum: threshold"
    assert len(proofs) == members, "quorum: a proof a member"
    for i: uint256 in range(members, bound=MAX_MEMBERS):
        assert bls.is_possessed(keys[i], proofs[i]), "quorum: key is not possessed"
        for j: uint256 in range(i, bound=MAX_MEMBERS):
            # SAFETY: a member that stood twice would count twice.
            assert keys[i][1] != keys[j][1] or keys[i][0] != keys[j][0], "quorum: member stands twice"
        self.keys[i] = keys[i]
    ROLLUP = IRollup(rollup)
    PROGRAM_ID = program_id
    THRESHOLD = threshold
    MEMBERS = members


@external
@view
def properties() -> (String[32], uint256):
    """
    @notice Name and version.
    """
    return "quorum", VERSION


@external
@view
def settles() -> (address, bytes32):
    """
    @notice The rollup contract and the program whose claims it judges.
    """
    return ROLLUP.address, PROGRAM_ID


@external
@view
def member(index: uint256) -> uint256[4]:
    """
    @notice The public key of a member, a point of G1; zeros if there is none.
    """
    return self.keys[index]


@external
@view
def statement(batch: ISettlement.Batch, parent_header: uint256[6], header: uint256[6]) -> bytes32:
    """
    @notice What attesters sign: that on this chain, under this contract, the batch leads from one header to the other.
    """
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
    """
    @notice Take a claim that a quorum has signed.
    """
    assert msg.sender == ROLLUP.address, "quorum: only the rollup"
    assert msg.value == 0, "quorum: no bond is taken"
    assert len(payload) == 288, "quorum: payload length"
    given: Payload = abi_decode(payload, Payload)
    key: uint256[4] = empty(uint256[4])
    count: uint256 = 0
    for i: uint256 in range(MEMBERS, bound=MAX_MEMBERS):
        if (given.signers >> i) & 1 == 1:
            key = bls.add(key, self.keys[i])
            count += 1
    assert given.signers >> MEMBERS == 0, "quorum: no such member"
    assert count >= THRESHOLD, "quorum: too few signed"
    signed: bool = bls.is_signed(key, self._statement(batch, parent_header, header), given.signature)
    assert signed, "quorum: the signature is not theirs"
    self.accepted[claim_id] = True
    log Attested(claim_id=claim_id, signers=given.signers)


@external
@view
def verdict(claim_id: uint256) -> uint256:
    """
    @notice Accepted, or never made.
    """
    return ACCEPTED if self.accepted[claim_id] else PENDING


@internal
@view
def _statement(batch: ISettlement.Batch, parent_header: uint256[6], header: uint256[6]) -> bytes32:
    # SAFETY: chain and contract are part of it, so no signature serves elsewhere; the batch's hash commits to its program (SOUNDNESS 25).
    return keccak256(abi_encode(chain.id, self, PROGRAM_ID, batch, parent_header, header))
