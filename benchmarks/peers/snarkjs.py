"""snarkjs on our circuits: its own files `.zkey` and `.wtns`, written from a development setup whose toxic waste is known.

SPEC: snarkjs' `zkey_utils` and `wtns_utils` say what the sections hold. Two things differ from our keys. Its roots of unity are powers of 5, ours of 7, so its rows stand
at other points of the same domain. And it evaluates P = A·B − C at the odd 2n-th roots of unity ω, so its `H` are `L_(2i+1)(τ)/δ` of the domain of size 2n.
"""

import json
import shutil
import struct
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from provers.validity.constraints.r1cs import R1CS, SparseMatrix, Words, limbs_of
from provers.validity.curve.fixed_base import FixedBase
from provers.validity.curve.groups import G1, G2, Group, g1_array, g1_points, g2_array, g2_points
from provers.validity.curve.points import G1_GENERATOR, G2_GENERATOR, Q
from provers.validity.groth16.qap import domain_size
from provers.validity.groth16.snarkjs import verifying_key_json
from provers.validity.groth16.toxic_waste import ToxicWaste
from provers.validity.groth16.verifying_key import VerifyingKey
from provers.validity.poly.domain import Domain
from provers.validity.poly.vector import scaled, weighted_sum
from rollup.crypto.fr import R, root_of_unity

ROOT = Path(__file__).parents[2]
_SEED = b"snarkjs on our circuit"
_N8Q, _N8R = 48, 32


