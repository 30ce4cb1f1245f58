"""EdDSA over Jubjub with Poseidon2: one cofactored equation, strict encodings (SOUNDNESS 6).

Secrets are handled in plain Python integers and are *not* constant-time: whoever can time a signer can learn its key. Sign where nobody else runs.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rollup.crypto import jubjub
from rollup.crypto.fr import is_canonical, require_canonical, to_bytes32
from rollup.crypto.jubjub import COFACTOR, GENERATOR, ORDER, Point
from rollup.crypto.poseidon2 import Domain, hash_items
from rollup.errors import DecodeError

SEED_BYTES = 32
_SECP256K1_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


class Signature(NamedTuple):
    """R as its y coordinate and the parity of its x, and the scalar s; valid only with r_y < R, r_sign a bit and s < L."""

    r_y: int
    r_sign: int
    s: int


@dataclass(frozen=True, slots=True)
class SecretKey:
    """A secret scalar a in [1, L), the 32 bytes that nonces are drawn from, and the public key A = a·B."""

    scalar: int = field(repr=False)
    prefix: bytes = field(repr=False)
    public: Point


def challenge(r: Point, public: Point, message: int) -> int:
    """Return c = H(R, A, M) mod L over all four coordinates."""
    return hash_items(Domain.CHALLENGE, (r.x, r.y, public.x, public.y, message)) % ORDER


def is_valid_key(public: Point) -> bool:
    """Tell whether a key can ever sign: canonical, on the curve, and 8A is not the identity."""
    return jubjub.is_on_curve(public) and not jubjub.is_small_order(public)


def verify(public: Point, message: int, signature: Signature) -> bool:
    """Tell whether 8(s·B - R - c·A) is the identity; total over all integers, and False for whatever is not strictly encoded.

    R and A may have a component of small order (only a *wholly* small A is refused); the cofactor removes it, here as in a batch.
    """
    if not (is_canonical(message) and 0 <= signature.s < ORDER and is_valid_key(public)):
        return False
    r = jubjub.decompress(signature.r_y, signature.r_sign)
    if r is None:
        return False
    right = jubjub.add(r, jubjub.multiply(challenge(r, public, message), public))
    difference = jubjub.add(jubjub.multiply(signature.s, GENERATOR), jubjub.negate(right))
    return jubjub.multiply(COFACTOR, difference) == jubjub.IDENTITY


Item = tuple[Point, int, Signature]
"""Key, message and signature."""


def verify_many(items: Sequence[Item]) -> list[bool]:
    """Return `verify(*item)` for each item, compiled, one after another."""
    from rollup.crypto import eddsa_batch

    return eddsa_batch.Prepared(items).verify_each()


def verify_batch(items: Sequence[Item]) -> list[bool]:
    """Return `verify(*item)` for each item by random linear combination: half the time of `verify_many` where nearly all are valid.

    A False is certain; a True is wrong with probability at most n·2^-128, over coins that are tossed after the items are fixed.
    """
    from rollup.crypto import eddsa_batch

    return eddsa_batch.Prepared(items).verify_together()


def sign(secret: SecretKey, message: int) -> Signature:
    """Sign an element of [0, R) with a nonce that depends on key and message alone; `DecodeError` outside that range."""
    text = to_bytes32(require_canonical(message))
    nonce = _scalar(
        b"tandem/eddsa/nonce", secret.prefix, to_bytes32(secret.public.x), to_bytes32(secret.public.y), text
    )
    r = jubjub.multiply(nonce, GENERATOR)
    s = (nonce + challenge(r, secret.public, message) * secret.scalar) % ORDER
    return Signature(r.y, r.x & 1, s)


def generate(seed: bytes) -> SecretKey:
    """Derive a key from at least 32 bytes of entropy, the same one every time; `DecodeError` for fewer."""
    if len(seed) < SEED_BYTES:
        raise DecodeError("eddsa: the seed is too short", expected=f"at least {SEED_BYTES} bytes", got=len(seed))
    scalar = _scalar(b"tandem/eddsa/scalar", seed)
    prefix = _digest(b"tandem/eddsa/prefix", seed)[:32]
    return SecretKey(scalar, prefix, jubjub.multiply(scalar, GENERATOR))


def wallet_text(chain_id: int) -> str:
    """Return the text that an Ethereum wallet signs (EIP-191, personal_sign) for `from_wallet_signature`."""
    return (
        "Tandem: derive my rollup signing key.\n\n"
        "Sign this only on a site that you trust with the funds of your rollup account.\n"
        f"L1 chain id: {chain_id}"
    )


def from_wallet_signature(signature: bytes) -> SecretKey:
    """Derive a key from a wallet's deterministic signature r ‖ s ‖ v over `wallet_text`.

    Wallets write v as 0, 1, 27 or 28 for one and the same signature, so it is checked and left out.

    Raises
    ------
    DecodeError
        Unless there are 65 bytes, 0 < r < n, 0 < s <= n/2 (EIP-2) and v is one of those four.
    """
    if len(signature) != 65:
        raise DecodeError("eddsa: not a wallet's signature", expected="65 bytes", got=len(signature))
    r, s, v = (int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big"), signature[64])
    if not (0 < r < _SECP256K1_ORDER and 0 < s <= _SECP256K1_ORDER // 2 and v in (0, 1, 27, 28)):
        raise DecodeError(
            "eddsa: not a wallet's signature", expected="0 < r < n, 0 < s <= n/2, v in 0, 1, 27, 28", got=f"v = {v}"
        )
    return generate(_digest(b"tandem/eddsa/wallet", signature[:64]))


def _digest(domain: bytes, *parts: bytes) -> bytes:
    """SHA-512 over domain and parts, each preceded by its length in 8 bytes."""
    state = hashlib.sha512()
    for part in (domain, *parts):
        state.update(len(part).to_bytes(8, "big") + part)
    return state.digest()


def _scalar(domain: bytes, *parts: bytes) -> int:
    """Map to [1, L); 512 bits over a modulus of 252, so the bias is below 2^-258."""
    return int.from_bytes(_digest(domain, *parts), "big") % (ORDER - 1) + 1
