"""The record slots of a family of graphs: loaded, proved under the top of the tree and replaced, once a slot whichever graph runs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from provers.validity.arithmetise.graphs import Effects, Family
from provers.validity.arithmetise.leaves import Guest, LeafPair, RecordTerms
from provers.validity.arithmetise.rules import Scope
from provers.validity.arithmetise.top import levels_of
from provers.validity.constraints.bits import require_bits
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term, add_all
from provers.validity.constraints.logic import require_zero_unless
from provers.validity.constraints.merkle import update_path
from provers.validity.constraints.vector import Replacement, replace_entry
from rollup.execution.step_trace import SlotTrace
from rollup.ir.layout import Layout
from rollup.ir.primitives import Primitive
from rollup.state.leaf import ARITY_BITS, head_hash, head_length

Place = tuple[int, int, int]
"""Slot, table and attribute."""
NO_SIBLINGS = (0, 0, 0)


@dataclass(frozen=True)
class Selection:
    """Which graph of a family runs: Booleans by tag, of which at most one is 1."""

    flags: Mapping[int, Term]

    def any(self) -> Term:
        """Return whether any graph runs."""
        return add_all(self.flags.values())

    def any_of(self, effects: Iterable[Effects]) -> Term:
        """Return whether one of these graphs runs."""
        return add_all(self.flags[effect.tag] for effect in effects)

    def blend(self, b: Builder, choices: Sequence[tuple[Effects, Term, int]], otherwise: Term) -> Term:
        """Return the term of the graph that runs, `otherwise` where none of them does: 1 constraint for each different term.

        Parameters
        ----------
        choices
            Graphs with their terms; those with one number have one term.
        """
        result = otherwise
        for group in _by_number(choices):
            term, flag = group[0][1], self.any_of(effect for effect, _, _ in group)
            result = result + b.product(term - otherwise, flag)
        return result


def _by_number(choices: Sequence[tuple[Effects, Term, int]]) -> list[list[tuple[Effects, Term, int]]]:
    ordered = sorted(choices, key=lambda choice: choice[2])
    return [list(group) for _, group in groupby(ordered, key=lambda choice: choice[2])]


class Slot:
    """One record slot.

    Parameters
    ----------
    trace
        The record that the slot holds; None where no graph that runs opens it, and where only the shape is wanted.

    Attributes
    ----------
    number
        Of the slot.
    users
        The graphs that open it, by the table from which they take it.
    old
        The record before the step, by table; zeros unless a graph runs that takes the slot from this table.
    """

    def __init__(
        self, b: Builder, layout: Layout, family: Family, number: int, selection: Selection, trace: SlotTrace | None
    ) -> None:
        self.number = number
        self.layout = layout
        self.selection = selection
        self.users = users_of(family, number)
        self.flags = {table: selection.any_of(users) for table, users in self.users.items()}
        self._trace = trace
        self.old = {table: self._hint_record(b, table, family) for table in self.users}
        lengths = {table: len(layout.tables[table].attributes) for table in self.users}
        self._leaves = LeafPair(self.flags, lengths, self.old)

    @property
    def used(self) -> Term:
        """Whether a graph runs that opens the slot."""
        return add_all(self.flags.values())

    def _hint_record(self, b: Builder, table: int, family: Family) -> RecordTerms:
        """INVARIANT: attributes are within their widths, which every store keeps (the checker) and genesis has; the leaf proves that they are the state's."""
        hidden = hidden_head(self.layout, family, self.number, table)
        count = len(record_of(self.layout, table, hidden, None))
        given = b.given(count, partial(record_of, self.layout, table, hidden, self._trace))
        for term in given:
            require_zero_unless(b, self.flags[table], term)
        digest, attributes = (given[0], given[1:]) if hidden else (None, given)
        return RecordTerms(dict(enumerate(attributes, hidden)), digest)

    def hash_old(self, b: Builder, guest: Guest | None = None) -> Term:
        """Hash the old record, before `replace`; a guest's hash is returned where the slot is not used and the guest's graph runs."""
        with b.part("hashes"):
            return self._leaves.before(b, guest)

    def replace(self, b: Builder, scope: Scope, top: Sequence[Term]) -> list[Term]:
        """Prove the old record under the top of the tree and return the top with the new one; the same nodes where the slot is not used.

        SAFETY: where the slot is not used neither the path nor the record matters, so a prover who fills it arbitrarily changes nothing, and an honest
        one needs no record to fill it with.
        """
        with b.part("tree"):
            bits = self._index_bits(b, scope)
        with b.part("hashes"):
            new = {table: self._stored(b, table, scope.terms) for table in self.users}
            stored = {table: self._numbers_stored(table) for table in self.users}
            old_leaf, new_leaf = self._leaves.after(b, new, stored)
        with b.part("tree"):
            below = ARITY_BITS * (self.layout.depth - levels_of(top))
            before, after = update_path(b, bits[:below], old_leaf, new_leaf, partial(siblings_of, self._trace))
            return replace_entry(b, top, bits[below:], Replacement(before, after, self.used))

    def _index_bits(self, b: Builder, scope: Scope) -> list[Term]:
        """Return the bits of the tree index; where all graphs compute it alike it needs no choice, being in range whether or not one runs."""
        width = ARITY_BITS * self.layout.depth
        choices = [
            (effect, scope.terms[effect.slots[self.number][1]], effect.slots[self.number][1])
            for users in self.users.values()
            for effect in users
        ]
        if len({place for _, _, place in choices}) > 1:
            return require_bits(b, self.selection.blend(b, choices, 0), width)
        _, index, place = choices[0]
        # SAFETY: where none of these graphs runs, bits that are known may be others than the index has; the slot is not used then.
        known = scope.known_bits(place)
        return require_bits(b, index, width) if known is None else [*known, *[0] * (width - len(known))]

    def _numbers_stored(self, table: int) -> set[int]:
        """Return the numbers of the attributes that some graph stores that takes the slot from a table."""
        return numbers_stored(self.users[table], self.number)

    def _stored(self, b: Builder, table: int, terms: Mapping[int, Term]) -> RecordTerms:
        """Return the record after the step, old attributes where nothing is stored."""
        attributes: dict[int, Term] = {}
        for number, old in self.old[table].attributes.items():
            places = [(effect, effect.stores.get((self.number, number))) for effect in self.users[table]]
            choices = [(effect, terms[place], place) for effect, place in places if place is not None]
            attributes[number] = self.selection.blend(b, choices, old)
        return RecordTerms(attributes, self.old[table].digest)


