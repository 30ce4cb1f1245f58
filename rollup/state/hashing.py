"""Nodes and leaves by the compiled hash, many at once; the plain twins are `poseidon2.compress4` and `leaf.leaf_hash`.

The kernels are imported on first use, so that whoever only reads headers does not wait for them.
"""

from collections.abc import Sequence

from rollup.crypto.poseidon2 import Domain, compress_many, hash_many
from rollup.state.leaf import Attributes, head_length

Children = tuple[int, int, int, int]


def hash_nodes(children: Sequence[Children]) -> list[int]:
    """Return `compress4` of each; all elements in [0, R)."""
    from rollup.crypto.fr_kernels import FR

    words = FR.from_ints([node for four in children for node in four])
    return FR.to_ints(compress_many(words.reshape(-1, 4, 4)))


def hash_leaves(records: Sequence[Attributes]) -> list[int]:
    """Return `leaf_hash` of each; all attributes in [0, R)."""
    by_length: dict[int, list[int]] = {}
    for place, attributes in enumerate(records):
        if any(attributes):
            by_length.setdefault(len(attributes), []).append(place)
    leaves = [0] * len(records)
    for places in by_length.values():
        for place, leaf in zip(places, _leaves_alike([records[at] for at in places]), strict=True):
            leaves[place] = leaf
    return leaves


def _leaves_alike(records: Sequence[Attributes]) -> list[int]:
    """Return the leaves of records of one length."""
    head = head_length(len(records[0]))
    if not head:
        return _hash_alike(Domain.LEAF, records)
    heads = _hash_alike(Domain.HEAD, [record[:head] for record in records])
    return _hash_alike(
        Domain.LONG_LEAF, [(hashed, *record[head:]) for hashed, record in zip(heads, records, strict=True)]
    )


def _hash_alike(domain: int, lists: Sequence[Sequence[int]]) -> list[int]:
    """Hash lists of one length."""
    from rollup.crypto.fr_kernels import FR

    words = FR.from_ints([value for items in lists for value in items])
    return FR.to_ints(hash_many(domain, words.reshape(len(lists), -1, 4)))
