# pragma version 0.4.3
"""
@title Settlement by fraud proof: games of two players over the steps of a batch
@license MIT
@notice A claim commits to the header after every step of its batch. Whoever thinks it wrong plays a game against its proposer:
        eight halvings find one step, and the stepper executes that step here. Rules in docs/spec/contracts.md.
@dev What a single game decides is the truth of one step, never an opinion: a game can be lost by silence, but not by playing right.
"""

from interfaces import IRollup
from interfaces import ISettlement
from interfaces import IStepper

implements: ISettlement

VERSION: constant(uint256) = 1
DEPTH: constant(uint256) = 8
LEAVES: constant(uint256) = 256
END: constant(uint256) = 65535
PENDING: constant(uint256) = 0
ACCEPTED: constant(uint256) = 1
REJECTED: constant(uint256) = 2

# whose move it is
PROPOSER: constant(uint256) = 1
CHALLENGER: constant(uint256) = 2
OVER: constant(uint256) = 3


struct Claim:
    root: bytes32
    proposer: address
    opened: uint256
    open_games: uint256
    rejected: bool
    settled: bool


struct Game:
    claim_id: uint256
    challenger: address
    turn: uint256
    moved: uint256
    # seconds used so far
    proposer_used: uint256
    challenger_used: uint256
    node: bytes32
    left: bytes32
    right: bytes32
    level: uint256
    position: uint256
    # the last left half that both sides agree on; the leaf before the disputed one is its rightmost
    agreed: bytes32
    agreed_level: uint256


struct Payload:
    root: bytes32
    terminal: uint256[8]
    path: bytes32[DEPTH]


event Opened:
    claim_id: indexed(uint256)
    proposer: indexed(address)
    root: bytes32


event Challenged:
    claim_id: indexed(uint256)
    game_id: indexed(uint256)
    challenger: address


event Revealed:
    game_id: indexed(uint256)
    left: bytes32
    right: bytes32


event Moved:
    game_id: indexed(uint256)
    level: uint256
    position: uint256
    node: bytes32


event Stepped:
    game_id: indexed(uint256)
    position: uint256
    claimed: bytes32
    computed: bytes32
    status: uint256
    reason: uint256


event Resolved:
    game_id: indexed(uint256)
    claim_id: indexed(uint256)
    winner: address
    reason: String[32]


ROLLUP: public(immutable(IRollup))
STEPPER: public(immutable(IStepper))
PROGRAM_ID: immutable(bytes32)
DOMAIN: immutable(uint256)
CLAIM_BOND: public(immutable(uint256))
CHALLENGE_BOND: public(immutable(uint256))
WINDOW: public(immutable(uint256))
CLOCK: public(immutable(uint256))

claims: public(HashMap[uint256, Claim])
games: public(HashMap[uint256, Game])
game_count: public(uint256)
credit: public(HashMap[address, uint256])


@deploy
def __init__(
    rollup: address, stepper: address, claim_bond: uint256, challenge_bond: uint256, window: uint256, clock: uint256
):
    """
    @param claim_bond Wei a proposer stakes on a claim.
    @param challenge_bond Wei a challenger stakes on a game.
    @param window Seconds in which a claim can be challenged.
    @param clock Seconds each player has for all moves of a game.
    """
    assert window != 0 and clock != 0, "game: no time to play"
    # SPEC: SOUNDNESS 23. Its stepper says which program it judges; the rollup takes it for no other.
    program_id: bytes32 = staticcall IStepper(stepper).program_id()
    PROGRAM_ID = program_id
    DOMAIN = staticcall IRollup(rollup).domain_of(program_id)
    ROLLUP = IRollup(rollup)
    STEPPER = IStepper(stepper)
    CLAIM_BOND = claim_bond
    CHALLENGE_BOND = challenge_bond
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


