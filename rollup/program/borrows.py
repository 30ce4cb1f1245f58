"""Which records an action has open, how it may use them, and when two of them may be one."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from rollup.ir.layout import ELEMENT
from rollup.ir.primitives import Primitive
from rollup.program.location import author_error
from rollup.program.tracing import Tracing


@dataclass(frozen=True, slots=True)
class Slot:
    """A record slot as an author has it.

    Parameters
    ----------
    number
        Of the slot.
    table
        The table's name.
    append_only
        Whether the record can be written only where it is absent.
    """

    number: int
    table: str
    append_only: bool

    def require_writable(self, tracing: Tracing) -> None:
        """Refuse a write to a record that was only read; check that one of an append-only table is absent, if what is around the write holds."""
        if self.number in tracing.reads:
            raise author_error(
                f"this record of {self.table} was only read", f"borrow it to write: self.{self.table}[key]"
            )
        if self.append_only:
            absent = _absent(tracing, self.number)
            asked = (absent, tracing.block)
            if asked not in tracing.appended:
                tracing.appended.add(asked)
                tracing.require(absent, f"this record of {self.table} is there already")


def _absent(tracing: Tracing, slot: int) -> int:
    """Return the register that tells whether all attributes of a record are 0.

    The sum of the integers is 0 exactly if each is: at most 16 of them, each below 2^160, stay far below R (SOUNDNESS 1).
    """
    builder = tracing.builder
    zero, total = builder.const(0), builder.const(0)
    conditions = []
    for attribute, width in enumerate(tracing.layout.tables[builder.slots[slot]].widths):
        register = builder.load(slot, attribute)
        if width == ELEMENT:
            conditions.append(tracing.emit(Primitive.EQ, register, zero))
        else:
            total = register if total == zero else tracing.emit(Primitive.ADD, total, register)
    if total != zero:
        conditions.append(tracing.emit(Primitive.EQ, total, zero))
    return builder.all(conditions)


def distinct(tracing: Tracing) -> Iterator[int]:
    """Give the registers that must be 1 so that no record is changed through two slots.

    Tables do not overlap in the tree, and the keys of one have one width, so equal indices are equal keys of one table (SOUNDNESS 20).
    """
    for (one, (table, key)), (other, (other_table, other_key)) in combinations(enumerate(tracing.opened), 2):
        # SAFETY: a record that is only read keeps its leaf, and no slot of its table that can change one comes before it, so its path is checked under a root in which the
        # leaf is the one before the step, whichever slot after it has the same index (SPEC §5, "Records").
        if table == other_table and not tracing.reads & {one, other}:
            equal = tracing.emit(Primitive.EQ, key, other_key)
            apart = tracing.negate(equal)
            # SAFETY: payments in a `when` that does not hold are to account 0, whose record no step changes: none of them writes, and one that holds wants an account that exists.
            if tracing.guarded.keys() >= {one, other}:
                idle = tracing.emit(Primitive.EQ, key, tracing.builder.const(0))
                apart = tracing.emit(Primitive.OR, apart, idle)
            yield apart
