"""A vector of wires, of which one entry is replaced: what a path in a tree would be, where so many paths are needed that keeping the nodes is cheaper."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from provers.validity.constraints.builder import Builder, as_int, as_ints
from provers.validity.constraints.linear import Term, add_all


@dataclass(frozen=True)
class Replacement:
    """What an access wants: entry `old` becomes `new` where the Boolean `used` is 1."""

    old: Term
    new: Term
    used: Term


def replace_entry(b: Builder, entries: Sequence[Term], index_bits: Sequence[Term], change: Replacement) -> list[Term]:
    """Return the entries after a replacement at an index: for 1, 4, 16, 64 entries 4, 8, 24, 82 constraints.

    Entries stand in rows. Say `row`, `column` for the Booleans that name the entry's, `r` for its row before and `n` for that row after; w is the entry after.

    - `row_i · (n_j - e_ij) = e'_ij - e_ij` for every entry: other rows stay, and this one becomes n. Summed over i it says that `n_j - r_j` is a sum of differences.
    - `column_j · (w - r_j) = n_j - r_j` for every column: other columns of this row stay, and this one becomes w. Summed over j it says so of `w - e`, e the entry before.
    - `w - e = used · (new - old)` and `used · (e - old) = 0`: where used, e = old and w = new; else w = e.

    SAFETY: exactly one row and one column have a 1, `index_bits` being Booleans; so every e' is determined by the entries, the index and the change, and
    where the slot is not used nothing changes, whatever `old` and `new` are.

    Parameters
    ----------
    entries
        2^n of them.
    index_bits
        n Booleans, the lowest first.
    """
    assert len(entries) == 1 << len(index_bits), f"{len(index_bits)} bits for {len(entries)} entries"
    width = len(index_bits) // 2
    columns, rows = one_hot(b, index_bits[:width]), one_hot(b, index_bits[width:])
    table = [entries[start : start + len(columns)] for start in range(0, len(entries), len(columns))]
    picked = _Picked(rows, columns, table, change)
    after, *row_after = b.hints(1 + len(columns), picked.values)
    replaced = [_blend(b, flag, row_after, row) for flag, row in zip(rows, table, strict=True)]
    added = [add_all(new[j] - old[j] for new, old in zip(replaced, table, strict=True)) for j in range(len(columns))]
    for flag, new, difference in zip(columns, row_after, added, strict=True):
        b.enforce(after - new + difference, flag, difference)
    total = add_all(added)
    b.enforce(change.new - change.old, change.used, total)
    b.enforce(after - total - change.old, change.used, 0)
    return [entry for row in replaced for entry in row]


def one_hot(b: Builder, bits: Sequence[Term]) -> list[Term]:
    """Return 2^n flags of which the one at the number that n Booleans are is 1 and the others 0: 2^n - n - 1 constraints."""
    flags: list[Term] = [1]
    for bit in bits:
        # The first of these flags is what is left of the bit, so it takes no product.
        high = [b.product(flag, bit) for flag in flags[1:]]
        high.insert(0, bit - add_all(high))
        flags = [*(flag - part for flag, part in zip(flags, high, strict=True)), *high]
    return flags


def _blend(b: Builder, flag: Term, new: Sequence[Term], old: Sequence[Term]) -> list[Term]:
    """Return wires of `new` where the flag is 1, of `old` where it is 0."""
    result = []
    for yes, no in zip(new, old, strict=True):
        wire = b.hint(_chosen(flag, yes, no))
        b.enforce(yes - no, flag, wire - no)
        result.append(wire)
    return result


def _chosen(flag: Term, yes: Term, no: Term) -> Callable[[], int]:
    return lambda: as_int(no) + as_int(flag) * (as_int(yes) - as_int(no))


@dataclass(frozen=True)
class _Picked:
    """The hints: the entry after, and its row after."""

    rows: Sequence[Term]
    columns: Sequence[Term]
    table: Sequence[Sequence[Term]]
    change: Replacement

    def values(self) -> list[int]:
        rows, columns = as_ints(self.rows), as_ints(self.columns)
        old, new, used = as_ints([self.change.old, self.change.new, self.change.used])
        row = [_dot(rows, as_ints(column)) for column in zip(*self.table, strict=True)]
        after = _dot(columns, row) + used * (new - old)
        return [after, *(entry + flag * (after - entry) for flag, entry in zip(columns, row, strict=True))]


def _dot(flags: Sequence[int], values: Sequence[int]) -> int:
    return sum(flag * value for flag, value in zip(flags, values, strict=True))