# ---------------------------------------------------------------- claims


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
    @notice Take a claim with its bond, its root over the step headers, and the proof that the last of them is terminal and is `header`.
    @dev SPEC: SOUNDNESS 9. With the last leaf terminal and equal to the result, and the parent's result before leaf 0, a wrong result
         means a wrong step somewhere between.
    """
    assert msg.sender == ROLLUP.address, "game: only the rollup"
    assert msg.value == CLAIM_BOND, "game: bond"
    assert len(payload) == 32 * (1 + 8 + DEPTH), "game: payload length"
    given: Payload = abi_decode(payload, Payload)
    assert given.terminal[5] == END, "game: last step is not terminal"
    assert given.terminal[6] == 0, "game: fees are left"
    for i: uint256 in range(5):
        assert given.terminal[i] == header[i], "game: last step is not the result"
    leaf: bytes32 = keccak256(abi_encode(given.terminal))
    assert self._root(leaf, LEAVES - 1, given.path) == given.root, "game: last step is not under the root"
    self.claims[claim_id] = Claim(
        root=given.root, proposer=proposer, opened=block.timestamp, open_games=0, rejected=False, settled=False
    )
    log Opened(claim_id=claim_id, proposer=proposer, root=given.root)


@external
@view
def verdict(claim_id: uint256) -> uint256:
    """
    @notice Rejected once a game was won against it; accepted when the window is over and no game is open.
    """
    claim: Claim = self.claims[claim_id]
    if claim.rejected:
        return REJECTED
    if claim.opened != 0 and claim.open_games == 0 and block.timestamp > claim.opened + WINDOW:
        return ACCEPTED
    return PENDING


@external
def settle(claim_id: uint256):
    """
    @notice Give back, or away, the bond of a claim whose batch is final.
    @dev A rejected claim's bond went to its challenger. Of the others, the one that is final and those equal to it were right; any
         other contradicts a final result, and its bond goes to whoever was right.
    """
    claim: Claim = self.claims[claim_id]
    assert claim.opened != 0 and not claim.settled and not claim.rejected, "game: no bond to settle"
    # SAFETY: a game still open might yet give this bond to its challenger; one bond is paid once.
    assert claim.open_games == 0, "game: a game is open"
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
    self.claims[claim_id].settled = True
    if header_hash == winner_hash:
        self.credit[proposer] += CLAIM_BOND
    else:
        self.credit[winner] += CLAIM_BOND


# ---------------------------------------------------------------- games


@external
@payable
def challenge(claim_id: uint256, root: bytes32) -> uint256:
    """
    @notice Start a game against a claim.
    @param root The claim's root, as the challenger saw it.
    @return The game's number.
    """
    claim: Claim = self.claims[claim_id]
    assert claim.opened != 0, "game: no such claim"
    # SAFETY: numbers are given in the order of L1. After a reorganisation this one may be another claim's, and that one right.
    assert claim.root == root, "game: not the claim that was meant"
    assert not claim.rejected and not claim.settled, "game: claim is decided"
    assert block.timestamp <= claim.opened + WINDOW, "game: window is over"
    assert msg.value == CHALLENGE_BOND, "game: bond"
    game_id: uint256 = self.game_count + 1
    self.game_count = game_id
    self.claims[claim_id].open_games = claim.open_games + 1
    self.games[game_id] = Game(
        claim_id=claim_id,
        challenger=msg.sender,
        turn=PROPOSER,
        moved=block.timestamp,
        proposer_used=0,
        challenger_used=0,
        node=claim.root,
        left=empty(bytes32),
        right=empty(bytes32),
        level=DEPTH,
        position=0,
        agreed=empty(bytes32),
        agreed_level=0,
    )
    log Challenged(claim_id=claim_id, game_id=game_id, challenger=msg.sender)
    return game_id


@external
def reveal(game_id: uint256, left: bytes32, right: bytes32):
    """
    @notice The proposer opens the node in dispute.
    """
    self._spend(game_id, PROPOSER)
    game: Game = self.games[game_id]
    assert msg.sender == self.claims[game.claim_id].proposer, "game: only the proposer"
    assert keccak256(concat(left, right)) == game.node, "game: not the children of the node"
    self.games[game_id].left = left
    self.games[game_id].right = right
    self.games[game_id].turn = CHALLENGER
    log Revealed(game_id=game_id, left=left, right=right)


@external
def attack(game_id: uint256, node: bytes32):
    """
    @notice The challenger disagrees with the left half.
    @param node That half, as the challenger saw it.
    """
    self._descend(game_id, 0, node)


@external
def defend(game_id: uint256, node: bytes32):
    """
    @notice The challenger agrees with the left half, so disagrees with the right.
    @param node The right half, as the challenger saw it.
    """
    self._descend(game_id, 1, node)


@internal
def _descend(game_id: uint256, side: uint256, meant: bytes32):
    self._spend(game_id, CHALLENGER)
    game: Game = self.games[game_id]
    assert msg.sender == game.challenger, "game: only the challenger"
    assert game.level != 0, "game: nothing left to halve"
    node: bytes32 = game.left if side == 0 else game.right
    # SAFETY: as in `challenge`: after a reorganisation the same number may be another game, or the same game may stand elsewhere.
    assert node == meant, "game: not the node that was meant"
    level: uint256 = game.level - 1
    position: uint256 = 2 * game.position + side
    self.games[game_id].node = node
    self.games[game_id].level = level
    if side == 1:
        self.games[game_id].agreed = game.left
        self.games[game_id].agreed_level = level
    self.games[game_id].position = position
    # At a single leaf it stays the challenger's turn: the burden of the last step is his, though anyone may take it.
    if level != 0:
        self.games[game_id].turn = PROPOSER
    log Moved(game_id=game_id, level=level, position=position, node=node)


@external
def step(
    game_id: uint256,
    batch: ISettlement.Batch,
    parent_header: uint256[6],
    pre: uint256[8],
    path: DynArray[bytes32, DEPTH],
    evidence: Bytes[86528],
):
    """
    @notice Execute the step in dispute. Another header than the claimed one rejects the claim; the same loses the game.
    @param parent_header Header before the batch; used if the step is the first.
    @param pre Step header before the step.
    @param path Merkle path of `pre` as the rightmost leaf of the last half agreed on; empty for the first step.
    @dev SAFETY: SOUNDNESS 5. Wrong help, and too little gas, revert in the stepper; only a computed header decides.
    """
    game: Game = self.games[game_id]
    assert game.turn != 0 and game.turn != OVER, "game: not open"
    assert game.level == 0, "game: step is not found yet"
    assert not self.claims[game.claim_id].rejected, "game: claim is rejected"
    self._check_batch(game.claim_id, batch)
    if game.position == 0:
        self._check_first(game.claim_id, parent_header, pre)
    else:
        # INVARIANT: since the last `defend` there were only attacks, so the disputed leaf is the first after `agreed`.
        node: bytes32 = keccak256(abi_encode(pre))
        for sibling: bytes32 in path:
            node = keccak256(concat(sibling, node))
        assert len(path) == game.agreed_level and node == game.agreed, "game: header is not the leaf before"
    post: uint256[8] = empty(uint256[8])
    status: uint256 = 0
    reason: uint256 = 0
    post, status, reason = staticcall STEPPER.step(self._context(batch, pre[3]), pre, evidence)
    computed: bytes32 = keccak256(abi_encode(post))
    log Stepped(
        game_id=game_id, position=game.position, claimed=game.node, computed=computed, status=status, reason=reason
    )
    if computed == game.node:
        self._lose(game_id, "the step was right")
    else:
        self._win(game_id, "the step was wrong")


@external
def timeout(game_id: uint256):
    """
    @notice End a game in which the side to move has used up its clock.
    """
    game: Game = self.games[game_id]
    spent: uint256 = block.timestamp - game.moved
    if game.turn == PROPOSER:
        assert game.proposer_used + spent > CLOCK, "game: time is not up"
        self._win(game_id, "the proposer fell silent")
    else:
        assert game.turn == CHALLENGER, "game: not open"
        assert game.challenger_used + spent > CLOCK, "game: time is not up"
        self._lose(game_id, "the challenger fell silent")


@external
def close(game_id: uint256):
    """
    @notice End a game whose claim was rejected in another one; the challenger's bond comes back.
    """
    game: Game = self.games[game_id]
    assert game.turn == PROPOSER or game.turn == CHALLENGER, "game: not open"
    assert self.claims[game.claim_id].rejected, "game: claim is not rejected"
    self._end(game_id, game.challenger, "another game was won")
    self.credit[game.challenger] += CHALLENGE_BOND


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
def _spend(game_id: uint256, player: uint256):
    """Charge the time since the last move to the side that moves now."""
    game: Game = self.games[game_id]
    assert game.turn == player, "game: not this side's move"
    assert not self.claims[game.claim_id].rejected, "game: claim is rejected"
    spent: uint256 = block.timestamp - game.moved
    if player == PROPOSER:
        assert game.proposer_used + spent <= CLOCK, "game: time is up"
        self.games[game_id].proposer_used = game.proposer_used + spent
    else:
        assert game.challenger_used + spent <= CLOCK, "game: time is up"
        self.games[game_id].challenger_used = game.challenger_used + spent
    self.games[game_id].moved = block.timestamp


@internal
def _win(game_id: uint256, reason: String[32]):
    """The challenger was right: the claim falls, and both bonds are his."""
    game: Game = self.games[game_id]
    assert not self.claims[game.claim_id].rejected, "game: claim is rejected"
    self.claims[game.claim_id].rejected = True
    self.credit[game.challenger] += CLAIM_BOND + CHALLENGE_BOND
    self._end(game_id, game.challenger, reason)


@internal
def _lose(game_id: uint256, reason: String[32]):
    """The challenger was wrong, or fell silent: his bond goes to the proposer."""
    game: Game = self.games[game_id]
    proposer: address = self.claims[game.claim_id].proposer
    assert not self.claims[game.claim_id].rejected, "game: claim is rejected"
    self.credit[proposer] += CHALLENGE_BOND
    self._end(game_id, proposer, reason)


@internal
def _end(game_id: uint256, winner: address, reason: String[32]):
    claim_id: uint256 = self.games[game_id].claim_id
    self.games[game_id].turn = OVER
    self.claims[claim_id].open_games -= 1
    log Resolved(game_id=game_id, claim_id=claim_id, winner=winner, reason=reason)


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
    """SPEC: machine.md §3. What precedes leaf 0 is the parent claim's result, with cursor, fees and step at 0."""
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
def _root(leaf: bytes32, index: uint256, path: bytes32[DEPTH]) -> bytes32:
    node: bytes32 = leaf
    position: uint256 = index
    for sibling: bytes32 in path:
        if position & 1 == 0:
            node = keccak256(concat(node, sibling))
        else:
            node = keccak256(concat(sibling, node))
        position = position >> 1
    return node
