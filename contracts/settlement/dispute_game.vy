# pragma version 0.4.3
"""
@title Settlement by fraud proof: a question, an answer, and one step executed here
@license MIT
@notice A claim commits to the header after every step of its batch. Whoever doubts it asks for them; whoever knows them shows them, all at once;
        and anybody has the first wrong one executed by the stepper. Rules in docs/spec/contracts.md, the choice in ADR 0023.
@dev A step is a whole transaction, so a batch has few and they can be shown; nothing has to be searched for on L1. What decides is the truth of
     one step, never an opinion: a right claim falls by silence only, and anybody can break that.
"""

from interfaces import IRollup
from interfaces import ISettlement
from interfaces import IStepper

implements: ISettlement

VERSION: constant(uint256) = 2
END: constant(uint256) = 65535
MAX_LEAVES: constant(uint256) = 2048
BYTES: constant(uint256) = 32 * MAX_LEAVES
PENDING: constant(uint256) = 0
ACCEPTED: constant(uint256) = 1
REJECTED: constant(uint256) = 2

# what became of a claim; 0 is one that was never made here
OPEN: constant(uint256) = 1
ASKED: constant(uint256) = 2
SHOWN: constant(uint256) = 3
FALLEN: constant(uint256) = 4
PAID: constant(uint256) = 5

MASK40: constant(uint256) = 2**40 - 1
MASK160: constant(uint256) = 2**160 - 1


struct Payload:
    leaves: bytes32
    terminal: uint256[8]


event Opened:
    claim_id: indexed(uint256)
    proposer: indexed(address)
    steps: bytes32


event Asked:
    claim_id: indexed(uint256)
    asker: indexed(address)


# The steps' leaves, as they were shown: 32 bytes each.
event Shown:
    claim_id: indexed(uint256)
    by: indexed(address)
    leaves: Bytes[BYTES]


event Stepped:
    claim_id: indexed(uint256)
    position: uint256
    claimed: bytes32
    computed: bytes32
    status: uint256
    reason: uint256


event Fallen:
    claim_id: indexed(uint256)
    by: indexed(address)
    reason: String[32]


ROLLUP: public(immutable(IRollup))
STEPPER: public(immutable(IStepper))
PROGRAM_ID: immutable(bytes32)
DOMAIN: immutable(uint256)
CLAIM_BOND: public(immutable(uint256))
QUESTION_BOND: public(immutable(uint256))
WINDOW: public(immutable(uint256))
CLOCK: public(immutable(uint256))

steps: HashMap[uint256, bytes32]
# By claim: status (8 bits) | when it was last moved (40) | when it was made (40) | proposer (160), from the highest.
states: HashMap[uint256, uint256]
askers: HashMap[uint256, address]
# By claim: L1 block that holds the leaves (96 bits) | who showed them (160).
showings: HashMap[uint256, uint256]
credit: public(HashMap[address, uint256])


@deploy
def __init__(
    rollup: address, stepper: address, claim_bond: uint256, question_bond: uint256, window: uint256, clock: uint256
):
    """
    @param claim_bond Wei a proposer stakes on a claim.
    @param question_bond Wei whoever doubts a claim stakes on its being wrong.
    @param window Seconds in which a claim can be doubted.
    @param clock Seconds in which a question must be answered, and an answer refuted.
    """
    assert window != 0 and clock != 0, "game: no time to play"
    # INVARIANT: times fit their 40 bits for as long as L1 counts seconds in them.
    assert window < 2**32 and clock < 2**32, "game: too much time to play"
    # SPEC: SOUNDNESS 23. Its stepper says which program it judges; the rollup takes it for no other.
    program_id: bytes32 = staticcall IStepper(stepper).program_id()
    PROGRAM_ID = program_id
    DOMAIN = staticcall IRollup(rollup).domain_of(program_id)
    ROLLUP = IRollup(rollup)
    STEPPER = IStepper(stepper)
    CLAIM_BOND = claim_bond
    QUESTION_BOND = question_bond
    WINDOW = window
    CLOCK = clock


