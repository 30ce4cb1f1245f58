"""What `tandem snarkjs` does, apart from its command line: loading this module compiles kernels the first time."""

from __future__ import annotations

import re
from pathlib import Path

from provers.validity.backend.keys import key_of
from provers.validity.constraints.r1cs import ints_of
from provers.validity.groth16 import snarkjs, snarkjs_reading
from provers.validity.groth16.proof import Proof
from provers.validity.groth16.prove import UnsatisfiedError
from provers.validity.groth16.prove import prove as proof_of
from provers.validity.groth16.verify import verify as holds
from provers.validity.groth16.verifying_key import VerifyingKey
from provers.validity.iden3 import constraint_file, witness_file
from rollup.errors import DecodeError, OutsideError, PeerError
from rollup.json_file import read_json
from rollup.ports.settlement import Progress


def prove(circuit: Path, witness: Path, out: Path, keys: Path, progress: Progress, *, make: bool) -> bool:
    """Prove a circuit of circom and write snarkjs' three files; returns whether the key is for development."""
    progress("reading the circuit", 0, 1)
    system = constraint_file.read(circuit)
    values = witness_file.read(witness, system)
    progress("reading the key", 0, 1)
    key = key_of(system, keys, make=make)
    if key is None:
        raise OutsideError(
            f"snarkjs: {keys} holds no key of {circuit}",
            expected=f"groth16/{system.digest().hex()}",
            remedy="make one with many (tandem ceremony --help), or for development by --development",
        )
    progress("proving", 0, 1)
    try:
        proof = proof_of(key, system, values)
    except UnsatisfiedError as error:
        raise PeerError(f"{witness}: the witness breaks constraint {error.constraint} of {circuit}") from error
    _write(out, key.vk, ints_of(values[1 : system.public + 1]), proof)
    return key.development


def export(key: Path, out: Path, proof: Path | None, public: Path | None) -> bool:
    """Write a key, and a proof with its inputs if given and if it holds; returns whether the key is for development."""
    vk = _verifying_key(key)
    if proof is None or public is None:
        _write(out, vk)
        return vk.development
    inputs, points = _public(public), Proof.from_evm(_proof_bytes(proof))
    if not holds(vk, inputs, points):
        raise PeerError(f"snarkjs: the proof in {proof} does not hold for the inputs in {public}")
    _write(out, vk, inputs, points)
    return vk.development


def verify(key: Path, public: Path, proof: Path) -> None:
    """Verify a proof as snarkjs wrote it; PeerError if it does not hold."""
    vk = snarkjs_reading.read_verifying_key(key)
    if not holds(vk, snarkjs_reading.read_public(public), snarkjs_reading.read_proof(proof)):
        raise PeerError(f"snarkjs: the proof in {proof} does not hold")


def _write(out: Path, vk: VerifyingKey, public: list[int] | None = None, proof: Proof | None = None) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        if proof is None or public is None:
            snarkjs.export_key(out, vk)
        else:
            snarkjs.export(out, vk, public, proof)
    except OSError as error:
        raise OutsideError(f"{out} cannot be written: {error.strerror}") from error


def _verifying_key(path: Path) -> VerifyingKey:
    content = read_json(path)
    return VerifyingKey.from_json(content["vk"] if isinstance(content, dict) and "vk" in content else content)


def _proof_bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise OutsideError(f"{path} cannot be read: {error.strerror}") from error
    try:
        return bytes.fromhex(data.decode("ascii").strip().removeprefix("0x"))
    except ValueError:
        return data


def _public(path: Path) -> list[int]:
    content = read_json(path)
    if not isinstance(content, list) or not all(re.fullmatch(r"[0-9]{1,80}", str(each)) for each in content):
        raise DecodeError(f"{path} is no JSON list of integers")
    return [int(each) for each in content]
