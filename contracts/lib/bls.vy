# pragma version 0.4.3
"""
@title BLS signatures over BLS12-381, public keys in G1
@notice SPEC: draft-irtf-cfrg-bls-signature-05, ciphersuite BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_; RFC 9380 for the hash; EIP-2537 for
        encodings: a point of G1 has 4 words, one of G2 8, each coordinate 16 bytes of zeros and 48 bytes.
"""

MODEXP: constant(address) = 0x0000000000000000000000000000000000000005
G1ADD: constant(address) = 0x000000000000000000000000000000000000000b
G2ADD: constant(address) = 0x000000000000000000000000000000000000000d
PAIRING: constant(address) = 0x000000000000000000000000000000000000000F
MAP_FP2_TO_G2: constant(address) = 0x0000000000000000000000000000000000000011

# SPEC: the order of the field of BLS12-381, its bits from 256 on and those below.
P_HIGH: constant(uint256) = 34565483545414906068789196026815425751
P_LOW: constant(uint256) = 45442060874369865957053122457065728162598490762543039060009208264153100167851
# (P - 1) / 2: a y above it is the larger of two.
HALF_HIGH: constant(uint256) = 17282741772707453034394598013407712875
HALF_LOW: constant(uint256) = 80617075055843030690312053732876818007934237714091801549733396136033114903893
# The generator of G1, its y negated.
MINUS_G1: constant(uint256[4]) = [
    31827880280837800241567138048534752271,
    88385725958748408079899006800036250932223001591707578097800747617502997169851,
    22997279242622214937712647648895181298,
    46816884707101390882112958134453447585552332943769894357249934112654335001290,
]

SIGNATURE_TAG: constant(Bytes[43]) = b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_"
POSSESSION_TAG: constant(Bytes[43]) = b"BLS_POP_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_"


struct Pair:
    p: uint256[4]
    q: uint256[8]


@internal
@view
def is_signed(key: uint256[4], message: bytes32, signature: uint256[8]) -> bool:
    """
    @notice Whether a signature is one of the message by the key, or by all keys whose sum it is. Points outside their groups revert.
    @dev SAFETY: a sum of keys is to be trusted only if each was proved to be possessed: a key chosen to cancel others could be signed for alone.
    """
    return self._is_valid(key, self._hash(concat(message, b""), SIGNATURE_TAG), signature)


@internal
@view
def is_possessed(key: uint256[4], proof: uint256[8]) -> bool:
    """
    @notice Whether a proof of possession of a key is one (SPEC: §3.3.2): a signature of the key's compressed form under a tag of its own.
    """
    assert key[0] | key[1] | key[2] | key[3] != 0, "bls: key is infinity"
    y: uint256[2] = [key[2], key[3]]
    is_larger: bool = y[0] > HALF_HIGH or (y[0] == HALF_HIGH and y[1] > HALF_LOW)
    # SPEC: the highest bits of the 48 bytes: compressed, not infinity, the sign of y.
    flags: uint256 = 5 if is_larger else 4
    high: uint256 = key[0] | (flags << 125)
    compressed: Bytes[48] = concat(slice(convert(high, bytes32), 16, 16), convert(key[1], bytes32))
    return self._is_valid(key, self._hash(compressed, POSSESSION_TAG), proof)


@internal
@view
def add(a: uint256[4], b: uint256[4]) -> uint256[4]:
    """
    @notice The sum of two points of the curve; reverts if one is none. The group is not checked: pairing does that.
    """
    return abi_decode(slice(self._precompile(G1ADD, abi_encode(a, b), 128), 0, 128), uint256[4])


@internal
@view
def _is_valid(key: uint256[4], hash: uint256[8], signature: uint256[8]) -> bool:
    """e(key, H(m)) · e(−g, signature) = 1; the precompile checks that every point is in its group."""
    pairs: Pair[2] = [Pair(p=key, q=hash), Pair(p=MINUS_G1, q=signature)]
    answer: Bytes[256] = self._precompile(PAIRING, abi_encode(pairs), 32)
    return convert(slice(answer, 0, 32), uint256) == 1


@internal
@view
def _hash(message: Bytes[48], tag: Bytes[43]) -> uint256[8]:
    """SPEC: RFC 9380 hash_to_curve for G2: expand_message_xmd of 256 bytes, two elements of Fp2, the map of each, their sum."""
    end: Bytes[44] = concat(tag, b"\x2b")
    zeros: bytes32 = empty(bytes32)
    first: bytes32 = sha256(concat(zeros, zeros, message, b"\x01\x00\x00", end))
    run: bytes32 = sha256(concat(first, b"\x01", end))
    elements: bytes32[8] = empty(bytes32[8])
    for i: uint256 in range(4):
        high: bytes32 = run
        run = self._next(first, run, 2 * i + 2, end)
        element: uint256[2] = self._reduce(high, run)
        elements[2 * i] = convert(element[0], bytes32)
        elements[2 * i + 1] = convert(element[1], bytes32)
        if i != 3:
            run = self._next(first, run, 2 * i + 3, end)
    left: Bytes[256] = self._precompile(
        MAP_FP2_TO_G2, concat(elements[0], elements[1], elements[2], elements[3]), 256
    )
    right: Bytes[256] = self._precompile(
        MAP_FP2_TO_G2, concat(elements[4], elements[5], elements[6], elements[7]), 256
    )
    return abi_decode(self._precompile(G2ADD, concat(left, right), 256), uint256[8])


@internal
@pure
def _next(first: bytes32, last: bytes32, number: uint256, end: Bytes[44]) -> bytes32:
    """SPEC: RFC 9380 §5.3.1, b_i = H((b_0 xor b_{i-1}) ‖ i ‖ DST')."""
    mixed: uint256 = convert(first, uint256) ^ convert(last, uint256)
    return sha256(concat(convert(mixed, bytes32), slice(convert(number, bytes32), 31, 1), end))


@internal
@view
def _reduce(high: bytes32, low: bytes32) -> uint256[2]:
    """64 bytes modulo P, as 64 bytes."""
    lengths: Bytes[96] = concat(convert(64, bytes32), convert(1, bytes32), convert(64, bytes32))
    modulus: Bytes[64] = concat(convert(P_HIGH, bytes32), convert(P_LOW, bytes32))
    answer: Bytes[256] = self._precompile(MODEXP, concat(lengths, high, low, b"\x01", modulus), 64)
    return [convert(slice(answer, 0, 32), uint256), convert(slice(answer, 32, 32), uint256)]


@internal
@view
def _precompile(at: address, data: Bytes[768], size: uint256) -> Bytes[256]:
    """SAFETY: a failure, want of gas included, ends the transaction; so none is taken for an answer."""
    success: bool = False
    answer: Bytes[256] = b""
    success, answer = raw_call(at, data, max_outsize=256, is_static_call=True, revert_on_failure=False)
    assert success and len(answer) == size, "bls: not points of the groups"
    return answer
