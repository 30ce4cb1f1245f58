"""What an author declares, as it is proved: a change of a sum, or a condition of records."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rollup.audit.formula import Formula
from rollup.audit.solver import Term
from rollup.execution.interpreter import Run
from rollup.ir.image import Image
from rollup.program.conditions import INTEGERS, NEW, Leaf, evaluate
from rollup.program.invariants import Conserves, RecordInvariant


@dataclass(frozen=True)
class Sum:
    """A declared `conserves`."""

    image: Image
    declared: Conserves

    @property
    def name(self) -> str:
        """As its author calls it."""
        return self.declared.name

    @property
    def where(self) -> str:
        """Its line."""
        return f"{self.declared.place.short}:{self.declared.place.line}"

    def concerns(self, formula: Formula) -> bool:
        """Tell whether the graph is of an action that is not excepted; deposits and fees touch accounts alone."""
        return formula.is_called and formula.graph.action not in self.declared.except_in

    def violated(self, formula: Formula) -> Term:
        """INVARIANT: where records are told apart by a part of the key, it is broken exactly if it is for some value of that part, which is a new variable."""
        scope = formula.scope
        group = scope.z3.Int("group")
        total = scope.z3.IntVal(0)
        for slot, attribute in self._places(formula):
            change = formula.change(slot, attribute)
            if self.declared.each is not None:
                shift, width = self._part(formula.graph.slots[slot])
                part = scope.indices[slot] / (1 << shift) % (1 << width)
                change = scope.z3.If(part == group, change, scope.z3.IntVal(0))
            total = total + change
        return total != 0

    def broken(self, formula: Formula, inputs: tuple[int, ...], run: Run) -> str | None:
        """Count on a run."""
        del inputs
        totals: dict[int, int] = {}
        for slot, attribute in self._places(formula):
            group = 0
            if self.declared.each is not None:
                shift, width = self._part(formula.graph.slots[slot])
                group = run.indices[slot] >> shift & (1 << width) - 1
            change = run.records_after[slot][attribute] - run.records_before[slot][attribute]
            totals[group] = totals.get(group, 0) + change
        for group, total in totals.items():
            if total:
                of = "" if self.declared.each is None else f" where part {self.declared.each} of the key is {group}"
                return f"the sum of {' + '.join(self.declared.attributes)} changes by {total}{of}"
        return None

    def _places(self, formula: Formula) -> list[tuple[int, int]]:
        """Return slot and number of each attribute that counts."""
        found = []
        for path in self.declared.attributes:
            table, _, name = path.partition(".")
            number = self.image.layout.table_id(table)
            names = [attribute for attribute, _ in self.image.layout.tables[number].attributes]
            found += [(slot, names.index(name)) for slot, each in enumerate(formula.graph.slots) if each == number]
        return found

    def _part(self, table: int) -> tuple[int, int]:
        """Return at which bit of a tree index the part of the key stands, and its width."""
        widths = self.image.layout.tables[table].key_widths
        assert self.declared.each is not None
        return sum(widths[self.declared.each + 1 :]), widths[self.declared.each]


@dataclass(frozen=True)
class OfRecords:
    """A declared `@invariant`."""

    image: Image
    declared: RecordInvariant

    @property
    def name(self) -> str:
        """As its author calls it."""
        return self.declared.name

    @property
    def where(self) -> str:
        """Its line."""
        return f"{self.declared.place.short}:{self.declared.place.line}"

    def concerns(self, formula: Formula) -> bool:
        """Tell whether the graph opens a record of the table."""
        return self.image.layout.table_id(self.declared.table) in formula.graph.slots

    def violated(self, formula: Formula) -> Term:
        """INVARIANT: what every record is, is known of those that a step finds: of all others it is left so, and of those nobody has written it is true (`of_nothing`)."""
        z3, scope = formula.scope.z3, formula.scope
        meanings = z3_meanings(z3)
        known, broken = [], []
        for slot in self._slots(formula):
            old, new = (
                evaluate(self.declared.condition, self._leaf(scope.before[slot], after), meanings)
                for after in (scope.before[slot], scope.after[slot])
            )
            if not self.declared.of_steps:
                known.append(old)
            broken.append(z3.Not(new))
        return z3.And(*known, z3.Or(*broken))

    def broken(self, formula: Formula, inputs: tuple[int, ...], run: Run) -> str | None:
        """Evaluate on a run."""
        del inputs
        slots = self._slots(formula)
        if not self.declared.of_steps and not all(
            self._holds(run.records_before[s], run.records_before[s]) for s in slots
        ):
            return None
        for slot in slots:
            if not self._holds(run.records_before[slot], run.records_after[slot]):
                return f"it does not hold of the record of {self.declared.table} in slot {slot}"
        return None

    def of_nothing(self) -> str | None:
        """Say so if a record nobody has written does not satisfy what every record is."""
        zeros = (0,) * len(self._names)
        if self.declared.of_steps or self._holds(zeros, zeros):
            return None
        return f"a record of {self.declared.table} that nobody has written, whose attributes are 0, does not satisfy it"

    @property
    def _names(self) -> list[str]:
        table = self.image.layout.table_id(self.declared.table)
        return [name for name, _ in self.image.layout.tables[table].attributes]

    def _holds(self, old: tuple[int, ...], new: tuple[int, ...]) -> bool:
        return bool(evaluate(self.declared.condition, self._leaf(old, new)))

    def _leaf(self, old: tuple[Term, ...] | list[Term], new: tuple[Term, ...] | list[Term]) -> Leaf:
        names = self._names
        return lambda when, name: (new if when == NEW else old)[names.index(name)]

    def _slots(self, formula: Formula) -> list[int]:
        table = self.image.layout.table_id(self.declared.table)
        return [slot for slot, each in enumerate(formula.graph.slots) if each == table]


def z3_meanings(z3: Any) -> dict[str, Callable[..., Any]]:  # noqa: ANN401 -- z3 has no types
    """Return what the operations of conditions mean for terms."""
    return {**INTEGERS, "and": z3.And, "or": z3.Or, "not": z3.Not}


def invariant_of(image: Image, declared: RecordInvariant | Conserves) -> Sum | OfRecords:
    """Return what an author declares, as it is proved."""
    return Sum(image, declared) if isinstance(declared, Conserves) else OfRecords(image, declared)
