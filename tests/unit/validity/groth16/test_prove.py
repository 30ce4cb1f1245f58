"""Setup and proving: against the plain twin, and what they refuse."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from provers.validity.constraints.r1cs import R1CS, ints_of, limbs_of
from provers.validity.curve import plain as curve
from provers.validity.curve.groups import g1_points, g2_points
from provers.validity.groth16 import plain
from provers.validity.groth16.prove import UnsatisfiedError, prove, prove_blinded
from provers.validity.groth16.proving_key import KeyMismatchError, ProvingKey
from provers.validity.groth16.qap import domain_size, exponents
from provers.validity.groth16.setup import setup
from provers.validity.groth16.toxic_waste import ToxicWaste
from provers.validity.groth16.verify import verify
from rollup.crypto.fr import R
from rollup.errors import DecodeError
from tests.unit.validity.groth16.circuits import bits, cubic, fifth_powers, unused_inputs
from tests.unit.validity.groth16.conftest import Proved, make

CIRCUITS = {
    "cubic": cubic(),
    "one fifth power": fifth_powers(1),
    "seven fifth powers": fifth_powers(7),
    "unused inputs": unused_inputs(),
    "bits": bits(20, 0xABCDE),
}
every_circuit = pytest.mark.parametrize("circuit", CIRCUITS.values(), ids=CIRCUITS)


@every_circuit
def test_the_exponents_of_a_key_are_those_of_the_plain_twin(circuit: tuple[R1CS, list[int]]) -> None:
    r1cs, _ = circuit
    waste = ToxicWaste.draw(domain_size(r1cs), b"seed")
    fast, slow = exponents(r1cs, waste), plain.exponents(r1cs, waste)
    for name in ("a", "b", "ic", "l", "h"):
        assert ints_of(getattr(fast, name)) == getattr(slow, name)


@every_circuit
def test_a_key_holds_the_multiples_that_its_exponents_say(circuit: tuple[R1CS, list[int]]) -> None:
    r1cs, _ = circuit
    waste = ToxicWaste.draw(domain_size(r1cs), b"seed")
    pk, vk = setup(r1cs, b"seed")
    logs = plain.exponents(r1cs, waste)
    for name, scalars in (
        ("a", [x for x in logs.a if x]),
        ("b_g1", [x for x in logs.b if x]),
        ("l", logs.l),
        ("h", logs.h),
    ):
        points = g1_points(getattr(pk, name))
        assert len(points) == len(scalars)
        assert points[-3:] == [curve.g1_multiple(x) for x in scalars[-3:]]
    assert g2_points(pk.b_g2)[:2] == [curve.g2_multiple(x) for x in logs.b if x][:2]
    assert g1_points(pk.tail_g1) == [curve.g1_multiple(x) for x in (waste.alpha, waste.beta, waste.delta)]
    assert list(vk.ic) == [curve.g1_multiple(x) for x in logs.ic]
    assert (vk.beta, vk.gamma, vk.delta) == tuple(curve.g2_multiple(x) for x in (waste.beta, waste.gamma, waste.delta))
    assert pk.development
    assert vk.development


@every_circuit
def test_a_proof_is_that_of_the_plain_twin_for_the_same_blinding(circuit: tuple[R1CS, list[int]]) -> None:
    r1cs, witness = circuit
    pk, vk = setup(r1cs, b"seed")
    waste = ToxicWaste.draw(domain_size(r1cs), b"seed")
    for r, s in ((0, 0), (5, R - 6)):
        fast = prove_blinded(pk, r1cs, limbs_of(witness), r, s)
        assert fast == plain.prove(r1cs, witness, waste, r, s)
        assert verify(vk, witness[1 : r1cs.public + 1], fast)


def test_a_thousand_constraints_are_proved_by_one_thread_or_two() -> None:
    made = make(fifth_powers(341), entropy=None)
    assert made.r1cs.constraints == 1023
    one = prove(made.pk, made.r1cs, limbs_of(made.witness), threads=1)
    for proof in (made.proof, one):
        assert verify(made.vk, made.public, proof)
        assert not verify(made.vk, [made.public[0] ^ 1], proof)
    assert verify(made.vk, made.public, one, pairing="py-ecc")


def test_two_proofs_of_one_witness_differ_in_every_point(proved: Proved) -> None:
    other = prove(proved.pk, proved.r1cs, limbs_of(proved.witness))
    assert other.a != proved.proof.a
    assert other.b != proved.proof.b
    assert other.c != proved.proof.c
    assert verify(proved.vk, proved.public, other)


def test_two_setups_without_entropy_differ() -> None:
    r1cs, _ = cubic()
    assert setup(r1cs)[1] != setup(r1cs)[1]


def test_a_witness_that_breaks_a_constraint_is_refused_by_its_index(proved: Proved) -> None:
    for wire, constraint in ((1, 2), (3, 0), (4, 1)):
        witness = list(proved.witness)
        witness[wire] += 1
        assert proved.r1cs.is_satisfied(limbs_of(witness)) == constraint
        assert proved.r1cs.is_satisfied_plain(limbs_of(witness)) == constraint
        with pytest.raises(UnsatisfiedError) as caught:
            prove(proved.pk, proved.r1cs, limbs_of(witness))
        assert caught.value.constraint == constraint


def test_a_witness_of_another_shape_or_not_canonical_is_refused(proved: Proved) -> None:
    good = limbs_of(proved.witness)
    beyond = good.copy()
    beyond[2] = [0xFFFF_FFFF_0000_0001, 0x53BD_A402_FFFE_5BFE, 0x3339_D808_09A1_D805, 0x73ED_A753_299D_7D48]
    constant = good.copy()
    constant[0, 0] = 2
    wrongs: list[Any] = [good[:-1], good.astype(np.int64), beyond, constant]
    for wrong in wrongs:
        with pytest.raises(ValueError, match=r"witness|wire"):
            prove(proved.pk, proved.r1cs, wrong)


def test_public_inputs_that_no_constraint_mentions_are_bound_nevertheless() -> None:
    made = make(unused_inputs())
    assert verify(made.vk, [11, 12], made.proof)
    assert not verify(made.vk, [12, 11], made.proof)
    assert not verify(made.vk, [11, 13], made.proof)
    assert len({*made.vk.ic, None}) == len(made.vk.ic) + 1


def test_a_saved_key_proves_as_the_one_in_memory(proved: Proved, tmp_path: Path) -> None:
    proved.pk.save(tmp_path / "key")
    before = {p.name: p.read_bytes() for p in (tmp_path / "key").iterdir()}
    loaded = ProvingKey.load(tmp_path / "key", proved.r1cs)
    assert isinstance(loaded.a, np.memmap)
    assert loaded.vk == proved.vk
    fresh = prove_blinded(loaded, proved.r1cs, limbs_of(proved.witness), 3, 4)
    assert fresh == prove_blinded(proved.pk, proved.r1cs, limbs_of(proved.witness), 3, 4)
    assert before == {p.name: p.read_bytes() for p in (tmp_path / "key").iterdir()}


def test_a_key_of_another_circuit_is_refused(proved: Proved, tmp_path: Path) -> None:
    other, witness = fifth_powers(1)
    proved.pk.save(tmp_path)
    with pytest.raises(KeyMismatchError) as caught:
        ProvingKey.load(tmp_path, other)
    assert caught.value.got == proved.r1cs.digest().hex()
    with pytest.raises(KeyMismatchError):
        prove(proved.pk, other, limbs_of(witness))


def _truncate(root: Path) -> None:
    (root / "a.npy").write_bytes((root / "a.npy").read_bytes()[:100])


def _shorten(root: Path) -> None:
    np.save(root / "l.npy", np.load(root / "l.npy")[:-1])


def _point_elsewhere(root: Path) -> None:
    np.save(root / "a_wires.npy", np.load(root / "a_wires.npy") + 1000)


def _negative(root: Path) -> None:
    np.save(root / "b_wires.npy", np.load(root / "b_wires.npy") - 1000)


def _remove(root: Path) -> None:
    (root / "h.npy").unlink()


def _halve(root: Path) -> None:
    header = json.loads((root / "key.json").read_text(encoding="utf-8"))
    header["size"] //= 2
    (root / "key.json").write_text(json.dumps(header), encoding="utf-8")
    np.save(root / "h.npy", np.load(root / "h.npy")[: header["size"] - 1])


def _garble(root: Path) -> None:
    (root / "key.json").write_text("{}", encoding="utf-8")


@pytest.mark.parametrize("harm", [_truncate, _shorten, _point_elsewhere, _negative, _remove, _halve, _garble])
def test_a_damaged_key_is_refused_before_a_kernel_reads_it(proved: Proved, tmp_path: Path, harm: object) -> None:
    proved.pk.save(tmp_path)
    assert callable(harm)
    harm(tmp_path)
    with pytest.raises(DecodeError):
        ProvingKey.load(tmp_path, proved.r1cs)
