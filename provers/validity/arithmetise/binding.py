"""How a chunk's proof is bound to posted data and context (SPEC §7), in plain Python: what L1, provers and the tests of the circuit compute."""

from collections.abc import Sequence
from functools import cache

from rollup.crypto.fr import R, batch_inv, root_of_unity
from rollup.crypto.poseidon2 import Domain, hash_items
from rollup.params import BLOB_ELEMENTS, ChunkKind

INDEX_BITS = BLOB_ELEMENTS.bit_length() - 1
"""Bits of an element's place in a blob."""


@cache
def blob_domain() -> tuple[int, ...]:
    """Return w_i = w^brp12(i), the point at which a blob's polynomial takes element i (EIP-4844)."""
    w = root_of_unity(BLOB_ELEMENTS)
    powers = [1]
    while len(powers) < BLOB_ELEMENTS:
        powers.append(powers[-1] * w % R)
    return tuple(powers[int(f"{i:0{INDEX_BITS}b}"[::-1], 2)] for i in range(BLOB_ELEMENTS))


def chunk_hash(kind: ChunkKind, context: Sequence[int], elements: Sequence[int]) -> int:
    """Return h = hash_items(CHUNK, [kind, context…, elements…]); of a `TAIL`, 256 elements."""
    return hash_items(Domain.CHUNK, (kind, *context, *elements))


def context_sum(context: Sequence[int], z: int) -> int:
    """Return Σ context_k · z^k."""
    total = 0
    for word in reversed(context):
        total = (total * z + word) % R
    return total


def element_sum(start: int, elements: Sequence[int], z: int) -> int:
    """Return Σ element_i · L_{start + i}(z); elements at the end that lie outside the blob must be 0.

    Raises
    ------
    ZeroDivisionError
        If z is one of the points of the domain, which a hash hits with probability 2^-243.
    """
    assert not any(elements[BLOB_ELEMENTS - start :]), "an element lies outside the blob"
    points = blob_domain()[start : start + len(elements)]
    inverses = batch_inv([(z - point) % R for point in points])
    total = sum(e * w % R * i for e, w, i in zip(elements, points, inverses, strict=False))
    return lagrange_factor(z) * total % R


def lagrange_factor(z: int) -> int:
    """Return (z^4096 - 1)/4096, which is common to all L_i(z)."""
    return (pow(z, BLOB_ELEMENTS, R) - 1) * pow(BLOB_ELEMENTS, -1, R) % R


def chunk_value(start: int, context: Sequence[int], elements: Sequence[int], z: int, zc: int) -> int:
    """Return y = Σ element_i · L_{start + i}(z) + zc · Σ context_k · z^k."""
    return (element_sum(start, elements, z) + zc * context_sum(context, z)) % R
