"""`tandem snarkjs`: what it writes snarkjs accepts, and what is wrong it refuses where snarkjs does not."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from provers.validity.curve import plain
from provers.validity.curve.points import G1_GENERATOR, Q
from provers.validity.groth16 import snarkjs, snarkjs_reading
from rollup.crypto.fr import R
from rollup.errors import DecodeError, OutsideError
from tests.unit.validity.commands.runs import Tandem, run
from tests.unit.validity.curve.samples import g1_outside_subgroup, g2_outside_subgroup
from tests.unit.validity.groth16.circuits import cubic
from tests.unit.validity.groth16.conftest import Proved, make
from tests.unit.validity.groth16.theirs import snarkjs_program
from tests.unit.validity.iden3.files import VECTORS, wtns_file

POW5 = VECTORS / "circom" / "pow5.r1cs"
WITNESS = VECTORS / "circom" / "pow5.wtns"
NAMES = ("verification_key.json", "public.json", "proof.json")
needs_snarkjs = pytest.mark.skipif(snarkjs_program() is None, reason="snarkjs is not installed")


@pytest.fixture
def tandem(capsys: pytest.CaptureFixture[str]) -> Tandem:
    return Tandem(capsys)


@pytest.fixture(scope="module")
def cubed() -> Proved:
    return make(cubic())


def accepted_by_snarkjs(folder: Path) -> bool:
    program = snarkjs_program()
    assert program is not None
    done = subprocess.run(
        [program, "groth16", "verify", *NAMES], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    accepted = "OK!" in done.stdout
    assert (done.returncode == 0) is accepted, done.stdout + done.stderr
    return accepted


def exported(folder: Path, proved: Proved) -> Path:
    snarkjs.export(folder, proved.vk, proved.public, proved.proof)
    return folder


def edit(path: Path, change: Callable[[Any], Any]) -> None:
    content = json.loads(path.read_text())
    result = change(content)
    path.write_text(json.dumps(content if result is None else result))


# ---------------------------------------------------------------- prove


@needs_snarkjs
def test_a_circuit_of_circom_is_proved_for_snarkjs(tmp_path: Path, tandem: Tandem) -> None:
    out, keys = tmp_path / "out", tmp_path / "keys"
    printed = tandem.succeeds("snarkjs", "prove", POW5, WITNESS, out, "--keys", keys, "--development")
    assert "a development key: whoever made it could forge proofs" in printed
    assert "the proof holds" in tandem.succeeds("snarkjs", "verify", out)
    assert accepted_by_snarkjs(out)
    again = tmp_path / "again"
    tandem.succeeds("snarkjs", "prove", POW5, WITNESS, again, "--keys", keys)
    (out / "proof.json").write_bytes((again / "proof.json").read_bytes())
    assert accepted_by_snarkjs(out)
    edit(out / "public.json", lambda public: [str(int(public[0]) + 1), *public[1:]])
    assert not accepted_by_snarkjs(out)
    assert "does not hold" in tandem.fails("snarkjs", "verify", out)


def test_a_circuit_without_a_key_says_how_to_make_one(tmp_path: Path, tandem: Tandem) -> None:
    said = tandem.fails("snarkjs", "prove", POW5, WITNESS, tmp_path / "out", "--keys", tmp_path / "keys")
    assert "holds no key of" in said
    assert "make one with many (tandem ceremony --help), or for development by --development" in said


def test_a_witness_that_breaks_the_circuit_names_the_constraint(tmp_path: Path, tandem: Tandem) -> None:
    (tmp_path / "bad.wtns").write_bytes(wtns_file([1, 2, 3, 4, 5, 6]))
    words = (
        "snarkjs",
        "prove",
        POW5,
        tmp_path / "bad.wtns",
        tmp_path / "out",
        "--keys",
        tmp_path / "keys",
        "--development",
    )
    assert "the witness breaks constraint 0" in tandem.fails(*words)
    assert not (tmp_path / "out").exists()


# ---------------------------------------------------------------- export


@needs_snarkjs
def test_a_key_with_a_proof_is_exported_from_our_files(tmp_path: Path, tandem: Tandem, cubed: Proved) -> None:
    cubed.pk.save(tmp_path / "key")
    cubed.vk.save(tmp_path / "vk.json")
    (tmp_path / "proof").write_bytes(cubed.proof.to_evm())
    (tmp_path / "proof.hex").write_text("0x" + cubed.proof.to_evm().hex() + "\n")
    (tmp_path / "public").write_text(json.dumps(cubed.public))
    exported(tmp_path, cubed)
    out = tmp_path / "out"
    for key in ("vk.json", "key/key.json"):
        for proof in ("proof", "proof.hex"):
            words = (tmp_path / key, out, "--proof", tmp_path / proof, "--public", tmp_path / "public")
            tandem.succeeds("snarkjs", "export", *words)
            assert [(out / n).read_bytes() for n in NAMES] == [(tmp_path / n).read_bytes() for n in NAMES]
    assert accepted_by_snarkjs(out)
    tandem.succeeds("snarkjs", "export", tmp_path / "vk.json", tmp_path / "alone")
    assert [path.name for path in (tmp_path / "alone").iterdir()] == ["verification_key.json"]


def test_what_cannot_be_exported_is_named(tmp_path: Path, tandem: Tandem, cubed: Proved) -> None:
    cubed.vk.save(tmp_path / "vk.json")
    (tmp_path / "proof").write_bytes(cubed.proof.to_evm())
    (tmp_path / "short").write_bytes(cubed.proof.to_evm()[:-1])
    (tmp_path / "public").write_text(json.dumps(cubed.public))
    (tmp_path / "wrong").write_text(json.dumps([cubed.public[0] + 1]))
    (tmp_path / "none").write_text("7")
    key, out = tmp_path / "vk.json", tmp_path / "out"
    for proof, public, words in (
        ("proof", "wrong", "does not hold for the inputs in"),
        ("proof", "none", "is no JSON list of integers"),
        ("proof", "proof", "is not JSON"),
        ("short", "public", "a proof has the wrong length"),
        ("missing", "public", "cannot be read"),
        ("proof", "missing", "cannot be read"),
    ):
        said = tandem.fails("snarkjs", "export", key, out, "--proof", tmp_path / proof, "--public", tmp_path / public)
        assert words in said
    assert "give both --proof and --public" in tandem.fails(
        "snarkjs", "export", key, out, "--proof", tmp_path / "proof"
    )
    assert "is not JSON" in tandem.fails("snarkjs", "export", tmp_path / "short", out)
    assert "cannot be read" in tandem.fails("snarkjs", "export", tmp_path / "missing", out)
    assert "not a verifying key" in tandem.fails("snarkjs", "export", tmp_path / "public", out)
    assert not out.exists()


# ---------------------------------------------------------------- verify


def test_what_is_exported_is_read_again(tmp_path: Path, cubed: Proved) -> None:
    folder = exported(tmp_path, cubed)
    vk, public, proof = (
        snarkjs_reading.read_verifying_key(folder / NAMES[0]),
        snarkjs_reading.read_public(folder / NAMES[1]),
        snarkjs_reading.read_proof(folder / NAMES[2]),
    )
    assert (vk, public, proof) == (cubed.vk, cubed.public, cubed.proof)


def g1_json(point: Any) -> list[str]:
    return [str(point[0]), str(point[1]), "1"]


def g2_json(point: Any) -> list[list[str]]:
    return [[str(c) for c in x] for x in point] + [["1", "0"]]


@needs_snarkjs
def test_snarkjs_checks_no_subgroup_and_we_do(tmp_path: Path, cubed: Proved) -> None:
    # A point of order 3 added to C changes no pairing, so snarkjs accepts what was not proved; we refuse it.
    folder = exported(tmp_path, cubed)
    moved = plain.g1_sum([cubed.proof.c, (0, 2)], [1, 1])
    edit(folder / "proof.json", lambda proof: proof.update(pi_c=g1_json(moved)))
    assert accepted_by_snarkjs(folder)
    with pytest.raises(DecodeError, match="pi_c is outside the subgroup of order r"):
        snarkjs_reading.read_proof(folder / "proof.json")


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("proof.json", lambda x: x.update(protocol="plonk"), "another protocol; expected groth16, got plonk"),
        ("proof.json", lambda x: x.update(curve="bn128"), "another curve; expected bls12381, got bn128"),
        ("proof.json", lambda x: [x], "is no JSON object"),
        ("proof.json", lambda x: x.pop("pi_a") and None, "pi_a has not three coordinates"),
        ("proof.json", lambda x: x.update(pi_a=["1", "2"]), "pi_a has not three coordinates"),
        ("proof.json", lambda x: x.update(pi_a=["1", "2", "1"]), "pi_a is not on the curve"),
        ("proof.json", lambda x: x.update(pi_a=["1", "2", "3"]), "pi_a is not affine"),
        ("proof.json", lambda x: x.update(pi_a=["1", "-2", "1"]), "pi_a is not a decimal string"),
        ("proof.json", lambda x: x.update(pi_a=["1", 2, "1"]), "pi_a is not a decimal string"),
        ("proof.json", lambda x: x.update(pi_a=["1", "9" * 10**6, "1"]), "pi_a is not a decimal string"),
        ("proof.json", lambda x: x.update(pi_a=["1", "²", "1"]), "pi_a is not a decimal string"),
        ("proof.json", lambda x: x["pi_a"].__setitem__(0, str(int(x["pi_a"][0]) + Q)), "pi_a is not below its modulus"),
        ("proof.json", lambda x: x.update(pi_a=g1_json(g1_outside_subgroup())), "pi_a is outside the subgroup"),
        ("proof.json", lambda x: x.update(pi_b=g2_json(g2_outside_subgroup())), "pi_b is outside the subgroup"),
        ("proof.json", lambda x: x.update(pi_b=g2_json(((1, 1), (1, 1)))), "pi_b is not on the curve"),
        ("proof.json", lambda x: x.update(pi_b=["1", "2", "1"]), "pi_b is malformed"),
        ("proof.json", lambda x: x["pi_b"].__setitem__(2, ["0", "1"]), "pi_b is not affine"),
        ("public.json", lambda _: {}, "public inputs are no list"),
        ("public.json", lambda x: [str(int(x[0]) + R)], "public input 0 is not below its modulus"),
        ("public.json", lambda x: [int(x[0])], "public input 0 is not a decimal string"),
        ("verification_key.json", lambda x: x.update(nPublic=2), "nPublic and IC disagree"),
        ("verification_key.json", lambda x: x.update(IC=[]), "nPublic and IC disagree"),
        (
            "verification_key.json",
            lambda x: x["IC"].__setitem__(1, g1_json(g1_outside_subgroup())),
            r"IC\[1\] is outside",
        ),
        (
            "verification_key.json",
            lambda x: x.update(vk_alpha_1=g1_json(g1_outside_subgroup())),
            "vk_alpha_1 is outside",
        ),
        ("verification_key.json", lambda x: x.update(vk_beta_2=g2_json(g2_outside_subgroup())), "vk_beta_2 is outside"),
        ("verification_key.json", lambda x: x["vk_delta_2"].__setitem__(2, ["0", "0"]), "γ or δ is infinity"),
        ("verification_key.json", lambda x: x["vk_gamma_2"].__setitem__(2, ["0", "0"]), "γ or δ is infinity"),
    ],
)
def test_a_file_that_is_wrong_is_refused_by_name(
    tmp_path: Path, tandem: Tandem, cubed: Proved, name: str, change: Callable[[Any], Any], words: str
) -> None:
    folder = exported(tmp_path, cubed)
    edit(folder / name, change)
    said = tandem.fails("snarkjs", "verify", folder)
    assert re.search(words, said)
    assert str(folder / name) in said


def test_a_proof_of_other_points_inputs_or_keys_does_not_hold(tmp_path: Path, tandem: Tandem, cubed: Proved) -> None:
    for name, change in (
        ("proof.json", lambda x: x.update(pi_c=x["pi_a"])),
        ("proof.json", lambda x: x.update(pi_a=["0", "1", "0"])),
        ("public.json", lambda x: [*x, "0"]),
        ("public.json", lambda _: []),
        ("verification_key.json", lambda x: x["IC"].__setitem__(1, g1_json(G1_GENERATOR))),
    ):
        folder = exported(tmp_path, cubed)
        assert "the proof holds" in tandem.succeeds("snarkjs", "verify", folder)
        edit(folder / name, change)
        assert "does not hold" in tandem.fails("snarkjs", "verify", folder)


def test_a_file_that_is_not_there_or_no_json_is_named(tmp_path: Path, cubed: Proved) -> None:
    with pytest.raises(OutsideError, match=r"proof\.json cannot be read"):
        snarkjs_reading.read_proof(tmp_path / "proof.json")
    folder = exported(tmp_path, cubed)
    for text in ("{", "[" * 1_000_000, '{"\\"]' + '[{"":' * 500_000, '"' + "[" * 40):
        (folder / "proof.json").write_text(text)
        with pytest.raises(DecodeError, match=r"proof\.json is not JSON"):
            snarkjs_reading.read_proof(folder / "proof.json")


@pytest.mark.parametrize("command", ["prove", "export", "verify", ""])
def test_help_shows_examples(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert run("snarkjs", *([command] if command else []), "--help") == 0
    assert re.search(rf"Examples?:\n +tandem snarkjs {command}", capsys.readouterr().out)
