"""Verification: what it accepts, and everything it must refuse."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provers.validity.constraints.r1cs import limbs_of
from provers.validity.curve import plain
from provers.validity.curve.points import G1Point, Q, negate_g1
from provers.validity.groth16.proof import EVM_BYTES, Proof
from provers.validity.groth16.prove import prove
from provers.validity.groth16.verify import batch_coefficients, verify, verify_batch
from provers.validity.groth16.verifying_key import VerifyingKey
from rollup.crypto.fr import R
from rollup.errors import DecodeError
from tests.unit.validity.curve.samples import g1_outside_subgroup, g2_outside_subgroup
from tests.unit.validity.groth16.circuits import fifth_powers
from tests.unit.validity.groth16.conftest import Proved, make
from tests.unit.validity.groth16.theirs import snarkjs_accepts, snarkjs_program, zksnake_accepts

ENGINES = ["arkworks", "py-ecc"]
ROOT = Path(__file__).parents[4]


@pytest.mark.parametrize("pairing", ENGINES)
def test_a_proof_holds_for_its_inputs_and_no_others(proved: Proved, pairing: str) -> None:
    assert verify(proved.vk, proved.public, proved.proof, pairing)
    assert not verify(proved.vk, [proved.public[0] + 1], proved.proof, pairing)
    assert not verify(proved.vk, [0], proved.proof, pairing)


@pytest.mark.skipif(snarkjs_program() is None, reason="snarkjs is not installed")
def test_snarkjs_accepts_a_proof_and_refuses_it_for_another_input(proved: Proved, tmp_path: Path) -> None:
    assert snarkjs_accepts(tmp_path, proved.vk, proved.public, proved.proof)
    assert not snarkjs_accepts(tmp_path, proved.vk, [proved.public[0] + 1], proved.proof)


def test_zksnake_accepts_a_proof_and_refuses_it_for_another_input(proved: Proved) -> None:
    assert zksnake_accepts(proved.vk, proved.public, proved.proof)
    assert not zksnake_accepts(proved.vk, [proved.public[0] + 1], proved.proof)


def test_public_inputs_too_few_too_many_negative_or_beyond_the_field_are_refused(proved: Proved) -> None:
    (x,) = proved.public
    for public in ([], [x, 0], [x + R], [x - R], [R], [-1], [1 << 256], [1 << 5000]):
        assert not verify(proved.vk, public, proved.proof)
        assert not verify_batch(proved.vk, [public], [proved.proof])


@pytest.mark.parametrize("pairing", ENGINES)
def test_points_swapped_negated_at_infinity_or_from_another_proof_are_refused(proved: Proved, pairing: str) -> None:
    proof, other = proved.proof, make(fifth_powers(1)).proof
    wrong = [
        replace(proof, a=proof.c, c=proof.a),
        replace(proof, a=negate_g1(proof.a)),
        replace(proof, c=None),
        replace(proof, a=None),
        replace(proof, b=None),
        replace(proof, b=other.b),
        Proof(None, None, None),
        other,
    ]
    for forged in wrong if pairing == "arkworks" else wrong[:2]:
        assert not verify(proved.vk, proved.public, forged, pairing)


@pytest.mark.parametrize("pairing", ENGINES)
def test_points_outside_their_subgroup_are_refused(proved: Proved, pairing: str) -> None:
    outside, proof = g1_outside_subgroup(), proved.proof
    for forged in (
        replace(proof, a=outside),
        replace(proof, c=outside),
        replace(proof, b=g2_outside_subgroup()),
        # A itself plus a point of small order: the pairing alone might not see it.
        replace(proof, a=_moved_by_cofactor(proof.a)),
    ):
        assert not verify(proved.vk, proved.public, forged, pairing)
        assert not verify_batch(proved.vk, [proved.public], [forged], pairing)


def _moved_by_cofactor(point: G1Point) -> G1Point:
    """`point + r·X` for X outside the subgroup: r·X has an order that divides the cofactor."""
    stray = plain.g1_multiple(R, g1_outside_subgroup())
    assert stray is not None
    return plain.g1_sum([point, stray], [1, 1])


def test_points_off_their_curve_or_not_canonical_are_refused(proved: Proved) -> None:
    proof = proved.proof
    assert proof.a is not None
    x, y = proof.a
    for a in ((x, y + 1), (x + Q, y), (x - Q, y), (0, 0)):
        assert not verify(proved.vk, proved.public, replace(proof, a=a))
        assert not verify_batch(proved.vk, [proved.public], [replace(proof, a=a)])
    assert not verify(proved.vk, proved.public, replace(proof, b=((1, 2), (3, 4))))


@given(bit=st.integers(0, 8 * EVM_BYTES - 1))
def test_a_proof_with_any_bit_flipped_is_refused(proved: Proved, bit: int) -> None:
    data = bytearray(proved.proof.to_evm())
    data[bit // 8] ^= 1 << (bit % 8)
    try:
        forged = Proof.from_evm(bytes(data))
    except DecodeError:
        return
    assert not verify(proved.vk, proved.public, forged)


@given(data=st.binary(max_size=600))
def test_bytes_that_are_no_proof_are_refused(data: bytes) -> None:
    if data == bytes(EVM_BYTES):
        return
    with pytest.raises(DecodeError):
        Proof.from_evm(data)


def test_a_proof_survives_its_evm_encoding(proved: Proved) -> None:
    data = proved.proof.to_evm()
    assert len(data) == EVM_BYTES
    assert Proof.from_evm(data) == proved.proof
    words = [w for part in proved.proof.to_evm_words() for w in part]
    assert b"".join(w.to_bytes(32, "big") for w in words) == data
    # Infinity is a point, so these bytes decode; the equation refuses them.
    assert not verify(proved.vk, proved.public, Proof.from_evm(bytes(EVM_BYTES)))


@pytest.mark.parametrize("pairing", ENGINES)
def test_a_batch_holds_if_every_proof_does(proved: Proved, pairing: str) -> None:
    second = prove(proved.pk, proved.r1cs, limbs_of(proved.witness))
    assert verify_batch(proved.vk, [proved.public] * 2, [proved.proof, second], pairing)
    wrong = [proved.public[0] + 1]
    assert not verify_batch(proved.vk, [proved.public, wrong], [proved.proof, second], pairing)
    assert not verify_batch(proved.vk, [wrong, proved.public], [proved.proof, second], pairing)


def test_a_batch_whose_errors_cancel_in_a_plain_sum_is_refused(proved: Proved) -> None:
    # With all coefficients 1 the product would hold: C moves by +D in one proof and by -D in the other.
    first, second = proved.proof, prove(proved.pk, proved.r1cs, limbs_of(proved.witness))
    shift = plain.g1_multiple(77)
    forged = [
        replace(first, c=plain.g1_sum([first.c, shift], [1, 1])),
        replace(second, c=plain.g1_sum([second.c, negate_g1(shift)], [1, 1])),
    ]
    assert not verify_batch(proved.vk, [proved.public] * 2, forged)


def test_batch_coefficients_depend_on_every_proof_and_every_input(proved: Proved) -> None:
    second = prove(proved.pk, proved.r1cs, limbs_of(proved.witness))
    base = batch_coefficients(proved.vk, [proved.public] * 2, [proved.proof, second])
    assert base[0] == 1
    assert 0 < base[1] < 1 << 128
    others = [
        batch_coefficients(proved.vk, [[1], proved.public], [proved.proof, second]),
        batch_coefficients(proved.vk, [proved.public, [1]], [proved.proof, second]),
        batch_coefficients(proved.vk, [proved.public] * 2, [second, second]),
        batch_coefficients(proved.vk, [proved.public] * 2, [proved.proof, proved.proof]),
        batch_coefficients(replace(proved.vk, development=False), [proved.public] * 2, [proved.proof, second]),
    ]
    assert len({x[1] for x in (base, *others)}) == 6


def test_a_batch_of_none_holds_and_of_unequal_lengths_does_not(proved: Proved) -> None:
    assert verify_batch(proved.vk, [], [])
    assert not verify_batch(proved.vk, [proved.public], [])
    assert not verify_batch(proved.vk, [], [proved.proof])


def test_a_verifying_key_survives_its_file_and_its_words_are_its_points(proved: Proved, tmp_path: Path) -> None:
    proved.vk.save(tmp_path / "vk.json")
    assert VerifyingKey.load(tmp_path / "vk.json") == proved.vk
    words = proved.vk.to_evm_words()
    flat = [*words["alpha"], *words["beta"], *words["gamma"], *words["delta"], *(w for p in words["ic"] for w in p)]
    assert b"".join(w.to_bytes(32, "big") for w in flat) == proved.vk.to_bytes()
    assert [len(words[name]) for name in ("alpha", "beta", "gamma", "delta")] == [4, 8, 8, 8]


def test_a_verifying_key_that_is_malformed_or_outside_the_subgroup_is_refused(proved: Proved, tmp_path: Path) -> None:
    good = proved.vk.to_json()
    outside = replace(proved.vk, alpha=g1_outside_subgroup()).to_json()
    wrongs: list[object] = [
        outside,
        replace(proved.vk, beta=g2_outside_subgroup()).to_json(),
        replace(proved.vk, delta=None).to_json(),
        replace(proved.vk, gamma=None).to_json(),
        {**good, "ic": []},
        {**good, "ic": [1]},
        {**good, "alpha": "zz"},
        {**good, "development": 1},
        {**good, "format": "other"},
        {**good, "more": 1},
        [],
        None,
    ]
    for wrong in wrongs:
        with pytest.raises(DecodeError):
            VerifyingKey.from_json(json.loads(json.dumps(wrong)))
    (tmp_path / "vk.json").write_text("{", encoding="utf-8")
    with pytest.raises(DecodeError):
        VerifyingKey.load(tmp_path / "vk.json")
