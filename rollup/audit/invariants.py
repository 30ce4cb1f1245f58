"""What is to hold of every step: as a term that is true where it is broken, and as a question to a run of the interpreter."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from rollup.audit.formula import Formula
from rollup.audit.solver import Term
from rollup.crypto.poseidon2 import Domain
from rollup.errors import InternalError
from rollup.execution.interpreter import Run
from rollup.execution.withdrawals import withdrawals_of
from rollup.ir.image import Image
from rollup.ir.primitives import Primitive
from rollup.params import (
    FIRST_ACCOUNT,
    TABLE_ACCOUNTS,
    TAG_DEPOSIT,
    TAG_FEES,
    AccountAttribute,
    DepositInput,
    FeesInput,
    Output,
    Status,
    TransactionInput,
)
from rollup.program.conditions import INTEGERS, NEW, Leaf, evaluate
from rollup.program.invariants import Conserves, RecordInvariant


class Invariant(Protocol):
    """Something that is to hold of every step."""

    @property
    def name(self) -> str:
        """As a report has it."""

    @property
    def where(self) -> str:
        """`file:line` of who declares it; "" if it is the framework."""

    def concerns(self, formula: Formula) -> bool:
        """Tell whether it says anything of this graph."""

    def violated(self, formula: Formula) -> Term:
        """Return whether it is broken, where records are changed through one slot each."""

    def broken(self, formula: Formula, inputs: tuple[int, ...], run: Run) -> str | None:
        """Say how a run breaks it; None if it does not."""


@dataclass(frozen=True)
class NativeBalance:
    """Native balance is neither made nor lost: deposits bring it, withdrawals and fees take it, and fees go to the payee or are burnt."""

    name: str = "native balance changes only by deposits, withdrawals and fees"
    where: str = ""

    def concerns(self, formula: Formula) -> bool:
        """Tell that it is about every graph."""
        del formula
        return True

    def violated(self, formula: Formula) -> Term:
        """SPEC: §3 to §5: balances + fees + withdrawn − deposited is the same before and after; of what `FEES` pays out it may burn all."""
        scope, tag = formula.scope, formula.graph.tag
        slots = [slot for slot, table in enumerate(formula.graph.slots) if table == TABLE_ACCOUNTS]
        change = scope.z3.Sum([formula.change(slot, AccountAttribute.BALANCE) for slot in slots])
        if tag == TAG_FEES:
            return change != scope.z3.If(formula.applied, scope.inputs[FeesInput.FEES], 0)
        change += _withdrawn(formula)
        if tag == TAG_DEPOSIT:
            return change != scope.inputs[DepositInput.AMOUNT]
        return change + scope.outputs[Output.FEES] - scope.inputs[TransactionInput.FEES] != 0

    def broken(self, formula: Formula, inputs: tuple[int, ...], run: Run) -> str | None:
        """Count on a run."""
        graph = formula.graph
        before, after = (
            sum(record[AccountAttribute.BALANCE] for record, table in zip(records, graph.slots, strict=True) if table == TABLE_ACCOUNTS)
            for records in (run.records_before, run.records_after)
        )  # fmt: skip
        if graph.tag == TAG_FEES:
            expected = inputs[FeesInput.FEES] if run.outputs[Output.STATUS] == Status.APPLIED else 0
        else:
            deposit = graph.tag == TAG_DEPOSIT
            start = inputs[DepositInput.WITHDRAWALS if deposit else TransactionInput.WITHDRAWALS]
            expected = -sum(withdrawal.amount for withdrawal in withdrawals_of(graph, run, start))
            if deposit:
                expected += inputs[DepositInput.AMOUNT]
            else:
                expected -= run.outputs[Output.FEES] - inputs[TransactionInput.FEES]
        return None if after - before == expected else f"balances change by {after - before}, not by {expected}"


def _withdrawn(formula: Formula) -> Term:
    """Return the sum of what a step sends to L1: what the accumulator that it puts out was made from."""
    graph, scope = formula.graph, formula.scope
    number = DepositInput.WITHDRAWALS if graph.tag == TAG_DEPOSIT else TransactionInput.WITHDRAWALS

    def sent(register: int) -> Term:
        item = graph.instructions[register]
        if item.op is Primitive.INPUT and item.a == number:
            return scope.z3.IntVal(0)
        if item.op is Primitive.SELECT:
            return scope.z3.If(scope.truth(item.a), sent(item.b), sent(item.c))
        if item.op is Primitive.HASH and item.imm == Domain.WITHDRAWAL:
            previous, _, amount = graph.instructions[register - 1].operands
            return sent(previous) + scope.number(amount)
        raise InternalError(f"audit: the accumulator of {graph.name} is made by {item.op.name}")

    outputs = (item for item in graph.instructions if item.op is Primitive.OUTPUT and item.imm == Output.WITHDRAWALS)
    return next((sent(item.a) for item in outputs), scope.z3.IntVal(0))


@dataclass(frozen=True)
class Granted:
    """What `Formula.facts` take for granted of the state before a step holds of the one after it too."""

    name: str = "account 0 has no record, and accounts are numbered within their bits"
    where: str = ""

    def concerns(self, formula: Formula) -> bool:
        """Tell that it is about every graph."""
        del formula
        return True

    def violated(self, formula: Formula) -> Term:
        """Return whether account 0 changes, or the next account's number is no longer from 1 to 2^account_bits."""
        scope = formula.scope
        slots = [slot for slot, table in enumerate(formula.graph.slots) if table == TABLE_ACCOUNTS]
        changed = [scope.z3.And(scope.indices[slot] == 0, scope.after[slot][k] != term) for slot in slots for k, term in enumerate(scope.before[slot])]  # fmt: skip
        after = scope.outputs.get(Output.NEXT_ACCOUNT)
        if after is not None:
            changed += [after < FIRST_ACCOUNT, after > 1 << formula.image.layout.account_bits]
        return scope.z3.Or(*changed)

    def broken(self, formula: Formula, inputs: tuple[int, ...], run: Run) -> str | None:
        """Look at a run."""
        del inputs
        for index, before, after in zip(run.indices, run.records_before, run.records_after, strict=True):
            if index == 0 and before != after:
                return "account 0 gets a record"
        number = run.outputs.get(Output.NEXT_ACCOUNT, FIRST_ACCOUNT)
        if not FIRST_ACCOUNT <= number <= 1 << formula.image.layout.account_bits:
            return f"the next account is number {number}"
        return None


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
        return formula.is_transaction and formula.graph.name not in self.declared.except_in

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
