"""Circuits and witnesses of circom: read, proved, and refused where they are broken."""

import struct
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from provers.validity.constraints.r1cs import R1CS, ints_of, limbs_of
from provers.validity.groth16.prove import prove
from provers.validity.groth16.setup import setup
from provers.validity.groth16.verify import verify
from provers.validity.iden3 import constraint_file, witness_file
from rollup.crypto.fr import R
from rollup.errors import DecodeError
from tests.unit.validity.groth16.circuits import bits, cubic, fifth_powers
from tests.unit.validity.groth16.theirs import snarkjs_accepts, snarkjs_program, zksnake_accepts
from tests.unit.validity.iden3.files import VECTORS, container, r1cs_file, sections_of, with_section, wtns_file

POW5 = VECTORS / "circom" / "pow5.r1cs"
POW5_WITNESS = VECTORS / "circom" / "pow5.wtns"
BN254 = 21888242871839275222246405745257275088548364400416034343698204186575808495617


def read(folder: Path, data: bytes) -> R1CS:
    (folder / "x.r1cs").write_bytes(data)
    return constraint_file.read(folder / "x.r1cs")


def read_witness(folder: Path, data: bytes, system: R1CS) -> list[int]:
    (folder / "x.wtns").write_bytes(data)
    return ints_of(witness_file.read(folder / "x.wtns", system))


