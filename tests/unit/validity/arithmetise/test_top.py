"""The top of the tree in a chunk: how deep it is, what it costs, and that its nodes are the tree's."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples.payments import Payments
from examples.tokens import Tokens
from provers.validity.arithmetise import data_chunk, top
from provers.validity.arithmetise.chunk_input import ChunkInput
from provers.validity.arithmetise.circuits import ProgramCircuits
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from provers.validity.constraints.vector import Replacement, replace_entry
from rollup.execution.step_trace import TOP_LEVELS
from rollup.params import ChunkKind
from rollup.state.tree import Tree, parents
from tests.unit.validity.arithmetise.chain import (
    GOLD,
    MINT,
    TRANSFER,
    WITHDRAW,
    Z,
    circuits,
    holds,
    small_chain,
    zc,
)
from tests.unit.validity.constraints.harness import constraints

LEVELS = 2
"""Of the chunks of the small chain, four transactions each."""


def access(levels: int) -> int:
    bits = 2 * levels
    entries = 1 << bits

    def gadget(b: Builder, x: Sequence[Term]) -> list[Term]:
        old, new, used, *rest = x
        return replace_entry(b, rest[:entries], rest[entries:], Replacement(old, new, used))

    return constraints(gadget, 3 + entries + bits)


def test_costs_by_which_the_depth_is_chosen_are_those_of_the_gadgets() -> None:
    assert tuple(map(access, range(4))) == top.ACCESS
    assert constraints(lambda b, x: [top.root_of(b, x)], 64) == 21 * top.HASH


@pytest.mark.parametrize(
    ("accesses", "depth", "levels"),
    [
        (97, 15, 3),
        (65, 10, 3),
        (13, 15, 2),
        (9, 10, 2),
        (8, 11, 2),
        (1, 10, 1),
        (97, 2, 2),
        (13, 1, 1),
        (97, 0, 0),
    ],
)
def test_depth_is_what_costs_least(accesses: int, depth: int, levels: int) -> None:
    assert top.levels_for(accesses, depth) == levels


@pytest.mark.parametrize(("program", "transactions", "levels"), [(Payments, 32, 3), (Tokens, 32, 3), (Tokens, 4, 2)])
def test_circuit_is_the_cheapest_of_all_depths(
    monkeypatch: pytest.MonkeyPatch, program: type[Tokens], transactions: int, levels: int
) -> None:
    """Counted, not estimated."""
    counted: dict[int, int] = {}
    for depth in range(TOP_LEVELS + 1):
        monkeypatch.setattr(data_chunk, "levels_for", lambda *_, depth=depth: depth)
        counted[depth] = ProgramCircuits(program.image(), transactions).parts(ChunkKind.DATA)["chunk"]["all"]
    assert min(counted, key=lambda depth: counted[depth]) == levels


def test_parents_of_a_whole_level_are_the_level_above() -> None:
    tree = Tree.of(4, {index: (index + 1,) for index in (0, 1, 63, 64, 200, 255)})
    nodes = tree.top(4)
    for levels in (3, 2, 1, 0):
        nodes = parents(nodes)
        assert nodes == tree.top(levels)
    assert nodes == (tree.root,)
    assert tree.top(9) == tree.top(4)


call = st.one_of(
    st.tuples(st.just(MINT), st.just(GOLD), st.sampled_from([0, 1, 99, 100])),
    st.tuples(st.just(TRANSFER), st.integers(1, 15), st.just(GOLD), st.integers(0, 60)),
    st.tuples(st.just(WITHDRAW), st.just(0xAB), st.sampled_from([5, 10**6])),
)


@settings(max_examples=12)
@given(st.lists(st.tuples(st.integers(1, 3), st.booleans(), call), min_size=1, max_size=8))
def test_nodes_after_each_chunk_are_those_of_the_tree(drawn: list[tuple[int, bool, tuple[int, ...]]]) -> None:
    """Random batches of calls that apply, fail, are skipped, meet in one record or under one entry."""
    chain = small_chain()
    nonces = dict.fromkeys((1, 2, 3), 0)
    calls = []
    for sender, signed, (tag, *args) in drawn:
        calls.append(chain.call(tag, sender, nonces[sender], *args, signer=sender if signed else 9))
        nonces[sender] += signed
    chunks = chain.chunks_of_calls(*calls, payee=2)
    tops = [chunk.top for chunk in chunks[1:]] + [chain.tree.top(TOP_LEVELS)]
    for number, (chunk, after) in enumerate(zip(chunks, tops, strict=True)):
        assert holds(chunk, number)
        assert nodes_after(chunk, number) == parents(after)


def nodes_after(chunk: ChunkInput, number: int) -> tuple[int, ...]:
    """Return the nodes of which a witness hashes the last root."""
    hashed: list[tuple[int, ...]] = []
    plain = top.root_of

    def spying(b: Builder, nodes: Sequence[Term]) -> Term:
        hashed.append(tuple(node for node in nodes if isinstance(node, int)))
        return plain(b, nodes)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data_chunk, "root_of", spying)
        circuits().assign_plain(ChunkKind.DATA, chunk, Z, zc(number))
    (nodes,) = hashed
    assert len(nodes) == 4**LEVELS
    return nodes
