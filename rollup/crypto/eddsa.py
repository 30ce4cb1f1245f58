"""EdDSA over Jubjub with Poseidon2: one cofactored equation, strict encodings, challenges of 128 bits (SOUNDNESS 6, ADR 0008).

Secrets are handled in plain Python integers and are *not* constant-time: whoever can time a signer can learn its key. Sign where nobody else runs.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from rollup.crypto import jubjub
from rollup.crypto.fr import is_canonical, require_canonical, to_bytes32
from rollup.crypto.jubjub import COFACTOR, GENERATOR, ORDER, Point
from rollup.crypto.poseidon2 import Domain, hash_items
from rollup.errors import DecodeError

SEED_BYTES = 32
CHALLENGE_BITS = 128
SCALAR_LIMIT = 1 << 251
"""A signature's s is below: so it is below L, and canonical, without a comparison."""
MAX_ITEMS = 16
"""Elements of a message; at least one."""
_SECP256K1_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


class Signature(NamedTuple):
    """R as its y coordinate and the parity of its x, and the scalar s; valid only with r_y < R, r_sign a bit and s < 2^251."""

    r_y: int
    r_sign: int
    s: int


@dataclass(frozen=True, slots=True)
class SecretKey:
    """A secret scalar a in [1, L), the 32 bytes that nonces are drawn from, and the public key A = a·B."""

    scalar: int = field(repr=False)
    prefix: bytes = field(repr=False)
    public: Point


Message = Sequence[int]
"""What is signed: 1 … `MAX_ITEMS` elements; no two messages of different lengths have a challenge's preimage in common."""


def challenge(r: Point, public: Point, message: Message) -> int:
    """Return c = 2^128 + H(R, A, M) mod 2^128.

    The domain says the parity of R's x, so that of R both coordinates are bound. The bit at the top keeps every prefix of c from being 0 or ±1, which the
    circuit relies on. SAFETY: that challenges of 128 bits are enough is argued in ADR 0008.
    """
    domain = Domain.CHALLENGE_ODD if r.x & 1 else Domain.CHALLENGE
    return (1 << CHALLENGE_BITS) + hash_items(domain, (r.y, *public, *message)) % (1 << CHALLENGE_BITS)


def is_valid_key(public: Point) -> bool:
    """Tell whether a key can ever sign: canonical, on the curve, and 8A is not the identity."""
    return jubjub.is_on_curve(public) and not jubjub.is_small_order(public)


def is_message(message: Message) -> bool:
    """Tell whether this can be signed at all."""
    return 1 <= len(message) <= MAX_ITEMS and all(map(is_canonical, message))


def verify(public: Point, message: Message, signature: Signature) -> bool:
    """Tell whether 8(s·B - R - c·A) is the identity; total over all integers, and False for whatever is not strictly encoded.

    R and A may have a component of small order (only a *wholly* small A is refused); the cofactor removes it, here as in a batch.
    """
    if not (is_message(message) and 0 <= signature.s < SCALAR_LIMIT and is_valid_key(public)):
        return False
    r = jubjub.decompress(signature.r_y, signature.r_sign)
    if r is None:
        return False
    right = jubjub.add(r, jubjub.multiply(challenge(r, public, message), public))
    difference = jubjub.add(jubjub.multiply(signature.s, GENERATOR), jubjub.negate(right))
    return jubjub.multiply(COFACTOR, difference) == jubjub.IDENTITY


Item = tuple[Point, Message, Signature]
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


def sign(secret: SecretKey, message: Message) -> Signature:
    """Sign a message with nonces that depend on key, message and a counter alone; `DecodeError` for what is no message.

    Nonces are tried until s is below 2^251, 1.8 of them on average. SAFETY: s is uniform below L whatever the key is, so which of them serves tells nothing.
    """
    if not 1 <= len(message) <= MAX_ITEMS:
        raise DecodeError("eddsa: not a message", expected=f"1 … {MAX_ITEMS} elements", got=len(message))
    text = [to_bytes32(require_canonical(item)) for item in (*secret.public, *message)]
    for counter in count():
        nonce = _scalar(b"tandem/eddsa/nonce", secret.prefix, counter.to_bytes(8, "big"), *text)
        signature = sign_with(secret, nonce, message)
        if signature is not None:
            return signature
    raise AssertionError("numbers do not end")


def sign_with(secret: SecretKey, nonce: int, message: Message) -> Signature | None:
    """Return the signature that a nonce makes, or None if its s is too large.

    Whoever gives two messages one nonce gives away the key: `sign` never does.
    """
    r = jubjub.multiply(nonce, GENERATOR)
    s = (nonce + challenge(r, secret.public, message) * secret.scalar) % ORDER
    return Signature(r.y, r.x & 1, s) if s < SCALAR_LIMIT else None


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
