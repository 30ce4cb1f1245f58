# pragma version 0.4.3
"""
@title Settlement by validity proof: Groth16 over the very data that was posted
@license MIT
@notice A batch is proved in chunks. The chunks' headers are chained here, their data is bound to the posted blob by one evaluation at
        a point drawn from all of them, and all proofs are verified in one pairing check (machine.md §7).
@dev A payload is read where it stands, in calldata: held in memory, its largest size would be paid for by every batch. Its words:
     number of chunks n, number of messages m, n chunks of 28 words (`Chunk`), m messages of 6 words; then what opens the data: of a
     blob its commitment and a KZG proof, 48 bytes each, else the calldata again. Nothing may follow.
"""

from interfaces import IRollup
from interfaces import ISettlement

implements: ISettlement

VERSION: constant(uint256) = 1
# SPEC: order of the scalar field of BLS12-381.
R: constant(uint256) = 52435875175126190479447740508185965837690552500527637822603658699938581184513
END: constant(uint256) = 65535
PENDING: constant(uint256) = 0
ACCEPTED: constant(uint256) = 1

INBOX: constant(uint256) = 1
DATA: constant(uint256) = 2
TAIL: constant(uint256) = 3
INBOX_MESSAGES: constant(uint256) = 8
TAIL_ELEMENTS: constant(uint256) = 256
ELEMENTS: constant(uint256) = 4096
MAX_CHUNKS: constant(uint256) = 52
MAX_MESSAGES: constant(uint256) = 32
MAX_WORDS: constant(uint256) = 512

# Where the bytes of `payload` stand in the calldata of `open`: after the selector, 22 words of arguments, its offset and its length.
PAYLOAD: constant(uint256) = 772
CHUNK_BYTES: constant(uint256) = 896
MESSAGE_BYTES: constant(uint256) = 192
# 23 words, and 48 of an INBOX chunk's messages
CONTEXT_BYTES: constant(uint256) = 2272

BLOB: constant(uint256) = 1
MODEXP: constant(address) = 0x0000000000000000000000000000000000000005
POINT_EVALUATION: constant(address) = 0x000000000000000000000000000000000000000A
G1MSM: constant(address) = 0x000000000000000000000000000000000000000C
PAIRING: constant(address) = 0x000000000000000000000000000000000000000F
# 1 / 4096 modulo R
INV_4096: constant(uint256) = 52423073447788513186850219087163459498374710080483563692275874603576291491841


struct Key:
    alpha: uint256[4]
    beta: uint256[8]
    gamma: uint256[8]
    delta: uint256[8]
    ic: uint256[4][5]


struct Chunk:
    kind: uint256
    count: uint256
    h: uint256
    y: uint256
    header_out: uint256[8]
    a: uint256[4]
    b: uint256[8]
    c: uint256[4]


# What L1 knows of a batch, and how much of each thing its payload holds.
struct Claim:
    chunks: uint256
    messages: uint256
    domain: uint256
    inbox_from: uint256
    inbox_to: uint256
    payee: uint256
    timestamp: uint256
    batch_number: uint256
    first: uint256[8]


# Where the chunks read so far have led.
struct Place:
    header: uint256[8]
    cursor: uint256


struct Term:
    p: uint256[4]
    s: uint256


struct Pair:
    p: uint256[4]
    q: uint256[8]


event Proved:
    claim_id: indexed(uint256)
    chunks: uint256
    z: uint256


ROLLUP: public(immutable(IRollup))
PROGRAM_ID: immutable(bytes32)
DOMAIN: immutable(uint256)
CHUNK_ELEMENTS: public(immutable(uint256))
DEVELOPMENT: public(immutable(bool))
KEYS_HASH: public(immutable(bytes32))
INBOX_KEY: immutable(Key)
DATA_KEY: immutable(Key)
TAIL_KEY: immutable(Key)

accepted: HashMap[uint256, bool]


@deploy
def __init__(
    rollup: address,
    program_id: bytes32,
    chunk_elements: uint256,
    inbox_key: Key,
    data_key: Key,
    tail_key: Key,
    development: bool,
):
    """
    @param program_id Of the program whose circuits the keys are for; whoever makes the keys knows, and nodes compare `KEYS_HASH`.
    @param chunk_elements Elements that a DATA chunk covers.
    @param development Whether the keys come from a development setup, whose toxic waste somebody may hold.
    """
    assert chunk_elements != 0 and chunk_elements <= MAX_WORDS, "validity: chunk elements"
    ROLLUP = IRollup(rollup)
    PROGRAM_ID = program_id
    DOMAIN = staticcall IRollup(rollup).domain_of(program_id)
    CHUNK_ELEMENTS = chunk_elements
    DEVELOPMENT = development
    KEYS_HASH = keccak256(abi_encode(inbox_key, data_key, tail_key))
    INBOX_KEY = inbox_key
    DATA_KEY = data_key
    TAIL_KEY = tail_key


