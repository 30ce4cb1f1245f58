"""The dispute tree against a recomputation."""

import pytest
from eth_utils import keccak

from rollup.errors import PeerError
from rollup.params import END
from rollup.state.header import StepHeader
from rollup.state.steps import StepsTree, steps_root, verify_step


def headers(count: int) -> list[StepHeader]:
    return [StepHeader(i, 0, 0, 0, 1, END if i == count - 1 else 9 * i, 0, i + 1) for i in range(count)]


@pytest.mark.parametrize("count", [1, 2, 161, 256])
def test_root_pads_with_the_terminal_header(count: int) -> None:
    level = [keccak(header.to_bytes()) for header in headers(count)]
    level += [level[-1]] * (256 - count)
    while len(level) > 1:
        level = [keccak(level[i] + level[i + 1]) for i in range(0, len(level), 2)]
    assert steps_root(headers(count)) == level[0]


def test_path_proves_its_own_leaf_only() -> None:
    tree = StepsTree(headers(5))
    leaf = headers(5)[3].hash()
    verify_step(tree.root, 3, leaf, tree.path(3))
    verify_step(tree.root, 255, headers(5)[4].hash(), tree.path(255))
    with pytest.raises(PeerError, match="leaf 2"):
        verify_step(tree.root, 2, leaf, tree.path(3))
    with pytest.raises(PeerError, match="no such leaf"):
        verify_step(tree.root, 3 + 256, leaf, tree.path(3))
    with pytest.raises(PeerError, match="no such leaf"):
        verify_step(tree.root, 3, leaf, tree.path(3)[:-1])


def test_headers_that_do_not_end_are_our_mistake() -> None:
    with pytest.raises(AssertionError, match="terminal"):
        StepsTree(headers(5)[:-1])
