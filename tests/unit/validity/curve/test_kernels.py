"""Sums of multiples and tables of multiples, against py-ecc and arkworks, on every way of kernels that the processor has."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import py_arkworks_bls12381 as ark
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provers.validity.constraints.r1cs import limbs_of
from provers.validity.curve import buckets, paths, plain
from provers.validity.curve.fixed_base import FixedBase, table_bits
from provers.validity.curve.fixed_base_kernels import signed_digits
from provers.validity.curve.fp_kernels import FP, FP2_WIDTH, FP_WIDTH, inverse, to_montgomery
from provers.validity.curve.groups import G1, G2, Group, Words, g1_array, g1_points, g2_array, g2_points
from provers.validity.curve.inversion_kernels import INVERSION_SCRATCH, invert
from provers.validity.curve.msm import msm, msm_g1, msm_g2
from provers.validity.curve.pairing import engine
from provers.validity.curve.points import G1_GENERATOR, G2_GENERATOR, G1Point, Q, negate_g1
from provers.validity.curve.scalar_kernels import Z2, Z, cut, recode
from rollup.crypto import kernel_switch
from rollup.crypto.fr import R
from rollup.crypto.kernel_memory import aligned
from rollup.crypto.limbs import ints_from_words, words_from_ints

WAYS = ["portable", "ifma"] if kernel_switch.has_ifma() else ["portable"]
# Among them the borders of a scalar's parts and of their digits.
EDGES = [0, 1, 2, 3, R - 1, R - 2, 1 << 64, (1 << 64) - 1, (1 << 128) + 1, R >> 1, (1 << 254) - 1]
EDGES += [Z2 // 2, Z2 // 2 + 1, Z2 - 1, Z2, Z2 * (Z2 // 2) + Z2 // 2 + 1, Z // 2, Z // 2 + 1, Z, R - Z2, R - Z2 // 2]
EDGES += [(1 << bits) + k for bits in (12, 13, 16, 26, 32, 63) for k in (-1, 0)] + [1 << 12 | 1 << 25 | 1 << 38]
scalars = st.one_of(st.sampled_from(EDGES), st.integers(0, R - 1), st.integers(0, 300), st.integers(0, (1 << 64) - 1))
logs = st.integers(0, 30)
# The switch stays as it is for all examples of a test.
settings_slow = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each way of kernels in turn, chosen by the switch."""
    monkeypatch.setenv(kernel_switch.SWITCH, request.param)
    name: str = request.param
    return name


def test_the_switch_chooses_the_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in WAYS:
        monkeypatch.setenv(kernel_switch.SWITCH, name)
        assert (paths.chosen() is paths.PORTABLE) == (name == "portable")
    monkeypatch.delenv(kernel_switch.SWITCH)
    assert (paths.chosen() is paths.PORTABLE) == (len(WAYS) == 1)
    monkeypatch.setenv(kernel_switch.SWITCH, "gpu")
    with pytest.raises(ValueError, match="TANDEM_KERNELS is 'gpu'"):
        paths.chosen()


def test_a_processor_without_lanes_takes_the_portable_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_switch, "has_ifma", lambda: False)
    monkeypatch.delenv(kernel_switch.SWITCH, raising=False)
    assert paths.chosen() is paths.PORTABLE
    monkeypatch.setenv(kernel_switch.SWITCH, "ifma")
    with pytest.raises(ValueError, match="which this processor lacks"):
        paths.chosen()


