"""Poseidon2 with t = 4 in constraints (ePrint 2023/323; the constants are `rollup.crypto`'s)."""

from collections.abc import Sequence

from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term, add_all, settle
from rollup.crypto.fr import R
from rollup.crypto.poseidon2 import RATE
from rollup.crypto.poseidon2_constants import PARAMETERS

WIDTH = 4
_EXTERNAL, _INTERNAL, _DIAGONAL = PARAMETERS[WIDTH]
_HALF = len(_EXTERNAL) // 2
_FIRST_WEIGHT = (1 + _DIAGONAL[0]) % R
"""How often the S-box of an internal round counts in the next first element."""
# SAFETY: the internal matrix is invertible with no zero on its diagonal, so the S-box's output can be expressed by the next first element.
_FIRST_WEIGHT_INVERSE = pow(_FIRST_WEIGHT, -1, R)


def permute(b: Builder, state: Sequence[Term]) -> list[Term]:
    """Permute four terms: 264 constraints, 3 an S-box."""
    first = _sboxes(b, _mix(state), _EXTERNAL[0])
    return list(b.repeat("poseidon2", _after_first_round, first))


def compress4(b: Builder, children: Sequence[Term]) -> Term:
    """Return the Merkle node P(c0, c1, c2, c3)[0] + c0: 264 constraints."""
    return permute(b, children)[0] + children[0]


def hash_items(b: Builder, domain: Term, items: Sequence[Term]) -> Term:
    """Return the sponge's hash of `items`: 264 constraints for every three of them."""
    return absorb(b, empty_sponge(domain * (1 << 64) + len(items)), items or [0])[-1][0]


def empty_sponge(capacity: Term) -> list[Term]:
    """Return the state of a sponge that has absorbed nothing; `capacity` is domain · 2^64 + number of items."""
    return [0, 0, 0, capacity]


def absorb(b: Builder, state: Sequence[Term], items: Sequence[Term]) -> list[list[Term]]:
    """Return the states after each block of three items, the last one padded with zeros; a state's first element is the hash if nothing follows."""
    states: list[list[Term]] = []
    for start in range(0, len(items), RATE):
        block = [*items[start : start + RATE], 0, 0, 0][:RATE]
        state = permute(b, [*(x + item for x, item in zip(state[:RATE], block, strict=True)), state[RATE]])
        states.append(list(state))
    return states


def _after_first_round(b: Builder, first: Sequence[Term]) -> list[Term]:
    x = _mix(first)
    for constants in _EXTERNAL[1:_HALF]:
        x = _mix(_sboxes(b, x, constants))
    x = _internal_rounds(b, x)
    for constants in _EXTERNAL[_HALF:]:
        x = _mix(_sboxes(b, x, constants))
    return x


def _internal_rounds(b: Builder, x: Sequence[Term]) -> list[Term]:
    """Run the 56 internal rounds.

    With s = u + Σ rest, u the S-box's output, the next first element is f = (1 + d0)·u + Σ rest + constant and the others s + d_i·rest_i. The wire that
    is allocated is f; u is expressed by it. So the combination that grows with each round stands in one row of a round, not in three.
    """
    first, rest = x[0] + _INTERNAL[0], list(x[1:])
    for constant in _INTERNAL[1:]:
        fourth, others = _fourth_power(b, first), add_all(rest) + constant
        following = b.solve(fourth, first, others * -_FIRST_WEIGHT_INVERSE, _FIRST_WEIGHT_INVERSE)
        u = settle((following - others) * _FIRST_WEIGHT_INVERSE)
        first, rest = following, _mix_rest(u, rest)
    u = b.product(_fourth_power(b, first), first)
    return [u * _FIRST_WEIGHT + add_all(rest), *_mix_rest(u, rest)]


def _mix_rest(u: Term, rest: Sequence[Term]) -> list[Term]:
    total = u + add_all(rest)
    return [settle(total + value * factor) for factor, value in zip(_DIAGONAL[1:], rest, strict=True)]


def _fourth_power(b: Builder, x: Term) -> Term:
    square = b.product(x, x)
    return b.product(square, square)


def _sboxes(b: Builder, x: Sequence[Term], constants: Sequence[int]) -> list[Term]:
    shifted = [settle(value + constant) for value, constant in zip(x, constants, strict=True)]
    return [b.product(_fourth_power(b, value), value) for value in shifted]


def _mix(x: Sequence[Term]) -> list[Term]:
    """Multiply by M4 = [[5, 7, 1, 3], [4, 6, 1, 1], [1, 3, 5, 7], [1, 1, 4, 6]]."""
    p, q, r, s = x
    return [p * 5 + q * 7 + r + s * 3, p * 4 + q * 6 + r + s, p + q * 3 + r * 5 + s * 7, p + q + r * 4 + s * 6]
