"""Attacks on proofs and their points.

SOUNDNESS 2: public inputs not below r revert. SOUNDNESS 24: every proof point passes through MSM or PAIRING, and the coefficients of a
batched verification come from all proofs and all inputs.
"""

import random
from dataclasses import replace

import pytest

from provers.validity.curve.plain import g1_multiple, g1_sum
from provers.validity.curve.points import (
    G1Point,
    G2Point,
    Q,
    evm_words,
    g1_from_evm,
    g1_to_evm,
    g2_from_evm,
    g2_to_evm,
    negate_g1,
)
from rollup.crypto.fr import R
from tests.unit.validity.backend.claims import PROOF, A, B, C, Claim, H, Payload, Y, refusal
from tests.unit.validity.backend.keys import IdealProver
from tests.unit.validity.backend.programs import LargestPurses, Purses
from tests.unit.validity.backend.scenes import (
    CALLDATA,
    DATA,
    INBOX,
    LAST_DATA,
    TAIL,
    WHOLE,
    empty_chain,
    purses,
)
from tests.unit.validity.curve.samples import g1_outside_subgroup, g2_outside_subgroup

NOT_IN_G1, NOT_IN_G2 = "validity: a point is not in G1", "validity: a point is not in G2"
DOES_NOT_VERIFY = "validity: a proof does not verify"
NOT_CANONICAL = "validity: public input is not canonical"


def honest(number: int = WHOLE) -> Payload:
    return purses().payload(number)


def refused(payload: Payload, number: int = WHOLE) -> str:
    return refusal(purses().chain, number, payload)


def put_g1(payload: Payload, place: int, where: slice, point: G1Point) -> None:
    payload.chunks[place][where] = evm_words(g1_to_evm(point))


def g1_of(payload: Payload, place: int, where: slice) -> G1Point:
    return g1_from_evm(b"".join(word.to_bytes(32, "big") for word in payload.chunks[place][where]))


def g2_of(payload: Payload, place: int) -> G2Point:
    return g2_from_evm(b"".join(word.to_bytes(32, "big") for word in payload.chunks[place][B]))


def test_proofs_left_as_they_are_are_taken() -> None:
    assert refused(honest()) == ""


@pytest.mark.parametrize("word", PROOF)
def test_a_proof_with_one_bit_changed_is_refused(word: int) -> None:
    chance = random.Random(word)
    in_g1 = word not in range(B.start, B.stop)
    for place in (INBOX, DATA, TAIL):
        payload = honest()
        payload.chunks[place][word] ^= 1 << chance.randrange(256)
        # Of a point B the curve is asked first, so nothing else can be said of it; a changed point is never on the curve by chance.
        assert refused(payload) == (NOT_IN_G1 if in_g1 else NOT_IN_G2)


@pytest.mark.parametrize("word", [H, Y])
def test_a_public_input_with_one_bit_changed_is_refused(word: int) -> None:
    for place in (INBOX, DATA, TAIL):
        payload = honest()
        payload.chunks[place][word] ^= 1
        assert refused(payload) == DOES_NOT_VERIFY


@pytest.mark.parametrize("where", [A, C], ids="AC")
def test_a_point_on_the_curve_but_outside_g1_is_refused(where: slice) -> None:
    payload = honest()
    put_g1(payload, DATA, where, g1_outside_subgroup())
    assert refused(payload) == NOT_IN_G1


def test_a_right_point_shifted_by_one_of_small_order_is_refused() -> None:
    # The pairing cannot see the difference, so only the check of the subgroup can.
    payload = honest()
    outside = g1_outside_subgroup()
    small = g1_sum([outside], [R])
    assert small is not None
    put_g1(payload, DATA, C, g1_sum([g1_of(payload, DATA, C), small], [1, 1]))
    assert refused(payload) == NOT_IN_G1


def test_a_point_on_the_twist_but_outside_g2_is_refused() -> None:
    payload = honest()
    payload.chunks[DATA][B] = evm_words(g2_to_evm(g2_outside_subgroup()))
    assert refused(payload) == NOT_IN_G2


