from collections.abc import Sequence

import pytest

from provers.validity.constraints.bits import require_bits
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from provers.validity.constraints.merkle import update_path
from rollup.state.proof import root_from
from rollup.state.tree import Tree
from tests.unit.validity.constraints.harness import Gadget, build, constraints, run

DEPTH = 3
TREE = Tree.of(DEPTH, {index: (index, 7) for index in (0, 1, 5, 22, 63)})


def updating(path: Sequence[Sequence[int]]) -> Gadget:
    def gadget(b: Builder, x: Sequence[Term]) -> list[Term]:
        return list(update_path(b, require_bits(b, x[0], 2 * DEPTH), x[1], x[2], lambda level: path[level]))

    return gadget


@pytest.mark.parametrize("index", [0, 1, 2, 3, 5, 22, 41, 62, 63])
def test_update_path_at_any_position_gives_both_roots(index: int) -> None:
    path, old = TREE.path(index), TREE.node(0, index)
    got = run(updating(path), index, old, 99)
    assert got == (TREE.root, root_from(index, 99, path))


def test_update_path_of_a_leaf_to_itself_gives_one_root() -> None:
    path, old = TREE.path(5), TREE.node(0, 5)
    assert run(updating(path), 5, old, old) == (TREE.root, TREE.root)


def test_update_path_with_the_node_itself_forged_among_the_children_breaks() -> None:
    gadget = updating(TREE.path(5))
    honest = build(gadget, 5, TREE.node(0, 5), 99)
    child = honest.shape.data[1]  # leaf 5 is child 1 of its parent
    lie = build(gadget, 5, TREE.node(0, 5), 99, overrides={child: 1234})
    assert lie.outputs != honest.outputs
    assert not lie.holds


def test_update_path_with_another_sibling_holds_but_leads_to_another_old_root() -> None:
    gadget = updating(TREE.path(5))
    honest = build(gadget, 5, TREE.node(0, 5), 99)
    lie = build(gadget, 5, TREE.node(0, 5), 99, overrides={honest.shape.data[0]: 1234})
    assert lie.holds
    assert lie.outputs[0] != TREE.root


def test_constraints_of_a_level_are_those_documented() -> None:
    assert constraints(updating(TREE.path(0)), 3) == 2 * DEPTH + 1 + 534 * DEPTH
