"""A circuit's share of a ceremony: the points of its proving key, of which contributions change `l` and `h` alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from provers.validity.curve.groups import G1, G2, Group
from rollup.errors import DecodeError

_DOMAIN: Final = b"tandem-ceremony-part-1"


class Shape(NamedTuple):
    """What an array holds: points of a group, or wires where there is none, and how many by a part's sizes."""

    group: Group | None
    count: Callable[[Part], int]


@dataclass(frozen=True, eq=False)
class Part:
    """Names as in `ProvingKey`, for δ = 1 or whatever the contributions made of it; γ is 1.

    Attributes
    ----------
    label
        What people call the circuit: a kind of chunk, or a file's name.
    circuit
        `R1CS.digest()`.
    size, wires, public
        Of the domain; of the circuit.
    in_a, in_b
        How many wires occur in A, in B.
    arrays
        By the names of `ARRAYS`.
    """

    label: str
    circuit: bytes
    size: int
    wires: int
    public: int
    in_a: int
    in_b: int
    arrays: dict[str, NDArray[Any]]

    def heading(self) -> bytes:
        """What stands of it in a file's header: label, digest, and five sizes as `uint32`."""
        label = self.label.encode()
        sizes = (self.size, self.wires, self.public, self.in_a, self.in_b)
        return bytes([len(label)]) + label + self.circuit + b"".join(x.to_bytes(4, "little") for x in sizes)

    def digest(self) -> bytes:
        """SHA-256 of the heading and all arrays, each of which the heading gives the length of."""
        state = hashlib.sha256(_DOMAIN + self.heading())
        for name in ARRAYS:
            state.update(np.ascontiguousarray(self.arrays[name]).data)
        return state.digest()

    def first_difference(self, other: Part) -> str | None:
        """Say in what a part differs from another beside `l` and `h`, or None."""
        if self.heading() != other.heading():
            return "label, circuit or sizes"
        names = (name for name in ARRAYS if name not in CHANGING)
        return next((name for name in names if not np.array_equal(self.arrays[name], other.arrays[name])), None)


ARRAYS: Final[dict[str, Shape]] = {
    "a_wires": Shape(None, lambda part: part.in_a),
    "b_wires": Shape(None, lambda part: part.in_b),
    "a": Shape(G1, lambda part: part.in_a),
    "b_g1": Shape(G1, lambda part: part.in_b),
    "b_g2": Shape(G2, lambda part: part.in_b),
    "l": Shape(G1, lambda part: part.wires - part.public - 1),
    "h": Shape(G1, lambda part: part.size - 1),
    "ic": Shape(G1, lambda part: part.public + 1),
    "alpha_beta_g1": Shape(G1, lambda _: 2),
    "beta_g2": Shape(G2, lambda _: 1),
}
CHANGING: Final = ("l", "h")


def bytes_of(name: str, part: Part) -> int:
    """Length of an array in a file."""
    shape = ARRAYS[name]
    return shape.count(part) * (8 if shape.group is None else 2 * shape.group.width)


def split(source: str, part: Part, content: NDArray[np.uint8]) -> Part:
    """Return a part with its arrays, views of a section's content; DecodeError if the section has another length."""
    expected = sum(bytes_of(name, part) for name in ARRAYS)
    if len(content) != expected:
        raise DecodeError(
            f"{source}: the arrays of circuit {part.label} have the wrong length", expected=expected, got=len(content)
        )
    at, arrays = 0, {}
    for name, (group, _) in ARRAYS.items():
        size = bytes_of(name, part)
        raw = content[at : at + size].view(np.int64 if group is None else np.uint64)
        at += size
        aligned = np.require(raw, requirements=["C", "A", "W"])
        arrays[name] = aligned if group is None else aligned.reshape(-1, *group.shape)
    return Part(part.label, part.circuit, part.size, part.wires, part.public, part.in_a, part.in_b, arrays)
