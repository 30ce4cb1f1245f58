"""What may follow what, and that a program which may finds every record of the one before."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from examples.tokens import Tokens
from rollup.ir.layout import Layout, TableLayout
from rollup.ir.succession import obstacles
from rollup.state.tree import Tree

OLD = Tokens.image().layout
NARROW = TableLayout("notes", (8, 20), (("text", 0),))


def with_tables(*tables: TableLayout) -> Layout:
    return replace(OLD, tables=tables)


def test_a_program_follows_itself_and_one_to_which_a_table_is_appended() -> None:
    assert list(obstacles(OLD, OLD)) == []
    assert list(obstacles(OLD, with_tables(*OLD.tables, NARROW))) == []


def test_actions_and_what_a_batch_holds_may_change() -> None:
    changed = replace(OLD, argument_bits=300, stride=11, actions=9, capacity=64, calls=(1, 9))
    assert list(obstacles(OLD, changed)) == []


def test_a_successor_finds_every_record_under_the_same_root() -> None:
    new = with_tables(*OLD.tables, NARROW)
    assert new.depth == OLD.depth
    trees = [Tree(layout.depth) for layout in (OLD, new)]
    for tree, layout in zip(trees, (OLD, new), strict=True):
        tree.update_many({layout.tree_index(1, layout.key(1, 5, 7)): (9,), layout.tree_index(0, 3): (1, 2, 3, 4, 5)})
    assert trees[0].root == trees[1].root


CHANGES: dict[str, tuple[Callable[[], Layout], str]] = {
    "accounts": (lambda: replace(OLD, account_bits=16), "account_bits"),
    "room for tables": (lambda: replace(OLD, table_bits=3), "max_tables"),
    "inbox": (lambda: replace(OLD, inbox_cap=16), "inbox_cap"),
    "a wider key": (
        lambda: with_tables(*OLD.tables, replace(NARROW, key_widths=(29,))),
        "no new table may have a wider one",
    ),
    "a table less": (lambda: with_tables(*OLD.tables[:-1]), "is gone"),
    "tables in another order": (lambda: with_tables(OLD.tables[0], NARROW, *OLD.tables[1:]), "is another"),
    "an attribute more": (lambda: _last_table(attributes=(*OLD.tables[-1].attributes, ("more", 8))), "more 8"),
    "an attribute of another width": (lambda: _last_table(attributes=(("amount", 63),)), "amount 63"),
    "a key cut elsewhere": (lambda: _last_table(key_widths=(19, 9)), "[19, 9]"),
}


def _last_table(**changes: object) -> Layout:
    return with_tables(*OLD.tables[:-1], replace(OLD.tables[-1], **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", CHANGES)
def test_what_moves_or_reads_a_record_otherwise_is_named_with_what_to_do(name: str) -> None:
    change, words = CHANGES[name]
    found = list(obstacles(OLD, change()))
    assert found
    assert any(words in str(error) for error in found)
    assert all(error.remedy for error in found)


def test_everything_that_is_in_the_way_is_told_at_once() -> None:
    assert len(list(obstacles(OLD, replace(OLD, account_bits=16, inbox_cap=16, tables=OLD.tables[:1])))) == 4
