# pragma version 0.4.3
"""
@title Settlement by validity proof: Groth16 over the very data that was posted
@license MIT
@notice A batch is proved in chunks. The chunks' headers are chained here, their data is bound to the posted blob by one evaluation at
        a point drawn from all of them, and all proofs are verified in one pairing check (machine.md §7).
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
MAX_DATA: constant(uint256) = 16384
MAX_WORDS: constant(uint256) = 512
CONTEXT: constant(uint256) = 69

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


struct Proof:
    a: uint256[4]
    b: uint256[8]
    c: uint256[4]


struct Chunk:
    kind: uint256
    count: uint256
    h: uint256
    y: uint256
    header_out: uint256[8]
    proof: Proof


struct Payload:
    commitment: Bytes[48]
    kzg_proof: Bytes[48]
    data: Bytes[MAX_DATA]
    chunks: DynArray[Chunk, MAX_CHUNKS]
    messages: DynArray[uint256[6], MAX_MESSAGES]


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


ROLLUP: immutable(IRollup)
CHUNK_ELEMENTS: public(immutable(uint256))
DEVELOPMENT: public(immutable(bool))
KEYS_HASH: public(immutable(bytes32))
INBOX_KEY: immutable(Key)
DATA_KEY: immutable(Key)
TAIL_KEY: immutable(Key)

accepted: HashMap[uint256, bool]


@deploy
def __init__(rollup: address, chunk_elements: uint256, inbox_key: Key, data_key: Key, tail_key: Key, development: bool):
    """
    @param chunk_elements Elements that a DATA chunk covers.
    @param development Whether the keys come from a development setup, whose toxic waste somebody may hold.
    """
    assert chunk_elements != 0 and chunk_elements <= ELEMENTS, "validity: chunk elements"
    ROLLUP = IRollup(rollup)
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
def verdict(claim_id: uint256) -> uint256:
    """
    @notice Accepted as soon as the claim was taken, since it is taken only with its proofs.
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
    """
    assert msg.sender == ROLLUP.address, "validity: only the rollup"
    assert msg.value == 0, "validity: no bond is asked"
    given: Payload = abi_decode(payload, Payload)
    assert len(given.chunks) != 0, "validity: no chunks"
    self._check_messages(given.messages, parent_header[3], batch)
    domain: uint256 = staticcall ROLLUP.DOMAIN()
    start: uint256[8] = [
        parent_header[0], parent_header[1], parent_header[2], parent_header[3], parent_header[4], 0, 0, 0
    ]
    transcript: bytes32 = keccak256(abi_encode(batch))
    before: uint256[8] = start
    cursor: uint256 = 0
    for chunk: Chunk in given.chunks:
        words: DynArray[uint256, CONTEXT] = self._words(chunk, before, cursor, domain, batch, given.messages, parent_header[3])
        # SPEC: the words themselves, without the offset and length that abi_encode puts before them.
        transcript = keccak256(
            concat(transcript, convert(chunk.kind, bytes32), convert(chunk.h, bytes32), self._packed(words))
        )
        cursor += words[1]
        if chunk.kind != TAIL:
            before = chunk.header_out
    assert before[5] == END, "validity: batch is not proved to its end"
    for i: uint256 in range(5):
        assert before[i] == header[i], "validity: proofs lead to another header"
    z: uint256 = convert(transcript, uint256) % R
    zc: DynArray[uint256, MAX_CHUNKS] = self._context_powers(z, len(given.chunks))
    sum: uint256 = 0
    before = start
    cursor = 0
    for j: uint256 in range(len(given.chunks), bound=MAX_CHUNKS):
        chunk: Chunk = given.chunks[j]
        words: DynArray[uint256, CONTEXT] = self._words(chunk, before, cursor, domain, batch, given.messages, parent_header[3])
        value: uint256 = self._horner(words, z)
        sum = uint256_addmod(sum, chunk.y, R)
        sum = uint256_addmod(sum, R - uint256_mulmod(zc[j], value, R), R)
        cursor += words[1]
        if chunk.kind != TAIL:
            before = chunk.header_out
    self._check_data(batch, given, z, sum)
    seed: bytes32 = keccak256(concat(keccak256(payload), transcript))
    self._check_proofs(given.chunks, z, zc, seed)
    self.accepted[claim_id] = True
    log Proved(claim_id=claim_id, chunks=len(given.chunks), z=z)


# ---------------------------------------------------------------- what a chunk is bound to


@internal
@view
def _check_messages(messages: DynArray[uint256[6], MAX_MESSAGES], inbox_from: uint256, batch: ISettlement.Batch):
    """The messages given are those that the batch's rolling hash was made of."""
    assert len(messages) == batch.inbox_to - inbox_from, "validity: number of messages"
    rolling: bytes32 = staticcall ROLLUP.rolling(inbox_from)
    for message: uint256[6] in messages:
        rolling = keccak256(concat(rolling, keccak256(abi_encode(message))))
    assert rolling == batch.rolling, "validity: not the messages of the inbox"


