# pragma version 0.4.3
"""
@title The rollup: order, claims, finality and value
@license MIT
@notice Holds the inbox, the hashes of posted batches, the claims about their results and the money. What makes a claim right is
        the settlement contract's business; what follows from a final one is ours. Rules in docs/spec/contracts.md.
"""

from interfaces import IPoseidon2
from interfaces import ISettlement

# SPEC: machine.md §1, order of the scalar field of BLS12-381.
R: constant(uint256) = 52435875175126190479447740508185965837690552500527637822603658699938581184513
WEI_PER_GWEI: constant(uint256) = 10**9
LIMIT: constant(uint256) = 2**64
DEPOSIT: constant(uint256) = 1
# Plus the tag of the action that is called.
CALL: constant(uint256) = 256
BLOB: constant(uint256) = 1
CALLDATA: constant(uint256) = 2
ACCEPTED: constant(uint256) = 1
DOMAIN_CHAIN: constant(uint256) = 6
DOMAIN_WITHDRAWAL: constant(uint256) = 4
MAX_DATA: constant(uint256) = 16384
MAX_ITEMS: constant(uint256) = 64
MASK48: constant(uint256) = 2**48 - 1
MASK64: constant(uint256) = 2**64 - 1


struct Withdrawal:
    before: uint256
    recipient: address
    amount: uint256


event Deposit:
    index: indexed(uint256)
    account: uint256
    key_x: uint256
    key_y: uint256
    l1_address: address
    amount: uint256
    rolling: bytes32


event Called:
    index: indexed(uint256)
    account: uint256
    tag: uint256
    word_0: uint256
    word_1: uint256
    l1_address: address
    amount: uint256
    rolling: bytes32


event BatchPosted:
    number: indexed(uint256)
    parent_hash: bytes32
    batch_hash: bytes32
    timestamp: uint256
    inbox_to: uint256
    rolling: bytes32
    payee: uint256
    kind: uint256
    data_hash: bytes32


event Claimed:
    claim_id: indexed(uint256)
    batch: indexed(uint256)
    parent: uint256
    proposer: address
    header: uint256[6]


event Finalised:
    claim_id: indexed(uint256)
    batch: indexed(uint256)
    header_hash: bytes32


event Released:
    recipient: indexed(address)
    amount: uint256
    count: uint256


event Paid:
    recipient: indexed(address)
    amount: uint256


PROGRAM_ID: public(immutable(bytes32))
DOMAIN: public(immutable(uint256))
ACCOUNTS: immutable(uint256)
DATA_BYTES: immutable(uint256)
INBOX_CAP: public(immutable(uint256))
INCLUSION_WINDOW: public(immutable(uint256))
DRIFT: public(immutable(uint256))
SILENCE: public(immutable(uint256))
SEQUENCER: public(immutable(address))
DEPLOYER: immutable(address)
POSEIDON: public(immutable(IPoseidon2))

settlement: public(ISettlement)

inbox_count: public(uint256)
rolling: public(HashMap[uint256, bytes32])
queued_at: public(HashMap[uint256, uint256])

batch_hash: public(HashMap[uint256, bytes32])
# number of the newest batch | its timestamp | its inbox_to | when it was posted: 64 bits each, from the highest
newest: uint256

claim_count: public(uint256)
header_hash: HashMap[uint256, bytes32]
# batch (48 bits) | parent (48) | proposer (160), from the highest
claim_meta: HashMap[uint256, uint256]
final_claim: public(HashMap[uint256, uint256])
final_batch: public(uint256)

# The withdrawals of the newest final header, and the walk back from them (docs/spec/contracts.md, `release`).
final_withdrawals: public(uint256)
final_count: public(uint256)
walk_from: uint256
walk_from_count: public(uint256)
cursor: public(uint256)
cursor_count: public(uint256)
walk_to: uint256
walk_to_count: public(uint256)

genesis_funds: public(uint256)
deposited: public(uint256)
released: public(uint256)
credit: public(HashMap[address, uint256])


