"""BLS signatures of attesters, by py-ecc, in the words that L1 takes (contracts/lib/bls.vy).

SPEC: draft-irtf-cfrg-bls-signature-05, BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_; points as EIP-2537 has them.
"""

from collections.abc import Iterable, Sequence
from functools import cache

from eth_typing import BLSPubkey, BLSSignature
from py_ecc.bls import G2ProofOfPossession
from py_ecc.bls.g2_primitives import pubkey_to_G1, signature_to_G2
from py_ecc.optimized_bls12_381 import curve_order, normalize

from rollup.encoding import uint_to_bytes
from rollup.errors import PeerError

MASK = (1 << 256) - 1
KEY_BYTES, SIGNATURE_BYTES = 48, 96


def public(secret: int) -> bytes:
    """Return the public key of a secret in [1, r), compressed: 48 bytes."""
    assert 0 < secret < curve_order, "a secret is below the order of the group, and not 0"
    return bytes(G2ProofOfPossession.SkToPk(secret))


@cache
def possession(secret: int) -> bytes:
    """Return the proof that a key is possessed: 96 bytes."""
    return bytes(G2ProofOfPossession.PopProve(secret))


def sign(secret: int, message: bytes) -> bytes:
    """Return a signature, compressed: 96 bytes."""
    return bytes(G2ProofOfPossession.Sign(secret, message))


def aggregate(signatures: Sequence[bytes]) -> bytes:
    """Return one signature for all; `PeerError` if one is no point."""
    try:
        return bytes(G2ProofOfPossession.Aggregate([BLSSignature(one) for one in signatures]))
    except Exception as error:  # py-ecc raises what its parts raise
        raise PeerError(f"bls: not a signature: {error}") from error


def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether a signature is one of the message by the key."""
    return bool(G2ProofOfPossession.Verify(BLSPubkey(key), message, BLSSignature(signature)))


def key_words(key: bytes) -> tuple[int, ...]:
    """Return a public key as the 4 words of a point of G1; `PeerError` if it is none."""
    try:
        x, y = normalize(pubkey_to_G1(BLSPubkey(key)))
    except (ValueError, AssertionError) as error:
        raise PeerError(f"bls: not a public key: {error}", got=key.hex()) from error
    return _words((int(x), int(y)))


def signature_words(signature: bytes) -> tuple[int, ...]:
    """Return a signature as the 8 words of a point of G2."""
    x, y = normalize(signature_to_G2(BLSSignature(signature)))
    return _words(int(part) for coordinate in (x, y) for part in coordinate.coeffs)


def development_secret(index: int) -> int:
    """Return a secret that everybody knows."""
    return int.from_bytes(b"tandem attester" + uint_to_bytes(index, 4), "big") % curve_order


def _words(coordinates: Iterable[int]) -> tuple[int, ...]:
    return tuple(word for value in coordinates for word in (value >> 256, value & MASK))
