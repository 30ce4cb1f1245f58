"""Records the constraints of a circuit: the first mode of `Builder`.

It also records how each wire is computed, as a `Tape`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from provers.validity.constraints.builder import Body, Builder
from provers.validity.constraints.hints import Hint
from provers.validity.constraints.linear import Linear, Term
from provers.validity.constraints.r1cs import R1CS
from provers.validity.constraints.recording import Indices, Library, Listing, Recorder, Template
from provers.validity.constraints.tape import SOLVE, Tape, extra_of
from rollup.crypto.fr import R

UNNAMED = ""
"""The part of a template's constraints that the body gave no name; they count for whoever repeats it."""


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
        self._operands = Recorder(self._library.interner)
        self._listing = Listing()
        self._free: list[Indices] = []
        self._given: list[Indices] = []
        self._part = UNNAMED

    def public_inputs(self, count: int) -> list[Term]:
        assert count <= self.public, f"{count} of {self.public} public inputs"
        return [Linear({1 + i: 1}) for i in range(count)]

    def hint(self, hint: Hint, *, free: bool = False) -> list[Term]:
        wires = np.arange(self.wires, self.wires + hint.count, dtype=np.int32)
        self._listing.append(hint.op, self.wires, self._operands.count, extra_of(hint))
        for operand in hint.operands:
            self._operands.append(operand)
        self.wires += hint.count
        if free:
            self._free.append(wires)
        if hint.brings:
            self._given.append(wires)
        return [Linear({wire: 1}) for wire in wires.tolist()]

    def solve(self, a: Term, b: Term, rest: Term = 0, factor: int = 1) -> Term:
        wire = Linear({self.wires: 1})
        inverse = self._library.interner.number(pow(factor, -1, R))
        self._listing.append(SOLVE, self.wires, self._matrices[0].count, inverse)
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
        table = self._library.interner.limbs()
        a, b, c = (recorder.rows().matrix(table) for recorder in self._matrices)
        return R1CS(a, b, c, self.wires, self.public)

    def tape(self) -> Tape:
        """Return how the wires recorded so far are computed."""
        operands = self._operands.rows().matrix(self._library.interner.limbs())
        return Tape(self._listing.code(), operands, self.wires, self.public)

    def _record(self, body: Body, arity: int) -> Template:
        inner = ShapeBuilder(arity, self._library)
        outputs = tuple(body(inner, inner.public_inputs(arity)))
        rows = tuple(recorder.rows() for recorder in inner._recorders)
        free, given = (np.array(wires, dtype=np.int32) for wires in (inner.free, inner.data))
        return Template(arity, inner.wires, rows, inner._listing.code(), outputs, inner.parts, free, given)

    @property
    def _recorders(self) -> tuple[Recorder, ...]:
        return (*self._matrices, self._operands)

    def _copy(self, template: Template, inputs: list[int]) -> list[Term]:
        assert len(inputs) == template.arity, f"{len(inputs)} inputs for a template of {template.arity}"
        own = template.wires - 1 - template.arity
        names = np.array([0, *inputs, *range(self.wires, self.wires + own)], dtype=np.int32)
        self.wires += own
        self._listing.extend(template.code, names, self._matrices[0].count, self._operands.count)
        for recorder, rows in zip(self._recorders, template.rows, strict=True):
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
