"""Whether one program can take the place of another on a chain that runs: whether each finds every record where the other left it.

SPEC: SOUNDNESS 25: an upgrade appends tables and never changes the widths of keys. Code may change as it likes.
"""

from collections.abc import Iterator
from itertools import zip_longest

from rollup.errors import AuthorError
from rollup.ir.layout import Layout, TableLayout

_SHAPE = (
    ("account_bits", "accounts have numbers of another width", "keep account_bits"),
    (
        "key_bits",
        "the widest key has another width, which moves every record",
        "keep the widest key; no new table may have a wider one",
    ),
    (
        "table_bits",
        "there is room for another number of tables, which makes the tree another",
        "keep max_tables; a chain that is to get more tables one day starts with more than it has",
    ),
    ("inbox_cap", "batches consume another number of messages", "keep inbox_cap"),
)
"""Properties of a layout that stay; what it means if one differs, and what to do."""


def obstacles(old: Layout, new: Layout) -> Iterator[AuthorError]:
    """Yield what keeps a program of layout `new` from going on with the state of one of layout `old`; nothing if it can.

    What is yielded is not raised: whoever asks sees all of it at once.
    """
    for name, what, remedy in _SHAPE:
        expected, got = getattr(old, name), getattr(new, name)
        if expected != got:
            yield AuthorError(f"upgrade: {what}", expected=f"{name} {expected}", got=got, remedy=remedy)
    for number, (before, after) in enumerate(zip_longest(old.tables, new.tables)):
        if before is not None and before != after:
            yield _other_table(number, before, after)


def _other_table(number: int, before: TableLayout, after: TableLayout | None) -> AuthorError:
    """SAFETY: a leaf hashes as many elements as its record has attributes, so not even one more attribute leaves the tree as it is."""
    if after is None:
        what, got = f"upgrade: table {number}, {before.name}, is gone", "no such table"
    else:
        what, got = f"upgrade: table {number}, {before.name}, is another", _shown(after)
    return AuthorError(
        what, expected=_shown(before), got=got, remedy="keep the tables as they are and in their order; append new ones"
    )


def _shown(table: TableLayout) -> str:
    attributes = ", ".join(f"{name} {width or 'full'}" for name, width in table.attributes)
    return f"{table.name}[{', '.join(map(str, table.key_widths))}]: {attributes}"
