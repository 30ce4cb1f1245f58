"""One step in constraints: a family of graphs, of which the one that is selected runs, or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from provers.validity.arithmetise.chunk_input import StepWitness
from provers.validity.arithmetise.graphs import Family
from provers.validity.arithmetise.records import Selection, open_slots, replace_records
from provers.validity.arithmetise.rules import Scope
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from rollup.execution.step_trace import SlotTrace
from rollup.ir.layout import Layout
from rollup.params import Output


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a step header that graphs compute."""

    state_root: Term
    withdrawals: Term
    withdrawals_count: Term
    next_account: Term
    fees: Term

    def terms(self) -> list[Term]:
        """Return the words in their order."""
        return [getattr(self, word.name) for word in fields(self)]


OUTPUTS: Mapping[Output, str] = {
    Output.WITHDRAWALS: "withdrawals",
    Output.WITHDRAWALS_COUNT: "withdrawals_count",
    Output.NEXT_ACCOUNT: "next_account",
    Output.FEES: "fees",
}


@dataclass(frozen=True)
class StepInputs:
    """What a family's graphs read: terms and known bits, by the `source` of input nodes."""

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
    words: Words,
    step: StepWitness | None,
) -> Words:
    """Return the words after the step; the same ones where no graph is selected.

    Parameters
    ----------
    step
        None where none is taken, and where only the shape is wanted.
    """
    slots = open_slots(b, layout, family, selection, slots_of(step))
    loads = {
        (slot.number, table, i): term for slot in slots for table, old in slot.old.items() for i, term in enumerate(old)
    }
    scope = Scope(b, layout, family, inputs.terms, loads, inputs.bits)
    scope.lower()
    root = replace_records(b, family, slots, scope.terms, words.state_root)
    after = {"state_root": root}
    for output, name in OUTPUTS.items():
        choices = [
            (effect, scope.terms[effect.outputs[output]], effect.outputs[output])
            for effect in family.effects
            if output in effect.outputs
        ]
        after[name] = selection.blend(b, choices, getattr(words, name))
    return Words(**after)


def slots_of(step: StepWitness | None) -> dict[int, SlotTrace]:
    """Return a step's slots by number."""
    return {} if step is None else {slot.slot: slot for slot in step.slots}
