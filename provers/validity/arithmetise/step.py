"""One step in constraints: a family of graphs, of which the one that is selected runs, or none."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields

from provers.validity.arithmetise.chunk_input import StepWitness
from provers.validity.arithmetise.graphs import Family
from provers.validity.arithmetise.guests import hosts_of
from provers.validity.arithmetise.leaves import Guest
from provers.validity.arithmetise.records import Selection, Slot, open_slots, replace_records
from provers.validity.arithmetise.rules import Scope
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term, add_all
from rollup.execution.step_trace import SlotTrace
from rollup.ir.layout import Layout
from rollup.params import Output


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a step header that graphs compute."""

    withdrawals: Term
    withdrawals_count: Term
    next_account: Term
    fees: Term

    def terms(self) -> list[Term]:
        """Return the words in their order."""
        return [getattr(self, word.name) for word in fields(self)]


@dataclass(frozen=True)
class State:
    """What a step leads from and to: the header's words, and the nodes that stand for the root (`top`)."""

    words: Words
    top: Sequence[Term]

    @classmethod
    def of(cls, terms: Sequence[Term]) -> "State":
        """Read what `terms` gives."""
        count = len(fields(Words))
        return cls(Words(*terms[:count]), terms[count:])

    def terms(self) -> list[Term]:
        """Return the words in their order, then the nodes."""
        return [*self.words.terms(), *self.top]


OUTPUTS: Mapping[Output, str] = {
    Output.WITHDRAWALS: "withdrawals",
    Output.WITHDRAWALS_COUNT: "withdrawals_count",
    Output.NEXT_ACCOUNT: "next_account",
    Output.FEES: "fees",
}


@dataclass(frozen=True)
class StepInputs:
    """What a family's graphs read: terms and known bits, by the `source` of input nodes.

    INVARIANT: known bits are Booleans in any case, and those of the term, with zeros above them, where a graph runs that reads it.
    """

    terms: Mapping[tuple[int, ...], Term]
    bits: Mapping[tuple[int, ...], Sequence[Term]]

    @classmethod
    def of(cls, terms: Sequence[Term]) -> "StepInputs":
        """Name the inputs of a family of one graph."""
        return cls({(0, number): term for number, term in enumerate(terms)}, {})


def run_family(
    b: Builder,
    layout: Layout,
    family: Family,
    selection: Selection,
    inputs: StepInputs,
    before: State,
    step: StepWitness | None,
) -> State:
    """Return the state after the step; the same one where no graph is selected.

    Parameters
    ----------
    step
        None where none is taken, and where only the shape is wanted.
    """
    slots = open_slots(b, layout, family, selection, slots_of(step))
    loads = {
        (slot.number, table, i): term
        for slot in slots
        for table, old in slot.old.items()
        for i, term in old.attributes.items()
    }
    guests = _hash_old_records(b, family, selection, slots)
    scope = Scope(b, layout, family, inputs.terms, loads, inputs.bits, guests)
    scope.lower()
    top = replace_records(b, family, slots, scope, before.top)
    after: dict[str, Term] = {}
    for output, name in OUTPUTS.items():
        choices = [
            (effect, scope.terms[effect.outputs[output]], effect.outputs[output])
            for effect in family.effects
            if output in effect.outputs
        ]
        after[name] = selection.blend(b, choices, getattr(before.words, name))
    return State(Words(**after), top)


def _hash_old_records(
    b: Builder, family: Family, selection: Selection, slots: Sequence[Slot]
) -> dict[int, Callable[[Sequence[Term]], Term]]:
    """Hash the old records of the slots that have no guest; return how the others hash theirs, once the guest's items are known."""
    hosts = hosts_of(family)
    for slot in slots:
        if slot.number not in hosts.values():
            slot.hash_old(b)

    def hosting(place: int, slot: Slot) -> Callable[[Sequence[Term]], Term]:
        flag = add_all(selection.flags[tag] for tag in family.users[place])
        domain = family.nodes[place].number
        return lambda items: slot.hash_old(b, Guest(flag, (domain << 64) + len(items), items))

    return {place: hosting(place, slots[number]) for place, number in hosts.items()}


def slots_of(step: StepWitness | None) -> dict[int, SlotTrace]:
    """Return a step's slots by number."""
    return {} if step is None else {slot.slot: slot for slot in step.slots}
