"""The state witness: it proves what it holds, and nothing else passes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollup.crypto.fr import R
from rollup.errors import DecodeError, PeerError
from rollup.state.state_witness import StateWitness
from rollup.state.tree import Tree

DEPTH = 3
INDICES = st.sets(st.integers(0, 4**DEPTH - 1), max_size=5)


def example() -> Tree:
    return Tree.of(DEPTH, {3: (1, 2), 9: (3,), 12: (7, 8, 9), 63: (4, 0)})


@given(INDICES)
def test_witness_state_answers_like_the_tree_for_what_it_holds(indices: set[int]) -> None:
    tree = example()
    state = StateWitness.of(tree, indices).state(tree.root)
    assert state.root == tree.root
    for index in indices:
        assert (state.get(index), state.path(index)) == (tree.get(index), tree.path(index))


@given(INDICES, st.integers(0, R - 1))
def test_updates_of_a_witness_state_give_the_trees_root(indices: set[int], value: int) -> None:
    tree = example()
    state = StateWitness.of(tree, indices).state(tree.root)
    for index in indices:
        state.update(index, (value, index))
        tree.update(index, (value, index))
    assert state.root == tree.root


def test_record_outside_the_witness_is_named() -> None:
    tree = example()
    state = StateWitness.of(tree, [3]).state(tree.root)
    with pytest.raises(PeerError, match="record 12 is missing"):
        state.get(12)
    with pytest.raises(PeerError, match="missing"):
        state.path(12)


@given(INDICES)
def test_wire_form_reads_back_as_written(indices: set[int]) -> None:
    witness = StateWitness.of(example(), indices)
    assert StateWitness.from_bytes(witness.to_bytes()) == witness


def test_fork_of_a_witness_state_is_as_partial() -> None:
    tree = example()
    fork = StateWitness.of(tree, [3]).state(tree.root).fork()
    fork.update(3, ())
    with pytest.raises(PeerError):
        fork.get(9)
    tree.update(3, ())
    assert fork.root == tree.root


def test_tampered_record_or_node_leads_to_another_root() -> None:
    tree = example()
    witness = StateWitness.of(tree, [3, 9])
    for wrong in (
        replace(witness, records=((3, (1, 3)), (9, (3,)))),
        replace(witness, records=((3, ()), (9, (3,)))),
        *(
            replace(witness, nodes=(*witness.nodes[:at], (node + 1) % R, *witness.nodes[at + 1 :]))
            for at, node in enumerate(witness.nodes)
        ),
    ):
        with pytest.raises(PeerError, match="another root"):
            wrong.state(tree.root)


def test_witness_with_a_node_too_few_or_too_many_is_refused() -> None:
    tree = example()
    witness = StateWitness.of(tree, [3, 9])
    for nodes in (witness.nodes[:-1], (*witness.nodes, 0)):
        with pytest.raises(PeerError, match="number of nodes"):
            replace(witness, nodes=nodes).state(tree.root)


def test_wire_form_that_nobody_writes_is_refused() -> None:
    witness = StateWitness.of(example(), [3, 9])
    for records in (witness.records[::-1], ((3, (0, 0)), witness.records[1]), ((3, (1, 2)), (64, (3,)))):
        with pytest.raises(DecodeError):
            StateWitness.from_bytes(replace(witness, records=records).to_bytes())
    data = witness.to_bytes()
    for wrong in (
        data[:-1],
        data + b"\0",
        b"\0" + data[1:],
        b"\x21" + data[1:],
        data[:-32] + R.to_bytes(32, "big"),
        b"",
    ):
        with pytest.raises(DecodeError):
            StateWitness.from_bytes(wrong)
