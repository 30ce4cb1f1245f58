# pragma version 0.4.3
# pragma experimental-codegen
"""
@title Poseidon2 over the scalar field of BLS12-381, t = 4
@license MIT
@notice SPEC: ePrint 2023/323; docs/spec/machine.md §1 and §2. Twin: rollup/crypto/poseidon2.py.
"""

from interfaces import IPoseidon2
from lib import numbers
from lib import poseidon2_constants as constants

implements: IPoseidon2

# A constant list costs 700 gas an access at run time, an immutable one 53.
FULL_ROUNDS: immutable(uint256[4][8])
PARTIAL_ROUNDS: immutable(uint256[2][28])


@deploy
def __init__():
    FULL_ROUNDS = constants.FULL_ROUNDS
    PARTIAL_ROUNDS = constants.PARTIAL_ROUNDS


@external
@view
def compress4(children: uint256[4]) -> uint256:
    """
    @notice The Merkle node of four children.
    """
    for child: uint256 in children:
        assert child < constants.R, "poseidon2: not an element"
    return self._node(children)


@external
@view
def hash_items(domain: uint256, items: DynArray[uint256, 64]) -> uint256:
    """
    @notice The sponge of rate 3, in a domain below 2^64.
    """
    assert domain < 2**64, "poseidon2: domain"
    for item: uint256 in items:
        assert item < constants.R, "poseidon2: not an element"
    return self._sponge(domain, items)


@external
@view
def leaf(attributes: DynArray[uint256, 16]) -> uint256:
    """
    @notice The leaf of a record; 0 if all its attributes are 0.
    """
    any: uint256 = 0
    for attribute: uint256 in attributes:
        assert attribute < constants.R, "poseidon2: not an element"
        any |= attribute
    if any == 0:
        return 0
    return self._sponge(numbers.DOMAIN_LEAF, attributes)


@external
@view
def update_root(
    index: uint256, old_leaf: uint256, new_leaf: uint256, siblings: DynArray[uint256[3], 32]
) -> (uint256, uint256):
    """
    @notice The roots over the old and the new leaf at `index`, with the three siblings of each level, leaf level first.
    """
    assert old_leaf < constants.R and new_leaf < constants.R, "poseidon2: not an element"
    old: uint256 = old_leaf
    new: uint256 = new_leaf
    position: uint256 = index
    for three: uint256[3] in siblings:
        for sibling: uint256 in three:
            assert sibling < constants.R, "poseidon2: not an element"
        changed: bool = old != new
        old = self._parent(position & 3, old, three)
        # SAFETY: where the two agree so far, so do their parents: the siblings are the same.
        if changed:
            new = self._parent(position & 3, new, three)
        else:
            new = old
        position = position >> 2
    assert position == 0, "poseidon2: index outside the tree"
    return old, new


@internal
@view
def _parent(place: uint256, child: uint256, siblings: uint256[3]) -> uint256:
    """
    @notice The node over `child` at `place` of four, the siblings in order in the other places.
    """
    four: uint256[4] = [siblings[0], siblings[1], siblings[2], child]
    if place == 0:
        four = [child, siblings[0], siblings[1], siblings[2]]
    elif place == 1:
        four = [siblings[0], child, siblings[1], siblings[2]]
    elif place == 2:
        four = [siblings[0], siblings[1], child, siblings[2]]
    return self._node(four)


@internal
@view
def _node(children: uint256[4]) -> uint256:
    return uint256_addmod(self._permute(children)[0], children[0], constants.R)


@internal
@view
def _sponge(domain: uint256, items: DynArray[uint256, 64]) -> uint256:
    # SAFETY: 3 * 22 > 64, so the loop's bound is never what ends it, but for no items, which permute once.
    count: uint256 = len(items)
    state: uint256[4] = [0, 0, 0, unsafe_add(domain << 64, count)]
    for turn: uint256 in range(22):
        at: uint256 = unsafe_mul(turn, 3)
        if at >= count and turn != 0:
            break
        for k: uint256 in range(3):
            if unsafe_add(at, k) < count:
                state[k] = uint256_addmod(state[k], items[unsafe_add(at, k)], constants.R)
        state = self._permute(state)
    return state[0]


