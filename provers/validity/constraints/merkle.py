"""Replacing one leaf of the 4-ary tree: the root before and the root after, along one path."""

from collections.abc import Callable, Sequence
from functools import partial

from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from provers.validity.constraints.poseidon2 import compress4

Siblings = Callable[[int], Sequence[int]]
"""From a level (0 = leaves) to the three other children there, in their order."""


def update_path(b: Builder, index_bits: Sequence[Term], old: Term, new: Term, siblings: Siblings) -> tuple[Term, Term]:
    """Return the roots over a leaf `old` and over `new` in its place: 534 constraints a level.

    Parameters
    ----------
    index_bits
        Booleans, two a level, the lowest first.
    siblings
        Hints. A prover may choose others, which lead to another old root.
    """
    for level in range(len(index_bits) // 2):
        low, high = index_bits[2 * level : 2 * level + 2]
        children = b.given_around(old, [low, high], partial(siblings, level))
        _require_child(b, low, high, children, old)
        changed = _replace_child(b, low, high, children, new - old)
        old, new = compress4(b, children), compress4(b, changed)
    return old, new


def _require_child(b: Builder, low: Term, high: Term, children: Sequence[Term], node: Term) -> None:
    """Prove `children[low + 2·high] = node`: 3 constraints."""
    first = children[0] + b.product(children[1] - children[0], low)
    second = children[2] + b.product(children[3] - children[2], low)
    b.enforce(second - first, high, node - first)


def _replace_child(b: Builder, low: Term, high: Term, children: Sequence[Term], change: Term) -> list[Term]:
    """Return the children with `change` added to the one at low + 2·high: 3 constraints."""
    if_low, if_high = b.product(change, low), b.product(change, high)
    if_both = b.product(if_low, high)
    # The four changes are change·(1-low)(1-high), ·low(1-high), ·(1-low)high, ·low·high.
    changes = (change - if_low - if_high + if_both, if_low - if_both, if_high - if_both, if_both)
    return [child + added for child, added in zip(children, changes, strict=True)]
