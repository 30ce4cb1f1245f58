"""Nodes and leaves by the compiled hash, many at once; the plain twins are `poseidon2.compress4` and `leaf.leaf_hash`.

The kernels are imported on first use, so that whoever only reads headers does not wait for them.
"""

from collections.abc import Sequence

from rollup.state.leaf import Attributes

Children = tuple[int, int, int, int]


def hash_nodes(children: Sequence[Children]) -> list[int]:
    """Return `compress4` of each; all elements in [0, R)."""
    from rollup.crypto import poseidon2_kernels as kernels
    from rollup.crypto.fr_kernels import FR

    results = kernels.elements(len(children))
    words = FR.from_ints([node for four in children for node in four])
    kernels.compress_many(results, words, len(children), kernels.table(4), kernels.elements(4))
    return FR.to_ints(results)


def hash_leaves(records: Sequence[Attributes]) -> list[int]:
    """Return `leaf_hash` of each; all attributes in [0, R)."""
    by_length: dict[int, list[int]] = {}
    for place, attributes in enumerate(records):
        if any(attributes):
            by_length.setdefault(len(attributes), []).append(place)
    leaves = [0] * len(records)
    for length, places in by_length.items():
        for place, leaf in zip(places, _hash_equal([records[at] for at in places], length), strict=True):
            leaves[place] = leaf
    return leaves


def _hash_equal(records: Sequence[Attributes], length: int) -> list[int]:
    """Hash records of `length` attributes each."""
    from rollup.crypto import poseidon2_kernels as kernels
    from rollup.crypto.fr_kernels import FR
    from rollup.crypto.poseidon2 import Domain

    results = kernels.elements(len(records))
    words = FR.from_ints([value for record in records for value in record])
    scratch = kernels.elements(4)
    kernels.hash_many(results, words, len(records), length, int(Domain.LEAF), kernels.table(4), scratch)
    return FR.to_ints(results)
