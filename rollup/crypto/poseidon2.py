"""Poseidon2 over Fr: the permutation, the Merkle node and the sponge.

SPEC: ePrint 2023/323 with t = 2, 3, 4, x^5, R_F = 8, R_P = 56; the constants are the authors' BLS12-381 instances.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING

from rollup.crypto.fr import R, require_canonical
from rollup.crypto.poseidon2_constants import PARAMETERS

if TYPE_CHECKING:
    from rollup.crypto.limbs import Words

RATE = 3
"""Elements that the sponge (t = 4) absorbs before each permutation."""


class Domain(IntEnum):
    """What a sponge hashes; the first thing in its state, so no two uses share a preimage (SOUNDNESS 22)."""

    LEAF = 1
    CHALLENGE = 3
    WITHDRAWAL = 4
    CHUNK = 5
    CHAIN = 6
    WALLET = 7
    USER = 8
    LONG_LEAF = 9
    HEAD = 10
    CHALLENGE_ODD = 11


def permute(state: Sequence[int]) -> tuple[int, ...]:
    """Permute 2, 3 or 4 elements.

    Raises
    ------
    DecodeError
        If an element is outside [0, R).
    ValueError
        If there is no instance of this width.
    """
    width = len(state)
    if width not in PARAMETERS:
        raise ValueError(f"poseidon2: no instance of width {width}")
    for element in state:
        require_canonical(element)
    external, internal, diagonal = PARAMETERS[width]
    mix, half = _MIX[width], len(external) // 2
    x = mix(state)
    for row in external[:half]:
        x = mix([pow(v + c, 5, R) for v, c in zip(x, row, strict=True)])
    for constant in internal:
        x[0] = pow(x[0] + constant, 5, R)
        total = sum(x)
        x = [(total + d * v) % R for d, v in zip(diagonal, x, strict=True)]
    for row in external[half:]:
        x = mix([pow(v + c, 5, R) for v, c in zip(x, row, strict=True)])
    return tuple(v % R for v in x)


def _mix_circulant(x: Sequence[int]) -> list[int]:
    """Multiply by circ(2, 1) or circ(2, 1, 1); the result is not reduced."""
    total = sum(x)
    return [total + v for v in x]


def _mix_four(x: Sequence[int]) -> list[int]:
    """Multiply by M4 = [[5, 7, 1, 3], [4, 6, 1, 1], [1, 3, 5, 7], [1, 1, 4, 6]]; the result is not reduced."""
    a, b, c, d = x
    return [5 * a + 7 * b + c + 3 * d, 4 * a + 6 * b + c + d, a + 3 * b + 5 * c + 7 * d, a + b + 4 * c + 6 * d]


_MIX: dict[int, Callable[[Sequence[int]], list[int]]] = {2: _mix_circulant, 3: _mix_circulant, 4: _mix_four}


def compress4(a: int, b: int, c: int, d: int) -> int:
    """Return the Merkle node of four children, P(a, b, c, d)[0] + a (SPEC: ePrint 2023/323 §3.2, feed-forward and truncation)."""
    return (permute((a, b, c, d))[0] + a) % R


def hash_items(domain: int, items: Sequence[int]) -> int:
    """Hash elements of [0, R) in a sponge of width 4 and rate 3.

    The state starts as (0, 0, 0, domain · 2^64 + len(items)); three items at a time are added to the first three elements (the last block padded
    with zeros, which the length makes unambiguous) and the state is permuted; no items still permute once. The result is the first element.

    Raises
    ------
    DecodeError
        If an item is outside [0, R).
    ValueError
        If `domain` is outside [0, 2^64).
    """
    if not 0 <= domain < 1 << 64:
        raise ValueError(f"poseidon2: domain {domain} is outside [0, 2**64)")
    state: tuple[int, ...] = (0, 0, 0, (domain << 64) + len(items))
    for start in range(0, max(len(items), 1), RATE):
        block = [require_canonical(item) for item in items[start : start + RATE]]
        block += [0] * (RATE - len(block))
        state = permute(((state[0] + block[0]) % R, (state[1] + block[1]) % R, (state[2] + block[2]) % R, state[3]))
    return state[0]


def permute_many(states: Words) -> Words:
    """Permute uint64[n, t, 4], t = 2, 3 or 4, elements in Montgomery form (`fr_kernels.FR`); the argument is left as it is."""
    from rollup.crypto import poseidon2_kernels as kernels

    if states.ndim != 3 or states.shape[1] not in PARAMETERS or states.shape[2] != 4:
        raise ValueError(f"poseidon2: states of shape {states.shape}, not (n, 2 to 4, 4)")
    count, width, _ = states.shape
    result = states.astype("uint64", order="C").reshape(-1, 4)
    kernels.permute_many(result, count, width, kernels.table(width))
    return result.reshape(states.shape)


def compress_many(children: Words) -> Words:
    """Return the nodes uint64[n, 4] over children uint64[n, 4, 4], elements in Montgomery form."""
    from rollup.crypto import poseidon2_kernels as kernels

    if children.ndim != 3 or children.shape[1:] != (4, 4):
        raise ValueError(f"poseidon2: children of shape {children.shape}, not (n, 4, 4)")
    flat = children.astype("uint64", order="C", copy=False).reshape(-1, 4)
    count = len(children)
    result, eights = kernels.elements(count), _eights(count)
    if eights:
        from rollup.crypto import lane_poseidon2_kernels as lanes

        lanes.compress_lanes(result, flat, eights, lanes.table(), lanes.scratch())
    kernels.compress_many(result[eights:], flat[4 * eights :], count - eights, kernels.table(4), kernels.elements(4))
    return result


def hash_many(domain: int, items: Words) -> Words:
    """Return `hash_items(domain, row)` for each row of uint64[n, length, 4], as uint64[n, 4]; elements in Montgomery form."""
    from rollup.crypto import poseidon2_kernels as kernels

    if items.ndim != 3 or items.shape[2] != 4:
        raise ValueError(f"poseidon2: items of shape {items.shape}, not (n, length, 4)")
    if not 0 <= domain < 1 << 63:
        raise ValueError(f"poseidon2: domain {domain} is outside [0, 2**63)")
    count, length, _ = items.shape
    flat = items.astype("uint64", order="C", copy=False).reshape(-1, 4)
    result, eights = kernels.elements(count), _eights(count)
    if eights:
        from rollup.crypto import lane_poseidon2_kernels as lanes
        from rollup.crypto.fr_kernels import FR

        start = FR.from_ints([(domain << 64) + length])
        lanes.hash_lanes(result, flat, eights, length, start, lanes.table(), lanes.scratch())
    rest = flat[length * eights :]
    kernels.hash_many(result[eights:], rest, count - eights, length, domain, kernels.table(4), kernels.elements(4))
    return result


def _eights(count: int) -> int:
    """Return how many of `count` hashes are made eight at a time."""
    from rollup.crypto.kernel_switch import in_lanes

    return count - count % 8 if count >= 8 and in_lanes() else 0
