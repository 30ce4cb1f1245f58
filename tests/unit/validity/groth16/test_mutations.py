"""Ten thousand proofs and inputs that are not the honest ones, of every kind that is cheap to make; not one may be accepted."""

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from provers.validity.constraints.r1cs import limbs_of
from provers.validity.curve import plain
from provers.validity.curve.fixed_base import FixedBase
from provers.validity.curve.groups import G1, G2, g1_array, g1_points, g2_array, g2_points
from provers.validity.curve.points import G1_GENERATOR, G2_GENERATOR, G1Point, G2Point, negate_g1
from provers.validity.groth16.proof import EVM_BYTES, Proof
from provers.validity.groth16.prove import prove
from provers.validity.groth16.verify import verify
from rollup.crypto.fr import R
from rollup.errors import DecodeError
from tests.unit.validity.curve.samples import g1_outside_subgroup, g2_outside_subgroup
from tests.unit.validity.groth16.conftest import Proved

BATCHES, MUTATIONS = 10, 1000
STOCK = 64
Claim = tuple[Sequence[int], Proof]
Mutate = Callable[[random.Random, Proved], Claim]


@cache
def stock_g1() -> list[G1Point]:
    """Points of the subgroup that nobody knows a use for."""
    scalars = limbs_of([random.Random(i).randrange(1, R) for i in range(STOCK)])
    return g1_points(FixedBase(G1, g1_array([G1_GENERATOR])[0], STOCK).multiples(scalars))


@cache
def stock_g2() -> list[G2Point]:
    scalars = limbs_of([random.Random(i).randrange(1, R) for i in range(STOCK)])
    return g2_points(FixedBase(G2, g2_array([G2_GENERATOR])[0], STOCK).multiples(scalars))


@cache
def outside_g1() -> list[G1Point]:
    outside = g1_outside_subgroup()
    return [plain.g1_sum([outside, point], [1, 1]) for point in stock_g1()[:8]]


def put(proof: Proof, points: Mapping[str, Any]) -> Proof:
    return replace(proof, **points)


def flipped(draw: random.Random, honest: Proved) -> Claim:
    """A bit of the encoded proof; raises where the bytes are no proof."""
    data = bytearray(honest.proof.to_evm())
    bit = draw.randrange(8 * EVM_BYTES)
    data[bit // 8] ^= 1 << bit % 8
    return honest.public, Proof.from_evm(bytes(data))


def input_flipped(draw: random.Random, honest: Proved) -> Claim:
    return [honest.public[0] ^ 1 << draw.randrange(256)], honest.proof


def input_congruent(draw: random.Random, honest: Proved) -> Claim:
    return [honest.public[0] + R * draw.choice([-1, 1, 2, 1 << draw.randrange(64)])], honest.proof


def input_drawn(draw: random.Random, honest: Proved) -> Claim:
    return [draw.randrange(R)], honest.proof


def swapped(draw: random.Random, honest: Proved) -> Claim:
    """Points put in each other's place or negated, and at least one that is not the honest one."""
    proof = honest.proof
    choices = [proof.a, proof.c, negate_g1(proof.a), negate_g1(proof.c)]
    a, c = draw.choice([(a, c) for a in choices for c in choices if (a, c) != (proof.a, proof.c)])
    return honest.public, replace(proof, a=a, c=c)


def replaced(draw: random.Random, honest: Proved) -> Claim:
    """One point by another of its subgroup."""
    place = draw.choice("abc")
    point = draw.choice(stock_g2() if place == "b" else stock_g1())
    return honest.public, put(honest.proof, {place: point})


def mixed(draw: random.Random, honest: Proved) -> Claim:
    """One or two points of another proof of the same witness."""
    places = draw.sample("abc", draw.choice([1, 2]))
    return honest.public, put(honest.proof, {place: getattr(second(honest), place) for place in places})


def outside(draw: random.Random, honest: Proved) -> Claim:
    """One point by one of the curve that is not in the subgroup."""
    place = draw.choice("abc")
    point = g2_outside_subgroup() if place == "b" else draw.choice(outside_g1())
    return honest.public, put(honest.proof, {place: point})


def at_infinity(draw: random.Random, honest: Proved) -> Claim:
    places = draw.sample("abc", draw.choice([1, 2, 3]))
    return honest.public, put(honest.proof, dict.fromkeys(places))


_second: list[Proof] = []


def second(honest: Proved) -> Proof:
    if not _second:
        _second.append(prove(honest.pk, honest.r1cs, limbs_of(honest.witness)))
    return _second[0]


KINDS: list[Mutate] = [
    flipped,
    input_flipped,
    input_congruent,
    input_drawn,
    swapped,
    replaced,
    mixed,
    outside,
    at_infinity,
]


@pytest.mark.parametrize("seed", range(BATCHES))
def test_a_thousand_mutations_are_refused(proved: Proved, seed: int) -> None:
    assert verify(proved.vk, proved.public, proved.proof)
    assert verify(proved.vk, proved.public, second(proved))
    draw, tried = random.Random(seed), Counter[str]()
    for _ in range(MUTATIONS):
        mutate = draw.choice(KINDS)
        tried[mutate.__name__] += 1
        try:
            public, proof = mutate(draw, proved)
        except DecodeError:
            assert mutate is flipped, f"{mutate.__name__} made something that is no proof"
            continue
        assert (public, proof) != (proved.public, proved.proof), f"{mutate.__name__} changed nothing"
        assert not verify(proved.vk, public, proof), f"{mutate.__name__} is accepted: {public}, {proof}"
    assert len(tried) == len(KINDS)
