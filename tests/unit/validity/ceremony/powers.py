"""Powers of tau for tests: snarkjs' own, and ours for when the secrets must be known."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np

from provers.validity.ceremony.checks import Workers
from provers.validity.ceremony.development import make_powers
from provers.validity.curve.groups import G1, Group, Words
from provers.validity.groth16.toxic_waste import ToxicWaste
from tests.unit.validity.iden3.files import VECTORS, with_section

#: Made by snarkjs 0.7.6: powersoftau new bls12-381 4, one contribution; the second then prepared for phase 2.
PLAIN = VECTORS / "snarkjs" / "powers_4.ptau"
PREPARED = VECTORS / "snarkjs" / "powers_4_prepared.ptau"
ENTROPY = b"everybody knows these powers of tau"
UNMARKED = bytes(4)


def waste_of(power: int) -> ToxicWaste:
    """The secrets of `ours(power)`; γ and δ are not used."""
    return ToxicWaste.draw(2 << power, ENTROPY)


@cache
def ours(power: int, note: bytes = UNMARKED) -> Path:
    """A prepared file with known secrets."""
    path = Path(mkdtemp()) / f"{power}.ptau"
    make_powers(path, power, Workers(), ENTROPY, note)
    return path


def with_point(path: Path, number: int, index: int, change: Callable[[Words], Words], group: Group = G1) -> bytes:
    """A file in which one point of a section, `uint64[*shape]`, is another."""

    def changed(content: bytes) -> bytes:
        points = np.frombuffer(content, dtype=np.uint64).reshape(-1, *group.shape).copy()
        points[index] = change(points[index].copy())
        return points.tobytes()

    return with_section(path.read_bytes(), number, changed)
