"""The leaves of a slot's record before and after the step, whichever table the record is of (SPEC §2)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term, add_all
from provers.validity.constraints.logic import conjunction, is_zero
from provers.validity.constraints.poseidon2 import absorb, empty_sponge
from rollup.crypto.poseidon2 import RATE, Domain

Records = Mapping[int, Sequence[Term]]
"""Attributes by table; zeros but for the table in use."""


@dataclass(frozen=True)
class LeafHasher:
    """Hashes records of the tables from which a slot may be taken.

    Parameters
    ----------
    flags
        Booleans by table: whether the slot holds a record of it.
    lengths
        Number of attributes by table.
    """

    flags: Mapping[int, Term]
    lengths: Mapping[int, int]

    def pair(self, b: Builder, old: Records, new: Records, stored: Collection[int]) -> tuple[Term, Term]:
        """Return the leaves of a record before and after: 264 constraints a block of three attributes, once for blocks before the first stored attribute.

        SPEC: §2. The records of the other tables are zeros, so attribute by attribute the sum is that of this one; the sponge's capacity says how many
        attributes count, and its output after as many blocks as they fill is the hash.

        Parameters
        ----------
        stored
            Numbers of the attributes in which old and new may differ.
        """
        kept = self._items(old)
        written = [item if number in stored else kept[number] for number, item in enumerate(self._items(new))]
        shared = min(stored) // RATE * RATE if stored else len(kept)
        empty = empty_sponge((Domain.LEAF << 64) + self._per_table(self.lengths))
        head = [empty, *absorb(b, empty, kept[:shared])]
        zeros = [is_zero(b, item) for item in kept]
        old_leaf = self._leaf(b, head, kept[shared:], zeros)
        if not stored:
            return old_leaf, old_leaf
        zeros = [is_zero(b, written[number]) if number in stored else zero for number, zero in enumerate(zeros)]
        return old_leaf, self._leaf(b, head, written[shared:], zeros)

    def _items(self, records: Records) -> list[Term]:
        longest = max(self.lengths.values())
        return [add_all(record[i] for record in records.values() if i < len(record)) for i in range(longest)]

    def _leaf(self, b: Builder, head: Sequence[Sequence[Term]], rest: Sequence[Term], zeros: Sequence[Term]) -> Term:
        states = [*head, *absorb(b, head[-1], rest)]
        blocks = {table: -(-length // RATE) for table, length in self.lengths.items()}
        if len(set(blocks.values())) == 1:
            output = states[-1][0]
        else:
            output = add_all(b.product(states[count][0], self.flags[table]) for table, count in blocks.items())
        return b.product(output, 1 - conjunction(b, zeros))

    def _per_table(self, numbers: Mapping[int, int]) -> Term:
        """Return the number of the table in use; where there is one table, its number in any case."""
        if len(set(numbers.values())) == 1:
            return next(iter(numbers.values()))
        return add_all(self.flags[table] * number for table, number in numbers.items())
