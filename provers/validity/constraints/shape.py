"""Records the constraints of a circuit: the first mode of `Builder`.

Rows are kept as flat arrays of wires and of numbers of coefficients (a circuit has few different ones). A piece that repeats is recorded once, as a
`Template` over wires of its own, and copied by renaming its wires.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from provers.validity.constraints.builder import Body, Builder
from provers.validity.constraints.hints import Hint
from provers.validity.constraints.linear import Linear, Term
from provers.validity.constraints.r1cs import R1CS, SparseMatrix, limbs_of
from rollup.crypto.fr import R

Indices = NDArray[np.int64]
UNNAMED = ""
"""The part of a template's constraints that the body gave no name; they count for whoever repeats it."""


class Interner:
    """Numbers the different coefficients of a circuit."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}

    def number(self, coefficient: int) -> int:
        """Return the number of a coefficient in [0, R)."""
        return self._numbers.setdefault(coefficient, len(self._numbers))

    def limbs(self) -> NDArray[np.uint64]:
        """Return all coefficients by number, `uint64[n, 4]`."""
        return limbs_of(self._numbers)


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of one matrix: lengths, and wires and coefficient numbers of all entries."""

    lengths: Indices
    wires: Indices
    numbers: Indices

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

    def extend(self, rows: Rows) -> None:
        """Add rows that are already flat."""
        self._flush()
        self._segments.append(rows)

    def rows(self) -> Rows:
        """Return all rows in the order in which they came."""
        self._flush()
        parts = [(rows.lengths, rows.wires, rows.numbers) for rows in self._segments]
        return Rows(*(np.concatenate([part[k] for part in parts], dtype=np.int64) for k in range(3)))

    def _flush(self) -> None:
        parts = (self._lengths, self._wires, self._numbers)
        self._segments.append(Rows(*(np.array(part, dtype=np.int64) for part in parts)))
        for part in parts:
            part.clear()


@dataclass(frozen=True, eq=False)
class Template:
    """A piece of circuit over wires 0 (the constant), 1 … arity (its inputs) and the rest (its own)."""

    arity: int
    wires: int
    rows: tuple[Rows, Rows, Rows]
    outputs: tuple[Term, ...]
    parts: Counter[str]
    free: Indices
    given: Indices


@dataclass
class Library:
    """What the templates of a circuit share."""

    interner: Interner = field(default_factory=Interner)
    templates: dict[str, Template] = field(default_factory=dict)


class ShapeBuilder(Builder):
    """Keeps the constraints, wires having no values.

    Parameters
    ----------
    public
        Number of public inputs; they are wires 1 … public.

    Attributes
    ----------
    wires
        How many there are so far, the constant included.
    parts
        Constraints by name of part.
    """

    def __init__(self, public: int = 0, library: Library | None = None) -> None:
        self.public = public
        self.wires = 1 + public
        self.parts: Counter[str] = Counter()
        self._library = library or Library()
        self._matrices = tuple(Recorder(self._library.interner) for _ in range(3))
        self._free: list[Indices] = []
        self._given: list[Indices] = []
        self._part = UNNAMED

    def public_inputs(self, count: int) -> list[Term]:
        assert count <= self.public, f"{count} of {self.public} public inputs"
        return [Linear({1 + i: 1}) for i in range(count)]

    def hint(self, hint: Hint, *, free: bool = False) -> list[Term]:
        wires = np.arange(self.wires, self.wires + hint.count, dtype=np.int64)
        self.wires += hint.count
        if free:
            self._free.append(wires)
        if hint.brings:
            self._given.append(wires)
        return [Linear({wire: 1}) for wire in wires.tolist()]

    def solve(self, a: Term, b: Term, rest: Term = 0, factor: int = 1) -> Term:
        wire = Linear({self.wires: 1})
        self.wires += 1
        self.enforce(a, b, wire * factor + rest)
        return wire

    def enforce(self, a: Term, b: Term, c: Term) -> None:
        for recorder, term in zip(self._matrices, (a, b, c), strict=True):
            recorder.append(term)
        self.parts[self._part] += 1

    def repeat(self, key: str, body: Body, inputs: Sequence[Term]) -> Sequence[Term]:
        template = self._library.templates.get(key)
        if template is None:
            template = self._record(body, len(inputs))
            self._library.templates[key] = template
        return self._copy(template, [_wire_of(term) for term in inputs])

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        outer, self._part = self._part, name
        try:
            yield
        finally:
            self._part = outer

    def parts_of(self, key: str) -> dict[str, int]:
        """Return the constraints by name of part of a piece that was repeated; `KeyError` if there was none of this name."""
        return dict(self._library.templates[key].parts)

    @property
    def templates(self) -> tuple[str, ...]:
        """The names of the pieces that were repeated."""
        return tuple(self._library.templates)

    @property
    def free(self) -> tuple[int, ...]:
        """The wires declared free (`Builder.hint`)."""
        return _flat(self._free)

    @property
    def data(self) -> tuple[int, ...]:
        """The wires that were `given`."""
        return _flat(self._given)

    def r1cs(self) -> R1CS:
        """Return the constraint system recorded so far."""
        limbs = self._library.interner.limbs()
        a, b, c = (_matrix(recorder.rows(), limbs) for recorder in self._matrices)
        return R1CS(a, b, c, self.wires, self.public)

    def _record(self, body: Body, arity: int) -> Template:
        inner = ShapeBuilder(arity, self._library)
        outputs = tuple(body(inner, inner.public_inputs(arity)))
        a, b, c = (recorder.rows() for recorder in inner._matrices)
        free, given = (np.array(wires, dtype=np.int64) for wires in (inner.free, inner.data))
        return Template(arity, inner.wires, (a, b, c), outputs, inner.parts, free, given)

    def _copy(self, template: Template, inputs: list[int]) -> list[Term]:
        assert len(inputs) == template.arity, f"{len(inputs)} inputs for a template of {template.arity}"
        own = template.wires - 1 - template.arity
        names = np.array([0, *inputs, *range(self.wires, self.wires + own)], dtype=np.int64)
        self.wires += own
        for recorder, rows in zip(self._matrices, template.rows, strict=True):
            recorder.extend(rows.renamed(names))
        for name, count in template.parts.items():
            self.parts[name or self._part] += count
        self._free.append(names[template.free])
        self._given.append(names[template.given])
        return [_renamed(term, names) for term in template.outputs]


def _flat(parts: list[Indices]) -> tuple[int, ...]:
    return tuple(int(wire) for wires in parts for wire in wires)


def _wire_of(term: Term) -> int:
    """Return the wire that a term is."""
    if isinstance(term, Linear) and len(term.terms) == 1:
        ((wire, coefficient),) = term.terms.items()
        if wire and coefficient == 1:
            return wire
    raise TypeError("the inputs of a repeated piece are wires, not sums or constants: pin them")


def _renamed(term: Term, names: Indices) -> Term:
    if isinstance(term, int):
        return term
    terms: dict[int, int] = {}
    for wire, coefficient in term.terms.items():  # two inputs may be one wire, so coefficients add up
        name = int(names[wire])
        terms[name] = terms.get(name, 0) + coefficient
    return Linear(terms)


def _matrix(rows: Rows, limbs: NDArray[np.uint64]) -> SparseMatrix:
    indptr = np.concatenate(([0], np.cumsum(rows.lengths)), dtype=np.int64)
    coefficients = limbs[rows.numbers] if len(limbs) else np.zeros((0, 4), dtype=np.uint64)
    return SparseMatrix(indptr, rows.wires, coefficients)
