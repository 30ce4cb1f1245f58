"""Whether a signature is valid, as a flag: total over every key, message and signature (SOUNDNESS 3, 6)."""

from collections.abc import Sequence
from dataclasses import dataclass

from provers.validity.constraints.bits import canonical_bits, is_below
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.jubjub import (
    TermPoint,
    add,
    is_killed_by_cofactor,
    is_on_curve,
    multiply,
    multiply_base,
    negate,
    select_point,
)
from provers.validity.constraints.linear import Term
from provers.validity.constraints.logic import conjunction, is_zero, require_boolean
from provers.validity.constraints.poseidon2 import hash_items
from rollup.crypto.fr import GENERATOR as NON_SQUARE
from rollup.crypto.jubjub import GENERATOR, ORDER, D
from rollup.crypto.poseidon2 import Domain


@dataclass(frozen=True, slots=True)
class TermSignature:
    """A signature in terms: `r_y` any element, `r_sign` a Boolean, `s_bits` the 252 Booleans of s."""

    r_y: Term
    r_sign: Term
    s_bits: Sequence[Term]


def is_valid_signature(b: Builder, key: TermPoint, message: Term, signature: TermSignature) -> Term:
    """Return whether 8(s·B - R - c·A) = O under the strict rules of `rollup.crypto.eddsa.verify`."""
    on_curve = is_on_curve(b, key)
    # SAFETY: what is not on the curve is replaced by the generator before anything adds it; the flags keep what was wrong.
    a = select_point(b, on_curve, key, GENERATOR)
    small = is_killed_by_cofactor(b, a)
    r_exists, r = decompress(b, signature.r_y, signature.r_sign)
    in_order = is_below(b, signature.s_bits, ORDER)
    c = hash_items(b, Domain.CHALLENGE, [*r, *a, message])
    # SAFETY: the order of every point divides 8L, so 8c·A is the same for the hash itself and for the hash mod L; the bits are those of
    # its one representative in [0, R), since two representatives would differ by R, which L does not divide.
    right = add(b, r, multiply(b, canonical_bits(b, c), a))
    difference = add(b, multiply_base(b, signature.s_bits), negate(right))
    equation = is_killed_by_cofactor(b, difference)
    return conjunction(b, [on_curve, 1 - small, r_exists, in_order, equation])


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
