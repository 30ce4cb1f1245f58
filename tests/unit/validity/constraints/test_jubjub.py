from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provers.validity.constraints import jubjub as gadgets
from provers.validity.constraints.bits import require_bits
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from rollup.crypto import jubjub
from rollup.crypto.fr import R
from rollup.crypto.jubjub import FULL_GENERATOR, GENERATOR, IDENTITY, ORDER, Point
from tests.unit.validity.constraints.harness import constraints, run

TORSION = [jubjub.multiply(ORDER * k, FULL_GENERATOR) for k in range(8)]
POINTS = [*TORSION, GENERATOR, jubjub.negate(GENERATOR), FULL_GENERATOR, jubjub.multiply(12345, FULL_GENERATOR)]


@pytest.mark.parametrize("p", POINTS)
def test_sums_of_any_two_points_agree_with_plain_python(p: Point) -> None:
    for q in POINTS:
        assert run(lambda b, x: gadgets.add(b, (x[0], x[1]), (x[2], x[3])), *p, *q) == jubjub.add(p, q)
    assert run(lambda b, x: gadgets.double(b, (x[0], x[1])), *p) == jubjub.double(p)


@pytest.mark.parametrize("p", [*POINTS, Point(0, 0), Point(1, 1), Point(GENERATOR.x, GENERATOR.y + 1), Point(0, R - 2)])
def test_is_on_curve_of_any_pair_of_elements_tells(p: Point) -> None:
    assert run(lambda b, x: [gadgets.is_on_curve(b, (x[0], x[1]))], *p) == (int(jubjub.is_on_curve(p)),)


@pytest.mark.parametrize("p", POINTS)
def test_is_killed_by_cofactor_of_any_point_tells_whether_its_order_is_small(p: Point) -> None:
    got = run(lambda b, x: [gadgets.is_killed_by_cofactor(b, (x[0], x[1]))], *p)
    assert got == (int(jubjub.is_small_order(p)),)


def by_base(b: Builder, x: Sequence[Term]) -> tuple[Term, Term]:
    return gadgets.multiply_base(b, require_bits(b, x[0], 252))


def by_variable(b: Builder, x: Sequence[Term]) -> tuple[Term, Term]:
    return gadgets.multiply(b, require_bits(b, x[0], 253), (x[1], x[2]))


@pytest.mark.parametrize("scalar", [0, 1, 7, 8, ORDER - 1, ORDER, 2**252 - 1])
def test_multiples_at_the_edges_agree_with_plain_python(scalar: int) -> None:
    assert run(by_base, scalar) == jubjub.multiply(scalar, GENERATOR)
    for p in (FULL_GENERATOR, IDENTITY, TORSION[1]):
        assert run(by_variable, scalar, *p) == jubjub.multiply(scalar, p)


@settings(max_examples=8)
@given(st.integers(0, 2**252 - 1), st.integers(0, 8 * ORDER))
def test_multiples_of_any_point_agree_with_plain_python(scalar: int, point: int) -> None:
    p = jubjub.multiply(point, FULL_GENERATOR)
    assert run(by_variable, scalar, *p) == jubjub.multiply(scalar, p)


def test_constraints_of_points_are_those_documented() -> None:
    assert constraints(lambda b, x: gadgets.add(b, (x[0], x[1]), (x[2], x[3])), 4) == 6
    assert constraints(lambda b, x: gadgets.double(b, (x[0], x[1])), 2) == 5
    assert constraints(lambda b, x: [gadgets.is_on_curve(b, (x[0], x[1]))], 2) == 5
    assert constraints(lambda b, x: [gadgets.is_killed_by_cofactor(b, (x[0], x[1]))], 2) == 12
    assert constraints(by_base, 1) == 253 + 9 * 84 - 6
    assert constraints(by_variable, 3) == 254 + 22 * 126 + 13
