"""Verifiers of Groth16 that others wrote, asked about our keys and proofs."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import py_arkworks_bls12381 as ark

from provers.validity.curve.points import G1Point, G2Point
from provers.validity.groth16 import snarkjs
from provers.validity.groth16.proof import Proof
from provers.validity.groth16.verifying_key import VerifyingKey

ROOT = Path(__file__).parents[4]


def snarkjs_program() -> str | None:
    """Where snarkjs stands, if it is installed."""
    local = ROOT / ".tools" / "node_modules" / ".bin" / "snarkjs"
    return shutil.which("snarkjs") or (str(local) if local.exists() else None)


def snarkjs_accepts(folder: Path, key: VerifyingKey, public: Sequence[int], proof: Proof) -> bool:
    """Export into a folder, and run `snarkjs groth16 verify` there."""
    program = snarkjs_program()
    assert program is not None
    snarkjs.export(folder, key, public, proof)
    command = [program, "groth16", "verify", "verification_key.json", "public.json", "proof.json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    accepted = "OK!" in done.stdout
    assert (done.returncode == 0) is accepted, done.stdout + done.stderr
    return accepted


def zksnake_accepts(key: VerifyingKey, public: Sequence[int], proof: Proof) -> bool:
    """Ask zksnake's verifier."""
    from zksnake.ecc import EllipticCurve
    from zksnake.groth16 import protocol, serialization

    curve = EllipticCurve("BLS12_381")

    def g1(point: G1Point) -> object:
        assert point is not None
        raw = b"".join(c.to_bytes(48, "big") for c in point)
        return curve.from_hex(bytes(ark.G1Point.from_xy_bytes_be(raw).to_compressed_bytes()).hex())

    def g2(point: G2Point) -> object:
        assert point is not None
        raw = b"".join(c.to_bytes(48, "big") for x in point for c in x)
        return curve.from_hex(bytes(ark.G2Point.from_xy_bytes_be(raw).to_compressed_bytes()).hex())

    verifier = protocol.Groth16.__new__(protocol.Groth16)
    verifier.E = curve
    verifier.verifying_key = serialization.VerifyingKey(
        g1(key.alpha), g2(key.beta), g2(key.gamma), g2(key.delta), [g1(p) for p in key.ic]
    )
    theirs = serialization.Proof(g1(proof.a), g2(proof.b), g1(proof.c))
    return bool(verifier.verify(theirs, [1, *public]))
