"""Jubjub against its Montgomery form, published points, and its own group law."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollup.crypto import jubjub
from rollup.crypto.fr import R
from rollup.crypto.jubjub import COFACTOR, FULL_GENERATOR, GENERATOR, IDENTITY, ORDER, Point

MONTGOMERY_A = 40962
"""The curve is v² = u³ + 40962 u² + u in Montgomery form (zkcrypto/jubjub, documentation of the crate)."""
# The first of `EIGHT_TORSION` in the tests of zkcrypto/jubjub; it generates the other seven.
TORSION = Point(
    0x71D4DF38BA9E7973EAAAE086A16618D17AA41AC43DAE8582D92E6A7927200D43,
    0x4958BDB21966982E16A13035AD4D72669106EE90F384A4A1FF0D2068EFF496DD,
)
scalars = st.one_of(st.sampled_from([0, 1, 2, ORDER - 1, ORDER, 8 * ORDER - 1]), st.integers(0, 8 * ORDER - 1))
points = scalars.map(lambda k: jubjub.multiply(k, FULL_GENERATOR))


def ladder(k: int, u: int) -> tuple[int, int]:
    """Return (U : Z) of k·P from P's u alone. SPEC: RFC 7748 §5, with a24 = (A - 2)/4."""
    x2, z2, x3, z3 = 1, 0, u, 1
    for bit in f"{k:b}":
        if bit == "1":
            x2, z2, x3, z3 = x3, z3, x2, z2
        aa, bb = (x2 + z2) ** 2 % R, (x2 - z2) ** 2 % R
        da, cb = (x3 - z3) * (x2 + z2) % R, (x3 + z3) * (x2 - z2) % R
        e = aa - bb
        x3, z3 = (da + cb) ** 2 % R, u * (da - cb) ** 2 % R
        x2, z2 = aa * bb % R, e * (aa + (MONTGOMERY_A - 2) // 4 * e) % R
        if bit == "1":
            x2, z2, x3, z3 = x3, z3, x2, z2
    return x2, z2


def montgomery_u(point: Point) -> int:
    """Return u = (1 + y)/(1 - y); the map needs y != 1."""
    return (1 + point.y) * pow(1 - point.y, -1, R) % R


def test_d_is_the_montgomery_curve_in_twisted_edwards_form() -> None:
    """SPEC: Bernstein et al., ePrint 2008/013 §3: a = (A + 2)/B, d = (A - 2)/B; dividing by -a gives -1 and -(A - 2)/(A + 2)."""
    assert -(MONTGOMERY_A - 2) * pow(MONTGOMERY_A + 2, -1, R) % R == jubjub.D


def test_completeness_holds_because_minus_one_is_a_square_and_d_is_none() -> None:
    assert pow(-1, (R - 1) // 2, R) == 1
    assert pow(jubjub.D, (R - 1) // 2, R) == R - 1


def test_order_is_a_probable_prime_of_the_size_that_hasse_allows() -> None:
    assert all(pow(base, ORDER - 1, ORDER) == 1 for base in range(2, 40))
    assert (COFACTOR * ORDER - R - 1) ** 2 <= 4 * R


@given(scalars.filter(bool))
def test_multiply_agrees_with_the_montgomery_ladder(k: int) -> None:
    u, z = ladder(k, montgomery_u(FULL_GENERATOR))
    product = jubjub.multiply(k, FULL_GENERATOR)
    # (U : Z) = (1 + y : 1 - y)
    assert (u * (1 - product.y) - z * (1 + product.y)) % R == 0


def test_ladder_finds_the_order_of_both_generators() -> None:
    assert ladder(8 * ORDER, montgomery_u(FULL_GENERATOR))[1] == 0
    assert all(ladder(8 * ORDER // p, montgomery_u(FULL_GENERATOR))[1] != 0 for p in (2, ORDER))
    assert ladder(ORDER, montgomery_u(GENERATOR))[1] == 0


def test_full_generator_is_the_published_one_with_the_even_x() -> None:
    assert jubjub.decompress(11, 0) == FULL_GENERATOR
    assert FULL_GENERATOR.x % 2 == 0


def test_no_smaller_y_gives_a_point_of_the_full_order() -> None:
    for y in range(11):
        point = jubjub.decompress(y, 0)
        orders = (4 * ORDER, 8)
        assert point is None or any(jubjub.multiply(order, point) == IDENTITY for order in orders)


def test_generator_is_eight_times_the_full_generator_and_has_order_l() -> None:
    eightfold = IDENTITY
    for _ in range(8):
        eightfold = jubjub.add(eightfold, FULL_GENERATOR)
    assert eightfold == GENERATOR
    assert jubjub.multiply(ORDER, GENERATOR) == IDENTITY != GENERATOR


def test_published_torsion_point_has_order_eight() -> None:
    multiples = [jubjub.multiply(k, TORSION) for k in range(1, 9)]
    assert len(set(multiples)) == 8
    assert multiples[-1] == IDENTITY
    assert all(jubjub.is_on_curve(point) and jubjub.is_small_order(point) for point in multiples)


@given(points, points, points)
def test_add_is_commutative_and_associative_with_identity_and_inverse(p: Point, q: Point, r: Point) -> None:
    assert jubjub.add(p, q) == jubjub.add(q, p)
    assert jubjub.add(jubjub.add(p, q), r) == jubjub.add(p, jubjub.add(q, r))
    assert jubjub.add(p, IDENTITY) == p
    assert jubjub.add(p, jubjub.negate(p)) == IDENTITY
    assert jubjub.double(p) == jubjub.add(p, p)
    assert jubjub.is_on_curve(jubjub.add(p, q))


@given(points, points)
def test_add_agrees_with_the_affine_law(p: Point, q: Point) -> None:
    k = jubjub.D * p.x * p.y * q.x * q.y
    x = (p.x * q.y + p.y * q.x) * pow(1 + k, -1, R) % R
    y = (p.y * q.y + p.x * q.x) * pow(1 - k, -1, R) % R
    assert jubjub.add(p, q) == (x, y)


@given(st.integers(-(2**260), 2**260), st.integers(-(2**260), 2**260))
def test_multiply_of_a_sum_is_the_sum_of_multiples(a: int, b: int) -> None:
    point = jubjub.add(FULL_GENERATOR, TORSION)
    both = jubjub.add(jubjub.multiply(a, point), jubjub.multiply(b, point))
    assert jubjub.multiply(a + b, point) == both


@given(points)
def test_decompress_of_a_compressed_point_gives_it_back(point: Point) -> None:
    assert jubjub.decompress(point.y, point.x & 1) == point
    if point.x:
        assert jubjub.decompress(point.y, 1 - (point.x & 1)) == jubjub.negate(point)


@pytest.mark.parametrize(("y", "sign"), [(1, 1), (R - 1, 1), (11 + R, 0), (-1, 0), (11, 2), (11, -1)], ids=str)
def test_decompress_of_what_is_not_canonical_is_none(y: int, sign: int) -> None:
    assert jubjub.decompress(y, sign) is None


@pytest.mark.parametrize("y", [1, R - 1])
def test_decompress_of_x_zero_with_the_even_sign_is_the_point(y: int) -> None:
    assert jubjub.decompress(y, 0) == (0, y)


def test_decompress_fails_for_about_half_of_all_y() -> None:
    assert 70 < sum(jubjub.decompress(y, 0) is None for y in range(2, 202)) < 130


@pytest.mark.parametrize("point", [Point(0, 0), Point(1, 1), Point(R, 1), Point(0, R + 1), Point(-1, 0)], ids=str)
def test_is_on_curve_of_other_pairs_is_false(point: Point) -> None:
    assert not jubjub.is_on_curve(point)
