"""Rank-1 constraint systems over Fr of BLS12-381: `(A·w) ∘ (B·w) = C·w`, matrices sparse by row.

Wire 0 is the constant 1, wires `1..public` are the public inputs, the others are private. A *witness* is the whole
assignment, `uint64[wires, 4]`, canonical little-endian limbs (not Montgomery form).
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rollup.crypto.fr import R
from rollup.errors import DecodeError

if TYPE_CHECKING:
    from provers.validity.poly.vector import Sparse

LIMBS = 4
_LIMB_MASK = (1 << 64) - 1
_MODULUS_LIMBS = tuple((R >> (64 * i)) & _LIMB_MASK for i in range(LIMBS))
_FORMAT = "tandem-r1cs-1"
_MATRICES = ("a", "b", "c")
_PARTS = ("indptr", "indices", "coefficients")

Words = NDArray[np.uint64]


def limbs_of(values: Iterable[int]) -> Words:
    """Pack integers `0 <= v < r` as `uint64[n, 4]`, little-endian limbs.

    Raises
    ------
    ValueError
        An integer is negative or `>= r`; the message names its position.
    """
    raw = bytearray()
    for position, value in enumerate(values):
        if not 0 <= value < R:
            raise ValueError(f"element {position} is not canonical: {value}")
        raw += value.to_bytes(32, "little")
    return np.frombuffer(bytes(raw), dtype="<u8").reshape(-1, LIMBS).astype(np.uint64)


def ints_of(limbs: Words) -> list[int]:
    """Inverse of `limbs_of`; `limbs` is `uint64[n, 4]`."""
    raw = np.ascontiguousarray(limbs, dtype="<u8").tobytes()
    return [int.from_bytes(raw[i : i + 32], "little") for i in range(0, len(raw), 32)]


def first_not_canonical(limbs: Words) -> int | None:
    """Index of the first row of `uint64[n, 4]` that is `>= r`, or None."""
    less = np.zeros(len(limbs), dtype=bool)
    equal = np.ones(len(limbs), dtype=bool)
    for i in reversed(range(LIMBS)):
        less |= equal & (limbs[:, i] < np.uint64(_MODULUS_LIMBS[i]))
        equal &= limbs[:, i] == np.uint64(_MODULUS_LIMBS[i])
    bad = np.flatnonzero(~less)
    return int(bad[0]) if bad.size else None


@dataclass(frozen=True, eq=False)
class SparseMatrix:
    """One matrix, compressed by row (a row is a constraint).

    Attributes
    ----------
    indptr
        `int64[m + 1]`; row `i` owns entries `indptr[i] .. indptr[i + 1]`.
    indices
        `int64[nnz]` wire of each entry.
    coefficients
        `uint64[nnz, 4]` canonical limbs.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int64]
    coefficients: Words

    @classmethod
    def from_rows(cls, rows: Sequence[Sequence[tuple[int, int]]]) -> SparseMatrix:
        """Build from `rows[i] = [(wire, coefficient), ...]`, coefficients `0 <= v < r`."""
        indptr = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(row) for row in rows], out=indptr[1:])
        indices = np.array([wire for row in rows for wire, _ in row], dtype=np.int64)
        return cls(indptr, indices, limbs_of(value for row in rows for _, value in row))

    @property
    def rows(self) -> int:
        """Number of constraints m."""
        return len(self.indptr) - 1

    @property
    def nnz(self) -> int:
        """Number of stored entries."""
        return len(self.indices)

    def fault(self, wires: int) -> str | None:
        """Say what is malformed (dtype, shape, order, wire `>= wires`, coefficient `>= r`), or None."""
        if self.indptr.dtype != np.int64 or self.indptr.ndim != 1 or not len(self.indptr):
            return "indptr is not int64[m + 1]"
        if self.indices.dtype != np.int64 or self.indices.ndim != 1:
            return "indices is not int64[nnz]"
        if self.coefficients.dtype != np.uint64 or self.coefficients.shape != (self.nnz, LIMBS):
            return "coefficients is not uint64[nnz, 4]"
        if self.indptr[0] != 0 or self.indptr[-1] != self.nnz or np.any(np.diff(self.indptr) < 0):
            return "indptr does not rise from 0 to nnz"
        if self.nnz and (self.indices.min() < 0 or self.indices.max() >= wires):
            return f"a wire is outside 0..{wires - 1}"
        at = first_not_canonical(self.coefficients)
        return None if at is None else f"coefficient {at} is not below r"

    def compiled(self, wires: int) -> Sparse:
        """The matrix as kernels take it; loads them."""
        from provers.validity.poly.vector import Sparse

        return Sparse(self.indptr, self.indices, self.coefficients, wires)

    def times(self, witness: NDArray[np.object_]) -> NDArray[np.object_]:
        """Plain twin of `compiled(...).times`: `M·w mod r` for an object array of Python integers, `object[m]`."""
        terms = self._integers * witness[self.indices]
        total = np.concatenate(([0], np.cumsum(terms))) if self.nnz else np.zeros(1, dtype=object)
        product: NDArray[np.object_] = (total[self.indptr[1:]] - total[self.indptr[:-1]]) % R
        return product

    @cached_property
    def _integers(self) -> NDArray[np.object_]:
        return np.array(ints_of(self.coefficients), dtype=object)