@internal
@view
def _words(
    chunk: Chunk,
    before: uint256[8],
    cursor: uint256,
    domain: uint256,
    batch: ISettlement.Batch,
    messages: DynArray[uint256[6], MAX_MESSAGES],
    inbox_from: uint256,
) -> DynArray[uint256, CONTEXT]:
    """
    Context of a chunk (machine.md §7): 21 words, and 48 of messages for INBOX. Word 1 is the number of elements covered.
    SPEC: SOUNDNESS 13. All of it comes from L1 or from the chunk before; a prover chooses only `header_out`, which his proof binds.
    """
    words: DynArray[uint256, CONTEXT] = [cursor]
    if chunk.kind == TAIL:
        assert before[5] == END, "validity: tail before the end of the data"
        assert chunk.count != 0 and chunk.count <= TAIL_ELEMENTS, "validity: tail count"
        assert cursor + chunk.count <= ELEMENTS, "validity: tail past the blob"
        words.append(chunk.count)
        for i: uint256 in range(19):
            words.append(0)
        return words
    if chunk.kind == INBOX:
        assert before[3] < batch.inbox_to, "validity: inbox is read already"
        words.append(0)
    else:
        assert chunk.kind == DATA, "validity: kind of chunk"
        assert before[3] == batch.inbox_to, "validity: inbox is not read yet"
        assert before[5] != END, "validity: data has ended"
        words.append(CHUNK_ELEMENTS)
    assert chunk.count == words[1], "validity: chunk count"
    words.append(domain)
    words.append(batch.inbox_to)
    words.append(batch.payee)
    for word: uint256 in before:
        words.append(word)
    for word: uint256 in chunk.header_out:
        assert word < R, "validity: header word is not canonical"
        words.append(word)
    if chunk.kind == INBOX:
        first: uint256 = before[3] - inbox_from
        for i: uint256 in range(INBOX_MESSAGES):
            if first + i < len(messages):
                for word: uint256 in messages[first + i]:
                    words.append(word)
            else:
                for k: uint256 in range(6):
                    words.append(0)
    return words


@internal
@pure
def _packed(words: DynArray[uint256, CONTEXT]) -> Bytes[2272]:
    return slice(abi_encode(words), 64, 32 * len(words))


@internal
@pure
def _context_powers(z: uint256, n: uint256) -> DynArray[uint256, MAX_CHUNKS]:
    """z^(4096 + 128 j) for each chunk j: powers of its own, so no context can be moved to another chunk (SOUNDNESS 13)."""
    z128: uint256 = z
    for i: uint256 in range(7):
        z128 = uint256_mulmod(z128, z128, R)
    power: uint256 = z128
    for i: uint256 in range(5):
        power = uint256_mulmod(power, power, R)
    powers: DynArray[uint256, MAX_CHUNKS] = []
    for j: uint256 in range(n, bound=MAX_CHUNKS):
        powers.append(power)
        power = uint256_mulmod(power, z128, R)
    return powers


