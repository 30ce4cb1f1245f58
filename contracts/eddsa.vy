# pragma version 0.4.3
# pragma experimental-codegen
"""
@title EdDSA over Jubjub with Poseidon2
@license MIT
@notice SPEC: docs/spec/machine.md §1, SOUNDNESS 6. Twin: rollup/crypto/eddsa.py. The curve is -x^2 + y^2 = 1 + d x^2 y^2; points are
        extended, (X, Y, Z, T) with x = X/Z, y = Y/Z, T = XY/Z (ePrint 2008/522 §3). The addition law is complete, so Z is never 0.
"""

from interfaces import IEdDSA
from interfaces import IPoseidon2
from lib import jubjub_constants as curve
from lib import numbers

implements: IEdDSA

R: constant(uint256) = curve.R
R2: constant(uint256) = 2 * curve.R
WINDOWS: constant(uint256) = 64
SCALAR_LIMIT: constant(uint256) = 2**251

POSEIDON: immutable(IPoseidon2)


@deploy
def __init__(poseidon: address):
    POSEIDON = IPoseidon2(poseidon)


@external
@view
def verify(
    key_x: uint256,
    key_y: uint256,
    message: DynArray[uint256, 16],
    r_y: uint256,
    r_sign: uint256,
    s: uint256,
    is_square: bool,
    root: uint256,
) -> bool:
    """
    @notice Tell whether 8 (s B - R - c A) is the identity. Total over data; reverts if the help is wrong.
    @dev SAFETY: an answer of False from bad data needs no help and reads none; help that is read is checked, and the one call
         reverts where it fails, so neither wrong help nor want of gas makes a valid signature invalid.
    """
    # SPEC: 2^251 is below L, so s is canonical.
    if len(message) == 0 or s >= SCALAR_LIMIT or r_y >= R or r_sign > 1:
        return False
    if not self._is_on_curve(key_x, key_y) or self._is_small([key_x, key_y, 1, 0]):
        return False
    decompresses: bool = False
    r_x: uint256 = 0
    decompresses, r_x = self._decompress(r_y, r_sign, is_square, root)
    if not decompresses:
        return False
    hashed: DynArray[uint256, 64] = [r_y, key_x, key_y]
    for item: uint256 in message:
        if item >= R:
            return False
        hashed.append(item)
    # SPEC: R is bound by r_y and, in the domain, by r_sign, which is the parity of its x.
    domain: uint256 = numbers.DOMAIN_CHALLENGE
    if r_sign == 1:
        domain = numbers.DOMAIN_CHALLENGE_ODD
    hash: uint256 = staticcall POSEIDON.hash_items(domain, hashed)
    sum: uint256[4] = self._combine(s, hash, key_x, key_y)
    minus_x: uint256 = unsafe_sub(R, r_x)
    return self._is_small(self._add(sum, self._cached([minus_x, r_y, 1, uint256_mulmod(minus_x, r_y, R)])))


@internal
@pure
def _is_on_curve(x: uint256, y: uint256) -> bool:
    if x >= R or y >= R:
        return False
    xx: uint256 = uint256_mulmod(x, x, R)
    yy: uint256 = uint256_mulmod(y, y, R)
    return yy == uint256_addmod(unsafe_add(xx, 1), uint256_mulmod(uint256_mulmod(xx, yy, R), curve.D, R), R)


@internal
@pure
def _decompress(y: uint256, sign: uint256, is_square: bool, root: uint256) -> (bool, uint256):
    """
    @notice Whether there is a point with this y and sign, and its x.
    @dev u = (y^2 - 1) / (1 + d y^2); 1 + d y^2 is never 0. SAFETY: 7 is no square, so of u and 7 u exactly one is, unless u = 0, where
         only `is_square` with root 0 passes. The root is canonical, so its parity is that of x or of -x.
    """
    assert root < R, "eddsa: root is not canonical"
    yy: uint256 = uint256_mulmod(y, y, R)
    numerator: uint256 = uint256_addmod(yy, unsafe_sub(R, 1), R)
    square: uint256 = uint256_mulmod(
        uint256_mulmod(root, root, R), unsafe_add(uint256_mulmod(curve.D, yy, R), 1), R
    )
    if not is_square:
        assert numerator != 0, "eddsa: zero is a square"
        assert square == uint256_mulmod(curve.NON_SQUARE, numerator, R), "eddsa: not a root of 7u"
        return False, 0
    assert square == numerator, "eddsa: not a root of u"
    if root == 0:
        return sign == 0, 0
    return True, root if root & 1 == sign else unsafe_sub(R, root)


@internal
@pure
def _is_small(point: uint256[4]) -> bool:
    """
    @notice Whether 8 P is the identity (0, 1). T of the point is not read.
    """
    p: uint256[4] = point
    for _: uint256 in range(3):
        p = self._double(p)
    return p[0] == 0 and p[1] == p[2]


@internal
@pure
def _double(p: uint256[4]) -> uint256[4]:
    """
    @notice ePrint 2008/522 §3.3, a = -1. INVARIANT: coordinates are below R.
    """
    xx: uint256 = uint256_mulmod(p[0], p[0], R)
    yy: uint256 = uint256_mulmod(p[1], p[1], R)
    zz: uint256 = uint256_mulmod(p[2], p[2], R)
    xy: uint256 = unsafe_add(p[0], p[1])
    h: uint256 = unsafe_sub(R2, unsafe_add(xx, yy))
    e: uint256 = uint256_addmod(uint256_mulmod(xy, xy, R), h, R)
    g: uint256 = unsafe_add(yy, unsafe_sub(R, xx))
    f: uint256 = uint256_addmod(g, unsafe_sub(R2, unsafe_add(zz, zz)), R)
    return [uint256_mulmod(e, f, R), uint256_mulmod(g, h, R), uint256_mulmod(f, g, R), uint256_mulmod(e, h, R)]


