"""Jubjub's kernels, one by one, against the plain code."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollup.crypto import fr, jubjub
from rollup.crypto import jubjub_kernels as kernels
from rollup.crypto import jubjub_msm_kernels as msm
from rollup.crypto.fr import R
from rollup.crypto.fr_kernels import FR
from rollup.crypto.jubjub import FULL_GENERATOR, GENERATOR, IDENTITY, ORDER, Point
from rollup.crypto.jubjub_kernels import point_add, point_cache, point_double, point_double_only, point_sub
from rollup.crypto.limbs import Words, array_address, keep, kernel, words_from_ints

TABLES = kernels.tables()
TORSION = jubjub.multiply(ORDER, FULL_GENERATOR)
elements = st.one_of(st.sampled_from([0, 1, 2, R - 1, R - 2]), st.integers(0, R - 1))
scalars = st.one_of(st.sampled_from([0, 1, 2, 127, 128, 255, 256, ORDER - 1, 2**251]), st.integers(0, ORDER - 1))
points = st.integers(0, 8 * ORDER - 1).map(lambda k: jubjub.multiply(k, FULL_GENERATOR))


@kernel("void(uint64[:,::1],uint64[:,::1],uint64[:,::1])")
def group_law(out: Words, operands: Words, tables: Words) -> None:
    """`out`: P + Q, P - Q, 2P, and 2P without T, four elements each; then four of scratch."""
    o, p, constants = array_address(out), array_address(operands), array_address(tables)
    cached = o + 4 * 128
    point_cache(cached, p + 128, constants)
    point_add(o, cached)
    point_sub(o + 128, cached)
    point_double(o + 256)
    point_double_only(o + 384)
    keep(out)
    keep(operands)
    keep(tables)


def memory(count: int) -> Words:
    return np.zeros((count, 4), dtype=np.uint64)


def address(array: Words) -> int:
    """Return the address of an array, which the caller must keep."""
    return int(array.ctypes.data)


def extended(point: Point, z: int) -> list[int]:
    return [point.x * z, point.y * z, z, point.x * point.y * z]


def affine(array: Words) -> Point:
    x, y, z, t = FR.to_ints(array)
    assert (x * y - z * t) % R == 0
    return Point(x * fr.inv(z) % R, y * fr.inv(z) % R)


@given(points, points, elements.filter(bool), elements.filter(bool))
def test_group_law_agrees_with_the_plain_one_for_any_z(p: Point, q: Point, z1: int, z2: int) -> None:
    first = extended(p, z1)
    out = FR.from_ints(first * 4 + [0] * 4)
    group_law(out, FR.from_ints(first + extended(q, z2)), TABLES)
    assert affine(out[:4]) == jubjub.add(p, q)
    assert affine(out[4:8]) == jubjub.add(p, jubjub.negate(q))
    assert affine(out[8:12]) == jubjub.double(p)
    assert (out[8:11] == out[12:15]).all()


@pytest.mark.parametrize("k", range(8))
def test_group_law_of_points_of_small_order_has_no_exceptions(k: int) -> None:
    p = jubjub.multiply(k, TORSION)
    for j in range(8):
        q = jubjub.multiply(j, TORSION)
        out = FR.from_ints(extended(p, 1) * 4 + [0] * 4)
        group_law(out, FR.from_ints(extended(p, 1) + extended(q, 1)), TABLES)
        assert affine(out[:4]) == jubjub.multiply(k + j, TORSION)
        assert affine(out[4:8]) == jubjub.multiply(k - j, TORSION)


@given(elements.filter(bool))
def test_inverse_sqrt_finds_a_root_exactly_of_squares(value: int) -> None:
    a, result, scratch = FR.from_ints([value]), memory(1), memory(19)
    found = kernels.inverse_sqrt(address(result), address(a), address(TABLES), address(scratch))
    assert found is (fr.sqrt(value) is not None)
    if found:
        (root,) = FR.to_ints(result)
        assert root * root * value % R == 1


@pytest.mark.parametrize("exponent", [0, 1, 2, 255, 256, 2**24, 2**31, 2**32 - 1, 0xFEDCBA98, 0x01FF00FE])
def test_inverse_sqrt_of_each_root_of_unity_is_right(exponent: int) -> None:
    """Each digit of the discrete logarithm, at its edges."""
    value = pow(fr.root_of_unity(2**32), exponent, R)
    a, result, scratch = FR.from_ints([value]), memory(1), memory(19)
    found = kernels.inverse_sqrt(address(result), address(a), address(TABLES), address(scratch))
    assert found is (exponent % 2 == 0)
    if found:
        assert FR.to_ints(result)[0] ** 2 * value % R == 1


@given(st.one_of(elements, points.map(lambda p: p.y)), st.integers(0, 1))
def test_decompress_agrees_with_the_plain_one(y: int, sign: int) -> None:
    given_y, result, scratch = FR.from_ints([y]), memory(1), memory(22)
    found = kernels.decompress(address(result), address(given_y), sign, address(TABLES), address(scratch))
    wanted = jubjub.decompress(y, sign)
    assert found is (wanted is not None)
    if wanted is not None:
        assert FR.to_ints(result) == [wanted.x]


@given(st.one_of(points, st.tuples(elements, elements).map(lambda pair: Point(*pair))))
def test_is_on_curve_agrees_with_the_plain_one(point: Point) -> None:
    coordinates, scratch = FR.from_ints(point), memory(3)
    start = address(coordinates)
    assert kernels.is_on_curve(start, start + 32, address(TABLES), address(scratch)) is jubjub.is_on_curve(point)


@given(st.one_of(scalars, st.sampled_from([2**252 - 1, 2**252 - 128])), st.integers(2, 8))
def test_signed_digits_are_sparse_and_sum_to_the_scalar(scalar: int, width: int) -> None:
    digits, array = np.zeros(256, dtype=np.int64), words_from_ints([scalar], 4)
    count = kernels.signed_digits(int(digits.ctypes.data), address(array), width)
    taken = [int(digit) for digit in digits[:count]]
    assert count <= 253
    assert sum(digit << i for i, digit in enumerate(taken)) == scalar
    assert all(digit == 0 or (digit % 2 and abs(digit) < 1 << (width - 1)) for digit in taken)
    assert all(sum(map(bool, taken[i : i + width])) <= 1 for i in range(count))


halves = st.builds(lambda low, high: low + (high << 128), *[st.sampled_from([0, 1, 127, 2**123, 2**124 - 1])] * 2)
challenges = st.integers(2**128, 2**129 - 1)


@given(st.one_of(scalars, halves), st.one_of(scalars, challenges), points)
def test_multiply_difference_agrees_with_the_plain_code(s: int, c: int, point: Point) -> None:
    result, integers, given_point = memory(4), words_from_ints([s, c], 4), FR.from_ints(extended(point, 1))
    scratch = memory(kernels.DOUBLE_MULTIPLY_SCRATCH // 32)
    start = address(integers)
    kernels.multiply_difference(
        address(result), start, address(given_point), start + 32, address(TABLES), address(scratch)
    )
    negative = jubjub.negate(jubjub.multiply(c, point))
    assert affine(result) == jubjub.add(jubjub.multiply(s, GENERATOR), negative)


@given(st.lists(st.tuples(scalars, points), max_size=6), st.sampled_from([4, 5, 7, 8, 13]))
def test_sum_of_multiples_agrees_with_the_plain_code_for_every_width(
    terms: list[tuple[int, Point]], width: int
) -> None:
    result = memory(4)
    flat = FR.from_ints([value for _, point in terms for value in kernels.affine_cached(point)])
    msm.sum_of_multiples(
        result,
        flat,
        msm.scalars([scalar for scalar, _ in terms], width),
        len(terms),
        width,
        msm.window_count(width),
        TABLES,
        msm.buckets(width),
    )
    wanted = IDENTITY
    for scalar, point in terms:
        wanted = jubjub.add(wanted, jubjub.multiply(scalar, point))
    assert affine(result) == wanted