@internal
@pure
def _horner(words: DynArray[uint256, CONTEXT], z: uint256) -> uint256:
    value: uint256 = 0
    n: uint256 = len(words)
    for k: uint256 in range(n, bound=CONTEXT):
        value = uint256_addmod(uint256_mulmod(value, z, R), words[n - 1 - k], R)
    return value


# ---------------------------------------------------------------- the data


@internal
@view
def _check_data(batch: ISettlement.Batch, given: Payload, z: uint256, y: uint256):
    """
    The polynomial that was posted takes the value `y` at `z`. Elements that no chunk covers count as zero in `y`; if they are not,
    this fails, but for a chance of 4096 / R.
    """
    if batch.kind == BLOB:
        assert len(given.commitment) == 48 and len(given.kzg_proof) == 48, "validity: blob opening"
        # SAFETY: the reverting form; a wrong opening, or too little gas, ends the transaction.
        opened: Bytes[64] = raw_call(
            POINT_EVALUATION,
            concat(batch.data_hash, convert(z, bytes32), convert(y, bytes32), given.commitment, given.kzg_proof),
            max_outsize=64,
            is_static_call=True,
        )
        assert len(opened) == 64, "validity: blob opening"
    else:
        assert keccak256(given.data) == batch.data_hash, "validity: not the data that was posted"
        assert self._evaluate(given.data, z) == y, "validity: proofs are for other data"


@internal
@view
def _evaluate(data: Bytes[MAX_DATA], z: uint256) -> uint256:
    """
    p(z) = (z^4096 − 1) / 4096 · Σ d_i w_i / (z − w_i) over the words of `data`, w_i = w^brp12(i); one inversion for all (Montgomery's trick).
    """
    n: uint256 = len(data) // 32
    roots: uint256[MAX_WORDS] = empty(uint256[MAX_WORDS])
    prefix: uint256[MAX_WORDS] = empty(uint256[MAX_WORDS])
    product: uint256 = 1
    for i: uint256 in range(n, bound=MAX_WORDS):
        root: uint256 = self._root(i)
        roots[i] = root
        prefix[i] = product
        product = uint256_mulmod(product, uint256_addmod(z, R - root, R), R)
    assert product != 0, "validity: z is a root of unity"
    inverse: uint256 = self._inverse(product)
    sum: uint256 = 0
    for k: uint256 in range(n, bound=MAX_WORDS):
        i: uint256 = n - 1 - k
        weight: uint256 = uint256_mulmod(uint256_mulmod(inverse, prefix[i], R), roots[i], R)
        inverse = uint256_mulmod(inverse, uint256_addmod(z, R - roots[i], R), R)
        sum = uint256_addmod(
            sum, uint256_mulmod(weight, extract32(data, 32 * i, output_type=uint256), R), R
        )
    power: uint256 = z
    for i: uint256 in range(12):
        power = uint256_mulmod(power, power, R)
    scale: uint256 = uint256_mulmod(uint256_addmod(power, R - 1, R), INV_4096, R)
    return uint256_mulmod(sum, scale, R)


@internal
@pure
def _root(index: uint256) -> uint256:
    """w^brp12(index): bit k of the index contributes w^(2^(11−k))."""
    powers: uint256[12] = [
        52435875175126190479447740508185965837690552500527637822603658699938581184512,
        3465144826073652318776269530687742778270252468765361963008,
        23674694431658770659612952115660802947967373701506253797663184111817857449850,
        14788168760825820622209131888203028446852016562542525606630160374691593895118,
        36581797046584068049060372878520385032448812009597153775348195406694427778894,
        31519469946562159605140591558550197856588417350474800936898404023113662197331,
        47309214877430199588914062438791732591241783999377560080318349803002842391998,
        36007022166693598376559747923784822035233416720563672082740011604939309541707,
        4214636447306890335450803789410475782380792963881561516561680164772024173390,
        22781213702924172180523978385542388841346373992886390990881355510284839737428,
        49307615728544765012166121802278658070711169839041683575071795236746050763237,
        39033254847818212395286706435128746857159659164139250548781411570340225835782,
    ]
    root: uint256 = 1
    for k: uint256 in range(12):
        if (index >> k) & 1 != 0:
            root = uint256_mulmod(root, powers[k], R)
    return root