@deploy
def __init__(
    program_id: bytes32,
    account_bits: uint256,
    capacity: uint256,
    stride: uint256,
    inbox_cap: uint256,
    genesis_root: uint256,
    genesis_next_account: uint256,
    poseidon: address,
    sequencer: address,
    inclusion_window: uint256,
    drift: uint256,
    silence: uint256,
):
    """
    @param program_id Identity of the program (machine.md §5); batches and claims mean nothing without it.
    @param inclusion_window Seconds after which a batch must have read a message.
    @param drift Seconds by which a batch's timestamp may lag its block.
    @param silence Seconds without a batch after which anyone may post.
    """
    assert account_bits != 0 and account_bits <= 32, "rollup: account bits"
    # A blob holds 4096 elements, of which four transactions take 4 + stride; calldata takes what of it fits one transaction.
    assert capacity % 4 == 0 and capacity * (4 + stride) <= 16384, "rollup: capacity"
    assert genesis_root < R and genesis_next_account <= 1 << account_bits, "rollup: genesis"
    PROGRAM_ID = program_id
    ACCOUNTS = 1 << account_bits
    DATA_BYTES = min(capacity * (4 + stride) * 8, MAX_DATA)
    INBOX_CAP = inbox_cap
    INCLUSION_WINDOW = inclusion_window
    DRIFT = drift
    SILENCE = silence
    SEQUENCER = sequencer
    DEPLOYER = msg.sender
    POSEIDON = IPoseidon2(poseidon)
    id: uint256 = convert(program_id, uint256)
    DOMAIN = staticcall IPoseidon2(poseidon).hash_items(
        DOMAIN_CHAIN, [chain.id, convert(self, uint256), id >> 128, id & (2**128 - 1)]
    )
    self.batch_hash[0] = program_id
    self.newest = (block.timestamp << 128) | block.timestamp
    genesis: uint256[6] = [genesis_root, 0, 0, 0, genesis_next_account, 0]
    self.header_hash[0] = keccak256(abi_encode(genesis))


@external
@payable
def initialize(settlement: address):
    """
    @notice Name the settlement contract, once, and bring the native balances of the genesis state.
    @dev SAFETY: what leaves is capped by what came in, so balances that nobody brought could not all leave. L1 does not know the genesis
         state; whoever does compares `genesis_funds` with it before believing the chain.
    """
    assert msg.sender == DEPLOYER, "rollup: only the deployer"
    assert self.settlement.address == empty(address), "rollup: settlement is set"
    assert settlement != empty(address), "rollup: no settlement"
    assert msg.value % WEI_PER_GWEI == 0, "rollup: whole gwei"
    funds: uint256 = msg.value // WEI_PER_GWEI
    self.genesis_funds = funds
    self.deposited += funds
    assert self.deposited < LIMIT, "rollup: too much deposited"
    self.settlement = ISettlement(settlement)


# ---------------------------------------------------------------- inbox


@external
@payable
def deposit(account: uint256, key_x: uint256, key_y: uint256):
    """
    @notice Put value on L2: account 0 registers a new account with the key, another credits that account.
    """
    assert msg.value != 0, "rollup: nothing is deposited"
    index: uint256 = 0
    amount: uint256 = 0
    rolling: bytes32 = empty(bytes32)
    index, amount, rolling = self._queue(DEPOSIT, account, key_x, key_y)
    log Deposit(
        index=index,
        account=account,
        key_x=key_x,
        key_y=key_y,
        l1_address=msg.sender,
        amount=amount,
        rolling=rolling,
    )


@external
@payable
def call(account: uint256, tag: uint256, word_0: uint256, word_1: uint256):
    """
    @notice Run an action as the L2 account that the sender has registered, after crediting it what is sent along (machine.md §4).
    @dev SAFETY: who calls is checked on L2, against the L1 address of the account; L1 only says who sent this.
    @param tag Of an action that the program lets be called from L1; any other makes this a mere deposit.
    @param word_0 The first 252 bits of the arguments, the lowest first; what follows them stands in `word_1`.
    """
    assert account != 0, "rollup: account"
    assert tag != 0 and tag < 256, "rollup: tag"
    index: uint256 = 0
    amount: uint256 = 0
    rolling: bytes32 = empty(bytes32)
    index, amount, rolling = self._queue(CALL + tag, account, word_0, word_1)
    log Called(
        index=index,
        account=account,
        tag=tag,
        word_0=word_0,
        word_1=word_1,
        l1_address=msg.sender,
        amount=amount,
        rolling=rolling,
    )


@internal
@payable
def _queue(kind: uint256, account: uint256, first: uint256, second: uint256) -> (uint256, uint256, bytes32):
    """
    @notice Append a message to the inbox; its number, the gwei it brings, and the rolling hash after it.
    @dev INVARIANT: all that was ever deposited is below 2^64 gwei, so no balance of the program can overflow by deposits alone.
    """
    assert account < ACCOUNTS, "rollup: account"
    assert first < R and second < R, "rollup: word is not canonical"
    assert msg.value % WEI_PER_GWEI == 0, "rollup: whole gwei"
    amount: uint256 = msg.value // WEI_PER_GWEI
    self.deposited += amount
    assert self.deposited < LIMIT, "rollup: too much deposited"
    index: uint256 = self.inbox_count
    message: bytes32 = keccak256(
        abi_encode(kind, account, first, second, convert(msg.sender, uint256), amount)
    )
    rolling: bytes32 = keccak256(concat(self.rolling[index], message))
    self.rolling[index + 1] = rolling
    self.queued_at[index] = block.timestamp
    self.inbox_count = index + 1
    return index, amount, rolling