@dataclass(frozen=True, eq=False)
class R1CS:
    """A constraint system; `a`, `b`, `c` have the same number of rows.

    Raises
    ------
    ValueError
        On construction, if matrices disagree in rows, hold a wire out of range or a coefficient `>= r`.
    """

    a: SparseMatrix
    b: SparseMatrix
    c: SparseMatrix
    wires: int
    public: int

    def __post_init__(self) -> None:
        if not 0 <= self.public < self.wires:
            raise ValueError(f"{self.public} public inputs do not fit {self.wires} wires (wire 0 is the constant)")
        for name in _MATRICES:
            matrix: SparseMatrix = getattr(self, name)
            fault = matrix.fault(self.wires)
            if fault is None and matrix.rows != self.a.rows:
                fault = f"{matrix.rows} rows where a has {self.a.rows}"
            if fault is not None:
                raise ValueError(f"matrix {name}: {fault}")

    @property
    def constraints(self) -> int:
        """Number of constraints m."""
        return self.a.rows

    def digest(self) -> bytes:
        """SHA-256 of the content: format name, wires, public, then each array's length and little-endian bytes."""
        return self._digest

    @cached_property
    def _digest(self) -> bytes:
        state = hashlib.sha256(_FORMAT.encode())
        state.update(np.array([self.wires, self.public], dtype="<i8").tobytes())
        for name in _MATRICES:
            for part in _PARTS:
                array: NDArray[Any] = getattr(getattr(self, name), part)
                state.update(np.array([len(array)], dtype="<i8").tobytes())
                state.update(array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes())
        return state.digest()

    def is_satisfied(self, witness: Words) -> int | None:
        """Index of the first constraint that `witness` (`uint64[wires, 4]`) breaks, None if it breaks none.

        Raises
        ------
        ValueError
            Wrong shape or dtype, an element `>= r`, or wire 0 not 1.
        """
        from provers.validity.poly.vector import first_unequal, to_montgomery

        self.check_witness(witness)
        values = to_montgomery(np.ascontiguousarray(witness))
        return first_unequal(*(matrix.compiled(self.wires).times(values) for matrix in (self.a, self.b, self.c)))

    def is_satisfied_plain(self, witness: Words) -> int | None:
        """Plain twin of `is_satisfied`, on Python integers."""
        self.check_witness(witness)
        values = np.array(ints_of(witness), dtype=object)
        left = (self.a.times(values) * self.b.times(values)) % R
        bad = np.flatnonzero(left != self.c.times(values))
        return int(bad[0]) if bad.size else None

    def check_witness(self, witness: Words) -> None:
        """Raise ValueError unless `witness` is `uint64[wires, 4]`, canonical, with wire 0 equal to 1."""
        if witness.dtype != np.uint64 or witness.shape != (self.wires, LIMBS):
            raise ValueError(f"witness is {witness.dtype}{list(witness.shape)}, expected uint64[{self.wires}, 4]")
        at = first_not_canonical(witness)
        if at is not None:
            raise ValueError(f"wire {at} is not below r")
        if witness[0].tolist() != [1, 0, 0, 0]:
            raise ValueError("wire 0 is not the constant 1")

    def save(self, path: Path | str) -> None:
        """Write an uncompressed `.npz`: `format`, `sizes` and nine arrays named `a_indptr`, ..."""
        arrays: dict[str, NDArray[Any]] = {
            f"{name}_{part}": getattr(getattr(self, name), part) for name in _MATRICES for part in _PARTS
        }
        sizes = np.array([self.wires, self.public], dtype=np.int64)
        with Path(path).open("wb") as file:
            np.savez(file, format=np.array(_FORMAT), sizes=sizes, **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: Path | str) -> R1CS:
        """Read what `save` wrote.

        Raises
        ------
        DecodeError
            Not such a file, or its content is not a well-formed system.
        """
        try:
            return cls._read(Path(path))
        except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise DecodeError(f"{path} is not an R1CS file: {error}") from error

    @classmethod
    def _read(cls, path: Path) -> R1CS:
        expected = {"format", "sizes", *(f"{name}_{part}" for name in _MATRICES for part in _PARTS)}
        with np.load(path, allow_pickle=False) as data:
            if set(data.files) != expected:
                raise ValueError(f"holds {sorted(data.files)}, expected {sorted(expected)}")
            if str(data["format"]) != _FORMAT or data["sizes"].shape != (2,):
                raise ValueError(f"format is {data['format']}, expected {_FORMAT}")
            a, b, c = (SparseMatrix(*(data[f"{name}_{part}"] for part in _PARTS)) for name in _MATRICES)
            wires, public = (int(x) for x in data["sizes"])
        return cls(a, b, c, wires, public)
