"""Builds a gadget both ways and looks for wires that a prover could choose."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from provers.validity.constraints.builder import Builder, as_ints
from provers.validity.constraints.hints import Hint, Op
from provers.validity.constraints.linear import Linear, Term
from provers.validity.constraints.r1cs import R1CS, SparseMatrix, Words, ints_of
from provers.validity.constraints.shape import ShapeBuilder
from provers.validity.constraints.witness import WitnessBuilder
from rollup.crypto.fr import R

Gadget = Callable[[Builder, Sequence[Term]], Sequence[Term]]
Polynomial = tuple[int, int, int]


class HostileBuilder(WitnessBuilder):
    """Computes wires as told, except that some have the values a prover prefers; what follows from them is computed from these."""

    def __init__(self, public: Sequence[int], overrides: Mapping[int, int]) -> None:
        super().__init__(public)
        self.overrides = overrides

    def hint(self, hint: Hint, *, free: bool = False) -> list[Term]:
        del free
        honest = enumerate(hint.values(as_ints(hint.operands)), len(self.values))
        preferred = [self.overrides.get(wire, value) for wire, value in honest]
        return super().hint(Hint(Op.GIVEN, hint.count, (), lambda: preferred))


@dataclass(frozen=True)
class Built:
    """A gadget whose inputs are public: its system, a witness, and its outputs."""

    shape: ShapeBuilder
    system: R1CS
    witness: Words
    outputs: tuple[int, ...]

    @property
    def holds(self) -> bool:
        return self.system.is_satisfied(self.witness) is None


def build(gadget: Gadget, *inputs: int, overrides: Mapping[int, int] | None = None) -> Built:
    shape = ShapeBuilder(len(inputs))
    terms = gadget(shape, shape.public_inputs(len(inputs)))
    prover = HostileBuilder(inputs, overrides or {})
    outputs = tuple(value(term) for term in gadget(prover, prover.public_inputs(len(inputs))))
    assert len(prover.values) == shape.wires, "the two modes number their wires differently"
    assert outputs == tuple(evaluate(term, prover.values) for term in terms), "the two modes disagree"
    return Built(shape, shape.r1cs(), prover.witness(), outputs)


def value(term: Term) -> int:
    assert isinstance(term, int)
    return term % R


def evaluate(term: Term, values: Sequence[int]) -> int:
    if isinstance(term, Linear):
        return sum(values[wire] * coefficient for wire, coefficient in term.terms.items()) % R
    return term % R


def run(gadget: Gadget, *inputs: int) -> tuple[int, ...]:
    """Return the outputs of an honest prover, having checked that the system holds and that no wire is the prover's to choose."""
    built = build(gadget, *inputs)
    assert built.holds
    values = ints_of(built.witness)
    known = [*range(1 + built.system.public), *built.shape.data]
    assert undetermined(built.system, values, known) <= set(built.shape.free)
    assert set(unnoticed(built.system, values, range(1 + built.system.public, len(values)))) <= set(built.shape.free)
    return built.outputs


def undetermined(system: R1CS, values: Sequence[int], known: Iterable[int]) -> set[int]:
    """Return the wires that the constraints leave open once `known` ones are fixed.

    A wire is determined (up to two values) by a row in which it is the only open one that matters, if the row is then a polynomial in it that is not identically 0.
    An open wire does not matter to a row if it stands in one factor only and the other factor is fixed to 0.
    """
    rows = _rows(system)
    still_open = _Open(rows, values)
    work = list(range(system.constraints))
    pending = list(known)
    while pending or work:
        while pending:
            work.extend(still_open.close(pending.pop()))
        wire = still_open.determined_by(work.pop()) if work else None
        if wire is not None:
            pending.append(wire)
    return set(range(system.wires)) - still_open.closed


