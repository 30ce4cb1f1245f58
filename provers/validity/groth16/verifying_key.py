"""The verifying key: what a verifier, on L1 or off, must know of a circuit."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from provers.validity.curve.pairing import Arkworks
from provers.validity.curve.points import (
    G1Point,
    G2Point,
    evm_words,
    g1_from_evm,
    g1_to_evm,
    g2_from_evm,
    g2_to_evm,
)
from rollup.crypto.keccak import keccak256
from rollup.errors import DecodeError
from rollup.json_file import read_json

_FORMAT = "tandem-groth16-vk-1"
_FIELDS = {"format", "development", "alpha", "beta", "gamma", "delta", "ic"}


@dataclass(frozen=True)
class VerifyingKey:
    """Points of the key, affine.

    Attributes
    ----------
    alpha, beta, gamma, delta
        α in G1; β, γ, δ in G2.
    ic
        `public + 1` points of G1: `ic[0] + Σ x_i·ic[i + 1]` commits to the public inputs.
    development
        True if one process made the key and could have kept its toxic waste, with which it could prove anything.
    """

    alpha: G1Point
    beta: G2Point
    gamma: G2Point
    delta: G2Point
    ic: tuple[G1Point, ...]
    development: bool

    @property
    def public(self) -> int:
        """Number of public inputs."""
        return len(self.ic) - 1

    def to_evm_words(self) -> dict[str, Any]:
        """Words of 256 bits: `alpha` 4, `beta`, `gamma`, `delta` 8 each, `ic` a list of 4 each; no point negated."""
        return {
            "alpha": evm_words(g1_to_evm(self.alpha)),
            "beta": evm_words(g2_to_evm(self.beta)),
            "gamma": evm_words(g2_to_evm(self.gamma)),
            "delta": evm_words(g2_to_evm(self.delta)),
            "ic": [evm_words(g1_to_evm(point)) for point in self.ic],
        }

    def to_bytes(self) -> bytes:
        """EIP-2537 encodings of α, β, γ, δ, then of `ic` in order."""
        fixed = g1_to_evm(self.alpha) + b"".join(map(g2_to_evm, (self.beta, self.gamma, self.delta)))
        return fixed + b"".join(map(g1_to_evm, self.ic))

    @cached_property
    def _digest(self) -> bytes:
        return keccak256(_FORMAT.encode(), bytes([self.development]), self.to_bytes())

    def digest(self) -> bytes:
        """keccak-256 of the format's name, the development mark and `to_bytes()`: 32 bytes."""
        return self._digest

    def to_json(self) -> dict[str, Any]:
        """JSON object: `format`, `development`, and points as hexadecimal EIP-2537 bytes."""
        return {
            "format": _FORMAT,
            "development": self.development,
            "alpha": g1_to_evm(self.alpha).hex(),
            **{name: g2_to_evm(getattr(self, name)).hex() for name in ("beta", "gamma", "delta")},
            "ic": [g1_to_evm(point).hex() for point in self.ic],
        }

    @classmethod
    def from_json(cls, data: object) -> VerifyingKey:
        """Inverse of `to_json`.

        Raises
        ------
        DecodeError
            Not such an object, or a point outside its subgroup, or γ or δ at infinity.
        """
        if not isinstance(data, dict) or set(data) != _FIELDS or data["format"] != _FORMAT:
            raise DecodeError("groth16: not a verifying key", expected=sorted(_FIELDS))
        if not isinstance(data["development"], bool) or not isinstance(data["ic"], list) or not data["ic"]:
            raise DecodeError("groth16: a verifying key's `development` or `ic` is malformed")
        beta, gamma, delta = (g2_from_evm(_unhex(data[name])) for name in ("beta", "gamma", "delta"))
        ic = tuple(g1_from_evm(_unhex(text)) for text in data["ic"])
        key = cls(g1_from_evm(_unhex(data["alpha"])), beta, gamma, delta, ic, data["development"])
        key._require_subgroups()
        return key

    def _require_subgroups(self) -> None:
        curve = Arkworks()
        if self.gamma is None or self.delta is None:
            # SAFETY: with γ or δ at infinity the pairing equation loses the term that binds inputs or witness.
            raise DecodeError("groth16: γ or δ of a verifying key is infinity")
        if not all(map(curve.is_in_g1, (self.alpha, *self.ic))):
            raise DecodeError("groth16: a verifying key holds a point outside G1")
        if not all(map(curve.is_in_g2, (self.beta, self.gamma, self.delta))):
            raise DecodeError("groth16: a verifying key holds a point outside G2")

    def save(self, path: Path | str) -> None:
        """Write `to_json()` as UTF-8 text."""
        Path(path).write_text(json.dumps(self.to_json(), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path | str) -> VerifyingKey:
        """Read what `save` wrote; DecodeError if it is anything else."""
        return cls.from_json(read_json(path))


def _unhex(text: object) -> bytes:
    try:
        return bytes.fromhex(str(text))
    except ValueError as error:
        raise DecodeError("groth16: a point is not a hexadecimal string", got=text) from error
