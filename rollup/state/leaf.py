"""From a record to its place and its hash in the tree (spec §2)."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from rollup.crypto.poseidon2 import RATE, Domain, compress4, hash_items

ARITY_BITS = 2
"""Bits of an index that one level of the 4-ary tree consumes."""

TAIL: Final = 2
"""Attributes, the last ones, that the leaf of a long record takes as they are; the others, its head, it takes as one hash."""

Attributes = tuple[int, ...]
"""A record's attributes in [0, R), in their order; `()` is the absent record."""


def head_length(attributes: int) -> int:
    """Return how many attributes the head of a record of so many has: 0 if a leaf takes them all as they are."""
    return attributes - TAIL if attributes > RATE else 0


def leaf_hash(attributes: Sequence[int]) -> int:
    """Return the leaf of a record.

    SPEC: §2, SOUNDNESS 22: the all-zero record *is* the absent one and its leaf is 0, else `hash_items(LEAF, attributes)`, where they are more than three
    `hash_items(LONG_LEAF, [hash_items(HEAD, all but the last two), the last two])`.
    """
    if not any(attributes):
        return 0
    head = head_length(len(attributes))
    if not head:
        return hash_items(Domain.LEAF, attributes)
    return hash_items(Domain.LONG_LEAF, (head_hash(attributes), *attributes[head:]))


def head_hash(attributes: Sequence[int]) -> int:
    """Return the hash of a long record's head."""
    return hash_items(Domain.HEAD, attributes[: head_length(len(attributes))])


@lru_cache(maxsize=64)
def zero_nodes(depth: int) -> tuple[int, ...]:
    """Return the node over nothing but absent records at levels 0 … depth."""
    nodes = [0]
    for _ in range(depth):
        nodes.append(compress4(*nodes[-1:] * 4))
    return tuple(nodes)
