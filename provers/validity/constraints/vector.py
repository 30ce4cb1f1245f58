"""A vector of wires, of which one entry is replaced: what a path in a tree would be, where so many paths are needed that keeping the nodes is cheaper."""

from collections.abc import Sequence
from dataclasses import dataclass

from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term, add_all


@dataclass(frozen=True)
class Replacement:
    """What an access wants: entry `old` becomes `new` where the Boolean `used` is 1."""

    old: Term
    new: Term
    used: Term


def replace_entry(b: Builder, entries: Sequence[Term], index_bits: Sequence[Term], change: Replacement) -> list[Term]:
    """Return the entries after a replacement at an index, wires of their own: for 1, 4, 16, 64 entries 4, 8, 24, 82 constraints.

    Entries stand in rows. With Booleans `row_i` and `column_j` that name the entry's, r its row before, n that row after, e the entry before and w after:

    - `row_i · (n_j - e_ij) = e'_ij - e_ij` for every entry: other rows stay, and this one becomes n. Summed over i it says that `n_j - r_j` is a sum of differences.
    - `column_j · (w - r_j) = n_j - r_j` for every column: other columns of this row stay, and this one becomes w. Summed over j it says so of `w - e`.
    - `used · (new - old) = w - e` and `used · (e - old) = 0`: where used, e = old and w = new; else w = e.

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
    low, high = index_bits[: len(index_bits) // 2], index_bits[len(index_bits) // 2 :]
    columns, rows = one_hot(b, low), one_hot(b, high)
    table = [entries[start : start + len(columns)] for start in range(0, len(entries), len(columns))]
    after = b.pick([*index_bits, change.used], [*entries, *[change.new] * len(entries)])
    row_after = _row_after(b, high, columns, table, after)
    replaced = [
        [b.solve(new - entry, flag, -entry) for new, entry in zip(row_after, row, strict=True)]
        for flag, row in zip(rows, table, strict=True)
    ]
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


def _row_after(
    b: Builder, row_bits: Sequence[Term], columns: Sequence[Term], table: Sequence[Sequence[Term]], after: Term
) -> list[Term]:
    """Allocate the row that Booleans name, with `after` in the column whose flag is 1."""
    row: list[Term] = []
    for flag, column in zip(columns, zip(*table, strict=True), strict=True):
        row.append(b.pick([*row_bits, flag], [*column, *[after] * len(column)]))
    return row
