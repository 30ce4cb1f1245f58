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
MASK15: constant(uint256) = 2**15 - 1
MAX_EPOCHS: constant(uint256) = 2**15
# Of the newest batch's word: set while an applied epoch waits for its first batch.
WAITS: constant(uint256) = 1 << 192


# What is announced: an epoch that may be applied from `not_before` on.
struct Plan:
    program_id: bytes32
    settlement: address
    data_bytes: uint256
    not_before: uint256


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


event Scheduled:
    program_id: indexed(bytes32)
    settlement: address
    data_bytes: uint256
    not_before: uint256


event Cancelled:
    program_id: indexed(bytes32)
    settlement: address


event Applied:
    epoch: indexed(uint256)
    program_id: bytes32
    settlement: address
    inbox_from: uint256
    until: uint256


event Began:
    epoch: indexed(uint256)
    first: uint256


event Released:
    recipient: indexed(address)
    amount: uint256
    count: uint256


event Paid:
    recipient: indexed(address)
    amount: uint256


ACCOUNTS: immutable(uint256)
INBOX_CAP: public(immutable(uint256))
INCLUSION_WINDOW: public(immutable(uint256))
DRIFT: public(immutable(uint256))
SILENCE: public(immutable(uint256))
EXIT_WINDOW: public(immutable(uint256))
SEQUENCER: public(immutable(address))
UPGRADER: public(immutable(address))
DEPLOYER: immutable(address)
POSEIDON: public(immutable(IPoseidon2))

program_of: HashMap[uint256, bytes32]
# By epoch: its first batch (48 bits) | bytes of data a batch may have (48) | settlement contract (160), from the highest
terms: HashMap[uint256, uint256]
plan: public(Plan)
# Of the epoch that waits: messages before it (128 bits) | the last second in which the epoch before may go on (128)
boundary: uint256

inbox_count: public(uint256)
rolling: public(HashMap[uint256, bytes32])
queued_at: public(HashMap[uint256, uint256])

batch_hash: public(HashMap[uint256, bytes32])
# number of the newest batch (48 bits) | its epoch (15) | whether another waits (1) | its timestamp (64) | its inbox_to (64) | when it was
# posted (64), from the highest
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
    upgrader: address,
    exit_window: uint256,
):
    """
    @param program_id Identity of the first epoch's program (machine.md §5); batches and claims mean nothing without it.
    @param inclusion_window Seconds after which a batch must have read a message.
    @param drift Seconds by which a batch's timestamp may lag its block.
    @param silence Seconds without a batch after which anyone may post.
    @param upgrader Who may announce another program or settlement; nobody ever, if it is 0.
    @param exit_window Seconds between that and its effect. How long finality takes should be in it; that a message is read in between is checked.
    """
    assert account_bits != 0 and account_bits <= 32, "rollup: account bits"
    assert genesis_root < R and genesis_next_account <= 1 << account_bits, "rollup: genesis"
    # SAFETY: whoever does not agree can have a message read, whatever the sequencer does, before the rules change.
    # INVARIANT: no window reaches 2^64 seconds, so every time that is packed into a word fits its part of it.
    assert exit_window > inclusion_window + silence and exit_window < 2**64, "rollup: exit window"
    ACCOUNTS = 1 << account_bits
    self.program_of[0] = program_id
    self.terms[0] = self._data_bytes(capacity, stride) << 160
    EXIT_WINDOW = exit_window
    UPGRADER = upgrader
    INBOX_CAP = inbox_cap
    INCLUSION_WINDOW = inclusion_window
    DRIFT = drift
    SILENCE = silence
    SEQUENCER = sequencer
    DEPLOYER = msg.sender
    POSEIDON = IPoseidon2(poseidon)
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
    assert self._settlement(0) == empty(address), "rollup: settlement is set"
    self._check_settlement(settlement, self.program_of[0])
    assert msg.value % WEI_PER_GWEI == 0, "rollup: whole gwei"
    funds: uint256 = msg.value // WEI_PER_GWEI
    self.genesis_funds = funds
    self.deposited += funds
    assert self.deposited < LIMIT, "rollup: too much deposited"
    self.terms[0] |= convert(settlement, uint256)


# ---------------------------------------------------------------- epochs


@external
@view
def domain_of(program_id: bytes32) -> uint256:
    """
    @notice The field element that signatures bind while a program runs here.
    """
    id: uint256 = convert(program_id, uint256)
    return staticcall POSEIDON.hash_items(
        DOMAIN_CHAIN, [chain.id, convert(self, uint256), id >> 128, id & (2**128 - 1)]
    )


@external
@view
def epoch(index: uint256) -> (bytes32, address, uint256, uint256):
    """
    @notice Program, settlement contract, bytes of data a batch may have, and first batch of an epoch; 0 for the last while it has none, and for epoch 0.
    """
    terms: uint256 = self.terms[index]
    return self.program_of[index], self._settlement(index), (terms >> 160) & MASK48, terms >> 208


