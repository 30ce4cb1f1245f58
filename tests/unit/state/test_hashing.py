"""The compiled hash of nodes and leaves against its plain twins."""

from hypothesis import given
from hypothesis import strategies as st

from rollup.crypto.fr import R
from rollup.crypto.poseidon2 import compress4
from rollup.state.hashing import hash_leaves, hash_nodes
from rollup.state.leaf import leaf_hash

ELEMENTS = st.one_of(st.integers(0, R - 1), st.sampled_from([0, 1, R - 1]))


@given(st.lists(st.tuples(ELEMENTS, ELEMENTS, ELEMENTS, ELEMENTS), max_size=4))
def test_nodes_equal_the_plain_compression(children: list[tuple[int, int, int, int]]) -> None:
    assert hash_nodes(children) == [compress4(*four) for four in children]


@given(st.lists(st.lists(ELEMENTS, max_size=7).map(tuple), max_size=5))
def test_leaves_equal_the_plain_leaf_whatever_their_lengths(records: list[tuple[int, ...]]) -> None:
    assert hash_leaves(records) == [leaf_hash(record) for record in records]
