"""What is kept of a circuit while it is recorded: coefficients, rows, instructions, and pieces that repeat.

Rows are flat arrays of wires and of numbers of coefficients (a circuit has few different ones). A piece that repeats is recorded once, as a `Template` over wires
of its own, and copied by renaming its wires.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from provers.validity.constraints.linear import Linear, Term
from provers.validity.constraints.r1cs import SparseMatrix, Words, limbs_of
from provers.validity.constraints.tape import SOLVE
from rollup.crypto.fr import R

Indices = NDArray[np.int32]


class Interner:
    """Numbers the different coefficients of a circuit; 1 is number 0."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {1: 0}

    def number(self, coefficient: int) -> int:
        """Return the number of a coefficient in [0, R)."""
        return self._numbers.setdefault(coefficient, len(self._numbers))

    def limbs(self) -> Words:
        """Return all coefficients by number, `uint64[n, 4]`."""
        return limbs_of(self._numbers)


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of one matrix: lengths, and wires and coefficient numbers of all entries."""

    lengths: Indices
    wires: Indices
    numbers: Indices

    def matrix(self, table: Words) -> SparseMatrix:
        """Return them as a matrix, coefficients being those of the table."""
        indptr = np.concatenate(([0], np.cumsum(self.lengths)), dtype=np.int64)
        return SparseMatrix(indptr, self.wires, self.numbers, table)

    def renamed(self, names: Indices) -> Rows:
        """Return the rows with wire `w` called `names[w]`."""
        return Rows(self.lengths, names[self.wires], self.numbers)


class Recorder:
    """Rows of one matrix under way."""

    def __init__(self, interner: Interner) -> None:
        self._interner = interner
        self._segments: list[Rows] = []
        self._lengths: list[int] = []
        self._wires: list[int] = []
        self._numbers: list[int] = []
        self._count = 0

    def append(self, term: Term) -> None:
        """Add a row, leaving out entries that are zero."""
        terms = term.terms if isinstance(term, Linear) else {0: term}
        before = len(self._wires)
        for wire, coefficient in terms.items():
            reduced = coefficient % R
            if reduced:
                self._wires.append(wire)
                self._numbers.append(self._interner.number(reduced))
        self._lengths.append(len(self._wires) - before)
        self._count += 1

    def extend(self, rows: Rows) -> None:
        """Add rows that are already flat."""
        self._flush()
        self._segments.append(rows)
        self._count += len(rows.lengths)

    @property
    def count(self) -> int:
        """How many rows there are so far."""
        return self._count

    def rows(self) -> Rows:
        """Return all rows in the order in which they came."""
        self._flush()
        parts = [(rows.lengths, rows.wires, rows.numbers) for rows in self._segments]
        return Rows(*(np.concatenate([part[k] for part in parts], dtype=np.int32) for k in range(3)))

    def _flush(self) -> None:
        parts = (self._lengths, self._wires, self._numbers)
        self._segments.append(Rows(*(np.array(part, dtype=np.int32) for part in parts)))
        for part in parts:
            part.clear()


class Listing:
    """Instructions under way, `int32[n, 4]` as `tape_kernels` reads them."""

    def __init__(self) -> None:
        self._segments: list[Indices] = []
        self._last: list[tuple[int, int, int, int]] = []

    def append(self, op: int, wire: int, at: int, extra: int) -> None:
        """Add an instruction."""
        self._last.append((op, wire, at, extra))

    def extend(self, code: Indices, names: Indices, constraints: int, operands: int) -> None:
        """Add those of a piece, its wires renamed and its rows counted from these ones on."""
        self._flush()
        copied = code.copy()
        copied[:, 1] = names[code[:, 1]]
        copied[:, 2] += np.where(code[:, 0] == SOLVE, constraints, operands).astype(np.int32)
        self._segments.append(copied)

    def code(self) -> Indices:
        """Return all instructions in the order in which they came."""
        self._flush()
        return np.concatenate(self._segments)

    def _flush(self) -> None:
        self._segments.append(np.array(self._last, dtype=np.int32).reshape(-1, 4))
        self._last.clear()


@dataclass(frozen=True, eq=False)
class Template:
    """A piece of circuit over wires 0 (the constant), 1 … arity (its inputs) and the rest (its own); `rows` are those of the recorders, `code` is its tape."""

    arity: int
    wires: int
    rows: tuple[Rows, ...]
    code: Indices
    outputs: tuple[Term, ...]
    parts: Counter[str]
    free: Indices
    given: Indices


@dataclass
class Library:
    """What the templates of a circuit share."""

    interner: Interner = field(default_factory=Interner)
    templates: dict[str, Template] = field(default_factory=dict)
