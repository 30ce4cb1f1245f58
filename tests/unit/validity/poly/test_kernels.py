"""Transforms, vectors and sparse products, each against its plain twin."""

import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provers.validity.constraints.r1cs import ints_of, limbs_of
from provers.validity.poly import plain
from provers.validity.poly.domain import Domain, reversed_bits
from provers.validity.poly.ntt_kernels import BLOCK
from provers.validity.poly.vector import (
    Sparse,
    powers,
    require,
    scaled,
    to_montgomery,
    weighted_sum,
)
from rollup.crypto.fr import R, root_of_unity
from rollup.crypto.fr_kernels import FR
from rollup.crypto.kernel_switch import SWITCH, has_ifma

elements = st.one_of(st.sampled_from([0, 1, R - 1, R - 2]), st.integers(0, R - 1))
sizes = st.sampled_from([2, 4, 8, 32])
WAYS = ["portable", "ifma"] if has_ifma() else ["portable"]
# The switch stays as it is for all examples of a test.
any_switch = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
few = settings(any_switch, max_examples=8)


@pytest.fixture(params=WAYS, autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each way of kernels in turn, chosen by the switch."""
    monkeypatch.setenv(SWITCH, request.param)
    name: str = request.param
    return name


@st.composite
def vectors(draw: st.DrawFn, count: int = 1) -> list[list[int]]:
    size = draw(sizes)
    return [draw(st.lists(elements, min_size=size, max_size=size)) for _ in range(count)]


@any_switch
@given(vectors(), st.integers(1, R - 1))
def test_a_transform_is_that_of_its_plain_twin_and_inverts(values: list[list[int]], shift: int) -> None:
    (v,) = values
    domain = Domain(len(v))
    for s in (1, shift):
        assert ints_of(domain.ntt(limbs_of(v), s)) == plain.ntt(v, s)
        assert ints_of(domain.intt(limbs_of(v), s)) == plain.intt(v, s)
        assert ints_of(domain.intt(domain.ntt(limbs_of(v), s), s)) == v


@any_switch
@given(vectors(2))
def test_a_quotient_is_that_of_its_plain_twin(values: list[list[int]]) -> None:
    a, b = values
    c = [x * y % R for x, y in zip(a, b, strict=True)]
    expected = plain.quotient(a, b, c)
    assert ints_of(Domain(len(a)).quotient(limbs_of(a), limbs_of(b), limbs_of(c))) == expected
    assert expected[-1] == 0


@any_switch
@given(sizes, st.integers(2, R - 1))
def test_lagrange_values_are_those_of_their_plain_twin(size: int, point: int) -> None:
    if pow(point, size, R) == 1:
        with pytest.raises(ValueError, match="lies in the domain"):
            Domain(size).lagrange(point)
    else:
        assert FR.to_ints(Domain(size).lagrange(point)) == plain.lagrange(size, point)


def test_a_point_of_the_domain_has_no_lagrange_values_here() -> None:
    with pytest.raises(ValueError, match="lies in the domain"):
        Domain(8).lagrange(root_of_unity(8))


def test_a_transform_longer_than_a_block_evaluates_its_polynomial() -> None:
    size = 4 * BLOCK
    values = [pow(3, i, R) for i in range(size)]
    result, domain = ints_of(Domain(size).ntt(limbs_of(values), 7)), Domain(size)
    for i in (0, 1, size // 2, size - 1):
        assert result[i] == plain.evaluate(values, 7 * pow(domain.root, i, R) % R)
    assert ints_of(domain.intt(limbs_of(result), 7)) == values


def test_a_quotient_in_threads_is_that_in_one() -> None:
    a = [pow(5, i, R) for i in range(2048)]
    c = [x * x % R for x in a]
    with ThreadPoolExecutor(2) as pool:
        parallel = Domain(2048).quotient(limbs_of(a), limbs_of(a), limbs_of(c), pool)
    assert np.array_equal(parallel, Domain(2048).quotient(limbs_of(a), limbs_of(a), limbs_of(c)))


@few
@given(st.integers(6, 8), st.integers(0, 1 << 32), st.integers(1, R - 1))
def test_transforms_as_long_as_lanes_need_are_those_of_their_plain_twins(log_size: int, seed: int, shift: int) -> None:
    draw, size = random.Random(seed), 1 << log_size
    v, a, b = ([draw.choice([0, 1, R - 1, draw.randrange(R)]) for _ in range(size)] for _ in range(3))
    domain, c = Domain(size), [x * y % R for x, y in zip(a, b, strict=True)]
    assert ints_of(domain.ntt(limbs_of(v), shift)) == plain.ntt(v, shift)
    assert ints_of(domain.intt(limbs_of(v), shift)) == plain.intt(v, shift)
    assert ints_of(domain.quotient(limbs_of(a), limbs_of(b), limbs_of(c))) == plain.quotient(a, b, c)


@pytest.mark.parametrize("values", [[0], [1], [R - 1], [R - 1, 0], [1, R - 1, R - 2]])
def test_extreme_values_at_every_place_are_transformed_exactly(values: list[int]) -> None:
    v = (values * 128)[:128]
    domain = Domain(128)
    assert ints_of(domain.ntt(limbs_of(v), R - 1)) == plain.ntt(v, R - 1)
    assert ints_of(domain.intt(limbs_of(v), R - 1)) == plain.intt(v, R - 1)
    square = [x * x % R for x in v]
    assert ints_of(domain.quotient(limbs_of(v), limbs_of(v), limbs_of(square))) == plain.quotient(v, v, square)


def test_lanes_do_what_the_portable_kernels_do_in_a_strip(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(7)
    a, b, c = (draw.integers(0, 1 << 62, (1 << 15, 4), dtype=np.uint64) for _ in range(3))
    domain, found = Domain(1 << 15), []
    for name in (way, "portable"):
        monkeypatch.setenv(SWITCH, name)
        found.append([domain.ntt(a, 3), domain.intt(a, 3), domain.quotient(a.copy(), b.copy(), c.copy())])
        assert (domain._lanes() is None) == (name == "portable")
    assert all(np.array_equal(x, y) for x, y in zip(*found, strict=True))


def test_only_transforms_in_lanes_import_kernels_in_lanes(way: str) -> None:
    code = (
        "import sys; from provers.validity.poly.domain import Domain; from provers.validity.poly.vector import element; "
        "Domain(64).ntt(element(0).repeat(64).reshape(64, 4)); print('provers.validity.poly.lane_ntt_kernels' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(way == "ifma")


@pytest.mark.parametrize("size", [0, 1, 3, 12, 1 << 33])
def test_a_domain_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="a domain has"):
        Domain(size)


@st.composite
def matrices(draw: st.DrawFn) -> tuple[list[list[tuple[int, int]]], int]:
    columns = draw(st.integers(1, 6))
    entry = st.tuples(st.integers(0, columns - 1), st.one_of(st.sampled_from([1, R - 1]), elements))
    return draw(st.lists(st.lists(entry, max_size=5), max_size=6)), columns


@any_switch
@given(matrices(), st.data())
def test_transposed_sparse_products_are_those_of_their_plain_twin(
    matrix: tuple[list[list[tuple[int, int]]], int], data: st.DataObject
) -> None:
    rows, columns = matrix
    indptr = np.cumsum([0] + [len(row) for row in rows], dtype=np.int64)
    indices = np.array([i for row in rows for i, _ in row], dtype=np.int32)
    values = [v for row in rows for _, v in row]
    table = sorted(set(values))
    sparse = Sparse(
        indptr, indices, np.array([table.index(v) for v in values], dtype=np.int32), limbs_of(table), columns
    )
    left = data.draw(st.lists(elements, min_size=len(rows), max_size=len(rows)))
    parts = indptr.tolist(), indices.tolist(), values
    transposed = sparse.transposed_times(limbs_of(left))
    assert ints_of(transposed) == plain.sparse_transposed_product(*parts, left, columns)


@any_switch
@given(st.lists(elements, min_size=1, max_size=6), elements, elements)
def test_vector_operations_are_those_of_integers(values: list[int], x: int, y: int) -> None:
    vector = limbs_of(values)
    assert ints_of(scaled(vector, x)) == [v * x % R for v in values]
    assert ints_of(weighted_sum([vector, vector], [x, y])) == [v * (x + y) % R for v in values]
    assert FR.to_ints(to_montgomery(vector)) == values
    assert ints_of(powers(x, 5, y)) == [y * pow(x, i, R) % R for i in range(5)]
    assert FR.to_ints(powers(x, 5, y, montgomery=True)) == [y * pow(x, i, R) % R for i in range(5)]


def test_bit_reversal_is_that_of_the_index_in_binary() -> None:
    assert reversed_bits(16).tolist() == [int(f"{i:04b}"[::-1], 2) for i in range(16)]


def test_arrays_that_kernels_would_overrun_are_refused() -> None:
    good = limbs_of([1, 2, 3])
    wrongs: list[Any] = [good.astype(np.int64), good[:, :3], good.reshape(-1), good[::2]]
    for wrong in wrongs:
        with pytest.raises(ValueError, match="a vector is"):
            require(wrong)
    indptr, indices = np.array([0, 1, 3], dtype=np.int64), np.array([0, 1, 2], dtype=np.int32)
    malformed: list[tuple[Any, Any, Any, int]] = [
        (indptr, indices, indices, 2),
        (indptr, indices, indices + 1, 3),
        (indptr, indices - 1, indices, 3),
        (indptr, indices, indices[:2], 3),
        (indptr, indices, indices.astype(np.int64), 3),
        (indptr[:2], indices, indices, 3),
        (np.array([0, 3, 2, 3]), indices, indices, 3),
        (indptr.astype(np.int32), indices, indices, 3),
    ]
    for pointers, wires, numbers, columns in malformed:
        with pytest.raises(ValueError, match="a sparse matrix"):
            Sparse(pointers, wires, numbers, good, columns)
    sparse = Sparse(indptr, indices, indices, good, 3)
    with pytest.raises(ValueError, match="a vector"):
        sparse.transposed_times(good[:1])