@external
@view
def properties() -> (String[32], uint256):
    """
    @notice Name and version.
    """
    return "groth16", VERSION


@external
@view
def settles() -> (address, bytes32):
    """
    @notice The rollup contract and the program whose claims it judges.
    """
    return ROLLUP.address, PROGRAM_ID


@external
@view
def verdict(claim_id: uint256) -> uint256:
    """
    @notice Accepted as soon as the claim was taken, since it is taken only with its proofs; never rejected.
    """
    return ACCEPTED if self.accepted[claim_id] else PENDING


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
    @notice Take a claim with its proofs; revert unless every one of them holds.
    @param payload As said above the contract.
    """
    # SAFETY: the rollup's encoder writes the payload right after the arguments, so it stands at PAYLOAD.
    assert msg.sender == ROLLUP.address, "validity: only the rollup"
    assert msg.value == 0, "validity: no bond is asked"
    assert len(payload) >= 64, "validity: payload length"
    claim: Claim = Claim(
        chunks=self._word(PAYLOAD),
        messages=self._word(PAYLOAD + 32),
        domain=DOMAIN,
        inbox_from=parent_header[3],
        inbox_to=batch.inbox_to,
        payee=batch.payee,
        timestamp=batch.timestamp,
        batch_number=batch.number,
        first=[parent_header[0], parent_header[1], parent_header[2], parent_header[3], parent_header[4], 0, 0, 0],
    )
    assert claim.chunks != 0 and claim.chunks <= MAX_CHUNKS, "validity: number of chunks"
    assert claim.messages == claim.inbox_to - claim.inbox_from, "validity: number of messages"
    opening: uint256 = 64 + CHUNK_BYTES * claim.chunks + MESSAGE_BYTES * claim.messages
    assert len(payload) >= opening, "validity: payload length"
    self._check_messages(claim, batch.rolling)
    transcript: bytes32 = empty(bytes32)
    seed: bytes32 = empty(bytes32)
    last: uint256[8] = empty(uint256[8])
    transcript, seed, last = self._read_chunks(claim, keccak256(abi_encode(batch)))
    assert last[5] == END, "validity: batch is not proved to its end"
    for i: uint256 in range(5):
        assert last[i] == header[i], "validity: proofs lead to another header"
    z: uint256 = convert(transcript, uint256) % R
    y: uint256 = self._check_proofs(claim, z, seed)
    if batch.kind == BLOB:
        assert len(payload) == opening + 96, "validity: payload length"
        self._check_blob(batch.data_hash, z, y, slice(payload, opening, 96))
    else:
        rest: uint256 = len(payload) - opening
        assert rest % 32 == 0 and rest <= 32 * MAX_WORDS, "validity: payload length"
        data: DynArray[uint256, MAX_WORDS] = self._words(PAYLOAD + opening, rest // 32)
        assert self._hash(data) == batch.data_hash, "validity: not the data that was posted"
        assert self._evaluate(data, z) == y, "validity: proofs are for other data"
    self.accepted[claim_id] = True
    log Proved(claim_id=claim_id, chunks=claim.chunks, z=z)


# ---------------------------------------------------------------- the payload


@internal
@view
def _word(at: uint256) -> uint256:
    return convert(slice(msg.data, at, 32), uint256)


@internal
@view
def _words(at: uint256, n: uint256) -> DynArray[uint256, MAX_WORDS]:
    words: DynArray[uint256, MAX_WORDS] = []
    for i: uint256 in range(n, bound=MAX_WORDS):
        words.append(self._word(at + 32 * i))
    return words


@internal
@view
def _chunk(j: uint256) -> Chunk:
    return abi_decode(slice(msg.data, PAYLOAD + 64 + CHUNK_BYTES * j, CHUNK_BYTES), Chunk)


@internal
@view
def _check_messages(claim: Claim, expected: bytes32):
    """The messages given are those that the batch's rolling hash was made of."""
    rolling: bytes32 = staticcall ROLLUP.rolling(claim.inbox_from)
    for i: uint256 in range(claim.messages, bound=MAX_MESSAGES):
        message: Bytes[MESSAGE_BYTES] = slice(msg.data, self._message(claim, i), MESSAGE_BYTES)
        rolling = keccak256(concat(rolling, keccak256(message)))
    assert rolling == expected, "validity: not the messages of the inbox"