def test_portable_sums_import_no_kernels_in_lanes() -> None:
    code = (
        "import sys; from provers.validity.curve.msm import msm_g1; from provers.validity.curve.groups import g1_array; "
        "from provers.validity.constraints.r1cs import limbs_of; from provers.validity.curve.points import G1_GENERATOR; "
        "msm_g1(g1_array([G1_GENERATOR]), limbs_of([3])); print([m for m in sys.modules if '.lane' in m])"
    )
    environment = {**os.environ, kernel_switch.SWITCH: "portable"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@given(st.lists(st.tuples(logs, scalars), max_size=8))
@settings_slow
@pytest.mark.usefixtures("way")
def test_a_g1_sum_is_that_of_py_ecc_whatever_points_repeat_or_cancel(terms: list[tuple[int, int]]) -> None:
    points = [plain.g1_multiple(k) for k, _ in terms] + [negate_g1(plain.g1_multiple(k)) for k, _ in terms]
    factors = [s for _, s in terms] * 2
    factors[len(terms) // 2 :] = [s // 2 for s in factors[len(terms) // 2 :]]
    assert _g1_sum(points, factors) == plain.g1_sum(points, factors)


@given(st.lists(st.tuples(logs, scalars), max_size=4))
@settings_slow
@pytest.mark.usefixtures("way")
def test_a_g2_sum_is_that_of_py_ecc(terms: list[tuple[int, int]]) -> None:
    points, factors = [plain.g2_multiple(k) for k, _ in terms], [s for _, s in terms]
    assert g2_points(msm_g2(g2_array(points), limbs_of(factors))[np.newaxis]) == [plain.g2_sum(points, factors)]


def _g1_sum(points: list[G1Point], factors: list[int]) -> G1Point:
    return g1_points(msm_g1(g1_array(points), limbs_of(factors))[np.newaxis])[0]


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("scalar", EDGES)
def test_one_multiple_is_that_of_py_ecc_at_every_border(scalar: int) -> None:
    # Three times: a point, its negative, and another, so that the sum meets the pair that cancels.
    p, q = plain.g1_multiple(5), plain.g1_multiple(7)
    assert _g1_sum([p, q, negate_g1(p)], [scalar, scalar, scalar]) == plain.g1_multiple(7 * scalar % R)
    doubled = msm_g2(g2_array([G2_GENERATOR, G2_GENERATOR]), limbs_of([scalar, scalar]))
    assert g2_points(doubled[np.newaxis]) == [plain.g2_multiple(2 * scalar % R)]


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("count", [0, 1, 2, 7, 8, 9, 17, 65, 129])
@pytest.mark.parametrize("scalar", [0, 1, 2, (1 << 64) - 1, R - 1, Z2 + 5])
def test_equal_opposite_and_infinite_points_sum_as_their_logarithms(count: int, scalar: int) -> None:
    p = plain.g1_multiple(11)
    kinds: dict[str, tuple[list[G1Point], int]] = {
        "equal": ([p] * count, 11 * count),
        "opposite": ([p, negate_g1(p)] * (count // 2) + [p] * (count % 2), 11 * (count % 2)),
        "infinite": ([None] * count, 0),
        "in between": ([None, p, p][: count % 4] + [None] * (count - count % 4), 11 * max(0, min(count % 4, 3) - 1)),
    }
    for kind, (points, log) in kinds.items():
        assert _g1_sum(points, [scalar] * len(points)) == plain.g1_multiple(log * scalar % R), kind


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("kind", ["full", "bits", "one value", "cancelling", "mixed", "maximal", "small"])
@pytest.mark.parametrize("threads", [1, 2])
def test_a_long_g1_sum_is_that_of_arkworks(kind: str, threads: int) -> None:
    # 3,001 points: several batches of additions, several rounds in a bucket, no multiple of the lanes.
    count = 3001
    generator, rng = FixedBase(G1, g1_array([G1_GENERATOR])[0], count), np.random.default_rng(7)
    random = [int.from_bytes(rng.bytes(32), "big") % R for _ in range(count)]
    points = generator.multiples(limbs_of(random if kind != "cancelling" else [random[0], R - random[0]] * 1500 + [0]))
    factors = {
        "full": random[::-1],
        "bits": [x & 1 for x in random[:-3]] + random[:3],
        "one value": [random[0]] * count,
        "cancelling": [random[1]] * count,
        "mixed": [x if i % 5 == 0 else x & 1 if i % 5 < 4 else x & 0xFFFF for i, x in enumerate(random)],
        "maximal": [R - 1] * count,
        "small": [x & 0xFF for x in random],
    }[kind]
    with ThreadPoolExecutor(threads) as pool:
        total = msm_g1(points, limbs_of(factors), pool, threads)
    assert g1_points(total[np.newaxis]) == [engine("arkworks").g1_sum(g1_points(points), factors)]


@pytest.mark.usefixtures("way")
def test_a_sum_in_many_chunks_is_that_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    generator, rng = FixedBase(G1, g1_array([G1_GENERATOR])[0], 1000), np.random.default_rng(9)
    values = [int.from_bytes(rng.bytes(32), "big") % R >> (0, 200, 255)[i % 3] for i in range(1000)]
    points, whole = generator.multiples(limbs_of(values)), {}
    for chunk in (buckets.CHUNK, 256):
        monkeypatch.setattr(buckets, "CHUNK", chunk)
        whole[chunk] = msm_g1(points, limbs_of(values))
    assert g1_points(np.stack(list(whole.values()))) == [plain.g1_multiple(sum(v * v for v in values) % R)] * 2


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("threads", [1, 2])
def test_a_long_g2_sum_is_that_of_arkworks(threads: int) -> None:
    generator, rng = FixedBase(G2, g2_array([G2_GENERATOR])[0], 1501), np.random.default_rng(8)
    logs_of_points = [int.from_bytes(rng.bytes(32), "big") % R for _ in range(1501)]
    factors = [x if i % 3 else x & 1 for i, x in enumerate(logs_of_points[::-1])]
    with ThreadPoolExecutor(threads) as pool:
        total = msm_g2(generator.multiples(limbs_of(logs_of_points)), limbs_of(factors), pool, threads)
    exponent = sum(x * y for x, y in zip(logs_of_points, factors, strict=True)) % R
    expected = ark.G2Point() * ark.Scalar.from_le_bytes(exponent.to_bytes(32, "little"))
    (point,) = g2_points(total[np.newaxis])
    assert point is not None
    assert b"".join(c.to_bytes(48, "big") for x in point for c in x) == expected.to_xy_bytes_be()


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("count", [1, 60, 5000])
def test_multiples_of_a_generator_are_those_of_py_ecc(count: int) -> None:
    g1, g2 = FixedBase(G1, g1_array([G1_GENERATOR])[0], count), FixedBase(G2, g2_array([G2_GENERATOR])[0], count)
    assert g1_points(g1.multiples(limbs_of(EDGES))) == [plain.g1_multiple(s) for s in EDGES]
    assert g2_points(g2.multiples(limbs_of(EDGES[:9]))) == [plain.g2_multiple(s) for s in EDGES[:9]]


@pytest.mark.usefixtures("way")
def test_multiples_in_threads_are_those_in_one() -> None:
    base = FixedBase(G1, g1_array([G1_GENERATOR])[0], 40000)
    factors = np.random.default_rng(1).integers(0, 1 << 62, (40000, 4), dtype=np.uint64)
    with ThreadPoolExecutor(2) as pool:
        assert np.array_equal(base.multiples(factors, pool, 2), base.multiples(factors))


def test_read_only_points_and_scalars_are_summed() -> None:
    points, factors = g1_array([G1_GENERATOR]), limbs_of([R - 1])
    points.setflags(write=False)
    factors.setflags(write=False)
    assert g1_points(msm(G1, points, factors)[np.newaxis]) == [negate_g1(G1_GENERATOR)]


@given(st.integers(2, 16), st.lists(scalars, min_size=1, max_size=5))
def test_signed_digits_add_up_to_their_scalar(bits: int, values: list[int]) -> None:
    digits = np.empty((-(-256 // bits), len(values)), dtype=np.int32)
    signed_digits(limbs_of(values), bits, digits)
    for i, value in enumerate(values):
        assert sum(int(d) << (bits * w) for w, d in enumerate(digits[:, i])) == value
    assert abs(digits).max() <= 1 << (bits - 1)


@given(st.integers(2, 16), st.sampled_from([2, 4]), st.lists(scalars, min_size=1, max_size=5))
def test_digits_of_parts_add_up_to_their_scalar(bits: int, images: int, values: list[int]) -> None:
    count, room = len(values), 256 // images
    parts = np.empty((count, images, 2), dtype=np.uint64)
    digits = np.empty((-(-room // bits), images * count), dtype=np.int16)
    words = limbs_of(values)
    cut(_address(words), np.arange(count), 0, count, parts)
    recode(parts, 0, count, count, bits, digits)
    # SAFETY: a digit beyond the buckets would be dropped, or would write behind them.
    assert abs(digits.astype(np.int64)).max() <= 1 << (bits - 1)
    for i, value in enumerate(values):
        columns = [sum(int(d) << (bits * w) for w, d in enumerate(digits[:, j * count + i])) for j in range(images)]
        assert max(map(abs, columns)) <= (Z2 if images == 2 else Z) // 2 + 1
        assert sum(part * (Z2 if images == 2 else Z) ** j for j, part in enumerate(columns)) % R == value


@given(st.integers(2, 15), st.integers(1, 64), st.data())
def test_digits_of_short_scalars_add_up_to_them(bits: int, size: int, data: st.DataObject) -> None:
    value = data.draw(st.one_of(st.just((1 << size) - 1), st.integers(0, (1 << size) - 1)))
    parts, digits = np.array([[[value, 0]]], dtype=np.uint64), np.empty((-(-(size + 1) // bits), 1), dtype=np.int16)
    recode(parts, 0, 1, 1, bits, digits)
    assert sum(int(d) << (bits * w) for w, d in enumerate(digits[:, 0])) == value
    assert abs(digits.astype(np.int64)).max() <= 1 << (bits - 1)


@pytest.mark.parametrize("group", [G1, G2])
def test_points_that_enter_a_form_leave_it_the_same(group: Group) -> None:
    one = g1_array([G1_GENERATOR])[0] if group is G1 else g2_array([G2_GENERATOR])[0]
    points = FixedBase(group, one, 20).multiples(limbs_of(range(19)))
    for name in WAYS:
        form = paths.PORTABLE if name == "portable" else paths.lanes()
        inside = aligned(19 * form.point_words(group)).reshape(19, -1)
        form.enter(group, points, inside)
        assert np.array_equal(form.leave(group, inside).reshape(points.shape), points)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(("group", "images"), [(G1, 1), (G1, 2), (G2, 1), (G2, 4)])
def test_images_are_multiples_by_powers_of_z_and_infinity_loses_its_scalar(group: Group, images: int) -> None:
    form, held = paths.chosen(), [1, None, 7, 9, None]
    base = {1: 1, 2: Z2, 4: Z}[images]
    logs = [[(k * base**j % R if k else None) for k in held] for j in range(images)]
    inside = aligned(len(held) * images * form.point_words(group)).reshape(len(held) * images, -1)
    parts = np.ones((len(held), images, 2), dtype=np.uint64)
    form.expand(group, _multiples(group, held), np.arange(len(held)), 0, len(held), parts, inside)
    # y may be kept as 2Q where it is 0; a sum never meets infinity, since its parts are zero.
    left = form.leave(group, inside).reshape(images, len(held), *group.shape)
    assert np.array_equal(left, np.stack([_multiples(group, row) for row in logs]))
    assert parts.any(axis=(1, 2)).tolist() == [k is not None for k in held]


def _multiples(group: Group, logs: list[int | None]) -> Words:
    if group is G1:
        return g1_array([None if k is None else plain.g1_multiple(k) for k in logs])
    return g2_array([None if k is None else plain.g2_multiple(k) for k in logs])


@given(st.one_of(st.sampled_from([0, 1, 2, Q - 1, Q - 2, 1 << 62, 1 << 64, 1 << 380]), st.integers(0, Q - 1)))
def test_an_inverse_by_division_steps_is_that_by_a_power(value: int) -> None:
    words, scratch = words_from_ints([value], 6), np.zeros(INVERSION_SCRATCH // 8, dtype=np.uint64)
    invert(_address(words), _address(words), _address(scratch))
    assert ints_from_words(words) == [pow(value, Q - 2, Q)]


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


def test_points_or_scalars_of_another_kind_are_refused() -> None:
    points, one = g1_array([G1_GENERATOR]), limbs_of([1])
    wrongs: list[Any] = [points.astype(np.int64), points.reshape(1, 12), points[:, ::-1]]
    for wrong in wrongs:
        with pytest.raises(ValueError, match="G1 points"):
            msm(G1, wrong, one)
    wrongs = [one.astype(np.int64), limbs_of([1, 2]), one[:, :3]]
    for factors in wrongs:
        with pytest.raises(ValueError, match="scalars are"):
            msm(G1, points, factors)
    with pytest.raises(ValueError, match="not below 2\\^255"):
        msm(G1, points, words_from_ints([1 << 255], 4))
    with pytest.raises(ValueError, match="infinity has no table"):
        FixedBase(G1, g1_array([None])[0], 10)


def test_windows_grow_with_the_count() -> None:
    plans = [buckets.Plan.for_full(n, 2).bits for n in (0, 1 << 10, 1 << 16, 1 << 22)]
    assert plans == sorted(plans)
    assert plans[-1] == buckets.MAX_BITS
    assert table_bits(1 << 20) >= table_bits(10)