# ---------------------------------------------------------------- batches


@external
def post_blob(parent_hash: bytes32, timestamp: uint256, inbox_to: uint256, rolling: bytes32, payee: uint256):
    """
    @notice Post a batch whose data is the one blob of this transaction.
    """
    data_hash: bytes32 = blobhash(0)
    assert data_hash != empty(bytes32), "rollup: no blob"
    assert blobhash(1) == empty(bytes32), "rollup: more than one blob"
    self._post(parent_hash, timestamp, inbox_to, rolling, payee, BLOB, data_hash)


@external
def post_calldata(
    parent_hash: bytes32, timestamp: uint256, inbox_to: uint256, rolling: bytes32, payee: uint256, data: Bytes[MAX_DATA]
):
    """
    @notice Post a batch whose data is `data`: field elements of 32 bytes.
    @dev SAFETY: the data must stand in a transaction, where everybody can read it. A contract could make it up in memory and post
         a batch that nobody derives; so could an account with delegated code (EIP-7702), whose calls come from itself.
    """
    assert msg.sender == tx.origin and msg.sender.codesize == 0, "rollup: post calldata from an account without code"
    assert len(data) % 32 == 0 and len(data) <= DATA_BYTES, "rollup: data length"
    for i: uint256 in range(len(data) // 32, bound=MAX_DATA // 32):
        assert extract32(data, 32 * i, output_type=uint256) < R, "rollup: data word is not canonical"
    self._post(parent_hash, timestamp, inbox_to, rolling, payee, CALLDATA, keccak256(data))


@internal
def _post(
    parent_hash: bytes32,
    timestamp: uint256,
    inbox_to: uint256,
    rolling: bytes32,
    payee: uint256,
    kind: uint256,
    data_hash: bytes32,
):
    newest: uint256 = self.newest
    parent: uint256 = newest >> 192
    if msg.sender != SEQUENCER:
        assert block.timestamp > (newest & MASK64) + SILENCE, "rollup: only the sequencer, until it falls silent"
    # SPEC: SOUNDNESS 17. Parent and inbox are named by their hashes, so a reorg cannot give this batch another meaning.
    assert parent_hash == self.batch_hash[parent], "rollup: not the parent"
    assert timestamp >= (newest >> 128) & MASK64, "rollup: timestamp before the parent's"
    assert timestamp <= block.timestamp, "rollup: timestamp in the future"
    assert timestamp + DRIFT >= block.timestamp, "rollup: timestamp too old"
    assert payee < ACCOUNTS, "rollup: payee"
    self._check_inbox((newest >> 64) & MASK64, inbox_to, rolling)
    number: uint256 = parent + 1
    hash: bytes32 = keccak256(
        abi_encode(parent_hash, number, timestamp, inbox_to, rolling, payee, kind, data_hash)
    )
    self.batch_hash[number] = hash
    self.newest = (number << 192) | (timestamp << 128) | (inbox_to << 64) | block.timestamp
    log BatchPosted(
        number=number,
        parent_hash=parent_hash,
        batch_hash=hash,
        timestamp=timestamp,
        inbox_to=inbox_to,
        rolling=rolling,
        payee=payee,
        kind=kind,
        data_hash=data_hash,
    )


@internal
@view
def _check_inbox(inbox_from: uint256, inbox_to: uint256, rolling: bytes32):
    # SPEC: SOUNDNESS 15. Within the cap, and far enough: everything older than the window, or a full cap.
    assert inbox_to >= inbox_from and inbox_to <= self.inbox_count, "rollup: inbox range"
    assert inbox_to - inbox_from <= INBOX_CAP, "rollup: inbox cap"
    assert rolling == self.rolling[inbox_to], "rollup: inbox hash"
    if inbox_to < self.inbox_count and inbox_to - inbox_from < INBOX_CAP:
        assert self.queued_at[inbox_to] + INCLUSION_WINDOW > block.timestamp, "rollup: an overdue message is left out"


@external
@view
def newest_batch() -> (uint256, uint256, uint256, uint256):
    """
    @notice Number, timestamp and inbox_to of the newest batch, and when it was posted.
    """
    newest: uint256 = self.newest
    return newest >> 192, (newest >> 128) & MASK64, (newest >> 64) & MASK64, newest & MASK64


# ---------------------------------------------------------------- claims


@external
@payable
def propose(
    batch: ISettlement.Batch,
    parent: uint256,
    parent_header: uint256[6],
    header: uint256[6],
    payload: Bytes[73728],
) -> uint256:
    """
    @notice Claim that `header` is the state after `batch`, given that `parent` is right about the one before.
    @return The claim's number.
    """
    assert parent <= self.claim_count, "rollup: no such parent claim"
    assert self._batch_of(parent) + 1 == batch.number, "rollup: claim out of order"
    assert keccak256(abi_encode(batch)) == self.batch_hash[batch.number], "rollup: not the batch that was posted"
    assert keccak256(abi_encode(parent_header)) == self.header_hash[parent], "rollup: not the parent's header"
    assert header[5] == batch.number, "rollup: header of another batch"
    claim_id: uint256 = self.claim_count + 1
    self.claim_count = claim_id
    self.header_hash[claim_id] = keccak256(abi_encode(header))
    self.claim_meta[claim_id] = (batch.number << 208) | (parent << 160) | convert(msg.sender, uint256)
    log Claimed(claim_id=claim_id, batch=batch.number, parent=parent, proposer=msg.sender, header=header)
    # SAFETY: the claim is recorded before the call; a re-entrant propose gets a number of its own.
    extcall self.settlement.open(claim_id, msg.sender, batch, parent_header, header, payload, value=msg.value)
    return claim_id


@external
def finalise(claim_id: uint256, header: uint256[6]):
    """
    @notice Make an accepted claim on the newest final one final.
    """
    assert claim_id != 0 and claim_id <= self.claim_count, "rollup: no such claim"
    batch: uint256 = self._batch_of(claim_id)
    assert batch == self.final_batch + 1, "rollup: finalise in order"
    parent: uint256 = (self.claim_meta[claim_id] >> 160) & MASK48
    assert parent == self.final_claim[batch - 1], "rollup: parent is not final"
    assert keccak256(abi_encode(header)) == self.header_hash[claim_id], "rollup: not the claim's header"
    assert staticcall self.settlement.verdict(claim_id) == ACCEPTED, "rollup: not accepted"
    self.final_batch = batch
    self.final_claim[batch] = claim_id
    self.final_withdrawals = header[1]
    self.final_count = header[2]
    log Finalised(claim_id=claim_id, batch=batch, header_hash=self.header_hash[claim_id])


@internal
@view
def _batch_of(claim_id: uint256) -> uint256:
    return self.claim_meta[claim_id] >> 208


@external
@view
def claim(claim_id: uint256) -> (bytes32, uint256, uint256, address):
    """
    @notice Header hash, batch, parent claim and proposer of a claim.
    """
    meta: uint256 = self.claim_meta[claim_id]
    return (
        self.header_hash[claim_id],
        meta >> 208,
        (meta >> 160) & MASK48,
        convert(convert(meta & (2**160 - 1), uint160), address),
    )


# ---------------------------------------------------------------- value


@external
def release(items: DynArray[Withdrawal, MAX_ITEMS]):
    """
    @notice Credit proved withdrawals, newest first. Resumable: each call goes on where the last one stopped.
    @dev SAFETY: `cursor` is an accumulator that a final header vouches for. An item is believed because it hashes to it
         together with the accumulator before; so each item is checked by itself, and can be credited at once and only once.
         A walk ends where the one before it began; only then the next may start.
    """
    assert len(items) != 0, "rollup: nothing to release"
    if self.cursor_count == self.walk_to_count:
        self.walk_to = self.walk_from
        self.walk_to_count = self.walk_from_count
        self.walk_from = self.final_withdrawals
        self.walk_from_count = self.final_count
        self.cursor = self.walk_from
        self.cursor_count = self.walk_from_count
    cursor: uint256 = self.cursor
    count: uint256 = self.cursor_count
    total: uint256 = 0
    for item: Withdrawal in items:
        assert count > self.walk_to_count, "rollup: nothing left to release"
        assert item.before < R and item.amount < LIMIT, "rollup: withdrawal is not canonical"
        reached: uint256 = staticcall POSEIDON.hash_items(
            DOMAIN_WITHDRAWAL, [item.before, convert(item.recipient, uint256), item.amount]
        )
        assert reached == cursor, "rollup: not the withdrawal that was proved"
        cursor = item.before
        count -= 1
        total += item.amount
        self.credit[item.recipient] += item.amount * WEI_PER_GWEI
        log Released(recipient=item.recipient, amount=item.amount, count=count)
    assert count != self.walk_to_count or cursor == self.walk_to, "rollup: broken accumulator"
    self.cursor = cursor
    self.cursor_count = count
    # SPEC: SOUNDNESS 18. Even a false final claim cannot take more than was brought.
    self.released += total
    assert self.released <= self.deposited, "rollup: more would leave than came in"


@external
@nonreentrant
def withdraw(recipient: address):
    """
    @notice Pay a recipient what is credited to it. Anyone may ask; only the recipient is paid.
    """
    amount: uint256 = self.credit[recipient]
    assert amount != 0, "rollup: no credit"
    self.credit[recipient] = 0
    log Paid(recipient=recipient, amount=amount)
    raw_call(recipient, b"", value=amount)
