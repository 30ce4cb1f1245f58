"""The hash on L1 against the one in Python, whose own tests check it against published vectors."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from l1bridge.client import L1Client
from rollup.crypto.fr import R
from rollup.crypto.poseidon2 import Domain, compress4, hash_items
from rollup.ports.l1 import Contract, L1Reverted
from rollup.state.leaf import leaf_hash
from rollup.state.tree import Tree

EDGES = (0, 1, R - 1, R - 2, (R - 1) // 2, 2**252, 2**254)
elements = st.sampled_from(EDGES) | st.integers(0, R - 1)
few = settings(max_examples=8)


@few
@given(children=st.lists(elements, min_size=4, max_size=4))
def test_node_of_any_four_children_is_that_of_python(l1: L1Client, poseidon2: Contract, children: list[int]) -> None:
    assert l1.call(poseidon2, "compress4", children) == compress4(*children)


@few
@given(domain=st.sampled_from(Domain), items=st.lists(elements, max_size=9))
def test_hash_of_any_items_is_that_of_python(
    l1: L1Client, poseidon2: Contract, domain: Domain, items: list[int]
) -> None:
    assert l1.call(poseidon2, "hash_items", domain, items) == hash_items(domain, items)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 63, 64])
def test_hash_at_the_borders_of_blocks_is_that_of_python(l1: L1Client, poseidon2: Contract, count: int) -> None:
    items = [R - 1 - i for i in range(count)]
    assert l1.call(poseidon2, "hash_items", 2**64 - 1, items) == hash_items(2**64 - 1, items)


@pytest.mark.parametrize(
    "attributes",
    [
        [],
        [0],
        [0] * 5,
        [1],
        [0, 0, 7],
        [0, 0, 0, 7],
        [7, 0, 0, 0],
        *([R - 1 - k for k in range(n)] for n in (4, 5, 6, 16)),
    ],
)
def test_leaf_of_a_record_is_that_of_python(l1: L1Client, poseidon2: Contract, attributes: list[int]) -> None:
    assert l1.call(poseidon2, "leaf", attributes) == leaf_hash(attributes)


@pytest.mark.parametrize("index", [0, 1, 2, 3, 27, 63])
def test_update_of_a_leaf_gives_the_roots_before_and_after(l1: L1Client, poseidon2: Contract, index: int) -> None:
    tree = Tree.of(3, {5: (1,), 27: (2, 3), 28: (4,), index: (9,)})
    path, before = tree.path(index), tree.root
    tree.update(index, (8,))
    got = l1.call(poseidon2, "update_root", index, leaf_hash((9,)), leaf_hash((8,)), path)
    assert tuple(got) == (before, tree.root)


def test_update_with_the_same_leaf_gives_the_same_root_twice_for_half_the_gas(
    l1: L1Client, poseidon2: Contract
) -> None:
    tree = Tree.of(16, {5: (1,)})
    leaf = leaf_hash((1,))
    assert tuple(l1.call(poseidon2, "update_root", 5, leaf, leaf, tree.path(5))) == (tree.root, tree.root)
    same = l1.transact(poseidon2, "update_root", 5, leaf, leaf, tree.path(5)).gas_used
    other = l1.transact(poseidon2, "update_root", 5, leaf, 0, tree.path(5)).gas_used
    assert same < other * 2 // 3


NOT_ELEMENTS: list[tuple[str, list[Any]]] = [
    ("compress4", [[0, 0, 0, R]]),
    ("compress4", [[2**256 - 1, 0, 0, 0]]),
    ("hash_items", [1, [0, R]]),
    ("leaf", [[0, 0, R]]),
    ("update_root", [0, R, 0, []]),
    ("update_root", [0, 0, R, []]),
    ("update_root", [0, 0, 0, [(0, 0, 0), (0, R, 0)]]),
]


@pytest.mark.parametrize(("function", "args"), NOT_ELEMENTS)
def test_word_that_is_no_element_is_refused(
    refusal: Callable[..., str], poseidon2: Contract, function: str, args: list[Any]
) -> None:
    assert refusal(poseidon2, function, *args) == "poseidon2: not an element"


def test_domain_beyond_64_bits_is_refused(refusal: Callable[..., str], poseidon2: Contract) -> None:
    assert refusal(poseidon2, "hash_items", 2**64, []) == "poseidon2: domain"


def test_index_beyond_the_path_is_refused(refusal: Callable[..., str], poseidon2: Contract) -> None:
    assert refusal(poseidon2, "update_root", 4, 0, 0, [(0, 0, 0)]) == "poseidon2: index outside the tree"


@pytest.mark.parametrize("share", [75, 85, 95, 99])
def test_hash_with_too_little_gas_reverts(l1: L1Client, poseidon2: Contract, share: int) -> None:
    needed = l1.transact(poseidon2, "hash_items", 1, [1, 2, 3, 4]).gas_used
    with pytest.raises(L1Reverted):
        l1.transact(poseidon2, "hash_items", 1, [1, 2, 3, 4], gas=needed * share // 100)