@pytest.mark.parametrize("word", [A.start, B.start, C.start])
def test_a_coordinate_that_is_not_below_the_field_modulus_is_refused(word: int) -> None:
    payload = honest()
    row = payload.chunks[DATA]
    coordinate = (row[word] << 256) + row[word + 1] + Q
    row[word], row[word + 1] = divmod(coordinate, 1 << 256)
    assert refused(payload) == (NOT_IN_G2 if word == B.start else NOT_IN_G1)


@pytest.mark.parametrize("where", [A, B, C], ids="ABC")
def test_infinity_in_place_of_a_point_is_refused(where: slice) -> None:
    payload = honest()
    payload.chunks[DATA][where] = [0] * (where.stop - where.start)
    assert refused(payload) == DOES_NOT_VERIFY


def test_a_proof_of_all_infinities_is_refused() -> None:
    payload = honest()
    for row in payload.chunks:
        row[12:28] = [0] * 16
    assert refused(payload) == DOES_NOT_VERIFY


@pytest.mark.parametrize("where", [A, C], ids="AC")
def test_a_negated_point_is_refused(where: slice) -> None:
    payload = honest()
    put_g1(payload, TAIL, where, negate_g1(g1_of(payload, TAIL, where)))
    assert refused(payload) == DOES_NOT_VERIFY


def test_a_proof_written_differently_by_a_stranger_proves_the_same_and_no_more() -> None:
    # Groth16 is malleable: (−A, −B, C) is a proof whenever (A, B, C) is. It serves for the same inputs only, so nobody gains by it.
    payload = honest()
    row = payload.chunks[DATA]
    point = g2_of(payload, DATA)
    assert point is not None
    put_g1(payload, DATA, A, negate_g1(g1_of(payload, DATA, A)))
    (x, y) = point
    row[B] = evm_words(g2_to_evm((x, (-y[0] % Q, -y[1] % Q))))
    assert refused(payload) == ""
    row[Y] ^= 1
    assert refused(payload) == DOES_NOT_VERIFY


def test_proofs_of_two_chunks_of_one_kind_exchanged_are_refused() -> None:
    payload = honest()
    first, second = payload.chunks[DATA], payload.chunks[LAST_DATA]
    first[12:], second[12:] = second[12:], first[12:]
    assert refused(payload) == DOES_NOT_VERIFY


def test_the_proof_of_one_kind_in_place_of_another_kinds_is_refused() -> None:
    payload = honest()
    payload.chunks[TAIL][12:] = payload.chunks[DATA][12:]
    assert refused(payload) == DOES_NOT_VERIFY


@pytest.mark.parametrize("where", [A, C], ids="AC")
def test_errors_in_two_proofs_that_cancel_are_refused(where: slice) -> None:
    # With equal coefficients the sums over C would not change; with drawn ones an error would have to be chosen after its coefficient.
    payload = honest()
    error = g1_multiple(12345)
    for place, by in ((DATA, error), (LAST_DATA, negate_g1(error))):
        put_g1(payload, place, where, g1_sum([g1_of(payload, place, where), by], [1, 1]))
    assert refused(payload) == DOES_NOT_VERIFY


def test_values_shifted_between_chunks_with_their_sum_kept_are_refused() -> None:
    payload = honest()
    payload.chunks[DATA][Y] = (payload.chunks[DATA][Y] + 7) % R
    payload.chunks[LAST_DATA][Y] = (payload.chunks[LAST_DATA][Y] - 7) % R
    assert refused(payload) == DOES_NOT_VERIFY


def test_a_value_not_below_r_is_refused() -> None:
    payload = honest()
    payload.chunks[TAIL][Y] += R
    assert refused(payload) == NOT_CANONICAL


def test_a_hash_not_below_r_is_refused_though_its_proofs_are_for_the_z_it_leads_to() -> None:
    claim = replace(purses().claim(CALLDATA), h_shift=R)
    assert refused(claim.payload(), CALLDATA) == NOT_CANONICAL


def test_a_proof_of_another_program_is_refused_though_the_program_differs_in_its_capacity_only() -> None:
    chain = empty_chain(LargestPurses)
    chain.post()
    right, wrong = (Claim.honest(chain, IdealProver(program), 1) for program in (LargestPurses, Purses))
    assert [row.proved.context for row in right.rows] == [row.proved.context for row in wrong.rows]
    assert refusal(chain, 1, right.payload()) == ""
    assert refusal(chain, 1, wrong.payload()) == DOES_NOT_VERIFY
