import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provers.validity.constraints import poseidon2
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from rollup.crypto import poseidon2 as plain
from rollup.crypto.fr import R
from rollup.crypto.poseidon2 import Domain
from tests.unit.validity.constraints.harness import build, constraints, run

elements = st.one_of(st.sampled_from([0, 1, R - 1]), st.integers(0, R - 1))
VECTORS = Path(__file__).parents[3] / "vectors" / "poseidon2.json"


@given(st.tuples(elements, elements, elements, elements))
def test_permute_of_four_elements_agrees_with_plain_python(state: tuple[int, ...]) -> None:
    assert run(poseidon2.permute, *state) == plain.permute(state)


def test_permute_of_the_published_state_gives_the_published_result() -> None:
    """The known answer of the authors' own implementation."""
    (vector,) = (item for item in json.loads(VECTORS.read_text())["instances"] if item["width"] == 4)
    start, result = (tuple(int(word, 16) for word in vector[name]) for name in ("input", "output"))
    assert run(poseidon2.permute, *start) == result


def test_compress4_of_equal_children_agrees_with_plain_python() -> None:
    """Both modes must see one wire in four places."""

    def gadget(b: Builder, x: Sequence[Term]) -> list[Term]:
        return [poseidon2.compress4(b, [x[0]] * 4)]

    assert run(gadget, 5) == (plain.compress4(5, 5, 5, 5),)


@pytest.mark.parametrize("count", range(8))
def test_hash_items_of_any_number_of_items_agrees_with_plain_python(count: int) -> None:
    items = tuple(range(10, 10 + count))
    got = run(lambda b, x: [poseidon2.hash_items(b, Domain.USER, x[1:])], 0, *items)
    assert got == (plain.hash_items(Domain.USER, items),)


@pytest.mark.parametrize("count", [1, 3, 4, 6])
def test_states_after_each_block_are_the_hashes_of_so_many_items_with_their_capacity(count: int) -> None:
    items = (1, 2, 3, 4, 5, 6)[:count]

    def absorbing(b: Builder, x: Sequence[Term]) -> list[Term]:
        empty = poseidon2.empty_sponge((Domain.LEAF << 64) + count)
        return [state[0] for state in poseidon2.absorb(b, empty, x)]

    assert run(absorbing, *items)[-1] == plain.hash_items(Domain.LEAF, items)


def test_blocks_absorbed_one_after_the_other_are_those_absorbed_at_once() -> None:
    def in_two(b: Builder, x: Sequence[Term]) -> list[Term]:
        first = poseidon2.absorb(b, poseidon2.empty_sponge((Domain.LEAF << 64) + 5), x[:3])[-1]
        return [poseidon2.absorb(b, first, x[3:])[-1][0]]

    assert run(in_two, 1, 2, 3, 4, 5) == (plain.hash_items(Domain.LEAF, (1, 2, 3, 4, 5)),)


def test_permute_with_any_wire_changed_and_recomputed_breaks() -> None:
    honest = build(poseidon2.permute, 1, 2, 3, 4)
    for wire in range(5, honest.system.wires, 7):
        lie = build(poseidon2.permute, 1, 2, 3, 4, overrides={wire: 7})
        assert lie.outputs == honest.outputs or not lie.holds


def test_constraints_of_poseidon2_are_those_documented() -> None:
    assert constraints(poseidon2.permute, 4) == 264
    assert constraints(lambda b, x: [poseidon2.hash_items(b, 1, x)], 4) == 528