@internal
@pure
def _cached(p: uint256[4]) -> uint256[4]:
    """
    @notice (Y - X, Y + X, 2dT, 2Z): what adding P needs of it; sums below 2 R.
    """
    return [
        unsafe_add(p[1], unsafe_sub(R, p[0])),
        unsafe_add(p[1], p[0]),
        uint256_mulmod(p[3], curve.TWICE_D, R),
        unsafe_add(p[2], p[2]),
    ]


@internal
@pure
def _add(p: uint256[4], q: uint256[4]) -> uint256[4]:
    """
    @notice P + Q with Q cached; ePrint 2008/522 §3.1, a = -1. INVARIANT: P's coordinates are below R, all sums below 2 R.
    """
    a: uint256 = uint256_mulmod(unsafe_add(p[1], unsafe_sub(R, p[0])), q[0], R)
    b: uint256 = uint256_mulmod(unsafe_add(p[1], p[0]), q[1], R)
    c: uint256 = uint256_mulmod(p[3], q[2], R)
    d: uint256 = uint256_mulmod(p[2], q[3], R)
    e: uint256 = unsafe_add(b, unsafe_sub(R, a))
    f: uint256 = unsafe_add(d, unsafe_sub(R, c))
    g: uint256 = unsafe_add(d, c)
    h: uint256 = unsafe_add(b, a)
    return [uint256_mulmod(e, f, R), uint256_mulmod(g, h, R), uint256_mulmod(f, g, R), uint256_mulmod(e, h, R)]


@internal
@pure
def _combine(s: uint256, hash: uint256, key_x: uint256, key_y: uint256) -> uint256[4]:
    """
    @notice s B - c A with c = 2^128 + hash mod 2^128 and s = s_0 + 2^128 s_1: two bits of hash, s_0 and s_1 at a time, the highest first.
    @dev INVARIANT: s is below 2^256. `base` has i B + j 2^128 B, cached and affine, at i + 4 j; `key` -A, -2 A and -3 A, cached.
         `_double` and `_add` are written out: calls would cost half as much again.
    """
    base: uint256[3][16] = curve.BASE_TABLE
    x: uint256 = unsafe_sub(R, key_x)
    y: uint256 = key_y
    z: uint256 = 1
    t: uint256 = uint256_mulmod(x, y, R)
    minus: uint256[4] = [x, y, z, t]
    twice: uint256[4] = self._double(minus)
    key: uint256[4][4] = empty(uint256[4][4])
    key[1] = self._cached(minus)
    key[2] = self._cached(twice)
    key[3] = self._cached(self._add(twice, key[1]))
    # What is left of each, its highest bits first. The 2^128 of c is where the sum starts: at -A.
    low: uint256 = s << 128
    high: uint256 = s
    c: uint256 = hash << 128
    for _: uint256 in range(WINDOWS):
        for __: uint256 in range(2):
            xx: uint256 = uint256_mulmod(x, x, R)
            yy: uint256 = uint256_mulmod(y, y, R)
            zz: uint256 = uint256_mulmod(z, z, R)
            xy: uint256 = unsafe_add(x, y)
            h: uint256 = unsafe_sub(R2, unsafe_add(xx, yy))
            e: uint256 = uint256_addmod(uint256_mulmod(xy, xy, R), h, R)
            g: uint256 = unsafe_add(yy, unsafe_sub(R, xx))
            f: uint256 = uint256_addmod(g, unsafe_sub(R2, unsafe_add(zz, zz)), R)
            x = uint256_mulmod(e, f, R)
            y = uint256_mulmod(g, h, R)
            z = uint256_mulmod(f, g, R)
            t = uint256_mulmod(e, h, R)
        at: uint256 = unsafe_add(low >> 254, unsafe_mul(high >> 254, 4))
        low = low << 2
        high = high << 2
        if at != 0:
            a: uint256 = uint256_mulmod(unsafe_add(y, unsafe_sub(R, x)), base[at][0], R)
            b: uint256 = uint256_mulmod(unsafe_add(y, x), base[at][1], R)
            k: uint256 = uint256_mulmod(t, base[at][2], R)
            d: uint256 = uint256_addmod(z, z, R)
            e: uint256 = unsafe_add(b, unsafe_sub(R, a))
            f: uint256 = unsafe_add(d, unsafe_sub(R, k))
            g: uint256 = unsafe_add(d, k)
            h: uint256 = unsafe_add(b, a)
            x = uint256_mulmod(e, f, R)
            y = uint256_mulmod(g, h, R)
            z = uint256_mulmod(f, g, R)
            t = uint256_mulmod(e, h, R)
        at = c >> 254
        c = c << 2
        if at != 0:
            a: uint256 = uint256_mulmod(unsafe_add(y, unsafe_sub(R, x)), key[at][0], R)
            b: uint256 = uint256_mulmod(unsafe_add(y, x), key[at][1], R)
            k: uint256 = uint256_mulmod(t, key[at][2], R)
            d: uint256 = uint256_mulmod(z, key[at][3], R)
            e: uint256 = unsafe_add(b, unsafe_sub(R, a))
            f: uint256 = unsafe_add(d, unsafe_sub(R, k))
            g: uint256 = unsafe_add(d, k)
            h: uint256 = unsafe_add(b, a)
            x = uint256_mulmod(e, f, R)
            y = uint256_mulmod(g, h, R)
            z = uint256_mulmod(f, g, R)
            t = uint256_mulmod(e, h, R)
    return [x, y, z, t]
