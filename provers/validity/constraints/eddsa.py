"""Whether a signature is valid, as a flag: total over every key, message and signature (SOUNDNESS 3, 6)."""

from collections.abc import Sequence
from dataclasses import dataclass

from provers.validity.constraints.bits import canonical_bits
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.jubjub import (
    TermPoint,
    add,
    can_sign,
    is_killed_by_cofactor,
    negate,
    select_point,
)
from provers.validity.constraints.linear import Term
from provers.validity.constraints.logic import conjunction, is_zero, require_boolean
from provers.validity.constraints.montgomery import (
    BASE_BITS,
    from_montgomery,
    multiply_base,
    multiply_odd,
    to_montgomery,
)
from provers.validity.constraints.poseidon2 import hash_items
from rollup.crypto.eddsa import CHALLENGE_BITS
from rollup.crypto.fr import GENERATOR as NON_SQUARE
from rollup.crypto.jubjub import GENERATOR, IDENTITY, D
from rollup.crypto.poseidon2 import Domain


@dataclass(frozen=True, slots=True)
class TermSignature:
    """A signature in terms: `r_y` any element, `r_sign` a Boolean, `s_bits` the 252 Booleans of s."""

    r_y: Term
    r_sign: Term
    s_bits: Sequence[Term]


def is_valid_signature(b: Builder, key: TermPoint, message: Sequence[Term], signature: TermSignature) -> Term:
    """Return whether 8(s·B - R - c·A) = O under the strict rules of `rollup.crypto.eddsa.verify`: 1976 constraints and 264 for every three elements hashed."""
    key_is_good = can_sign(b, key)
    # SAFETY: what is not on the curve, or is killed by 8, is replaced by the generator before anything adds it; the flags keep what was wrong.
    a = select_point(b, key_is_good, key, GENERATOR)
    r_exists, r = decompress(b, signature.r_y, signature.r_sign)
    # SAFETY: 251 bits are multiplied; where the highest of s is set the result means nothing, and the signature is invalid.
    *s_bits, too_large = signature.s_bits
    assert len(s_bits) == BASE_BITS, f"{len(signature.s_bits)} bits of s"
    difference = add(b, multiply_base(b, s_bits), negate(r))
    difference = add(b, difference, negate(_multiply_key(b, _challenge(b, key, message, signature), a)))
    equation = is_killed_by_cofactor(b, difference)
    return conjunction(b, [key_is_good, r_exists, 1 - too_large, equation])


def _challenge(b: Builder, key: TermPoint, message: Sequence[Term], signature: TermSignature) -> Sequence[Term]:
    """Return the 128 bits of c = 2^128 + hash mod 2^128, as `rollup.crypto.eddsa.challenge` has it where R exists."""
    domain = signature.r_sign * (Domain.CHALLENGE_ODD - Domain.CHALLENGE) + int(Domain.CHALLENGE)
    items = [signature.r_y, *key, *message]
    c = hash_items(b, domain, items)
    return canonical_bits(b, c)[:CHALLENGE_BITS]


def _multiply_key(b: Builder, bits: Sequence[Term], a: TermPoint) -> TermPoint:
    """Return (2^128 + the integer of 128 Booleans)·A for a point that 8 does not kill: 781 constraints."""
    total = from_montgomery(b, multiply_odd(b, bits, to_montgomery(b, a)))
    # An even multiple is one less than the odd one; this sum is of the complete law.
    return add(b, total, select_point(b, bits[0], IDENTITY, negate(a)))


def decompress(b: Builder, y: Term, sign: Term) -> tuple[Term, TermPoint]:
    """Return whether a point has this y and an x of parity `sign`, and that point or else the generator: 336 constraints.

    SAFETY: x² = (y² - 1)/(1 + d y²), whose denominator is never 0. Exactly one of a number other than 0 and its seventh part is a square, as 7 is none.
    So `square` = 1 can be shown only if x exists, and 0 only if not: for y² = 1, where both equations hold with root 0, it is forced to be 1.
    The root's parity is proved to be `sign`, which chooses one of ±root, unless the root is 0, which has parity 0.
    """
    yy = b.product(y, y)
    square, root = b.root(yy - 1, 1 + D * yy, sign)
    require_boolean(b, square)
    target = b.product(yy - 1, NON_SQUARE + (1 - NON_SQUARE) * square)
    b.enforce(b.product(root, root), 1 + D * yy, target)
    b.enforce(is_zero(b, yy - 1), 1 - square, 0)
    parity = canonical_bits(b, root)[0]
    b.enforce(root, sign - parity, 0)
    # sign - parity is 0 or, only for root 0, `sign`: a Boolean in both cases.
    exists = b.product(square, 1 - sign + parity)
    return exists, select_point(b, exists, (root, y), GENERATOR)
