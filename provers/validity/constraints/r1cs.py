"""Rank-1 constraint systems over Fr of BLS12-381: `(A·w) ∘ (B·w) = C·w`, matrices sparse by row.

Wire 0 is the constant 1, wires `1..public` are the public inputs, the others are private. A *witness* is the whole
assignment, `uint64[wires, 4]`, canonical little-endian limbs (not Montgomery form).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from provers.validity.constraints.array_file import read_arrays, write_arrays
from rollup.crypto.fr import R
from rollup.errors import DecodeError

if TYPE_CHECKING:
    from provers.validity.poly.vector import Sparse

LIMBS = 4
_LIMB_MASK = (1 << 64) - 1
_MODULUS_LIMBS = tuple((R >> (64 * i)) & _LIMB_MASK for i in range(LIMBS))
_CONTENT = "tandem-r1cs-1"
_FORMAT = "tandem-r1cs-2"
_BLOCK = 1 << 16
"""Entries whose coefficients are written out at a time."""
_MATRICES = ("a", "b", "c")
_PARTS = ("indptr", "indices", "numbers")

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
    """One matrix, compressed by row (a row is a constraint). Few of its coefficients differ, so an entry holds the number of one.

    Attributes
    ----------
    indptr
        `int64[m + 1]`; row `i` owns entries `indptr[i] .. indptr[i + 1]`.
    indices
        `int32[nnz]` wire of each entry.
    numbers
        `int32[nnz]` row of `table` of each entry.
    table
        `uint64[n, 4]` canonical limbs.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    numbers: NDArray[np.int32]
    table: Words

    @classmethod
    def from_rows(cls, rows: Sequence[Sequence[tuple[int, int]]]) -> SparseMatrix:
        """Build from `rows[i] = [(wire, coefficient), ...]`, coefficients `0 <= v < r`."""
        indptr = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(row) for row in rows], out=indptr[1:])
        known: dict[int, int] = {}
        numbers = [known.setdefault(value, len(known)) for row in rows for _, value in row]
        indices = [wire for row in rows for wire, _ in row]
        return cls(indptr, np.array(indices, dtype=np.int32), np.array(numbers, dtype=np.int32), limbs_of(known))

    @classmethod
    def from_entries(cls, indptr: NDArray[np.int64], indices: NDArray[np.int32], coefficients: Words) -> SparseMatrix:
        """Build from a coefficient an entry, `uint64[nnz, 4]`."""
        table, numbers = np.unique(coefficients, axis=0, return_inverse=True)
        return cls(indptr, indices, numbers.reshape(-1).astype(np.int32), table)

    @property
    def coefficients(self) -> Words:
        """The coefficient of each entry, `uint64[nnz, 4]`, written out."""
        return self.table[self.numbers] if len(self.table) else np.zeros((0, LIMBS), dtype=np.uint64)

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
        if any(x.dtype != np.int32 or x.shape != (self.nnz,) for x in (self.indices, self.numbers)):
            return "indices or numbers is not int32[nnz]"
        if self.table.dtype != np.uint64 or self.table.shape != (len(self.table), LIMBS):
            return "table is not uint64[n, 4]"
        if self.indptr[0] != 0 or self.indptr[-1] != self.nnz or np.any(np.diff(self.indptr) < 0):
            return "indptr does not rise from 0 to nnz"
        for entries, limit in ((self.indices, wires), (self.numbers, len(self.table))):
            if self.nnz and (entries.min() < 0 or entries.max() >= limit):
                return f"an entry's wire or coefficient is outside 0..{limit - 1}"
        at = first_not_canonical(self.table)
        return None if at is None else f"coefficient {at} is not below r"

    def compiled(self, wires: int) -> Sparse:
        """The matrix as kernels take it; loads them."""
        from provers.validity.poly.vector import Sparse

        return Sparse(self.indptr, self.indices, self.numbers, self.table, wires)

    def times(self, witness: NDArray[np.object_]) -> NDArray[np.object_]:
        """Plain twin of what `evaluation` computes: `M·w mod r` for an object array of Python integers, `object[m]`."""
        terms = np.array(ints_of(self.table), dtype=object)[self.numbers] * witness[self.indices] if self.nnz else []
        total = np.concatenate(([0], np.cumsum(terms))) if self.nnz else np.zeros(1, dtype=object)
        product: NDArray[np.object_] = (total[self.indptr[1:]] - total[self.indptr[:-1]]) % R
        return product


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
        """SHA-256 of the content: name, wires, public, then of each matrix `indptr`, `indices` and coefficients written out: length, and 8 or 32 little-endian bytes each."""
        return self._digest

    @cached_property
    def _digest(self) -> bytes:
        state = hashlib.sha256(_CONTENT.encode())
        state.update(np.array([self.wires, self.public], dtype="<i8").tobytes())
        for matrix in (self.a, self.b, self.c):
            for array in (matrix.indptr, matrix.indices):
                state.update(np.array([len(array)], dtype="<i8").tobytes() + array.astype("<i8").tobytes())
            state.update(np.array([matrix.nnz], dtype="<i8").tobytes())
            for first in range(0, matrix.nnz, _BLOCK):
                state.update(matrix.table[matrix.numbers[first : first + _BLOCK]].astype("<u8", copy=False).tobytes())
        return state.digest()

    @cached_property
    def compiled(self) -> tuple[Sparse, Sparse, Sparse]:
        """A, B and C as kernels take them; loads these."""
        a, b, c = (matrix.compiled(self.wires) for matrix in (self.a, self.b, self.c))
        return a, b, c

    def is_satisfied(self, witness: Words) -> int | None:
        """Index of the first constraint that `witness` (`uint64[wires, 4]`) breaks, None if it breaks none.

        Raises
        ------
        ValueError
            Wrong shape or dtype, an element `>= r`, or wire 0 not 1.
        """
        from provers.validity.constraints.evaluation import evaluate

        self.check_witness(witness)
        return evaluate(self, witness, self.constraints).broken

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
        """Write it as `array_file` says: `table` and nine arrays named `a_indptr`, ...; the digest is a fact of the file."""
        shared = self._sharing()
        arrays: dict[str, NDArray[Any]] = {
            f"{name}_{part}": getattr(getattr(shared, name), part) for name in _MATRICES for part in _PARTS
        }
        facts: dict[str, int | str] = {"wires": self.wires, "public": self.public, "digest": self.digest().hex()}
        write_arrays(Path(path), _FORMAT, facts, {"table": shared.a.table, **arrays})

    @classmethod
    def load(cls, path: Path | str, *, trusted: bool = False) -> R1CS:
        """Map what `save` wrote into memory.

        Parameters
        ----------
        trusted
            Whether the digest that the file states is taken for that of its content; else it is computed when asked for, at a gigabyte a second.

        Raises
        ------
        DecodeError
            Not such a file, or its content is not a well-formed system.
        """
        facts, arrays = read_arrays(Path(path), _FORMAT)
        try:
            system = cls._of(facts, arrays)
            if trusted:
                system.__dict__["_digest"] = bytes.fromhex(facts["digest"])
        except (ValueError, KeyError, TypeError) as error:
            raise DecodeError(f"{path} is not an R1CS file: {error}") from error
        return system

    @classmethod
    def _of(cls, facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> R1CS:
        expected = {"table", *(f"{name}_{part}" for name in _MATRICES for part in _PARTS)}
        if set(arrays) != expected:
            raise ValueError(f"holds {sorted(arrays)}, expected {sorted(expected)}")
        a, b, c = (
            SparseMatrix(*(arrays[f"{name}_{part}"] for part in _PARTS), arrays["table"])  # type: ignore[call-arg]
            for name in _MATRICES
        )
        return cls(a, b, c, int(facts["wires"]), int(facts["public"]))

    def _sharing(self) -> R1CS:
        """Return the same system with one table for all matrices."""
        if self.a.table is self.b.table is self.c.table:
            return self
        matrices, tables, first = [], [], 0
        for matrix in (self.a, self.b, self.c):
            matrices.append(replace(matrix, numbers=matrix.numbers + np.int32(first)))
            tables.append(matrix.table)
            first += len(matrix.table)
        table = np.concatenate(tables)
        a, b, c = (replace(matrix, table=table) for matrix in matrices)
        return R1CS(a, b, c, self.wires, self.public)
