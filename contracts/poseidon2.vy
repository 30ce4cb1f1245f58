# pragma version 0.4.3
"""
@title Poseidon2 over the scalar field of BLS12-381, t = 4
@license MIT
@notice SPEC: ePrint 2023/323; docs/spec/machine.md §1 and §2. Twin: rollup/crypto/poseidon2.py.
"""

from interfaces import IPoseidon2
from lib import numbers
from lib import poseidon2_kernel

implements: IPoseidon2


# Elements in, elements out; neither is checked.
interface Kernel:
    def permute(state: uint256[4]) -> uint256[4]: view


R: constant(uint256) = numbers.R

KERNEL: immutable(Kernel)


@deploy
def __init__():
    """
    @notice Create the permutation as a contract of its own: straight-line code, 15.6 k gas where a loop in Vyper takes 29 k.
    """
    KERNEL = Kernel(raw_create(poseidon2_kernel.INIT_CODE))


@external
@view
def compress4(children: uint256[4]) -> uint256:
    """
    @notice The Merkle node of four children.
    """
    for child: uint256 in children:
        assert child < R, "poseidon2: not an element"
    return self._node(children)


@external
@view
def hash_items(domain: uint256, items: DynArray[uint256, 64]) -> uint256:
    """
    @notice The sponge of rate 3, in a domain below 2^64.
    """
    assert domain < 2**64, "poseidon2: domain"
    for item: uint256 in items:
        assert item < R, "poseidon2: not an element"
    return self._sponge(domain, items)


@external
@view
def leaf(attributes: DynArray[uint256, 16]) -> uint256:
    """
    @notice The leaf of a record; 0 if all its attributes are 0. Of more than three the last two stand beside the hash of the others.
    """
    any: uint256 = 0
    for attribute: uint256 in attributes:
        assert attribute < R, "poseidon2: not an element"
        any |= attribute
    if any == 0:
        return 0
    count: uint256 = len(attributes)
    if count <= 3:
        return self._sponge(numbers.DOMAIN_LEAF, attributes)
    head: DynArray[uint256, 14] = []
    for k: uint256 in range(unsafe_sub(count, 2), bound=14):
        head.append(attributes[k])
    items: DynArray[uint256, 3] = [self._sponge(numbers.DOMAIN_HEAD, head)]
    items.append(attributes[unsafe_sub(count, 2)])
    items.append(attributes[unsafe_sub(count, 1)])
    return self._sponge(numbers.DOMAIN_LONG_LEAF, items)


@external
@view
def update_root(
    index: uint256, old_leaf: uint256, new_leaf: uint256, siblings: DynArray[uint256[3], 32]
) -> (uint256, uint256):
    """
    @notice The roots over the old and the new leaf at `index`, with the three siblings of each level, leaf level first.
    """
    assert old_leaf < R and new_leaf < R, "poseidon2: not an element"
    old: uint256 = old_leaf
    new: uint256 = new_leaf
    position: uint256 = index
    for three: uint256[3] in siblings:
        for sibling: uint256 in three:
            assert sibling < R, "poseidon2: not an element"
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
    state: uint256[4] = staticcall KERNEL.permute(children)
    return uint256_addmod(state[0], children[0], R)


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
                state[k] = uint256_addmod(state[k], items[unsafe_add(at, k)], R)
        state = staticcall KERNEL.permute(state)
    return state[0]
