"""Sums of multiples and tables of multiples, against py-ecc and arkworks."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import py_arkworks_bls12381 as ark
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provers.validity.constraints.r1cs import limbs_of
from provers.validity.curve import plain
from provers.validity.curve.fixed_base import FixedBase, table_bits
from provers.validity.curve.fp_kernels import FP, FP2_WIDTH, FP_WIDTH, inverse, to_montgomery
from provers.validity.curve.groups import G1, G2, Words, g1_array, g1_points, g2_array, g2_points
from provers.validity.curve.msm import msm, msm_g1, msm_g2, window_bits
from provers.validity.curve.msm_kernels import recode
from provers.validity.curve.pairing import engine
from provers.validity.curve.points import G1_GENERATOR, G2_GENERATOR, Q, negate_g1
from rollup.crypto.fr import R
from rollup.crypto.limbs import ints_from_words, words_from_ints

EDGES = [0, 1, 2, 3, R - 1, R - 2, 1 << 64, (1 << 64) - 1, (1 << 128) + 1, R >> 1, (1 << 254) - 1]
scalars = st.one_of(st.sampled_from(EDGES), st.integers(0, R - 1))
logs = st.integers(0, 30)
settings_slow = settings(max_examples=12)


@given(st.lists(st.tuples(logs, scalars), max_size=8))
@settings_slow
def test_a_g1_sum_is_that_of_py_ecc_whatever_points_repeat_or_cancel(terms: list[tuple[int, int]]) -> None:
    points = [plain.g1_multiple(k) for k, _ in terms] + [negate_g1(plain.g1_multiple(k)) for k, _ in terms]
    factors = [s for _, s in terms] * 2
    factors[len(terms) // 2 :] = [s // 2 for s in factors[len(terms) // 2 :]]
    assert g1_points(msm_g1(g1_array(points), limbs_of(factors))[np.newaxis]) == [plain.g1_sum(points, factors)]


@given(st.lists(st.tuples(logs, scalars), max_size=4))
@settings_slow
def test_a_g2_sum_is_that_of_py_ecc(terms: list[tuple[int, int]]) -> None:
    points, factors = [plain.g2_multiple(k) for k, _ in terms], [s for _, s in terms]
    assert g2_points(msm_g2(g2_array(points), limbs_of(factors))[np.newaxis]) == [plain.g2_sum(points, factors)]


@pytest.mark.parametrize("kind", ["full", "bits", "one value", "cancelling"])
@pytest.mark.parametrize("threads", [1, 2])
def test_a_long_g1_sum_is_that_of_arkworks(kind: str, threads: int) -> None:
    # 3,000 points: several batches of additions, several rounds in a bucket.
    generator, rng = FixedBase(G1, g1_array([G1_GENERATOR])[0], 3000), np.random.default_rng(7)
    random = [int.from_bytes(rng.bytes(32), "big") % R for _ in range(3000)]
    points = generator.multiples(limbs_of(random if kind != "cancelling" else [random[0], R - random[0]] * 1500))
    factors = {
        "full": random[::-1],
        "bits": [x & 1 for x in random[:-3]] + random[:3],
        "one value": [random[0]] * 3000,
        "cancelling": [random[1]] * 3000,
    }[kind]
    with ThreadPoolExecutor(threads) as pool:
        total = msm_g1(points, limbs_of(factors), pool, threads)
    assert g1_points(total[np.newaxis]) == [engine("arkworks").g1_sum(g1_points(points), factors)]


def test_a_long_g2_sum_is_that_of_arkworks() -> None:
    generator, rng = FixedBase(G2, g2_array([G2_GENERATOR])[0], 1500), np.random.default_rng(8)
    logs_of_points = [int.from_bytes(rng.bytes(32), "big") % R for _ in range(1500)]
    factors = logs_of_points[::-1]
    total = msm_g2(generator.multiples(limbs_of(logs_of_points)), limbs_of(factors))
    exponent = sum(x * y for x, y in zip(logs_of_points, factors, strict=True)) % R
    expected = ark.G2Point() * ark.Scalar.from_le_bytes(exponent.to_bytes(32, "little"))
    (point,) = g2_points(total[np.newaxis])
    assert point is not None
    assert b"".join(c.to_bytes(48, "big") for x in point for c in x) == expected.to_xy_bytes_be()


@pytest.mark.parametrize("count", [1, 60, 5000])
def test_multiples_of_a_generator_are_those_of_py_ecc(count: int) -> None:
    g1, g2 = FixedBase(G1, g1_array([G1_GENERATOR])[0], count), FixedBase(G2, g2_array([G2_GENERATOR])[0], count)
    assert g1_points(g1.multiples(limbs_of(EDGES))) == [plain.g1_multiple(s) for s in EDGES]
    assert g2_points(g2.multiples(limbs_of(EDGES[:6]))) == [plain.g2_multiple(s) for s in EDGES[:6]]


def test_multiples_in_threads_are_those_in_one() -> None:
    base = FixedBase(G1, g1_array([G1_GENERATOR])[0], 20000)
    factors = np.random.default_rng(1).integers(0, 1 << 62, (20000, 4), dtype=np.uint64)
    with ThreadPoolExecutor(2) as pool:
        assert np.array_equal(base.multiples(factors, pool, 2), base.multiples(factors))


@given(st.integers(2, 16), st.lists(scalars, min_size=1, max_size=5))
def test_signed_digits_add_up_to_their_scalar(bits: int, values: list[int]) -> None:
    digits = np.empty((-(-256 // bits), len(values)), dtype=np.int32)
    recode(limbs_of(values), len(values), bits, digits)
    for i, value in enumerate(values):
        assert sum(int(d) << (bits * w) for w, d in enumerate(digits[:, i])) == value
    assert abs(digits).max() <= 1 << (bits - 1)


@given(st.integers(0, Q - 1), st.integers(0, Q - 1))
def test_an_inverse_times_its_element_is_one(c0: int, c1: int) -> None:
    element, result = FP.from_ints([c0, c1]).reshape(-1), np.zeros(12, dtype=np.uint64)
    scratch = np.zeros(20 * 6, dtype=np.uint64)
    inverse(_address(result), _address(element), _address(scratch), FP_WIDTH)
    assert FP.to_ints(result.reshape(2, 6))[0] == pow(c0, Q - 2, Q)
    inverse(_address(result), _address(element), _address(scratch), FP2_WIDTH)
    a, b = FP.to_ints(result.reshape(2, 6))
    product = (a * c0 - b * c1) % Q, (a * c1 + b * c0) % Q
    assert product == ((1, 0) if c0 or c1 else (0, 0))


def _address(array: Words) -> int:
    return int(array.__array_interface__["data"][0])


def test_montgomery_form_is_that_of_the_field() -> None:
    values = [0, 1, Q - 1, 12345]
    array = words_from_ints([*values, 0], 6)
    to_montgomery(array, len(values))
    assert ints_from_words(array[:-1]) == [(v << 384) % Q for v in values]


def test_points_of_another_shape_or_dtype_are_refused() -> None:
    points, one = g1_array([G1_GENERATOR]), limbs_of([1])
    wrongs: list[Any] = [points.astype(np.int64), points.reshape(1, 12), points[:, ::-1]]
    for wrong in wrongs:
        with pytest.raises(ValueError, match="G1 points"):
            msm(G1, wrong, one)
    wrongs = [one.astype(np.int64), limbs_of([1, 2]), one[:, :3]]
    for factors in wrongs:
        with pytest.raises(ValueError, match="scalars are"):
            msm(G1, points, factors)
    with pytest.raises(ValueError, match="infinity has no table"):
        FixedBase(G1, g1_array([None])[0], 10)


def test_windows_grow_with_the_count() -> None:
    assert [window_bits(n) for n in (0, 1 << 10, 1 << 16, 1 << 22)] == sorted(
        window_bits(n) for n in (0, 1 << 10, 1 << 16, 1 << 22)
    )
    assert table_bits(1 << 20) >= table_bits(10)
