"""Reads the JSON that snarkjs writes: strictly, and with the subgroup checks that snarkjs leaves out."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from provers.validity.curve.pairing import Arkworks
from provers.validity.curve.points import G1Point, G2Point, Q, is_on_g1_curve, is_on_g2_curve
from provers.validity.groth16.proof import Proof
from provers.validity.groth16.verifying_key import VerifyingKey
from rollup.crypto.fr import R
from rollup.errors import DecodeError
from rollup.json_file import read_json

_NAMES: Final = {"protocol": "groth16", "curve": "bls12381"}
_DIGITS: Final = 120
"""More than any element has: hostile text is not turned into integers of a million digits."""


def read_proof(path: Path | str) -> Proof:
    """Read `proof.json`.

    Raises
    ------
    OutsideError
        It cannot be read.
    DecodeError
        Malformed, another protocol or curve, or a point off its curve or outside its subgroup.
    """
    data = _object(path)
    return Proof(_g1(path, data, "pi_a"), _g2(path, data, "pi_b"), _g1(path, data, "pi_c"))


def read_public(path: Path | str) -> list[int]:
    """Read `public.json`: decimal strings, each below r; DecodeError if it is anything else."""
    data = read_json(path)
    if not isinstance(data, list):
        raise DecodeError(f"{path}: public inputs are no list")
    return [_integer(path, f"public input {k}", each, R) for k, each in enumerate(data)]


def read_verifying_key(path: Path | str) -> VerifyingKey:
    """Read `verification_key.json`; nothing in it says where it comes from, so it counts as a development key.

    Raises
    ------
    OutsideError
        It cannot be read.
    DecodeError
        As `read_proof`; or γ or δ is infinity, or `nPublic` is not the number of inputs that `IC` has room for.
    """
    data = _object(path)
    points = data.get("IC")
    if not isinstance(points, list) or not points or data.get("nPublic") != len(points) - 1:
        raise DecodeError(f"{path}: nPublic and IC disagree", expected="nPublic + 1 points", got=data.get("nPublic"))
    ic = tuple(_g1(path, {f"IC[{k}]": each}, f"IC[{k}]") for k, each in enumerate(points))
    names = ("vk_beta_2", "vk_gamma_2", "vk_delta_2")
    beta, gamma, delta = (_g2(path, data, name) for name in names)
    if gamma is None or delta is None:
        # SAFETY: with γ or δ at infinity the pairing equation loses the term that binds inputs or witness.
        raise DecodeError(f"{path}: γ or δ is infinity")
    return VerifyingKey(_g1(path, data, "vk_alpha_1"), beta, gamma, delta, ic, development=True)


def _object(path: Path | str) -> dict[str, Any]:
    data = read_json(path)
    if not isinstance(data, dict):
        raise DecodeError(f"{path} is no JSON object")
    for name, expected in _NAMES.items():
        if data.get(name) != expected:
            raise DecodeError(f"{path}: another {name}", expected=expected, got=data.get(name))
    return data


def _integer(path: Path | str, what: str, text: object, below: int) -> int:
    if not isinstance(text, str) or not text.isascii() or not text.isdigit() or len(text) > _DIGITS:
        raise DecodeError(f"{path}: {what} is not a decimal string")
    if int(text) >= below:
        raise DecodeError(f"{path}: {what} is not below its modulus")
    return int(text)


def _coordinates(path: Path | str, data: dict[str, Any], name: str, parts: int) -> list[list[int]]:
    """Three projective coordinates of `parts` elements each, the third 0 or 1: affine, or infinity."""
    rows = data.get(name)
    if not isinstance(rows, list) or len(rows) != 3:
        raise DecodeError(f"{path}: {name} has not three coordinates")
    rows = [[row] if parts == 1 else row for row in rows]
    if any(not isinstance(row, list) or len(row) != parts for row in rows):
        raise DecodeError(f"{path}: {name} is malformed")
    found = [[_integer(path, name, each, Q) for each in row] for row in rows]
    if found[2] not in ([0] * parts, [1, 0][:parts]):
        raise DecodeError(
            f"{path}: {name} is not affine", expected="a third coordinate of 1, or 0 at infinity", got=found[2]
        )
    return found


def _g1(path: Path | str, data: dict[str, Any], name: str) -> G1Point:
    (x,), (y,), (z,) = _coordinates(path, data, name, 1)
    point = (x, y) if z else None
    if not is_on_g1_curve(point):
        raise DecodeError(f"{path}: {name} is not on the curve")
    if not Arkworks().is_in_g1(point):
        raise DecodeError(f"{path}: {name} is outside the subgroup of order r")
    return point


def _g2(path: Path | str, data: dict[str, Any], name: str) -> G2Point:
    x, y, z = _coordinates(path, data, name, 2)
    point = ((x[0], x[1]), (y[0], y[1])) if z[0] else None
    if not is_on_g2_curve(point):
        raise DecodeError(f"{path}: {name} is not on the curve")
    if not Arkworks().is_in_g2(point):
        raise DecodeError(f"{path}: {name} is outside the subgroup of order r")
    return point
