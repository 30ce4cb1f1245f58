"""Inclusion proofs and the updates they allow, against the tree."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollup.crypto.fr import R
from rollup.errors import DecodeError, PeerError
from rollup.state.leaf import leaf_hash
from rollup.state.proof import InclusionProof
from rollup.state.tree import Tree

DEPTH = 3
INDICES = st.integers(0, 4**DEPTH - 1)


def example() -> Tree:
    return Tree.of(DEPTH, {3: (1, 2), 9: (3,), 63: (4, 0)})


@given(INDICES)
def test_every_leaf_present_or_absent_is_proved_by_its_path(index: int) -> None:
    tree = example()
    InclusionProof(index, tree.path(index)).verify(tree.root, leaf_hash(tree.get(index)))


@given(INDICES, st.integers(0, R - 1))
def test_root_after_an_update_equals_the_trees(index: int, value: int) -> None:
    tree = example()
    old, proof = tree.root, InclusionProof(index, tree.path(index))
    leaf = leaf_hash(tree.get(index))
    tree.update(index, (value,))
    assert proof.update(old, leaf, leaf_hash((value,))) == tree.root


def test_update_of_another_leaf_than_claimed_is_refused() -> None:
    tree = example()
    proof = InclusionProof(3, tree.path(3))
    with pytest.raises(PeerError, match="record 3"):
        proof.update(tree.root, leaf_hash((1, 3)), 0)


def test_path_of_one_leaf_does_not_prove_another() -> None:
    tree = example()
    with pytest.raises(PeerError):
        InclusionProof(8, tree.path(9)).verify(tree.root, leaf_hash((3,)))


def test_every_sibling_of_a_path_counts() -> None:
    tree = example()
    path = tree.path(9)
    for level in range(DEPTH):
        for place in range(3):
            siblings = list(path[level])
            siblings[place] = (siblings[place] + 1) % R
            wrong = (*path[:level], (siblings[0], siblings[1], siblings[2]), *path[level + 1 :])
            with pytest.raises(PeerError):
                InclusionProof(9, wrong).verify(tree.root, leaf_hash((3,)))


def test_index_outside_the_tree_is_refused_though_its_low_bits_fit() -> None:
    tree = example()
    proof = InclusionProof(9, tree.path(9))
    with pytest.raises(PeerError, match="no such record"):
        replace(proof, index=9 + 4**DEPTH).verify(tree.root, leaf_hash((3,)))


def test_path_reads_back_as_written() -> None:
    proof = InclusionProof(9, example().path(9))
    assert len(proof.to_bytes()) == 96 * DEPTH
    assert InclusionProof.from_bytes(proof.to_bytes(), 9, DEPTH) == proof


def test_path_of_a_wrong_length_or_with_a_word_of_r_is_refused() -> None:
    data = InclusionProof(9, example().path(9)).to_bytes()
    for wrong in (data[:-1], data + b"\0", data[:-32] + R.to_bytes(32, "big")):
        with pytest.raises(DecodeError):
            InclusionProof.from_bytes(wrong, 9, DEPTH)
