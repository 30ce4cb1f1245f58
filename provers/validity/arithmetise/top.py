"""The top of the state tree as a vector of wires, which a chunk's steps share.

A chunk keeps the nodes so many levels below the root. Their tree is hashed once before the first step, and must give the root before, and once after the last one;
in between a record's path ends at one of the nodes. So the levels above cost a chunk a fixed number of hashes, and each record slot the replacement of an entry.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

from provers.validity.arithmetise.chunk_input import ChunkInput
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from provers.validity.constraints.poseidon2 import compress4
from rollup.execution.step_trace import TOP_LEVELS
from rollup.state.leaf import ARITY_BITS
from rollup.state.tree import parents

ARITY: Final = 1 << ARITY_BITS
HASH: Final = 264
LEVEL: Final = 534
"""Constraints of a node, and of a level of a path (`update_path`)."""
ACCESS: Final = (4, 8, 24, 82)
"""Constraints of the replacement of an entry, by levels of the top."""


def levels_for(accesses: int, depth: int) -> int:
    """Return for how many levels the top of a tree is cheapest, where so many record slots reach into it."""

    def constraints(levels: int) -> int:
        nodes = ((1 << ARITY_BITS * levels) - 1) // (ARITY - 1)
        return 2 * HASH * nodes + accesses * (ACCESS[levels] + LEVEL * (depth - levels))

    return min(range(min(TOP_LEVELS, depth) + 1), key=constraints)


def levels_of(top: Sequence[Term]) -> int:
    """Return how many levels above the nodes the root lies."""
    return (len(top).bit_length() - 1) // ARITY_BITS


def give_top(b: Builder, levels: int, root: Term, chunk: ChunkInput | None) -> list[Term]:
    """Allocate the nodes so many levels below a root, and prove that they lead to it.

    SAFETY: nodes that are not the tree's and lead to its root would be a collision of `compress4`: how many levels there are is the circuit's to say.
    """
    with b.part("tree"):
        top = b.given(1 << ARITY_BITS * levels, partial(nodes_of, levels, chunk))
        b.enforce_equal(root_of(b, top), root)
    return top


def root_of(b: Builder, top: Sequence[Term]) -> Term:
    """Return the root over the nodes of a level: 264 constraints for every four nodes of each level."""
    with b.part("tree"):
        while len(top) > 1:
            top = [compress4(b, top[first : first + ARITY]) for first in range(0, len(top), ARITY)]
        return top[0]


def nodes_of(levels: int, chunk: ChunkInput | None) -> Sequence[int]:
    """Return the nodes so many levels below the root before a chunk."""
    nodes = chunk.top if chunk else ()
    while len(nodes) > 1 << ARITY_BITS * levels:
        nodes = parents(nodes)
    return nodes
