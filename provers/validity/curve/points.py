"""Points of G1 and G2 as plain affine integers, and their EIP-2537 bytes.

E:  y² = x³ + 4           over Fp,               G1 is its subgroup of order r
E': y² = x³ + 4(1 + u)    over Fp2 = Fp[u]/(u² + 1), G2 is its subgroup of order r

SPEC: draft-irtf-cfrg-pairing-friendly-curves-11, section 4.2.1; EIP-2537, "Fine points and encoding of base elements".
"""

from __future__ import annotations

from typing import Final

from rollup.errors import DecodeError

#: Modulus of Fp.
Q: Final = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB

Fp2 = tuple[int, int]
"""c0 + c1·u, both in [0, Q)."""

G1Point = tuple[int, int] | None
"""Affine (x, y); None is the point at infinity."""

G2Point = tuple[Fp2, Fp2] | None
"""Affine (x, y) over Fp2; None is the point at infinity."""

G1_GENERATOR: Final[tuple[int, int]] = (
    0x17F1D3A73197D7942695638C4FA9AC0FC3688C4F9774B905A14E3A3F171BAC586C55E83FF97A1AEFFB3AF00ADB22C6BB,
    0x08B3F481E3AAA0F1A09E30ED741D8AE4FCF5E095D5D00AF600DB18CB2C04B3EDD03CC744A2888AE40CAA232946C5E7E1,
)
G2_GENERATOR: Final[tuple[Fp2, Fp2]] = (
    (
        0x024AA2B2F08F0A91260805272DC51051C6E47AD4FA403B02B4510B647AE3D1770BAC0326A805BBEFD48056C8C121BDB8,
        0x13E02B6052719F607DACD3A088274F65596BD0D09920B61AB5DA61BBDC7F5049334CF11213945D57E5AC7D055D042B7E,
    ),
    (
        0x0CE5D527727D6E118CC9CDC6DA2E351AADFD9BAA8CBDD3A76D429A695160D12C923AC9CC3BACA289E193548608B82801,
        0x0606C4A02EA734CC32ACD2B02BC28B99CB3E287E85A763AF267492AB572E99AB3F370D275CEC1DA1AAA9075FF05F79BE,
    ),
)

WORD = 32
FP_BYTES = 64
"""EIP-2537 pads a base-field element of 48 bytes to 64, big-endian."""

G1_BYTES = 2 * FP_BYTES
G2_BYTES = 4 * FP_BYTES


def is_on_g1_curve(point: G1Point) -> bool:
    """Tell whether coordinates are canonical and satisfy E; says nothing about the subgroup. Infinity is on it."""
    if point is None:
        return True
    x, y = point
    return 0 <= x < Q and 0 <= y < Q and (y * y - x * x * x - 4) % Q == 0


def _square(a: Fp2) -> Fp2:
    return (a[0] + a[1]) * (a[0] - a[1]) % Q, 2 * a[0] * a[1] % Q


def _product(a: Fp2, b: Fp2) -> Fp2:
    return (a[0] * b[0] - a[1] * b[1]) % Q, (a[0] * b[1] + a[1] * b[0]) % Q


def is_on_g2_curve(point: G2Point) -> bool:
    """Tell whether coordinates are canonical and satisfy E'; says nothing about the subgroup. Infinity is on it."""
    if point is None:
        return True
    x, y = point
    if not all(0 <= c < Q for c in (*x, *y)):
        return False
    left, cube = _square(y), _product(_square(x), x)
    return left == ((cube[0] + 4) % Q, (cube[1] + 4) % Q)


def negate_g1(point: G1Point) -> G1Point:
    """-P."""
    return None if point is None else (point[0], -point[1] % Q)


def _fp_to_evm(value: int) -> bytes:
    return value.to_bytes(FP_BYTES, "big")


def _fp_from_evm(data: bytes) -> int:
    value = int.from_bytes(data, "big")
    if value >= Q:
        raise DecodeError("curve: a coordinate is not below the field modulus", expected="[0, Q)", got=hex(value))
    return value


def g1_to_evm(point: G1Point) -> bytes:
    """x then y, 64 big-endian bytes each; infinity is 128 zero bytes."""
    return bytes(G1_BYTES) if point is None else b"".join(map(_fp_to_evm, point))


def g1_from_evm(data: bytes) -> G1Point:
    """Inverse of `g1_to_evm`.

    Raises
    ------
    DecodeError
        Wrong length, a coordinate `>= Q`, or not on the curve. The subgroup is *not* checked.
    """
    x, y = _coordinates(data, G1_BYTES)
    if (x, y) == (0, 0):
        return None
    if not is_on_g1_curve((x, y)):
        raise DecodeError("curve: a G1 point is not on the curve", got=data.hex())
    return x, y


def g2_to_evm(point: G2Point) -> bytes:
    """x.c0, x.c1, y.c0, y.c1, 64 big-endian bytes each; infinity is 256 zero bytes."""
    return bytes(G2_BYTES) if point is None else b"".join(_fp_to_evm(c) for fp2 in point for c in fp2)


def g2_from_evm(data: bytes) -> G2Point:
    """Inverse of `g2_to_evm`.

    Raises
    ------
    DecodeError
        Wrong length, a coordinate `>= Q`, or not on the curve. The subgroup is *not* checked.
    """
    a, b, c, d = _coordinates(data, G2_BYTES)
    if (a, b, c, d) == (0, 0, 0, 0):
        return None
    point = ((a, b), (c, d))
    if not is_on_g2_curve(point):
        raise DecodeError("curve: a G2 point is not on the curve", got=data.hex())
    return point


def _coordinates(data: bytes, size: int) -> list[int]:
    if len(data) != size:
        raise DecodeError("curve: a point has the wrong length", expected=size, got=len(data))
    return [_fp_from_evm(data[i : i + FP_BYTES]) for i in range(0, size, FP_BYTES)]


def evm_words(data: bytes) -> list[int]:
    """Split bytes, a multiple of 32, into big-endian 256-bit words as a contract takes them."""
    return [int.from_bytes(data[i : i + WORD], "big") for i in range(0, len(data), WORD)]