@internal
@view
def _permute(state: uint256[4]) -> uint256[4]:
    """
    @notice One function, written out: calls of internal functions would cost as much as the hash.
    @dev INVARIANT: before each round every x is a sum of at most two elements, so below 2^256. The product by M4 (§5.1) is
         [[5, 7, 1, 3], [4, 6, 1, 1], [1, 3, 5, 7], [1, 1, 4, 6]]; that by the internal matrix (§5.2) is sum + diagonal * x.
    """
    x0: uint256 = state[0]
    x1: uint256 = state[1]
    x2: uint256 = state[2]
    x3: uint256 = state[3]
    a: uint256 = 0
    b: uint256 = 0
    c: uint256 = 0
    d: uint256 = 0
    # SPEC: rows 0 … 3 of the constants come before the partial rounds, 4 … 7 after; the first product has no round before it.
    for half: uint256 in range(2):
        if half == 0:
            a = uint256_addmod(x0, x1, constants.R)
            b = uint256_addmod(x2, x3, constants.R)
            c = uint256_addmod(unsafe_add(x1, x1), b, constants.R)
            d = uint256_addmod(unsafe_add(x3, x3), a, constants.R)
            x3 = uint256_addmod(uint256_mulmod(b, 4, constants.R), d, constants.R)
            x1 = uint256_addmod(uint256_mulmod(a, 4, constants.R), c, constants.R)
            x0 = unsafe_add(d, x1)
            x2 = unsafe_add(c, x3)
        else:
            for i: uint256 in range(28):
                a = uint256_addmod(x0, PARTIAL_ROUNDS[i][0], constants.R)
                b = uint256_mulmod(a, a, constants.R)
                x0 = uint256_mulmod(uint256_mulmod(b, b, constants.R), a, constants.R)
                a = uint256_addmod(uint256_addmod(uint256_addmod(x0, x1, constants.R), x2, constants.R), x3, constants.R)
                x0 = unsafe_add(a, uint256_mulmod(x0, constants.DIAGONAL_0, constants.R))
                x1 = unsafe_add(a, uint256_mulmod(x1, constants.DIAGONAL_1, constants.R))
                x2 = unsafe_add(a, uint256_mulmod(x2, constants.DIAGONAL_2, constants.R))
                x3 = unsafe_add(a, uint256_mulmod(x3, constants.DIAGONAL_3, constants.R))
                a = uint256_addmod(x0, PARTIAL_ROUNDS[i][1], constants.R)
                b = uint256_mulmod(a, a, constants.R)
                x0 = uint256_mulmod(uint256_mulmod(b, b, constants.R), a, constants.R)
                a = uint256_addmod(uint256_addmod(uint256_addmod(x0, x1, constants.R), x2, constants.R), x3, constants.R)
                x0 = unsafe_add(a, uint256_mulmod(x0, constants.DIAGONAL_0, constants.R))
                x1 = unsafe_add(a, uint256_mulmod(x1, constants.DIAGONAL_1, constants.R))
                x2 = unsafe_add(a, uint256_mulmod(x2, constants.DIAGONAL_2, constants.R))
                x3 = unsafe_add(a, uint256_mulmod(x3, constants.DIAGONAL_3, constants.R))
        for i: uint256 in range(4):
            a = uint256_addmod(x0, FULL_ROUNDS[unsafe_add(unsafe_mul(half, 4), i)][0], constants.R)
            b = uint256_mulmod(a, a, constants.R)
            x0 = uint256_mulmod(uint256_mulmod(b, b, constants.R), a, constants.R)
            a = uint256_addmod(x1, FULL_ROUNDS[unsafe_add(unsafe_mul(half, 4), i)][1], constants.R)
            b = uint256_mulmod(a, a, constants.R)
            x1 = uint256_mulmod(uint256_mulmod(b, b, constants.R), a, constants.R)
            a = uint256_addmod(x2, FULL_ROUNDS[unsafe_add(unsafe_mul(half, 4), i)][2], constants.R)
            b = uint256_mulmod(a, a, constants.R)
            x2 = uint256_mulmod(uint256_mulmod(b, b, constants.R), a, constants.R)
            a = uint256_addmod(x3, FULL_ROUNDS[unsafe_add(unsafe_mul(half, 4), i)][3], constants.R)
            b = uint256_mulmod(a, a, constants.R)
            x3 = uint256_mulmod(uint256_mulmod(b, b, constants.R), a, constants.R)
            a = uint256_addmod(x0, x1, constants.R)
            b = uint256_addmod(x2, x3, constants.R)
            c = uint256_addmod(unsafe_add(x1, x1), b, constants.R)
            d = uint256_addmod(unsafe_add(x3, x3), a, constants.R)
            x3 = uint256_addmod(uint256_mulmod(b, 4, constants.R), d, constants.R)
            x1 = uint256_addmod(uint256_mulmod(a, 4, constants.R), c, constants.R)
            x0 = unsafe_add(d, x1)
            x2 = unsafe_add(c, x3)
    return [x0 % constants.R, x1, x2 % constants.R, x3]