def snarkjs(*words: str | Path) -> str:
    program = snarkjs_program()
    assert program is not None
    done = subprocess.run([program, *map(str, words)], capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr


# ---------------------------------------------------------------- what circom compiled


def test_a_circuit_of_circom_has_its_constraints_and_its_witness_satisfies_it() -> None:
    system = constraint_file.read(POW5)
    witness = witness_file.read(POW5_WITNESS, system)
    assert (system.constraints, system.wires, system.public) == (3, 6, 2)
    s = 7 * 7 + 11
    q = s * s - 3 * 11
    assert ints_of(witness)[:4] == [1, q * 7, 11, 7]
    assert sorted(ints_of(witness)[4:]) == sorted([s, q])
    assert system.is_satisfied(witness) is None
    wrong = witness.copy()
    wrong[3, 0] += np.uint64(1)
    assert system.is_satisfied(wrong) is not None


def test_a_proof_of_it_convinces_arkworks_py_ecc_and_zksnake() -> None:
    system = constraint_file.read(POW5)
    witness = witness_file.read(POW5_WITNESS, system)
    key, vk = setup(system)
    proof, public = prove(key, system, witness), ints_of(witness)[1:3]
    assert verify(vk, public, proof, "arkworks")
    assert verify(vk, public, proof, "py-ecc")
    assert zksnake_accepts(vk, public, proof)
    assert not verify(vk, public[::-1], proof)


@pytest.mark.skipif(snarkjs_program() is None, reason="snarkjs is not installed")
def test_snarkjs_accepts_a_proof_of_it_and_none_of_another_proofs_points(tmp_path: Path) -> None:
    system = constraint_file.read(POW5)
    witness = witness_file.read(POW5_WITNESS, system)
    key, vk = setup(system)
    public, proof, other = ints_of(witness)[1:3], prove(key, system, witness), prove(key, system, witness)
    assert snarkjs_accepts(tmp_path, vk, public, proof)
    assert not snarkjs_accepts(tmp_path, vk, public, replace(proof, c=other.c))


# ---------------------------------------------------------------- what others write


@pytest.mark.parametrize("circuit", [cubic(), fifth_powers(2), bits(8, 0b10110101)], ids=["cubic", "powers", "bits"])
def test_a_written_circuit_and_witness_are_read_as_they_were(tmp_path: Path, circuit: tuple[R1CS, list[int]]) -> None:
    system, witness = circuit
    assert read(tmp_path, r1cs_file(system)).digest() == system.digest()
    assert read_witness(tmp_path, wtns_file(witness), system) == witness


@pytest.mark.skipif(snarkjs_program() is None, reason="snarkjs is not installed")
def test_snarkjs_reads_the_files_of_our_writer_too(tmp_path: Path) -> None:
    system, witness = bits(8, 0b10110101)
    (tmp_path / "x.r1cs").write_bytes(r1cs_file(system))
    (tmp_path / "x.wtns").write_bytes(wtns_file(witness))
    info = snarkjs("r1cs", "info", tmp_path / "x.r1cs")
    assert f"# of Wires: {system.wires}" in info
    assert f"# of Constraints: {system.constraints}" in info
    assert "bls12-381" in info
    assert "WITNESS IS CORRECT" in snarkjs("wtns", "check", tmp_path / "x.r1cs", tmp_path / "x.wtns")


# ---------------------------------------------------------------- hostile circuits

CUBIC = r1cs_file(cubic()[0])


def at(place: int, value: bytes) -> Callable[[bytes], bytes]:
    return lambda content: content[:place] + value + content[place + len(value) :]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (r1cs_file(cubic()[0], BN254), "another prime than BLS12-381's.*--prime bls12381"),
        (with_section(CUBIC, 1, at(0, b"\x30")), "elements of another field; expected 32 bytes, got 48"),
        (with_section(CUBIC, 1, lambda x: x[:-1]), "the header is cut off"),
        (with_section(CUBIC, 1, lambda x: x + b"\0"), "1 bytes follow the header"),
        (with_section(CUBIC, 1, at(36, struct.pack("<I", 4))), "more inputs and outputs than wires"),
        (with_section(CUBIC, 1, at(36, struct.pack("<I", 2**32 - 1))), "too many wires"),
        (with_section(CUBIC, 1, at(36, struct.pack("<I", 2**28))), "section 3 has the wrong length"),
        (with_section(CUBIC, 1, at(60, struct.pack("<I", 4))), "constraint 3 is cut off"),
        (with_section(CUBIC, 1, at(60, struct.pack("<I", 2**32 - 1))), "does not hold its constraints"),
        (with_section(CUBIC, 1, at(60, struct.pack("<I", 2))), "bytes follow the last constraint"),
        (with_section(CUBIC, 2, at(4, struct.pack("<I", 5))), "names a wire out of range; expected < 5, got 5"),
        (with_section(CUBIC, 2, at(0, struct.pack("<I", 2**32 - 1))), "constraint 0 is cut off"),
        (with_section(CUBIC, 2, at(8, R.to_bytes(32, "little"))), "coefficient 0 is not below r"),
        (with_section(CUBIC, 2, lambda x: x[:-1]), "a multiple of 4"),
        (with_section(CUBIC, 2, lambda x: x + bytes(4)), "4 bytes follow the last constraint"),
        (with_section(CUBIC, 3, lambda x: x[:-8]), "section 3 has the wrong length"),
        (container(b"r1cs", 1, sections_of(CUBIC)[1:]), "section 2 is missing"),
        (container(b"r1cs", 1, [*sections_of(CUBIC), (9, b"")]), "unknown number; got 9"),
        (container(b"r1cs", 1, [*sections_of(CUBIC), (4, struct.pack("<I", 1))]), "custom gates"),
        (container(b"wtns", 2, sections_of(CUBIC)), "not a .r1cs file"),
    ],
)
def test_a_broken_circuit_is_refused_with_what_is_wrong(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(DecodeError, match=words):
        read(tmp_path, data)


def test_empty_sections_of_custom_gates_are_let_pass(tmp_path: Path) -> None:
    data = container(b"r1cs", 1, [*sections_of(CUBIC), (4, bytes(4)), (5, bytes(4))])
    assert read(tmp_path, data).digest() == cubic()[0].digest()


def test_no_flipped_bit_of_a_circuit_passes_for_the_same_circuit_or_breaks_anything(tmp_path: Path) -> None:
    good = read(tmp_path, CUBIC).digest()
    labels = len(CUBIC) - 8 * 5  # nobody reads them: section 3 stands last
    read_otherwise = 0
    for place in range(labels):
        data = bytearray(CUBIC)
        data[place] ^= 1 << place % 8
        try:
            found = read(tmp_path, bytes(data))
        except DecodeError:
            continue
        # A number of labels is not checked, and outputs may count as inputs; else the circuit is another one.
        read_otherwise += found.digest() != good
    assert read_otherwise > 100


# ---------------------------------------------------------------- hostile witnesses

WITNESS = wtns_file(cubic()[1])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (wtns_file(cubic()[1], BN254), "another prime"),
        (wtns_file(cubic()[1][:-1]), "another circuit; expected 5 wires, got 4"),
        (with_section(WITNESS, 1, at(36, struct.pack("<I", 2**32 - 1))), "another circuit"),
        (with_section(WITNESS, 1, lambda x: x + b"\0"), "1 bytes follow the header"),
        (with_section(WITNESS, 2, lambda x: x[:-1]), "section 2 has the wrong length; expected 160, got 159"),
        (with_section(WITNESS, 2, at(64, R.to_bytes(32, "little"))), "wire 2 is not below r"),
        (with_section(WITNESS, 2, at(0, b"\2")), "wire 0 is not the constant 1"),
        (container(b"wtns", 2, sections_of(WITNESS)[:1]), "section 2 is missing"),
        (container(b"wtns", 2, [*sections_of(WITNESS), (3, b"")]), "unknown number"),
        (container(b"wtns", 1, sections_of(WITNESS)), "unknown version"),
    ],
)
def test_a_broken_witness_is_refused_with_what_is_wrong(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(DecodeError, match=words):
        read_witness(tmp_path, data, cubic()[0])


def test_a_witness_cut_anywhere_is_refused(tmp_path: Path) -> None:
    for length in range(len(WITNESS)):
        with pytest.raises(DecodeError, match="cut off"):
            read_witness(tmp_path, WITNESS[:length], cubic()[0])
    assert read_witness(tmp_path, WITNESS, cubic()[0]) == ints_of(limbs_of(cubic()[1]))