def unnoticed(system: R1CS, values: Sequence[int], wires: Iterable[int]) -> Iterator[int]:
    """Yield the wires that can be changed alone without breaking a constraint: by 1, to the other Boolean, to the negative, or by an arbitrary number."""
    rows = _rows(system)
    for wire in wires:
        for change in {1, 1 - 2 * values[wire], -2 * values[wire], 0xC0FFEE} - {0}:
            if all(_at(rows.polynomial(row, wire, values), change) == 0 for row in rows.of_wire[wire]):
                yield wire
                break


def _at(polynomial: Polynomial, change: int) -> int:
    constant, linear, square = polynomial
    return (constant + linear * change + square * change * change) % R


@lru_cache(maxsize=2)
def _rows(system: R1CS) -> "_Rows":
    return _Rows(system)


class _Rows:
    """A system by row and by wire."""

    def __init__(self, system: R1CS) -> None:
        self.sides = [_rows_of(matrix) for matrix in (system.a, system.b, system.c)]
        self.of_wire: dict[int, set[int]] = defaultdict(set)
        for side in self.sides:
            for row, entries in enumerate(side):
                for wire in entries:
                    self.of_wire[wire].add(row)

    def polynomial(self, row: int, wire: int, values: Sequence[int]) -> Polynomial:
        """Return what a·b - c becomes as `wire` changes by t: coefficients of 1, t and t²."""
        (a, da), (b, db), (c, dc) = (
            (sum(values[w] * k for w, k in side[row].items()), side[row].get(wire, 0)) for side in self.sides
        )
        return (a * b - c) % R, (a * db + b * da - dc) % R, da * db % R


class _Open:
    """Counts, for each row and each side of it, the wires that are not determined yet."""

    def __init__(self, rows: _Rows, values: Sequence[int]) -> None:
        self.rows = rows
        self.values = values
        self.closed: set[int] = set()
        self.counts = [[len(entries) for entries in side] for side in rows.sides]
        self.is_zero = [[_sum(entries, values) == 0 for entries in side] for side in rows.sides[:2]]

    def close(self, wire: int) -> Iterator[int]:
        """Count a wire as determined and yield the rows that may now determine another."""
        if wire in self.closed:
            return
        self.closed.add(wire)
        a, b, c = self.counts
        for row in self.rows.of_wire[wire]:
            for side, counts in zip(self.rows.sides, self.counts, strict=True):
                counts[row] -= wire in side[row]
            if c[row] <= 1 and (a[row] <= 1 or not b[row]) and (b[row] <= 1 or not a[row]):
                yield row

    def determined_by(self, row: int) -> int | None:
        counts = [counts[row] for counts in self.counts]
        # A factor does not matter if the other one is determined to be 0.
        sides = [2, *(k for k in (0, 1) if counts[1 - k] or not self.is_zero[1 - k][row])]
        if max(counts[side] for side in sides) > 1:
            return None
        candidates = {
            wire for side in sides for wire in self.rows.sides[side][row] if counts[side] and wire not in self.closed
        }
        if len(candidates) != 1:
            return None
        (wire,) = candidates
        _, linear, square = self.rows.polynomial(row, wire, self.values)
        return wire if linear or square else None


def _sum(entries: Mapping[int, int], values: Sequence[int]) -> int:
    return sum(values[wire] * coefficient for wire, coefficient in entries.items()) % R


def _rows_of(matrix: SparseMatrix) -> list[dict[int, int]]:
    wires, coefficients = matrix.indices.tolist(), ints_of(matrix.coefficients)
    rows: list[dict[int, int]] = []
    for first, last in zip(matrix.indptr[:-1].tolist(), matrix.indptr[1:].tolist(), strict=True):
        entries: dict[int, int] = {}
        for wire, coefficient in zip(wires[first:last], coefficients[first:last], strict=True):
            entries[wire] = entries.get(wire, 0) + coefficient
        rows.append(entries)
    return rows


def constraints(gadget: Gadget, inputs: int) -> int:
    """Return how many constraints a gadget on so many public inputs has."""
    shape = ShapeBuilder(inputs)
    gadget(shape, shape.public_inputs(inputs))
    return shape.r1cs().constraints