@external
@view
def properties() -> (String[32], uint256):
    """
    @notice Name and version.
    """
    return "optimistic", VERSION


@external
@view
def settles() -> (address, bytes32):
    """
    @notice The rollup contract and the program whose claims it judges.
    """
    return ROLLUP.address, PROGRAM_ID


@external
@view
def dispute(claim_id: uint256) -> (bytes32, uint256, address, uint256, uint256, address, address, uint256):
    """
    @notice Commitment to the steps, status, proposer, when it was made and last moved, who asked, who showed, and the L1 block of that.
    """
    state: uint256 = self.states[claim_id]
    showing: uint256 = self.showings[claim_id]
    return (
        self.steps[claim_id],
        state >> 240,
        self._address(state),
        (state >> 160) & MASK40,
        (state >> 200) & MASK40,
        self.askers[claim_id],
        self._address(showing),
        showing >> 160,
    )


@external
@view
def verdict(claim_id: uint256) -> uint256:
    """
    @notice Rejected if a step was wrong or a question was left open; accepted when no question can be asked any more and none is open.
    """
    return self._verdict(self.states[claim_id])


# ---------------------------------------------------------------- moves


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
    @notice Take a claim with its bond: a commitment to its steps, of which the last must be terminal and lead to `header`.
    @dev SPEC: SOUNDNESS 9. With the last step terminal and equal to the result, and the parent's result before the first, a wrong result
         means a wrong step somewhere between.
    """
    assert msg.sender == ROLLUP.address, "game: only the rollup"
    assert msg.value == CLAIM_BOND, "game: bond"
    assert len(payload) == 32 * (1 + 8), "game: payload length"
    given: Payload = abi_decode(payload, Payload)
    assert given.terminal[5] == END, "game: last step is not terminal"
    assert given.terminal[6] == 0, "game: fees are left"
    for i: uint256 in range(5):
        assert given.terminal[i] == header[i], "game: last step is not the result"
    steps: bytes32 = keccak256(concat(given.leaves, keccak256(abi_encode(given.terminal))))
    self.steps[claim_id] = steps
    self.states[claim_id] = (block.timestamp << 160) | convert(proposer, uint256)
    self._move(claim_id, OPEN)
    log Opened(claim_id=claim_id, proposer=proposer, steps=steps)


@external
@payable
def ask(claim_id: uint256, steps: bytes32):
    """
    @notice Doubt a claim: its steps must be shown now, or it falls. Once a claim.
    @param steps The claim's commitment, as the asker saw it.
    """
    state: uint256 = self.states[claim_id]
    assert state >> 240 == OPEN, "game: not open to questions"
    # SAFETY: numbers are given in the order of L1. After a reorganisation this one may be another claim's, and that one right.
    assert self.steps[claim_id] == steps, "game: not the claim that was meant"
    assert self._verdict(state) == PENDING, "game: window is over"
    assert msg.value == QUESTION_BOND, "game: bond"
    self.askers[claim_id] = msg.sender
    self._move(claim_id, ASKED)
    log Asked(claim_id=claim_id, asker=msg.sender)


@external
def show(claim_id: uint256, leaves: Bytes[BYTES]):
    """
    @notice Answer: the hash of the header after each step of a claim, 32 bytes each. Anybody may who knows them.
    @dev INVARIANT: the steps of a right claim can always be shown, and no others are a right claim's: they end where the batch ends, so a list
         that goes on past the end, all of it identities (SOUNDNESS 9), is not taken.
    """
    state: uint256 = self.states[claim_id]
    assert state >> 240 == ASKED, "game: nobody asked"
    assert block.timestamp <= ((state >> 200) & MASK40) + CLOCK, "game: time is up"
    size: uint256 = len(leaves)
    assert size != 0 and size % 32 == 0, "game: leaves have 32 bytes"
    last: bytes32 = extract32(leaves, size - 32)
    assert keccak256(concat(keccak256(leaves), last)) == self.steps[claim_id], "game: not the steps of the claim"
    if size != 32:
        assert extract32(leaves, size - 64) != last, "game: steps past the end"
    self.showings[claim_id] = (block.number << 160) | convert(msg.sender, uint256)
    self._move(claim_id, SHOWN)
    log Shown(claim_id=claim_id, by=msg.sender, leaves=leaves)


@external
def refute(
    claim_id: uint256,
    leaves: Bytes[BYTES],
    position: uint256,
    batch: ISettlement.Batch,
    parent_header: uint256[6],
    pre: uint256[8],
    evidence: Bytes[86528],
):
    """
    @notice Execute a step of a claim whose steps are shown. If it leads elsewhere, the claim falls.
    @param leaves As they were shown.
    @param position Of the step, from 0.
    @param parent_header Header before the batch; used if the step is the first.
    @param pre Step header before the step: the one that the leaf before is the hash of.
    @dev SAFETY: SOUNDNESS 5. Wrong help, and too little gas, revert in the stepper; a step that is right reverts here.
    """
    state: uint256 = self.states[claim_id]
    assert state >> 240 == SHOWN, "game: steps are not shown"
    assert self._verdict(state) == PENDING, "game: window is over"
    size: uint256 = len(leaves)
    assert size != 0 and position < size // 32, "game: no such step"
    last: bytes32 = extract32(leaves, size - 32)
    assert keccak256(concat(keccak256(leaves), last)) == self.steps[claim_id], "game: not the steps of the claim"
    self._check_batch(claim_id, batch)
    if position == 0:
        self._check_first(claim_id, parent_header, pre)
    else:
        assert keccak256(abi_encode(pre)) == extract32(leaves, 32 * position - 32), "game: not the header before the step"
    post: uint256[8] = empty(uint256[8])
    status: uint256 = 0
    reason: uint256 = 0
    post, status, reason = staticcall STEPPER.step(self._context(batch, pre[3]), pre, evidence)
    claimed: bytes32 = extract32(leaves, 32 * position)
    computed: bytes32 = keccak256(abi_encode(post))
    assert computed != claimed, "game: the step is right"
    log Stepped(
        claim_id=claim_id, position=position, claimed=claimed, computed=computed, status=status, reason=reason
    )
    self._fall(claim_id, msg.sender, "a step is wrong")


@external
def expire(claim_id: uint256):
    """
    @notice Let a claim fall about which a question was not answered in time.
    """
    state: uint256 = self.states[claim_id]
    assert state >> 240 == ASKED, "game: nobody asked"
    assert block.timestamp > ((state >> 200) & MASK40) + CLOCK, "game: time is not up"
    self._fall(claim_id, self.askers[claim_id], "its steps were not shown")


@external
def settle(claim_id: uint256):
    """
    @notice Give back, or away, the bonds of a claim whose batch is final.
    @dev Of the claims that did not fall, the one that is final and those equal to it were right; any other contradicts a final result: it stood
         on a wrong parent, or nobody doubted it.
    """
    state: uint256 = self.states[claim_id]
    status: uint256 = state >> 240
    assert status == OPEN or status == SHOWN, "game: no bond to settle"
    header_hash: bytes32 = empty(bytes32)
    batch: uint256 = 0
    parent: uint256 = 0
    proposer: address = empty(address)
    header_hash, batch, parent, proposer = staticcall ROLLUP.claim(claim_id)
    winner_id: uint256 = staticcall ROLLUP.final_claim(batch)
    assert winner_id != 0, "game: batch is not final"
    winner_hash: bytes32 = empty(bytes32)
    winner: address = empty(address)
    winner_hash, batch, parent, winner = staticcall ROLLUP.claim(winner_id)
    if header_hash == winner_hash:
        self._move(claim_id, PAID)
        self.credit[proposer] += CLAIM_BOND
        if status == SHOWN:
            # Half of it pays for the showing; the other half is burnt, so that nobody asks and answers himself for nothing.
            self.credit[self._address(self.showings[claim_id])] += QUESTION_BOND // 2
    else:
        self._fall(claim_id, winner, "it contradicts a final claim")


@external
@nonreentrant
def collect(recipient: address):
    """
    @notice Pay a recipient what it won. Anyone may ask; only the recipient is paid.
    """
    amount: uint256 = self.credit[recipient]
    assert amount != 0, "game: no credit"
    self.credit[recipient] = 0
    raw_call(recipient, b"", value=amount)


# ---------------------------------------------------------------- parts


@internal
@view
def _verdict(state: uint256) -> uint256:
    status: uint256 = state >> 240
    if status == FALLEN:
        return REJECTED
    if status == PAID:
        return ACCEPTED
    is_over: bool = block.timestamp > ((state >> 160) & MASK40) + WINDOW
    if status == OPEN and is_over:
        return ACCEPTED
    if status == SHOWN and is_over and block.timestamp > ((state >> 200) & MASK40) + CLOCK:
        return ACCEPTED
    return PENDING


@internal
def _move(claim_id: uint256, status: uint256):
    self.states[claim_id] = (status << 240) | (block.timestamp << 200) | (self.states[claim_id] & (2**200 - 1))


@internal
def _fall(claim_id: uint256, by: address, reason: String[32]):
    """
    @notice Half of the claim's bond is for those who brought it down, by equal parts for asker and refuter; the other half is burnt.
    @dev SAFETY: whoever brings down a claim of his own loses half of his bond, so no lie is for nothing. What is burnt stays here for ever.
    """
    self._move(claim_id, FALLEN)
    asker: address = self.askers[claim_id]
    if asker != empty(address):
        self.credit[asker] += QUESTION_BOND + CLAIM_BOND // 4
        self.credit[by] += CLAIM_BOND // 4
    else:
        self.credit[by] += CLAIM_BOND // 2
    log Fallen(claim_id=claim_id, by=by, reason=reason)


@internal
@view
def _check_batch(claim_id: uint256, batch: ISettlement.Batch):
    header_hash: bytes32 = empty(bytes32)
    number: uint256 = 0
    parent: uint256 = 0
    proposer: address = empty(address)
    header_hash, number, parent, proposer = staticcall ROLLUP.claim(claim_id)
    assert batch.number == number, "game: another batch"
    assert keccak256(abi_encode(batch)) == staticcall ROLLUP.batch_hash(number), "game: not the batch that was posted"


@internal
@view
def _check_first(claim_id: uint256, parent_header: uint256[6], pre: uint256[8]):
    """SPEC: machine.md §3. What precedes the first step is the parent claim's result, with cursor, fees and step at 0."""
    header_hash: bytes32 = empty(bytes32)
    number: uint256 = 0
    parent: uint256 = 0
    proposer: address = empty(address)
    header_hash, number, parent, proposer = staticcall ROLLUP.claim(claim_id)
    grandparent: uint256 = 0
    header_hash, number, grandparent, proposer = staticcall ROLLUP.claim(parent)
    assert keccak256(abi_encode(parent_header)) == header_hash, "game: not the parent's header"
    for i: uint256 in range(5):
        assert pre[i] == parent_header[i], "game: not the header before the batch"
    assert pre[5] == 0 and pre[6] == 0 and pre[7] == 0, "game: not the header before the batch"


@internal
@view
def _context(batch: ISettlement.Batch, inbox_index: uint256) -> IStepper.Context:
    return IStepper.Context(
        domain=DOMAIN,
        inbox_to=batch.inbox_to,
        payee=batch.payee,
        timestamp=batch.timestamp,
        batch_number=batch.number,
        kind=batch.kind,
        data_hash=batch.data_hash,
        rolling_before=staticcall ROLLUP.rolling(inbox_index),
        rolling_after=staticcall ROLLUP.rolling(inbox_index + 1),
    )


@internal
@pure
def _address(word: uint256) -> address:
    """The lowest 160 bits."""
    return convert(convert(word & MASK160, uint160), address)