@external
@view
def newest_epoch() -> (uint256, bool, uint256, uint256):
    """
    @notice The epoch of the newest batch; whether the next one waits; if so, how many messages come before it, and the last second in which the old may go on.
    """
    newest: uint256 = self.newest
    return (newest >> 193) & MASK15, newest & WAITS != 0, self.boundary >> 128, self.boundary & (2**128 - 1)


@external
def schedule(program_id: bytes32, settlement: address, capacity: uint256, stride: uint256):
    """
    @notice Announce the next epoch. It can be applied once the exit window is over, which begins now.
    @dev SAFETY: what L1 cannot see, that the new program finds every record where the old one left it, nodes check (SOUNDNESS 25).
    """
    assert msg.sender == UPGRADER, "rollup: only the upgrader"
    assert self.plan.not_before == 0, "rollup: an epoch is announced already"
    self._check_settlement(settlement, program_id)
    plan: Plan = Plan(
        program_id=program_id,
        settlement=settlement,
        data_bytes=self._data_bytes(capacity, stride),
        not_before=block.timestamp + EXIT_WINDOW,
    )
    self.plan = plan
    log Scheduled(
        program_id=program_id, settlement=settlement, data_bytes=plan.data_bytes, not_before=plan.not_before
    )


@external
def cancel():
    """
    @notice Take back what is announced.
    """
    assert msg.sender == UPGRADER, "rollup: only the upgrader"
    assert self.plan.not_before != 0, "rollup: nothing is announced"
    log Cancelled(program_id=self.plan.program_id, settlement=self.plan.settlement)
    self.plan = empty(Plan)


@external
def apply():
    """
    @notice Fix where the announced epoch begins: behind the messages that are queued now. Anyone may, once the exit window is over.
    """
    plan: Plan = self.plan
    assert plan.not_before != 0, "rollup: nothing is announced"
    assert block.timestamp >= plan.not_before, "rollup: the exit window is open"
    newest: uint256 = self.newest
    assert newest & WAITS == 0, "rollup: an epoch waits to begin"
    epoch: uint256 = ((newest >> 193) & MASK15) + 1
    assert epoch < MAX_EPOCHS, "rollup: too many epochs"
    until: uint256 = block.timestamp + INCLUSION_WINDOW
    self.program_of[epoch] = plan.program_id
    self.terms[epoch] = (plan.data_bytes << 160) | convert(plan.settlement, uint256)
    self.boundary = (self.inbox_count << 128) | until
    self.newest = newest | WAITS
    self.plan = empty(Plan)
    log Applied(
        epoch=epoch,
        program_id=plan.program_id,
        settlement=plan.settlement,
        inbox_from=self.inbox_count,
        until=until,
    )


@internal
@view
def _check_settlement(settlement: address, program_id: bytes32):
    """SPEC: SOUNDNESS 23. A contract that judges another chain or program could take no claim of ours, or would judge it by other rules."""
    rollup: address = empty(address)
    program: bytes32 = empty(bytes32)
    rollup, program = staticcall ISettlement(settlement).settles()
    assert rollup == self, "rollup: settlement of another rollup"
    assert program == program_id, "rollup: settlement of another program"


@internal
@pure
def _data_bytes(capacity: uint256, stride: uint256) -> uint256:
    # A blob holds 4096 elements, of which four transactions take 4 + stride; calldata takes what of it fits one transaction.
    assert capacity % 4 == 0 and capacity * (4 + stride) <= 16384, "rollup: capacity"
    return min(capacity * (4 + stride) * 8, MAX_DATA)


@internal
@view
def _settlement(epoch: uint256) -> address:
    return convert(convert(self.terms[epoch] & (2**160 - 1), uint160), address)


