"""The proving key: points in Montgomery form, in memory or mapped from files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from provers.validity.constraints.r1cs import R1CS
from provers.validity.curve.groups import G1, G2, Words
from provers.validity.groth16.qap import domain_size
from provers.validity.groth16.verifying_key import VerifyingKey
from rollup.errors import DecodeError, TandemError

_FORMAT: Final = "tandem-groth16-pk-1"
_HEADER: Final = "key.json"
_SHAPES: Final = {
    "a_wires": (), "b_wires": (), "a": G1.shape, "b_g1": G1.shape, "b_g2": G2.shape, "l": G1.shape, "h": G1.shape,
    "tail_g1": G1.shape, "tail_g2": G2.shape,
}  # fmt: skip
_G2: Final = ("b_g2", "tail_g2")


class KeyMismatchError(TandemError):
    """A proving key belongs to another circuit."""

    default_remedy = "run the setup again for this circuit, or load the key that belongs to it"


@dataclass(frozen=True, eq=False)
class ProvingKey:
    """What a prover holds of a circuit; `n` is the domain's size.

    Attributes
    ----------
    circuit
        `R1CS.digest()` of the circuit.
    vk
        The verifying key, whose mark `development` is this key's too.
    size
        n, a power of two.
    a_wires, b_wires
        `int64[...]`: wires that occur in A, in B; those of B keep both groups short.
    a, b_g1, b_g2
        `u_i(τ)·G1` of `a_wires`, `v_i(τ)·G1` and `v_i(τ)·G2` of `b_wires`.
    l
        `((β·u_i + α·v_i + w_i)(τ)/δ)·G1` of the private wires.
    h
        `(τ^i·(τ^n - 1)/δ)·G1` for `i < n - 1`.
    tail_g1, tail_g2
        `α·G1, β·G1, δ·G1` and `β·G2, δ·G2`.
    """

    circuit: bytes
    vk: VerifyingKey
    size: int
    a_wires: NDArray[np.int64]
    b_wires: NDArray[np.int64]
    a: Words
    b_g1: Words
    b_g2: Words
    l: Words  # noqa: E741  (the paper's name)
    h: Words
    tail_g1: Words
    tail_g2: Words

    @property
    def development(self) -> bool:
        """True if one process knew the toxic waste."""
        return self.vk.development

    def require_circuit(self, r1cs: R1CS) -> None:
        """Raise `KeyMismatchError` unless the key was made for `r1cs`."""
        if r1cs.digest() != self.circuit:
            raise KeyMismatchError(
                "groth16: the proving key belongs to another circuit",
                expected=self.circuit.hex(),
                got=r1cs.digest().hex(),
            )

    def save(self, directory: Path | str) -> None:
        """Write one `.npy` file an array and, last, `key.json`; the directory is made if it is not there."""
        root = Path(directory)
        root.mkdir(parents=True, exist_ok=True)
        for name in _SHAPES:
            np.save(root / f"{name}.npy", getattr(self, name), allow_pickle=False)
        header = {"format": _FORMAT, "circuit": self.circuit.hex(), "size": self.size, "vk": self.vk.to_json()}
        (root / _HEADER).write_text(json.dumps(header, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, directory: Path | str, r1cs: R1CS) -> ProvingKey:
        """Map what `save` wrote into memory.

        Points are not checked: a wrong one gives proofs that do not verify, never a false one that does.

        Raises
        ------
        KeyMismatchError
            The key belongs to another circuit.
        DecodeError
            Not such a directory, or arrays of other shapes or lengths than the circuit asks for.
        """
        root = Path(directory)
        try:
            header = json.loads((root / _HEADER).read_text(encoding="utf-8"))
            return cls._read(root, header, r1cs)
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise DecodeError(f"groth16: {root} is not a proving key: {error}") from error

    @classmethod
    def _read(cls, root: Path, header: dict[str, Any], r1cs: R1CS) -> ProvingKey:
        if header["format"] != _FORMAT:
            raise ValueError(f"format is {header['format']}, expected {_FORMAT}")
        circuit = bytes.fromhex(header["circuit"])
        if circuit != r1cs.digest():
            raise KeyMismatchError(
                f"groth16: the proving key in {root} belongs to another circuit",
                expected=r1cs.digest().hex(),
                got=circuit.hex(),
            )
        # Mapped copy-on-write: kernels take writable arrays only, and nothing reaches the file.
        arrays = {name: np.load(root / f"{name}.npy", mmap_mode="c", allow_pickle=False) for name in _SHAPES}
        key = cls(circuit, VerifyingKey.from_json(header["vk"]), int(header["size"]), **arrays)
        key.require_shapes(r1cs)
        return key

    def require_shapes(self, r1cs: R1CS) -> None:
        """Raise DecodeError unless every array has the dtype and length that kernels on this circuit rely on."""
        if (self.size, self.vk.public) != (domain_size(r1cs), r1cs.public):
            raise DecodeError(
                "groth16: a proving key's domain size or number of public inputs is not its circuit's",
                expected=(domain_size(r1cs), r1cs.public),
                got=(self.size, self.vk.public),
            )
        private = r1cs.wires - r1cs.public - 1
        lengths = {
            "a": len(self.a_wires), "b_g1": len(self.b_wires), "b_g2": len(self.b_wires), "l": private,
            "h": self.size - 1, "tail_g1": 3, "tail_g2": 2,
        }  # fmt: skip
        for name, shape in _SHAPES.items():
            array = getattr(self, name)
            dtype = np.int64 if shape == () else np.uint64
            if array.dtype != dtype or array.shape != (lengths.get(name, len(array)), *shape):
                raise DecodeError(f"groth16: array {name} of a proving key is {array.dtype}{list(array.shape)}")
        for wires in (self.a_wires, self.b_wires):
            if len(wires) and not 0 <= wires.min() <= wires.max() < r1cs.wires:
                # SAFETY: kernels index the witness by these without bounds.
                raise DecodeError("groth16: a proving key names a wire that the circuit lacks")
