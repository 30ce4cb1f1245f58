"""Keys, proofs and public inputs as the JSON that snarkjs reads (`snarkjs groth16 verify`), curve "bls12381".

`vk_alphabeta_12` is left out: snarkjs writes it for other verifiers and does not read it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from provers.validity.curve.points import G1Point, G2Point
from provers.validity.groth16.proof import Proof
from provers.validity.groth16.verifying_key import VerifyingKey

_NAMES = {"protocol": "groth16", "curve": "bls12381"}


def _g1(point: G1Point) -> list[str]:
    """Projective, decimal; infinity is (0 : 1 : 0)."""
    return ["0", "1", "0"] if point is None else [str(point[0]), str(point[1]), "1"]


def _g2(point: G2Point) -> list[list[str]]:
    if point is None:
        return [["0", "0"], ["1", "0"], ["0", "0"]]
    return [[str(c) for c in fp2] for fp2 in point] + [["1", "0"]]


def proof_json(proof: Proof) -> dict[str, Any]:
    """Content of `proof.json`."""
    return {"pi_a": _g1(proof.a), "pi_b": _g2(proof.b), "pi_c": _g1(proof.c), **_NAMES}


def verifying_key_json(vk: VerifyingKey) -> dict[str, Any]:
    """Content of `verification_key.json`."""
    return {
        **_NAMES,
        "nPublic": vk.public,
        "vk_alpha_1": _g1(vk.alpha),
        "vk_beta_2": _g2(vk.beta),
        "vk_gamma_2": _g2(vk.gamma),
        "vk_delta_2": _g2(vk.delta),
        "IC": [_g1(point) for point in vk.ic],
    }


def public_json(public: Sequence[int]) -> list[str]:
    """Content of `public.json`: decimal strings."""
    return [str(value) for value in public]


def export(directory: Path | str, vk: VerifyingKey, public: Sequence[int], proof: Proof) -> None:
    """Write `verification_key.json`, `public.json` and `proof.json` into an existing directory."""
    export_key(directory, vk)
    _write(directory, "public.json", public_json(public))
    _write(directory, "proof.json", proof_json(proof))


def export_key(directory: Path | str, vk: VerifyingKey) -> None:
    """Write `verification_key.json` into an existing directory."""
    _write(directory, "verification_key.json", verifying_key_json(vk))


def _write(directory: Path | str, name: str, content: object) -> None:
    (Path(directory) / name).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
