"""A graph of a program as terms, with what is true of every state and every step of a chain."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from rollup.audit.rules import Scope, translate
from rollup.audit.solver import Term
from rollup.ir.graph import Graph
from rollup.ir.image import Image
from rollup.params import (
    FIRST_ACCOUNT,
    TABLE_ACCOUNTS,
    CallInput,
    Output,
    Reason,
    Status,
    TransactionInput,
)


@dataclass(frozen=True)
class Formula:
    """A graph, and its terms.

    Records are whatever their widths allow: whether a chain can ever come to hold them is not asked.
    """

    image: Image
    graph: Graph
    scope: Scope

    @property
    def is_transaction(self) -> bool:
        """Whether this is the graph of an action, as it is called by a transaction."""
        return self.graph.frame is TransactionInput

    @property
    def is_called(self) -> bool:
        """Whether this is the graph of an action, called by a transaction or from L1."""
        return self.is_transaction or self.graph.frame is CallInput

    @cached_property
    def facts(self) -> tuple[Term, ...]:
        """What holds of every step: widths, one record at one index, no account 0, as many accounts as there can be, the action's own tag."""
        return (*self.scope.facts, *self._records(), *self._header())

    def _records(self) -> Iterator[Term]:
        z3, scope = self.scope.z3, self.scope
        for slot, table in enumerate(self.graph.slots):
            if table == TABLE_ACCOUNTS:
                # SPEC: §2, account 0 does not exist: genesis gives it no record, and nothing registers, pays or credits it.
                absent = z3.And(*(term == 0 for term in scope.before[slot]))
                yield z3.Implies(scope.indices[slot] == 0, absent)
        for one, other in self._pairs():
            same = (a == b for a, b in zip(scope.before[one], scope.before[other], strict=True))
            yield z3.Implies(scope.indices[one] == scope.indices[other], z3.And(*same))

    def _header(self) -> Iterator[Term]:
        inputs = self.scope.inputs
        next_account = inputs[self.graph.frame.NEXT_ACCOUNT]
        # SPEC: §3 and §5: genesis has 1 or more, and a deposit registers only while there is room.
        yield next_account >= FIRST_ACCOUNT
        yield next_account <= 1 << self.image.layout.account_bits
        if self.is_transaction:
            yield inputs[TransactionInput.TAG] == self.graph.tag
        if self.graph.frame is CallInput:
            # SPEC: §4, L1 queues calls of accounts other than 0, and gives the address of whoever sent them.
            yield inputs[CallInput.ACCOUNT] != 0
            yield inputs[CallInput.L1_ADDRESS] != 0

    def _pairs(self) -> Iterator[tuple[int, int]]:
        """Give the pairs of slots that may share an index: those of one table."""
        slots = self.graph.slots
        return ((a, b) for a, b in combinations(range(len(slots)), 2) if slots[a] == slots[b])

    @cached_property
    def runs(self) -> Term:
        """Whether a transaction is not skipped; a call from L1 never is."""
        if not self.is_transaction:
            return self.scope.z3.BoolVal(val=True)
        return self.scope.outputs[Output.REASON] == Reason.NONE

    @cached_property
    def applied(self) -> Term:
        """Whether a step is applied."""
        return self.scope.outputs[Output.STATUS] == Status.APPLIED

    def fails_first(self, number: int) -> Term:
        """Return whether check `number` is the one that lets the transaction fail: those before it hold, and it does not."""
        return self.scope.z3.And(self.holds_before(number), self.scope.z3.Not(self.check(number)))

    def holds_before(self, number: int) -> Term:
        """Return whether the transaction runs, and all checks before this one hold."""
        return self.scope.z3.And(self.runs, *(self.check(k) for k in range(number)))

    def check(self, number: int) -> Term:
        """Return whether a check holds."""
        return self.scope.truth(self.graph.checks[number].register)

    def change(self, slot: int, attribute: int) -> Term:
        """Return by how much an attribute changes."""
        return self.scope.after[slot][attribute] - self.scope.before[slot][attribute]

    @cached_property
    def changed_twice(self) -> Term:
        """Whether a record is changed through two slots, in which case what is said of slots would not be so of records."""
        z3, scope = self.scope.z3, self.scope
        cases = []
        for one, other in self._pairs():
            changed = [
                z3.Or(*(a != b for a, b in zip(scope.after[slot], scope.before[slot], strict=True)))
                for slot in (one, other)
            ]
            cases.append(z3.And(scope.indices[one] == scope.indices[other], *changed))
        return z3.Or(*cases)


def formula_of(image: Image, graph: Graph) -> Formula:
    """Return the terms of a program's graph; `OutsideError` if z3 is not installed."""
    return Formula(image, graph, translate(graph, image.layout))
