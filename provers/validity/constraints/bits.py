"""Decompositions into bits, and comparisons. Bits are Booleans, the lowest first."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term, add_all, combine
from provers.validity.constraints.logic import conjunction, require_boolean
from rollup.crypto.fr import R

ELEMENT_BITS = R.bit_length()
"""255: bits of an element's canonical decomposition."""
WIDEST = ELEMENT_BITS - 1
"""Integers of up to 254 bits are below R, so they have one decomposition."""


def from_bits(bits: Sequence[Term]) -> Term:
    """Return `Σ bits[i]·2^i` modulo R: no constraint."""
    return combine(bits, [1 << i for i in range(len(bits))])


def require_bits(b: Builder, term: Term, count: int) -> list[Term]:
    """Prove that a term is an integer below 2^count, `count <= 254`, and return its bits: count + 1 constraints."""
    # SAFETY: 2^254 < R, so no two different bit strings of this length are equal modulo R.
    assert count <= WIDEST, f"{count} bits would have two decompositions"
    bits = b.bits(term, count)
    for bit in bits:
        require_boolean(b, bit)
    b.enforce_equal(from_bits(bits), term)
    return bits


def canonical_bits(b: Builder, term: Term) -> list[Term]:
    """Return the 255 bits of a term's representative in [0, R): 324 constraints.

    SAFETY: the bits add up to the term modulo R, and to an integer of at most R - 1, so they are those of its representative (SOUNDNESS 2).
    """
    bits = b.bits(term, ELEMENT_BITS)
    b.enforce_equal(from_bits(bits), term)
    require_at_most(b, bits, R - 1)
    return bits


def require_at_most(b: Builder, bits: Sequence[Term], limit: int) -> None:
    """Prove that hints are Booleans and, as an integer, at most `limit < 2^len(bits)`.

    One constraint a bit, and for each run of ones in `limit` one more (two if it is longer than two).

    SAFETY: `tight` says whether all bits so far equal those of `limit`, given that none exceeds them. Where `limit` has a 0, the constraint
    x·(1 - tight - x) = 0 says that x is 0 if `tight`, else a Boolean. Where it has ones, bits are Booleans and `tight` stays 1 only if all are 1.
    """
    tight: Term = 1
    for place, (one, run) in enumerate(_runs(bits, limit)):
        if not one:
            for bit in run:
                b.enforce(1 - tight - bit, bit, 0)
            continue
        for bit in run:
            require_boolean(b, bit)
        tight = conjunction(b, run if place == 0 else [tight, *run])


def is_below(b: Builder, bits: Sequence[Term], limit: int) -> Term:
    """Return whether Booleans are, as an integer, below `limit < 2^len(bits)`: one or two constraints for each run of equal bits in `limit`.

    SAFETY: an integer is below `limit` exactly if at some 1 of `limit` it has a 0 and all higher bits are equal. "Equal so far" falls from 1 to 0
    at most once, so the sum of its falls over the runs of ones is that very flag.
    """
    if limit == 0:
        return 0
    zeros = (limit & -limit).bit_length() - 1  # below its lowest 1 `limit` cannot exceed anything
    equal: Term = 1
    falls: list[Term] = []
    for place, (one, run) in enumerate(_runs(bits[zeros:], limit >> zeros)):
        flags = run if one else [1 - bit for bit in run]
        before, equal = equal, conjunction(b, flags if place == 0 else [equal, *flags])
        if one:
            falls.append(before - equal)
    return add_all(falls)


def is_less(b: Builder, x: Term, y: Term, width: int) -> Term:
    """Return whether x < y for integers of at most 2^width, x below and `width <= 253`: width + 2 constraints."""
    # SAFETY: x - y + 2^width is an integer in [0, 2^(width + 1)), below R; its top bit is x >= y.
    assert width < WIDEST, f"{width} bits cannot be compared"
    return 1 - require_bits(b, x - y + (1 << width), width + 1)[width]


def _runs(bits: Sequence[Term], limit: int) -> Iterator[tuple[bool, list[Term]]]:
    """Yield the runs of equal bits of `limit` from its top, each with the bits at its places."""
    assert 0 <= limit < 1 << len(bits), "the limit has more bits than are compared"
    places = range(len(bits) - 1, -1, -1)
    for one, run in groupby(places, lambda place: bool(limit >> place & 1)):
        yield one, [bits[place] for place in run]