@internal
@pure
def _message(claim: Claim, i: uint256) -> uint256:
    return PAYLOAD + 64 + CHUNK_BYTES * claim.chunks + MESSAGE_BYTES * i


# ---------------------------------------------------------------- what a chunk is bound to


@internal
@view
def _read_chunks(claim: Claim, batch_hash: bytes32) -> (bytes32, bytes32, uint256[8]):
    """
    Chain headers and ranges. Returns the transcript that z is drawn from; a seed bound to it and to every word of every chunk, y and
    proof included; and the header reached.
    """
    transcript: bytes32 = batch_hash
    seed: bytes32 = empty(bytes32)
    at: Place = Place(header=claim.first, cursor=0)
    for j: uint256 in range(claim.chunks, bound=MAX_CHUNKS):
        chunk: Chunk = self._chunk(j)
        self._check_order(chunk, at, claim.inbox_to)
        transcript = keccak256(
            concat(
                transcript, convert(chunk.kind, bytes32), convert(chunk.h, bytes32), self._context(claim, chunk, at)
            )
        )
        seed = keccak256(concat(seed, abi_encode(chunk)))
        at = self._after(chunk, at)
    return transcript, keccak256(concat(seed, transcript)), at.header


@internal
@view
def _check_order(chunk: Chunk, at: Place, inbox_to: uint256):
    """INBOX chunks until the inbox is read, DATA chunks until the data has ended, then TAIL chunks; each covers what it should."""
    if chunk.kind == TAIL:
        assert at.header[5] == END, "validity: tail before the end of the data"
        assert chunk.count != 0 and chunk.count <= TAIL_ELEMENTS, "validity: tail count"
        assert at.cursor + chunk.count <= ELEMENTS, "validity: tail past the blob"
        return
    if chunk.kind == INBOX:
        assert at.header[3] < inbox_to, "validity: inbox is read already"
        assert chunk.count == 0, "validity: chunk count"
    else:
        assert chunk.kind == DATA, "validity: kind of chunk"
        assert at.header[3] == inbox_to, "validity: inbox is not read yet"
        assert at.header[5] != END, "validity: data has ended"
        assert chunk.count == CHUNK_ELEMENTS, "validity: chunk count"
    for word: uint256 in chunk.header_out:
        assert word < R, "validity: header word is not canonical"


@internal
@pure
def _after(chunk: Chunk, at: Place) -> Place:
    return Place(header=at.header if chunk.kind == TAIL else chunk.header_out, cursor=at.cursor + chunk.count)


@internal
@view
def _context(claim: Claim, chunk: Chunk, at: Place) -> Bytes[CONTEXT_BYTES]:
    """
    Context of a chunk (machine.md §7): 23 words, and 48 of messages for INBOX.
    SPEC: SOUNDNESS 13. All of it comes from L1 or from the chunk before; a prover chooses only `header_out` and how much a TAIL
    covers, which his proof binds.
    """
    if chunk.kind == TAIL:
        return abi_encode(at.cursor, chunk.count, empty(uint256[21]))
    head: Bytes[736] = abi_encode(
        at.cursor,
        chunk.count,
        claim.domain,
        claim.inbox_to,
        claim.payee,
        claim.timestamp,
        claim.batch_number,
        at.header,
        chunk.header_out,
    )
    if chunk.kind == DATA:
        return head
    messages: uint256[6][INBOX_MESSAGES] = empty(uint256[6][INBOX_MESSAGES])
    # SAFETY: a header that a chunk before leads to is not proved yet; one before `inbox_from` ends the transaction here, one after
    # the last message finds none.
    first: uint256 = at.header[3] - claim.inbox_from
    for i: uint256 in range(INBOX_MESSAGES):
        if first + i < claim.messages:
            messages[i] = abi_decode(
                slice(msg.data, self._message(claim, first + i), MESSAGE_BYTES), uint256[6]
            )
    return concat(head, abi_encode(messages))


@internal
@pure
def _context_value(context: Bytes[CONTEXT_BYTES], z: uint256) -> uint256:
    """Σ context_k z^k."""
    value: uint256 = 0
    n: uint256 = len(context) // 32
    for k: uint256 in range(n, bound=71):
        word: uint256 = extract32(context, 32 * (n - 1 - k), output_type=uint256)
        value = uint256_addmod(uint256_mulmod(value, z, R), word, R)
    return value


# ---------------------------------------------------------------- the proofs


