# pragma version 0.4.3
"""
@title Settlement by two backends together: all of them, or any
@license MIT
@notice To the rollup this is a settlement contract; to its two parts it is the rollup. Each part judges every claim as it would alone, with a
        payload and a bond of its own; a claim is accepted if both accept it (all), or if one does (any).
@dev All is as safe as the safer part, and as live as the less live; any is as safe as the less safe one.
"""

from interfaces import IRollup
from interfaces import ISettlement

implements: IRollup
implements: ISettlement


interface Whole:
    def domain_of(program_id: bytes32) -> uint256: view
    def batch_hash(number: uint256) -> bytes32: view
    def rolling(index: uint256) -> bytes32: view
    def claim(claim_id: uint256) -> (bytes32, uint256, uint256, address): view
    def final_claim(batch: uint256) -> uint256: view
    def claim_count() -> uint256: view
    def final_batch() -> uint256: view
    def POSEIDON() -> address: view


VERSION: constant(uint256) = 1
PENDING: constant(uint256) = 0
ACCEPTED: constant(uint256) = 1
REJECTED: constant(uint256) = 2

ROLLUP: public(immutable(Whole))
PROGRAM_ID: immutable(bytes32)
# Whether both parts must accept.
ALL: public(immutable(bool))
DEPLOYER: immutable(address)

parts: public(address[2])
# By claim: which parts were given it, a bit each.
taken: HashMap[uint256, uint256]


@deploy
def __init__(rollup: address, program_id: bytes32, all_of_them: bool):
    """
    @param all_of_them Whether both parts must accept a claim, or one is enough.
    """
    ROLLUP = Whole(rollup)
    PROGRAM_ID = program_id
    ALL = all_of_them
    DEPLOYER = msg.sender


@external
def initialize(first: address, second: address):
    """
    @notice Name the parts, once. Each was created for this contract in the rollup's place.
    """
    assert msg.sender == DEPLOYER, "rule: only the deployer"
    assert self.parts[0] == empty(address), "rule: parts are set"
    assert first != second, "rule: one part twice"
    for part: address in [first, second]:
        at: address = empty(address)
        program_id: bytes32 = empty(bytes32)
        at, program_id = staticcall ISettlement(part).settles()
        assert at == self, "rule: part of another rule"
        assert program_id == PROGRAM_ID, "rule: part for another program"
    self.parts = [first, second]


# ---------------------------------------------------------------- to the rollup: a settlement contract


@external
@view
def properties() -> (String[32], uint256):
    """
    @notice Name and version.
    """
    return "all" if ALL else "any", VERSION


@external
@view
def settles() -> (address, bytes32):
    """
    @notice The rollup contract and the program whose claims it judges; nobody's while it has no parts.
    """
    if self.parts[0] == empty(address):
        return empty(address), PROGRAM_ID
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
    @notice Hand a claim to the parts. The payload: wei for the first, bytes for the first, then its bytes, then those of the second.
    @dev For any of two, a part without a byte is passed over: it will never have accepted the claim.
    """
    assert msg.sender == ROLLUP.address, "rule: only the rollup"
    assert len(payload) >= 64, "rule: payload length"
    value: uint256 = extract32(payload, 0, output_type=uint256)
    size: uint256 = extract32(payload, 32, output_type=uint256)
    rest: uint256 = len(payload) - 64
    assert size <= rest and value <= msg.value, "rule: payload length"
    values: uint256[2] = [value, msg.value - value]
    sizes: uint256[2] = [size, rest - size]
    starts: uint256[2] = [64, 64 + size]
    taken: uint256 = 0
    for i: uint256 in range(2):
        if sizes[i] == 0:
            assert not ALL and values[i] == 0, "rule: a part is left out"
            continue
        own: Bytes[73728] = slice(payload, starts[i], sizes[i])
        extcall ISettlement(self.parts[i]).open(
            claim_id, proposer, batch, parent_header, header, own, value=values[i]
        )
        taken |= 1 << i
    assert taken != 0, "rule: a part is left out"
    self.taken[claim_id] = taken


@external
@view
def verdict(claim_id: uint256) -> uint256:
    """
    @notice All: rejected if one part rejects, accepted if both accept. Any: accepted if one accepts, rejected if all that were given it reject.
    """
    taken: uint256 = self.taken[claim_id]
    if taken == 0:
        return PENDING
    accepts: uint256 = 0
    rejects: uint256 = 0
    for i: uint256 in range(2):
        if (taken >> i) & 1 == 1:
            found: uint256 = staticcall ISettlement(self.parts[i]).verdict(claim_id)
            if found == ACCEPTED:
                accepts |= 1 << i
            elif found == REJECTED:
                rejects |= 1 << i
    if ALL:
        if rejects != 0:
            return REJECTED
        return ACCEPTED if accepts == taken else PENDING
    if accepts != 0:
        return ACCEPTED
    return REJECTED if rejects == taken else PENDING


# ---------------------------------------------------------------- to the parts: the rollup


@external
@view
def domain_of(program_id: bytes32) -> uint256:
    """
    @notice As the rollup says: what users sign for does not depend on who settles.
    """
    return staticcall ROLLUP.domain_of(program_id)


@external
@view
def batch_hash(number: uint256) -> bytes32:
    """
    @notice As the rollup says.
    """
    return staticcall ROLLUP.batch_hash(number)


@external
@view
def rolling(index: uint256) -> bytes32:
    """
    @notice As the rollup says.
    """
    return staticcall ROLLUP.rolling(index)


@external
@view
def claim(claim_id: uint256) -> (bytes32, uint256, uint256, address):
    """
    @notice As the rollup says.
    """
    return staticcall ROLLUP.claim(claim_id)


@external
@view
def final_claim(batch: uint256) -> uint256:
    """
    @notice As the rollup says.
    """
    return staticcall ROLLUP.final_claim(batch)


@external
@view
def claim_count() -> uint256:
    """
    @notice As the rollup says.
    """
    return staticcall ROLLUP.claim_count()


@external
@view
def final_batch() -> uint256:
    """
    @notice As the rollup says.
    """
    return staticcall ROLLUP.final_batch()


@external
@view
def POSEIDON() -> address:
    """
    @notice As the rollup says.
    """
    return staticcall ROLLUP.POSEIDON()
