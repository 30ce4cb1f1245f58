"""The tree against a recomputation of all its leaves."""

from hypothesis import given
from hypothesis import strategies as st

from rollup.crypto.fr import R
from rollup.crypto.poseidon2 import hash_items, permute
from rollup.state.tree import Tree

DEPTH = 2
RECORDS = st.dictionaries(
    st.integers(0, 4**DEPTH - 1), st.lists(st.integers(0, R - 1), min_size=1, max_size=5).map(tuple), max_size=6
)


def naive_leaf(attributes: tuple[int, ...]) -> int:
    """A leaf, written from the specification."""
    if not any(attributes):
        return 0
    *head, last, very_last = (0, 0, *attributes)
    return (
        hash_items(9, [hash_items(10, head[2:]), last, very_last]) if len(attributes) > 3 else hash_items(1, attributes)
    )


def naive_root(depth: int, records: dict[int, tuple[int, ...]]) -> int:
    """All leaves, then level by level; written from the specification."""
    level = [naive_leaf(records.get(i, ())) for i in range(4**depth)]
    for _ in range(depth):
        level = [(permute(level[i : i + 4])[0] + level[i]) % R for i in range(0, len(level), 4)]
    return level[0]


@given(RECORDS)
def test_root_equals_a_full_recomputation(records: dict[int, tuple[int, ...]]) -> None:
    assert Tree.of(DEPTH, records).root == naive_root(DEPTH, records)


@given(RECORDS)
def test_updates_one_by_one_give_the_root_of_all_at_once(records: dict[int, tuple[int, ...]]) -> None:
    tree = Tree(DEPTH)
    for index, attributes in reversed(records.items()):
        tree.update(index, attributes)
    assert tree.root == Tree.of(DEPTH, records).root
    assert all(tree.get(index) == (record if any(record) else ()) for index, record in records.items())


def test_empty_tree_of_great_depth_has_a_root_at_once() -> None:
    level = [0] * 4
    for _ in range(30):
        level = [(permute(level)[0] + level[0]) % R] * 4
    assert Tree(30).root == level[0]


def test_removing_every_record_gives_the_empty_root() -> None:
    tree = Tree.of(3, {5: (1, 2), 60: (3,)})
    tree.update(5, (0, 0))
    tree.update(60, ())
    assert tree.root == Tree(3).root
    assert tree.get(5) == ()


def test_path_has_the_siblings_in_order_of_their_positions() -> None:
    tree = Tree.of(1, {0: (1,), 1: (2,), 2: (3,), 3: (4,)})
    leaves = [hash_items(1, (v,)) for v in (1, 2, 3, 4)]
    assert tree.path(2) == ((leaves[0], leaves[1], leaves[3]),)


def test_fork_leaves_its_origin_as_it_was_until_committed() -> None:
    tree = Tree.of(DEPTH, {1: (1,), 7: (2,)})
    before = tree.root
    fork = tree.fork()
    second = fork.fork()
    fork.update(1, (9,))
    second.update(7, ())
    assert (tree.root, tree.get(1)) == (before, (1,))
    assert fork.get(7) == (2,)
    fork.commit()
    assert tree.root == naive_root(DEPTH, {1: (9,), 7: (2,)})
    assert fork.changes() == ({}, {})


def test_changes_of_a_fork_are_its_records_and_the_nodes_above_them() -> None:
    fork = Tree.of(DEPTH, {1: (1,)}).fork()
    fork.update(5, (3,))
    nodes, records = fork.changes()
    assert records == {5: (3,)}
    assert set(nodes) == {(0, 5), (1, 1), (2, 0)}
    assert nodes[2, 0] == fork.root