@internal
@view
def _settlement_of(batch: uint256) -> ISettlement:
    """The contract that judges claims about a posted batch: of the last epoch that began with it or before."""
    newest: uint256 = (self.newest >> 193) & MASK15
    for k: uint256 in range(newest, bound=MAX_EPOCHS):
        terms: uint256 = self.terms[newest - k]
        if terms >> 208 <= batch:
            return ISettlement(convert(convert(terms & (2**160 - 1), uint160), address))
    return ISettlement(self._settlement(0))


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
def call(epoch: uint256, account: uint256, tag: uint256, word_0: uint256, word_1: uint256):
    """
    @notice Run an action as the L2 account that the sender has registered, after crediting it what is sent along (machine.md §4).
    @dev SAFETY: who calls is checked on L2, against the L1 address of the account; L1 only says who sent this.
         What is mined after another epoch was applied would run as whatever that epoch's program calls by this tag, so it is refused.
    @param epoch The newest that is applied: its program is to run the action.
    @param tag Of an action that the program lets be called from L1; any other makes this a mere deposit.
    @param word_0 The first 252 bits of the arguments, the lowest first; what follows them stands in `word_1`.
    """
    newest: uint256 = self.newest
    assert epoch == ((newest >> 193) & MASK15) + ((newest >> 192) & 1), "rollup: another epoch"
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
    self._post(parent_hash, timestamp, inbox_to, rolling, payee, BLOB, data_hash, 0)


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
    assert len(data) % 32 == 0, "rollup: data length"
    for i: uint256 in range(len(data) // 32, bound=MAX_DATA // 32):
        assert extract32(data, 32 * i, output_type=uint256) < R, "rollup: data word is not canonical"
    self._post(parent_hash, timestamp, inbox_to, rolling, payee, CALLDATA, keccak256(data), len(data))


@internal
def _post(
    parent_hash: bytes32,
    timestamp: uint256,
    inbox_to: uint256,
    rolling: bytes32,
    payee: uint256,
    kind: uint256,
    data_hash: bytes32,
    size: uint256,
):
    newest: uint256 = self.newest
    parent: uint256 = newest >> 208
    if msg.sender != SEQUENCER:
        assert block.timestamp > (newest & MASK64) + SILENCE, "rollup: only the sequencer, until it falls silent"
    epoch: uint256 = (newest >> 192) & (2**16 - 1)
    link: bytes32 = self.batch_hash[parent]
    limit: uint256 = self.inbox_count
    if newest & WAITS != 0:
        epoch, link, limit = self._enter(newest, parent_hash, link)
    # SPEC: SOUNDNESS 17. Epoch, parent and inbox are named by their hashes, so a reorg cannot give this batch another meaning.
    assert parent_hash == link, "rollup: not the parent"
    assert timestamp >= (newest >> 128) & MASK64, "rollup: timestamp before the parent's"
    assert timestamp <= block.timestamp, "rollup: timestamp in the future"
    assert timestamp + DRIFT >= block.timestamp, "rollup: timestamp too old"
    assert payee < ACCOUNTS, "rollup: payee"
    if size != 0:
        assert size <= (self.terms[epoch >> 1] >> 160) & MASK48, "rollup: data length"
    self._check_inbox((newest >> 64) & MASK64, inbox_to, rolling, limit)
    number: uint256 = parent + 1
    hash: bytes32 = keccak256(
        abi_encode(parent_hash, number, timestamp, inbox_to, rolling, payee, kind, data_hash)
    )
    self.batch_hash[number] = hash
    self.newest = (number << 208) | (epoch << 192) | (timestamp << 128) | (inbox_to << 64) | block.timestamp
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
def _enter(newest: uint256, parent_hash: bytes32, link: bytes32) -> (uint256, bytes32, uint256):
    """
    @notice Decide whether the next batch is the first of the epoch that waits: if its poster says so, or the old one's time is over, and all its messages are read.
    @return Epoch and flag as in `newest`, what the batch must name as its parent, and how far it may read the inbox.
    """
    epoch: uint256 = (newest >> 193) & MASK15
    boundary: uint256 = self.boundary
    inbox_from: uint256 = boundary >> 128
    is_read: bool = (newest >> 64) & MASK64 == inbox_from
    if not is_read or (parent_hash == link and block.timestamp <= boundary & (2**128 - 1)):
        return (epoch << 1) | 1, link, inbox_from
    epoch += 1
    number: uint256 = (newest >> 208) + 1
    self.terms[epoch] |= number << 208
    log Began(epoch=epoch, first=number)
    return epoch << 1, keccak256(abi_encode(link, self.program_of[epoch], self._settlement(epoch))), self.inbox_count


@internal
@view
def _check_inbox(inbox_from: uint256, inbox_to: uint256, rolling: bytes32, limit: uint256):
    # SPEC: SOUNDNESS 15. Within the cap, and far enough: everything older than the window, or a full cap.
    assert inbox_to >= inbox_from and inbox_to <= limit, "rollup: inbox range"
    assert inbox_to - inbox_from <= INBOX_CAP, "rollup: inbox cap"
    assert rolling == self.rolling[inbox_to], "rollup: inbox hash"
    if inbox_to < limit and inbox_to - inbox_from < INBOX_CAP:
        assert self.queued_at[inbox_to] + INCLUSION_WINDOW > block.timestamp, "rollup: an overdue message is left out"


@external
@view
def newest_batch() -> (uint256, uint256, uint256, uint256):
    """
    @notice Number, timestamp and inbox_to of the newest batch, and when it was posted.
    """
    newest: uint256 = self.newest
    return newest >> 208, (newest >> 128) & MASK64, (newest >> 64) & MASK64, newest & MASK64


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
    settlement: ISettlement = self._settlement_of(batch.number)
    extcall settlement.open(claim_id, msg.sender, batch, parent_header, header, payload, value=msg.value)
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
    settlement: ISettlement = self._settlement_of(batch)
    assert staticcall settlement.verdict(claim_id) == ACCEPTED, "rollup: not accepted"
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
