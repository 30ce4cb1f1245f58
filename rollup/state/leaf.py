"""From a record to its place and its hash in the tree (spec §2)."""

from collections.abc import Sequence
from functools import lru_cache

from rollup.crypto.poseidon2 import Domain, compress4, hash_items

ARITY_BITS = 2
"""Bits of an index that one level of the 4-ary tree consumes."""

Attributes = tuple[int, ...]
"""A record's attributes in [0, R), in their order; `()` is the absent record."""


def leaf_hash(attributes: Sequence[int]) -> int:
    """Return the leaf of a record.

    SPEC: §2, SOUNDNESS 22: the all-zero record *is* the absent one and its leaf is 0, else `hash_items(LEAF, attributes)`.
    """
    return hash_items(Domain.LEAF, attributes) if any(attributes) else 0


@lru_cache(maxsize=64)
def zero_nodes(depth: int) -> tuple[int, ...]:
    """Return the node over nothing but absent records at levels 0 … depth."""
    nodes = [0]
    for _ in range(depth):
        nodes.append(compress4(*nodes[-1:] * 4))
    return tuple(nodes)