def users_of(family: Family, number: int) -> dict[int, list[Effects]]:
    """Return the graphs that open a slot, by the table from which they take it."""
    users: dict[int, list[Effects]] = {}
    for effect in family.effects:
        if number < len(effect.slots):
            users.setdefault(effect.slots[number][0], []).append(effect)
    return users


def numbers_stored(users: Iterable[Effects], number: int) -> set[int]:
    """Return the numbers of the attributes that some of these graphs stores in a slot."""
    return {attribute for effect in users for slot, attribute in effect.stores if slot == number}


def hidden_head(layout: Layout, family: Family, number: int, table: int) -> int:
    """Return how many attributes of a slot's record no graph loads or stores, so that their hash says enough of them: all of the head, or none."""
    head = head_length(len(layout.tables[table].attributes))
    nodes = (family.nodes[place] for place in family.order)
    loaded = {node.number for node in nodes if node.op is Primitive.LOAD and node.source == (number, table)}
    stored = numbers_stored(users_of(family, number)[table], number)
    return 0 if any(attribute < head for attribute in loaded | stored) else head


def record_of(layout: Layout, table: int, hidden: int, trace: SlotTrace | None) -> Sequence[int]:
    """Return what a circuit is given of a record as one of a table: the hash of a hidden head and the other attributes; zeros where the slot holds none of it."""
    if trace is None or trace.index >> layout.key_bits != table:
        return (0,) * (len(layout.tables[table].attributes) - max(0, hidden - 1))
    return (head_hash(trace.old), *trace.old[hidden:]) if hidden else trace.old


def siblings_of(trace: SlotTrace | None, level: int) -> Sequence[int]:
    """Return the siblings on a record's path."""
    return NO_SIBLINGS if trace is None else trace.path[level]


def slots_in_order(family: Family) -> tuple[int, ...]:
    """Return the slots in the order in which the state takes them: 1, 2, …, n, 0 (SPEC §5)."""
    return (*range(1, slot_count(family)), 0)


def slot_count(family: Family) -> int:
    """Return how many record slots a step of a family has."""
    return max(len(effect.slots) for effect in family.effects)


class Brought:
    """Lists what a family's steps are given, in their order: `open_slots` all records, then `replace_records` the siblings below the top of each slot."""

    def __init__(self, layout: Layout, family: Family, top_levels: int) -> None:
        self._layout = layout
        self._records = [
            (number, table, hidden_head(layout, family, number, table))
            for number in range(slot_count(family))
            for table in users_of(family, number)
        ]
        self._paths = [
            (number, level) for number in slots_in_order(family) for level in range(layout.depth - top_levels)
        ]

    def of(self, traces: Mapping[int, SlotTrace]) -> Iterator[int]:
        """Yield what a step is given; `traces` are by number of slot."""
        for number, table, hidden in self._records:
            yield from record_of(self._layout, table, hidden, traces.get(number))
        for number, level in self._paths:
            yield from siblings_of(traces.get(number), level)


def open_slots(
    b: Builder, layout: Layout, family: Family, selection: Selection, traces: Mapping[int, SlotTrace]
) -> list[Slot]:
    """Allocate the old records of every slot that some graph of the family opens; `traces` are by number of slot."""
    return [Slot(b, layout, family, number, selection, traces.get(number)) for number in range(slot_count(family))]


def replace_records(
    b: Builder, family: Family, slots: Sequence[Slot], scope: Scope, top: Sequence[Term]
) -> Sequence[Term]:
    """Return the top of the tree after the step."""
    for number in slots_in_order(family):
        top = slots[number].replace(b, scope, top)
    return top
