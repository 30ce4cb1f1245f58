"""Sparse sums of multiples, against py-ecc."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provers.validity.constraints.r1cs import ints_of, limbs_of
from provers.validity.curve import plain
from provers.validity.curve.combinations import CHUNK, combinations, multiples, signed
from provers.validity.curve.fixed_base import FixedBase
from provers.validity.curve.groups import G1, G2, g1_array, g1_points, g2_array, g2_points
from provers.validity.curve.points import G1_GENERATOR
from rollup.crypto.fr import R

EDGES = [0, 1, 2, R - 1, R - 2, R // 2, R // 2 + 1, 1 << 64, (1 << 64) - 1, (1 << 128) + 1, R - (1 << 64)]
scalars = st.one_of(st.sampled_from(EDGES), st.integers(0, R - 1))
rows = st.lists(st.lists(st.tuples(st.integers(0, 4), scalars), max_size=4), max_size=3)
LOGS = [1, 2, 7, R - 1, 0]
"""Of the points that rows are made of: one is another's opposite, and one infinity."""


@given(st.lists(scalars, min_size=1))
def test_a_scalar_is_its_magnitude_with_its_sign(values: list[int]) -> None:
    magnitudes, negative = signed(limbs_of(values))
    found = ints_of(magnitudes)
    assert [(-x if sign else x) % R for x, sign in zip(found, negative.tolist(), strict=True)] == values
    assert max(found) <= R // 2


@given(rows)
@settings(max_examples=15)
def test_sums_of_rows_are_those_of_py_ecc_in_both_groups(terms: list[list[tuple[int, int]]]) -> None:
    indptr = np.cumsum([0, *map(len, terms)]).astype(np.int64)
    indices = np.array([i for row in terms for i, _ in row], dtype=np.int64)
    factors = limbs_of([s for row in terms for _, s in row])
    in_g1, in_g2 = [plain.g1_multiple(k) for k in LOGS], [plain.g2_multiple(k) for k in LOGS]
    logs = [sum(LOGS[i] * s for i, s in row) % R for row in terms]
    found = combinations(G1, indptr, indices, factors, g1_array(in_g1))
    assert g1_points(found) == [plain.g1_multiple(k) for k in logs]
    found = combinations(G2, indptr, indices, factors, g2_array(in_g2))
    assert g2_points(found) == [plain.g2_multiple(k) for k in logs]


def test_multiples_by_one_scalar_on_two_threads_are_those_of_the_generator_and_are_told() -> None:
    # More than two chunks, the last one short.
    count, told = 2 * CHUNK + 5, []
    generator, logs = FixedBase(G1, g1_array([G1_GENERATOR])[0], count), list(range(1, count + 1))
    with ThreadPoolExecutor(2) as pool:
        found = multiples(
            G1, generator.multiples(limbs_of(logs)), limbs_of([R - 3]), pool, 2, lambda *x: told.append(x)
        )  # fmt: skip
    assert np.array_equal(found, generator.multiples(limbs_of([k * (R - 3) % R for k in logs])))
    assert sorted(told) == [(CHUNK, count), (2 * CHUNK, count), (count, count)]


def test_a_matrix_that_names_no_point_or_has_other_shapes_is_refused() -> None:
    points, one = g1_array([G1_GENERATOR]), limbs_of([1])
    for indptr, indices, factors in (
        ([0, 1], [1], one),
        ([0, 1], [-1], one),
        ([0, 2], [0], one),
        ([1, 1], [0], one),
        ([0, 1, 0, 1], [0], one),
        ([0, 1], [0], limbs_of([1, 1])),
    ):
        with pytest.raises(ValueError, match=r"matrix|scalars"):
            combinations(G1, np.array(indptr, dtype=np.int64), np.array(indices, dtype=np.int64), factors, points)