@internal
@view
def _check_proofs(claim: Claim, z: uint256, seed: bytes32) -> uint256:
    """
    Π e(r_j A_j, B_j) · Π over kinds of e(−Σ r_j α, β) e(−L, γ) e(−Σ r_j C_j, δ) = 1, with L = Σ_j r_j (ic_0 + Σ_i x_ji ic_i).
    Returns Σ_j (y_j − zc_j Σ_k context_jk z^k), which the data must have at z.
    SPEC: SOUNDNESS 24. r_j is drawn from every proof and every input, and every point passes through MSM or PAIRING, which check
    subgroups.
    """
    pairs: DynArray[Pair, MAX_CHUNKS + 9] = []
    terms: DynArray[Term, MAX_CHUNKS] = []
    acc: uint256[5] = empty(uint256[5])
    at: Place = Place(header=claim.first, cursor=0)
    sum: uint256 = 0
    # SPEC: SOUNDNESS 13. zc_j = z^(4096 + 128 j): powers of its own, so no context can be moved to another chunk.
    z128: uint256 = self._power_of_two(z, 7)
    zc: uint256 = self._power_of_two(z128, 5)
    for j: uint256 in range(claim.chunks, bound=MAX_CHUNKS):
        chunk: Chunk = self._chunk(j)
        assert chunk.h < R and chunk.y < R, "validity: public input is not canonical"
        value: uint256 = self._context_value(self._context(claim, chunk, at), z)
        sum = uint256_addmod(sum, chunk.y, R)
        sum = uint256_addmod(sum, R - uint256_mulmod(zc, value, R), R)
        r: uint256 = convert(keccak256(concat(seed, convert(j, bytes32))), uint256) >> 128
        pairs.append(Pair(p=self._msm([Term(p=chunk.a, s=r)]), q=chunk.b))
        terms.append(Term(p=chunk.c, s=R - r))
        acc[0] = uint256_addmod(acc[0], r, R)
        acc[1] = uint256_addmod(acc[1], uint256_mulmod(r, chunk.h, R), R)
        acc[2] = uint256_addmod(acc[2], uint256_mulmod(r, z, R), R)
        acc[3] = uint256_addmod(acc[3], uint256_mulmod(r, zc, R), R)
        acc[4] = uint256_addmod(acc[4], uint256_mulmod(r, chunk.y, R), R)
        zc = uint256_mulmod(zc, z128, R)
        at = self._after(chunk, at)
        # INVARIANT: chunks of a kind follow one another (`_check_order`), so this is the last of its kind.
        if j + 1 == claim.chunks or self._word(PAYLOAD + 64 + CHUNK_BYTES * (j + 1)) != chunk.kind:
            key: Key = self._key(chunk.kind)
            inputs: DynArray[Term, MAX_CHUNKS] = []
            for i: uint256 in range(5):
                inputs.append(Term(p=key.ic[i], s=(R - acc[i]) % R))
            pairs.append(Pair(p=self._msm([Term(p=key.alpha, s=(R - acc[0]) % R)]), q=key.beta))
            pairs.append(Pair(p=self._msm(inputs), q=key.gamma))
            pairs.append(Pair(p=self._msm(terms), q=key.delta))
            terms = []
            acc = empty(uint256[5])
    assert self._is_product_one(pairs), "validity: a proof does not verify"
    return sum


@internal
@pure
def _power_of_two(base: uint256, k: uint256) -> uint256:
    """base^(2^k), k at most 12."""
    power: uint256 = base
    for i: uint256 in range(k, bound=12):
        power = uint256_mulmod(power, power, R)
    return power


@internal
@view
def _key(kind: uint256) -> Key:
    if kind == INBOX:
        return INBOX_KEY
    if kind == DATA:
        return DATA_KEY
    return TAIL_KEY


@internal
@view
def _msm(terms: DynArray[Term, MAX_CHUNKS]) -> uint256[4]:
    success: bool = False
    answer: Bytes[128] = b""
    success, answer = raw_call(
        G1MSM,
        slice(abi_encode(terms), 64, 160 * len(terms)),
        max_outsize=128,
        is_static_call=True,
        revert_on_failure=False,
    )
    # SAFETY: too little gas fails here too; every failure ends the transaction, so none is taken for an answer (SOUNDNESS 5).
    assert success and len(answer) == 128, "validity: a point is not in G1"
    return abi_decode(answer, uint256[4])


