"""The leaves of a slot's record before and after the step, whichever table the record is of (SPEC §2)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term, add_all
from provers.validity.constraints.logic import conjunction, is_zero
from provers.validity.constraints.poseidon2 import absorb, empty_sponge
from rollup.crypto.poseidon2 import RATE, Domain
from rollup.state.leaf import TAIL, head_hash, head_length


@dataclass(frozen=True)
class RecordTerms:
    """What a circuit knows of a record of one table; zeros where another table is in use, or none.

    Attributes
    ----------
    attributes
        By number; those of a head that is not known are missing.
    digest
        The hash of a head that is not known, as the prover gives it; None of a known one, and of a record that has none.
    """

    attributes: Mapping[int, Term]
    digest: Term | None = None


Records = Mapping[int, RecordTerms]
"""By table."""


@dataclass(frozen=True)
class Guest:
    """A hash of up to three items by a permutation that is idle where the Boolean `flag` is 1; `capacity` is domain · 2^64 + number of items."""

    flag: Term
    capacity: int
    items: Sequence[Term]


class LeafPair:
    """Hashes a record before and after a step: `before` first, then `after`.

    A leaf takes up to three items: the attributes, or the hash of the head and the last two. Hashed is item by item the sum over the tables, which is that of the
    table in use, for the others are zeros; the sponge's capacity says which form of leaf and how many items.

    Parameters
    ----------
    flags
        Booleans by table: whether the slot holds a record of it.
    lengths
        Number of attributes by table.
    old
        The record before.
    """

    def __init__(self, flags: Mapping[int, Term], lengths: Mapping[int, int], old: Records) -> None:
        self._flags = flags
        self._lengths = lengths
        self._old = old
        self._forms = {
            table: (Domain.LONG_LEAF << 64) + 1 + TAIL if head_length(length) else (Domain.LEAF << 64) + length
            for table, length in lengths.items()
        }
        known = (table for table in old if old[table].digest is None)
        self._heads = {table: head for table in known if (head := head_length(lengths[table]))}

    def before(self, b: Builder, guest: Guest | None = None) -> Term:
        """Hash the record before, once, and return what the last permutation gives: where a guest is in its place, the guest's hash.

        SAFETY: all that the permutation takes is zeros where no table is in use, and so is all that a guest brings unless its flag is 1; both are never.
        """
        self._states = self._head_states(b, [self._empty_head()], self._head_items(self._old))
        self._digest = self._head_digest(b, self._states, masked=guest is not None)
        self._items = self._items_of(self._old, self._digest)
        self._zeros = self._absences(b, self._items, range(len(self._items)))
        taken, capacity = self._items, self._per_table(self._forms)
        if guest is not None:
            pairs = zip_longest(self._items, guest.items, fillvalue=0)
            taken = [item + b.product(other, guest.flag) for item, other in pairs]
            own = add_all(self._flags[table] * form for table, form in self._forms.items())
            capacity = own + guest.flag * guest.capacity
        (state,) = absorb(b, empty_sponge(capacity), taken)
        self._leaf = b.product(state[0], 1 - conjunction(b, self._zeros))
        return state[0]

    def after(self, b: Builder, new: Records, stored: Mapping[int, Collection[int]]) -> tuple[Term, Term]:
        """Return the leaves before and after: 264 constraints each, and for every three attributes of a head that is known; what cannot differ is hashed once.

        Parameters
        ----------
        stored
            By table, the numbers of the attributes in which the two may differ.
        """
        places = {self._place(table, number) for table, numbers in stored.items() for number in numbers}
        if not places:
            return self._leaf, self._leaf
        digest = self._digest
        changed = [n for table in self._heads for n in stored.get(table, ()) if n < self._heads[table]]
        if changed:
            states = self._head_states(b, self._states[: min(changed) // RATE + 1], self._head_items(new))
            digest = self._head_digest(b, states, masked=False)
        written = self._items_of(new, digest)
        items = [item if place in places else self._items[place] for place, item in enumerate(written)]
        renewed = iter(self._absences(b, items, sorted(places)))
        zeros = [next(renewed) if place in places else zero for place, zero in enumerate(self._zeros)]
        (state,) = absorb(b, empty_sponge(self._per_table(self._forms)), items)
        return self._leaf, b.product(state[0], 1 - conjunction(b, zeros))

    def _place(self, table: int, number: int) -> int:
        """Return which item an attribute is, or is hashed into."""
        head = head_length(self._lengths[table])
        return max(0, number - head + 1) if head else number

    def _items_of(self, records: Records, digest: Term) -> list[Term]:
        """Return the items of a leaf, as many as that of any table has; `digest` is that of the heads that are known."""
        items: list[list[Term]] = [[] for _ in range(max(min(length, RATE) for length in self._lengths.values()))]
        items[0].append(digest)
        for table, record in records.items():
            head = head_length(self._lengths[table])
            if record.digest is not None:
                items[0].append(record.digest)
            for number, attribute in record.attributes.items():
                if number >= head:
                    items[self._place(table, number)].append(attribute)
        return [add_all(terms) for terms in items]

    def _absences(self, b: Builder, items: Sequence[Term], places: Collection[int]) -> list[Term]:
        """Return of some items whether they are those of an absent record.

        SAFETY: a head whose hash is that of zeros is zeros, or a collision of the hash.
        """
        absent = self._per_table({table: _absent_head(length) for table, length in self._lengths.items()})
        return [is_zero(b, items[place] if place else items[0] - absent) for place in places]

    def _empty_head(self) -> list[Term]:
        return empty_sponge((Domain.HEAD << 64) + self._per_table(self._heads)) if self._heads else []

    def _head_items(self, records: Records) -> list[Term]:
        longest = max(self._heads.values(), default=0)
        return [
            add_all(records[table].attributes[i] for table, length in self._heads.items() if i < length)
            for i in range(longest)
        ]

    def _head_states(self, b: Builder, states: Sequence[Sequence[Term]], items: Sequence[Term]) -> list[Sequence[Term]]:
        """Return the states of the head's sponge before and after every block, the first of which are given."""
        return [*states, *absorb(b, states[-1], items[RATE * (len(states) - 1) :])]

    def _head_digest(self, b: Builder, states: Sequence[Sequence[Term]], *, masked: bool) -> Term:
        """Return the hash of the head that is known; 0 where the table in use has none, or one that is not known, and if `masked` where none is in use."""
        by_blocks: dict[int, list[int]] = {}
        for table, length in self._heads.items():
            by_blocks.setdefault(-(-length // RATE), []).append(table)
        if len(by_blocks) == 1 and len(self._heads) == len(self._lengths) and not masked:
            return states[-1][0]
        return add_all(
            b.product(states[blocks][0], add_all(self._flags[table] for table in tables))
            for blocks, tables in by_blocks.items()
        )

    def _per_table(self, numbers: Mapping[int, int]) -> Term:
        """Return the number of the table in use; where there is one table, its number in any case."""
        if len(set(numbers.values())) == 1:
            return next(iter(numbers.values()))
        return add_all(self._flags[table] * number for table, number in numbers.items())


def _absent_head(length: int) -> int:
    return head_hash((0,) * length) if head_length(length) else 0