@internal
@view
def _inverse(a: uint256) -> uint256:
    answer: Bytes[32] = raw_call(
        MODEXP, abi_encode(convert(32, uint256), convert(32, uint256), convert(32, uint256), a, R - 2, R),
        max_outsize=32,
        is_static_call=True,
    )
    inverse: uint256 = convert(answer, uint256)
    assert uint256_mulmod(inverse, a, R) == 1, "validity: inversion"
    return inverse


# ---------------------------------------------------------------- the proofs


@internal
@view
def _check_proofs(chunks: DynArray[Chunk, MAX_CHUNKS], z: uint256, zc: DynArray[uint256, MAX_CHUNKS], seed: bytes32):
    """
    Π e(r_j A_j, B_j) · Π over keys of e(−Σr_j α, β) e(−L, γ) e(−Σ r_j C_j, δ) = 1, with L = Σ_j r_j (ic_0 + Σ_i x_ji ic_i).
    SPEC: SOUNDNESS 24. r_j is drawn from every proof and every input, and every point passes through MSM or PAIRING, which check subgroups.
    """
    pairs: DynArray[Pair, MAX_CHUNKS + 9] = []
    for kind: uint256 in range(1, 4):
        key: Key = self._key(kind)
        terms: DynArray[Term, MAX_CHUNKS] = []
        acc: uint256[5] = empty(uint256[5])
        for j: uint256 in range(len(chunks), bound=MAX_CHUNKS):
            chunk: Chunk = chunks[j]
            if chunk.kind != kind:
                continue
            assert chunk.h < R and chunk.y < R, "validity: public input is not canonical"
            r: uint256 = convert(keccak256(concat(seed, convert(j, bytes32))), uint256) >> 128
            pairs.append(Pair(p=self._scaled(chunk.proof.a, r), q=chunk.proof.b))
            terms.append(Term(p=chunk.proof.c, s=R - r))
            acc[0] = uint256_addmod(acc[0], r, R)
            acc[1] = uint256_addmod(acc[1], uint256_mulmod(r, chunk.h, R), R)
            acc[2] = uint256_addmod(acc[2], uint256_mulmod(r, z, R), R)
            acc[3] = uint256_addmod(acc[3], uint256_mulmod(r, zc[j], R), R)
            acc[4] = uint256_addmod(acc[4], uint256_mulmod(r, chunk.y, R), R)
        if len(terms) == 0:
            continue
        inputs: DynArray[Term, MAX_CHUNKS] = []
        for i: uint256 in range(5):
            inputs.append(Term(p=key.ic[i], s=(R - acc[i]) % R))
        pairs.append(Pair(p=self._scaled(key.alpha, (R - acc[0]) % R), q=key.beta))
        pairs.append(Pair(p=self._msm(inputs), q=key.gamma))
        pairs.append(Pair(p=self._msm(terms), q=key.delta))
    answer: Bytes[32] = raw_call(
        PAIRING, slice(abi_encode(pairs), 64, 384 * len(pairs)), max_outsize=32, is_static_call=True
    )
    assert convert(answer, uint256) == 1, "validity: a proof does not verify"


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
def _scaled(point: uint256[4], scalar: uint256) -> uint256[4]:
    return abi_decode(
        raw_call(G1MSM, abi_encode(point, scalar), max_outsize=128, is_static_call=True), uint256[4]
    )


@internal
@view
def _msm(terms: DynArray[Term, MAX_CHUNKS]) -> uint256[4]:
    return abi_decode(
        raw_call(G1MSM, slice(abi_encode(terms), 64, 160 * len(terms)), max_outsize=128, is_static_call=True), uint256[4]
    )