@internal
@view
def _is_product_one(pairs: DynArray[Pair, MAX_CHUNKS + 9]) -> bool:
    success: bool = False
    answer: Bytes[32] = b""
    success, answer = raw_call(
        PAIRING,
        slice(abi_encode(pairs), 64, 384 * len(pairs)),
        max_outsize=32,
        is_static_call=True,
        revert_on_failure=False,
    )
    # SAFETY: as in _msm. What stands left in the pairs are sums of MSM, so a failure is a point B, or gas.
    assert success and len(answer) == 32, "validity: a point is not in G2"
    return convert(answer, uint256) == 1


# ---------------------------------------------------------------- the data


@internal
@view
def _check_blob(data_hash: bytes32, z: uint256, y: uint256, opening: Bytes[96]):
    """
    The polynomial that was posted takes the value `y` at `z`. Elements that no chunk covers count as zero in `y`; if they are not,
    this fails, but for a chance of 4096 / R.
    """
    success: bool = False
    opened: Bytes[64] = b""
    success, opened = raw_call(
        POINT_EVALUATION,
        concat(data_hash, convert(z, bytes32), convert(y, bytes32), opening),
        max_outsize=64,
        is_static_call=True,
        revert_on_failure=False,
    )
    # SAFETY: as in _msm.
    assert success and len(opened) == 64, "validity: proofs are for other data"


@internal
@pure
def _hash(data: DynArray[uint256, MAX_WORDS]) -> bytes32:
    """keccak256 of the words alone, without the offset and the length that the ABI puts before them."""
    return keccak256(slice(abi_encode(data), 64, 32 * len(data)))


@internal
@view
def _evaluate(data: DynArray[uint256, MAX_WORDS], z: uint256) -> uint256:
    """
    p(z) = (z^4096 − 1) / 4096 · Σ d_i w_i / (z − w_i) over the words of `data`, w_i = w^brp12(i); one inversion for all (Montgomery's trick).
    """
    n: uint256 = len(data)
    roots: uint256[MAX_WORDS] = self._roots(n)
    prefix: uint256[MAX_WORDS] = empty(uint256[MAX_WORDS])
    product: uint256 = 1
    for i: uint256 in range(n, bound=MAX_WORDS):
        prefix[i] = product
        product = uint256_mulmod(product, uint256_addmod(z, R - roots[i], R), R)
    assert product != 0, "validity: z is a root of unity"
    inverse: uint256 = self._inverse(product)
    sum: uint256 = 0
    for k: uint256 in range(n, bound=MAX_WORDS):
        i: uint256 = n - 1 - k
        weight: uint256 = uint256_mulmod(uint256_mulmod(inverse, prefix[i], R), roots[i], R)
        inverse = uint256_mulmod(inverse, uint256_addmod(z, R - roots[i], R), R)
        sum = uint256_addmod(sum, uint256_mulmod(weight, data[i], R), R)
    scale: uint256 = uint256_mulmod(uint256_addmod(self._power_of_two(z, 12), R - 1, R), INV_4096, R)
    return uint256_mulmod(sum, scale, R)


@internal
@pure
def _roots(n: uint256) -> uint256[MAX_WORDS]:
    """w^brp12(i) for the first n indices i, or more: bit k of an index contributes w^(2^(11−k))."""
    powers: uint256[9] = [
        52435875175126190479447740508185965837690552500527637822603658699938581184512,
        3465144826073652318776269530687742778270252468765361963008,
        23674694431658770659612952115660802947967373701506253797663184111817857449850,
        14788168760825820622209131888203028446852016562542525606630160374691593895118,
        36581797046584068049060372878520385032448812009597153775348195406694427778894,
        31519469946562159605140591558550197856588417350474800936898404023113662197331,
        47309214877430199588914062438791732591241783999377560080318349803002842391998,
        36007022166693598376559747923784822035233416720563672082740011604939309541707,
        4214636447306890335450803789410475782380792963881561516561680164772024173390,
    ]
    roots: uint256[MAX_WORDS] = empty(uint256[MAX_WORDS])
    roots[0] = 1
    known: uint256 = 1
    for k: uint256 in range(9):
        if known >= n:
            break
        for i: uint256 in range(known, bound=256):
            roots[known + i] = uint256_mulmod(roots[i], powers[k], R)
        known *= 2
    return roots


@internal
@view
def _inverse(a: uint256) -> uint256:
    """1 / a modulo R, by Fermat; a wrong answer, or none, ends the transaction."""
    answer: Bytes[32] = raw_call(
        MODEXP,
        abi_encode(convert(32, uint256), convert(32, uint256), convert(32, uint256), a, R - 2, R),
        max_outsize=32,
        is_static_call=True,
    )
    inverse: uint256 = convert(answer, uint256)
    assert uint256_mulmod(inverse, a, R) == 1, "validity: inversion"
    return inverse
