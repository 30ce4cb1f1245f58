"""The key that a ceremony starts from, against the exponents of the secrets, and against snarkjs."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from provers.validity.ceremony.checks import Workers
from provers.validity.ceremony.initial import initial_part
from provers.validity.ceremony.part import Part
from provers.validity.ceremony.powers import Lagrange, Powers
from provers.validity.constraints.r1cs import R1CS
from provers.validity.curve import plain as curve
from provers.validity.curve.groups import g1_points, g2_points
from provers.validity.groth16 import plain
from provers.validity.groth16.qap import domain_size
from provers.validity.iden3 import constraint_file
from provers.validity.iden3.powers_file import places
from tests.unit.validity.ceremony.powers import PREPARED, ours, waste_of
from tests.unit.validity.groth16.circuits import bits, cubic, fifth_powers, unused_inputs
from tests.unit.validity.groth16.theirs import snarkjs_program
from tests.unit.validity.iden3.files import VECTORS

POW5 = VECTORS / "circom" / "pow5.r1cs"
SAMPLES = {"cubic": cubic(), "powers": fifth_powers(3), "unused": unused_inputs(), "bits": bits(6, 0b101101)}


def part_of(r1cs: R1CS, powers: Path, power: int) -> Part:
    return initial_part("sample", r1cs, Powers.open(powers, 1 << power, Workers()), Workers())


@pytest.mark.parametrize("name", SAMPLES)
def test_the_initial_key_is_that_of_the_secrets_with_delta_and_gamma_one(name: str) -> None:
    r1cs, _ = SAMPLES[name]
    waste = replace(waste_of(4), gamma=1, delta=1)
    logs, part = plain.exponents(r1cs, waste), part_of(r1cs, ours(4), 4)
    a_wires, b_wires = part.arrays["a_wires"].tolist(), part.arrays["b_wires"].tolist()
    assert all(logs.a[i] == 0 for i in range(r1cs.wires) if i not in a_wires)
    assert all(logs.b[i] == 0 for i in range(r1cs.wires) if i not in b_wires)
    expected = {
        "a": [logs.a[i] for i in a_wires],
        "b_g1": [logs.b[i] for i in b_wires],
        "l": logs.l,
        "h": logs.h,
        "ic": logs.ic,
        "alpha_beta_g1": [waste.alpha, waste.beta],
    }
    for array, exponents in expected.items():
        assert g1_points(part.arrays[array]) == [curve.g1_multiple(x) for x in exponents], array
    assert g2_points(part.arrays["b_g2"]) == [curve.g2_multiple(logs.b[i]) for i in b_wires]
    assert g2_points(part.arrays["beta_g2"]) == [curve.g2_multiple(waste.beta)]
    assert (part.circuit, part.size) == (r1cs.digest(), domain_size(r1cs))


class TheirOrder(Powers):
    """Powers whose Lagrange forms stand at the powers of snarkjs' root of unity, not at those of ours."""

    def lagrange(self, size: int) -> Lagrange:
        forms = super().lagrange(size)
        order = np.argsort(places(size))
        return Lagrange(*(getattr(forms, name)[order] for name in ("g1", "g2", "alpha", "beta")))


@pytest.mark.skipif(snarkjs_program() is None, reason="snarkjs is not installed")
def test_the_verifying_key_is_the_one_that_snarkjs_makes_of_the_same_files(tmp_path: Path) -> None:
    program = snarkjs_program()
    assert program is not None
    for words in (
        ("groth16", "setup", POW5, PREPARED, "x.zkey"),
        ("zkey", "export", "verificationkey", "x.zkey", "x.json"),
    ):
        subprocess.run([program, *map(str, words)], cwd=tmp_path, capture_output=True, timeout=60, check=True)
    theirs = json.loads((tmp_path / "x.json").read_text())
    powers = TheirOrder.open(PREPARED, 16, Workers())
    part = initial_part("sample", constraint_file.read(POW5), powers, Workers())
    mine = [[str(c) for c in point] for point in g1_points(part.arrays["ic"]) if point is not None]
    assert [point[:2] for point in theirs["IC"]] == mine
    (alpha, beta), (beta_g2,) = g1_points(part.arrays["alpha_beta_g1"]), g2_points(part.arrays["beta_g2"])
    assert alpha is not None
    assert beta is not None
    assert beta_g2 is not None
    assert theirs["vk_alpha_1"][:2] == [str(c) for c in alpha]
    assert theirs["vk_beta_2"][:2] == [[str(c) for c in x] for x in beta_g2]
