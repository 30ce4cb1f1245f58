"""How the wires of a circuit are computed, as arrays that a kernel runs over: the fast twin of `WitnessBuilder`.

An instruction gives one wire or a few that follow each other. What it reads are rows: of A, B and C where it solves a constraint, else of `operands`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from provers.validity.constraints.array_file import read_arrays, write_arrays
from provers.validity.constraints.hints import Hint, Op
from provers.validity.constraints.r1cs import R1CS, SparseMatrix, Words, limbs_of
from rollup.crypto.fr import R
from rollup.errors import DecodeError, InternalError

if TYPE_CHECKING:
    from provers.validity.poly.vector import Sparse

SOLVE: Final = 9
"""The operation of an instruction that solves a constraint; the others are those of `Op`."""
_FORMAT: Final = "tandem-tape-1"
_ARRAYS: Final = ("code", "indptr", "indices", "numbers", "table")
_MOST_BITS: Final = 256
_MOST_PLACES: Final = 16
"""Bits that name an option or a place."""


def extra_of(hint: Hint) -> int:
    """Return what an instruction must know of a hint besides its operation: number of wires, or of bits that name a place."""
    if hint.op is Op.INSERTED:
        return len(hint.operands) - 1
    if hint.op is Op.PICK:
        return len(hint.operands).bit_length() - 1
    return hint.count


@dataclass(frozen=True, eq=False)
class Tape:
    """The instructions of a circuit.

    Attributes
    ----------
    code
        `int32[n, 4]`: operation, first wire, row (of the system where a constraint is solved, else of `operands`) and extra: of a solved constraint
        the number of the factor's inverse in the operands' table, else `extra_of` the hint.
    operands
        The linear combinations that hints read.
    wires, public
        Of the circuit.

    Raises
    ------
    ValueError
        On construction, if the instructions do not give every private wire once and in order, or read what is not there.
    """

    code: NDArray[np.int32]
    operands: SparseMatrix
    wires: int
    public: int

    def __post_init__(self) -> None:
        if self.code.dtype != np.int32 or self.code.ndim != 2 or self.code.shape[1] != 4:
            raise ValueError("code is not int32[n, 4]")
        fault = self.operands.fault(self.wires) or self._fault_of_numbers() or self._fault_of_places()
        if fault is not None:
            raise ValueError(f"code or operands: {fault}")

    def _fault_of_numbers(self) -> str | None:
        """Say what is wrong with operations and extras."""
        operation, _, _, extra = self.code.T
        if len(self.code) and (operation.min() < 0 or operation.max() > SOLVE or extra.min() < 0):
            return "an operation is unknown"
        limits = {
            SOLVE: len(self.operands.table) - 1,
            Op.BITS: _MOST_BITS,
            Op.INSERTED: _MOST_PLACES,
            Op.PICK: _MOST_PLACES,
        }
        if any(extra[operation == op].max(initial=0) > limit for op, limit in limits.items()):
            return "an instruction has too many bits, or a factor that is not there"
        return None

    def _fault_of_places(self) -> str | None:
        """Say what is wrong with wires and rows. SAFETY: the kernel checks no bounds; wires are given in order, so each is written once and none beyond the last."""
        operation, wire, row, extra = self.code.T
        starts = np.concatenate(([1 + self.public], wire.astype(np.int64) + _counts(operation, extra)))
        if np.any(starts[:-1] != wire) or starts[-1] != self.wires:
            return "not every wire is given once and in order"
        last = row.astype(np.int64) + _reads(operation, extra)
        if row.min(initial=0) < 0 or last[operation != SOLVE].max(initial=0) > self.operands.rows:
            return "a row is not there"
        return None

    @cached_property
    def brings(self) -> int:
        """How many integers the prover brings."""
        operation, extra = self.code[:, 0], self.code[:, 3].astype(np.int64)
        return int(extra[operation == Op.GIVEN].sum() + ((1 << extra[operation == Op.INSERTED]) - 1).sum())

    def run(self, system: R1CS, public: Sequence[int], brought: Sequence[int]) -> Words:
        """Return the witness, `uint64[wires, 4]`; total: what the prover brings may be anything.

        Parameters
        ----------
        system
            The circuit's constraints.
        public
            The public inputs, in [0, R).
        brought
            What the prover brings, in the order in which the circuit asks for it; reduced modulo R.

        Raises
        ------
        InternalError
            The tape is of another circuit, or too much or too little is brought.
        """
        rows = int(self.code[:, 2][self.code[:, 0] == SOLVE].max(initial=-1))
        if (system.wires, system.public) != (self.wires, self.public) or rows >= system.constraints:
            raise InternalError("tape: it belongs to another circuit", expected=self.wires, got=system.wires)
        if len(brought) != self.brings or len(public) != self.public:
            wanted = (self.public, self.brings)
            raise InternalError("tape: wrong number of values", expected=wanted, got=(len(public), len(brought)))
        from provers.validity.constraints.tape_run import execute

        given = limbs_of([value % R for value in brought])
        return execute(self.code, system.compiled, self._compiled, limbs_of([1, *public]), given, self.wires)

    @cached_property
    def _compiled(self) -> Sparse:
        return self.operands.compiled(self.wires)

    def save(self, path: Path) -> None:
        """Write it as `array_file` says."""
        arrays = {name: self.code if name == "code" else getattr(self.operands, name) for name in _ARRAYS}
        write_arrays(path, _FORMAT, {"wires": self.wires, "public": self.public}, arrays)

    @classmethod
    def load(cls, path: Path) -> Tape:
        """Map what `save` wrote into memory; `DecodeError` if it is no such file or no well-formed tape."""
        facts, arrays = read_arrays(path, _FORMAT)
        try:
            code, *parts = (arrays[name] for name in _ARRAYS)
            return cls(code, SparseMatrix(*parts), _size(facts, "wires"), _size(facts, "public"))
        except (ValueError, KeyError, TypeError) as error:
            raise DecodeError(f"{path} is not a tape: {error}") from error


def _size(facts: dict[str, Any], name: str) -> int:
    size = facts[name]
    if not isinstance(size, int) or not 0 <= size < 1 << 31:
        raise ValueError(f"{name} is {size}")
    return size


def _among(operation: NDArray[np.int32], *ops: Op) -> NDArray[np.bool_]:
    return np.isin(operation, ops)


def _counts(operation: NDArray[np.int32], extra: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return how many wires each instruction gives."""
    counts = np.ones(len(operation), dtype=np.int64)
    counts[_among(operation, Op.ROOT, Op.DIVISION)] = 2
    several = _among(operation, Op.GIVEN, Op.BITS)
    counts[several] = extra[several]
    inserted = operation == Op.INSERTED
    counts[inserted] = 1 << extra[inserted].astype(np.int64)
    return counts


def _reads(operation: NDArray[np.int32], extra: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return how many rows of operands each instruction reads."""
    reads = np.zeros(len(operation), dtype=np.int64)
    for op, count in ((Op.VALUE, 1), (Op.BITS, 1), (Op.QUOTIENT, 2), (Op.ROOT, 3), (Op.DIVISION, 2), (Op.ISQRT, 1)):
        reads[operation == op] = count
    wide = extra.astype(np.int64)
    inserted, pick = operation == Op.INSERTED, operation == Op.PICK
    reads[inserted] = 1 + wide[inserted]
    reads[pick] = wide[pick] + (1 << wide[pick])
    return reads