@dataclass(frozen=True)
class Snarkjs:
    """A folder with `circuit.zkey` and `witness.wtns`.

    Raises
    ------
    FileNotFoundError
        If node or the npm package is not there; `bash .ci/run` installs it.
    """

    folder: Path
    public: Sequence[int]

    @classmethod
    def of(cls, folder: Path, r1cs: R1CS, witness: Words, public: Sequence[int]) -> "Snarkjs":
        """Write both files."""
        write_zkey(folder / "circuit.zkey", r1cs)
        write_wtns(folder / "witness.wtns", witness)
        return cls(folder, public)

    def prove_seconds(self) -> float:
        """Prove in a fresh process and return the seconds that `groth16.prove` itself took, Node's start and the curve's left out."""
        script = Path(__file__).with_name("prove.mjs")
        package = _package()
        command = [_node(), str(script), str(package), str(self.folder)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=1200, check=True)
        return float(json.loads(done.stdout)["seconds"])

    def accepts(self) -> bool:
        """Ask its verifier about the last proof."""
        script = Path(__file__).with_name("prove.mjs")
        command = [_node(), str(script), str(_package()), str(self.folder), "verify"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        return bool(json.loads(done.stdout)["accepted"])


def write_wtns(path: Path, witness: Words) -> None:
    """Write a witness, `uint64[wires, 4]`."""
    header = struct.pack("<I", _N8R) + R.to_bytes(_N8R, "little") + struct.pack("<I", len(witness))
    _write(path, b"wtns", 2, [(1, [header]), (2, [_bytes(witness)])])


def write_zkey(path: Path, r1cs: R1CS) -> None:
    """Make a development setup over its domain and write it, and `verification_key.json` beside it."""
    waste, size, first = ToxicWaste.draw(domain_size(r1cs), _SEED), domain_size(r1cs), r1cs.public + 1
    basis = _basis(size, waste)
    u, v, w = (matrix.compiled(r1cs.wires).transposed_times(basis) for matrix in (r1cs.a, r1cs.b, r1cs.c))
    consistency = basis[r1cs.constraints : r1cs.constraints + first]
    u[:first] = weighted_sum([u[:first], consistency], [1, 1])
    mixed = weighted_sum([u, v, w], [waste.beta, waste.alpha, 1])
    over_delta = pow(waste.delta, -1, R)
    odd = scaled(np.ascontiguousarray(_basis(2 * size, waste)[1::2]), over_delta)
    tail_g1 = _multiples(G1, limbs_of([waste.alpha, waste.beta, waste.delta]))
    tail_g2 = _multiples(G2, limbs_of([waste.beta, waste.gamma, waste.delta]))
    ic = _multiples(G1, scaled(mixed[:first], pow(waste.gamma, -1, R)))
    fields = struct.pack("<I", _N8Q) + Q.to_bytes(_N8Q, "little") + struct.pack("<I", _N8R) + R.to_bytes(_N8R, "little")
    sizes = struct.pack("<III", r1cs.wires, r1cs.public, size)
    points = (tail_g1[0], tail_g1[1], tail_g2[0], tail_g2[1], tail_g1[2], tail_g2[2])
    sections = [
        (1, [struct.pack("<I", 1)]),
        (2, [fields, sizes, *map(_bytes, points)]),
        (3, [_bytes(ic)]),
        (4, [_coefficients(r1cs)]),
        (5, [_bytes(_multiples(G1, u))]),
        (6, [_bytes(_multiples(G1, v))]),
        (7, [_bytes(_multiples(G2, v))]),
        (8, [_bytes(_multiples(G1, scaled(mixed[first:], over_delta)))]),
        (9, [_bytes(_multiples(G1, odd))]),
        (10, [bytes(64), struct.pack("<I", 0)]),
    ]
    _write(path, b"zkey", 1, sections)
    beta, gamma, delta = g2_points(tail_g2)
    key = VerifyingKey(g1_points(tail_g1)[0], beta, gamma, delta, tuple(g1_points(ic)), development=True)
    path.with_name("verification_key.json").write_text(json.dumps(verifying_key_json(key)), encoding="utf-8")


def _basis(size: int, waste: ToxicWaste) -> Words:
    """Return the Lagrange basis at τ, in the order of snarkjs' powers of its root of unity."""
    ours, theirs = root_of_unity(size), pow(5, (R - 1) // size, R)
    step, power = 0, 1
    while power != theirs:
        step, power = step + 1, power * ours % R
    montgomery = Domain(size).lagrange(waste.tau)[np.arange(size) * step % size]
    return scaled(montgomery, pow(1 << 256, -1, R))


def _multiples(group: Group, scalars: Words) -> Words:
    """Multiples of the generator; a scalar 0 gives infinity, zeros."""
    generator = g1_array([G1_GENERATOR])[0] if group is G1 else g2_array([G2_GENERATOR])[0]
    return FixedBase(group, generator, len(scalars)).multiples(np.ascontiguousarray(scalars))


def _coefficients(r1cs: R1CS) -> bytes:
    """Rows of A and B, and the consistency rows of A; coefficients times R², as it wants them."""
    kind = np.dtype([("matrix", "<u4"), ("row", "<u4"), ("wire", "<u4"), ("value", "<u8", 4)])
    parts = [_entries(kind, number, matrix) for number, matrix in enumerate((r1cs.a, r1cs.b))]
    consistency = np.zeros(r1cs.public + 1, dtype=kind)
    consistency["row"] = r1cs.constraints + np.arange(r1cs.public + 1)
    consistency["wire"] = np.arange(r1cs.public + 1)
    consistency["value"][:, 0] = 1
    entries = np.concatenate([*parts, consistency])
    entries["value"] = scaled(np.ascontiguousarray(entries["value"], dtype=np.uint64), pow(2, 512, R))
    return struct.pack("<I", len(entries)) + entries.tobytes()


def _entries(kind: np.dtype, number: int, matrix: SparseMatrix) -> np.ndarray:
    entries = np.zeros(matrix.nnz, dtype=kind)
    entries["matrix"] = number
    entries["row"] = np.repeat(np.arange(matrix.rows), np.diff(matrix.indptr))
    entries["wire"], entries["value"] = matrix.indices, matrix.coefficients
    return entries


def _bytes(words: np.ndarray) -> bytes:
    return np.ascontiguousarray(words, dtype="<u8").tobytes()


def _write(path: Path, magic: bytes, version: int, sections: Iterable[tuple[int, list[bytes]]]) -> None:
    sections = list(sections)
    with path.open("wb") as file:
        file.write(magic + struct.pack("<II", version, len(sections)))
        for number, parts in sections:
            file.write(struct.pack("<IQ", number, sum(map(len, parts))))
            for part in parts:
                file.write(part)


def _node() -> str:
    node = shutil.which("node")
    if node is None:
        raise FileNotFoundError("node is not installed; snarkjs needs it")
    return node


def _package() -> Path:
    program = shutil.which("snarkjs")
    local = ROOT / ".tools" / "node_modules" / "snarkjs"
    package = Path(program).resolve().parent if program else local
    if not (package / "package.json").exists():
        package = package.parent
    if not (package / "package.json").exists():
        raise FileNotFoundError("snarkjs is not installed; `bash .ci/run` installs it, or `npm install snarkjs`")
    return package
