import pytest

from provers.validity.constraints import jubjub as gadgets
from rollup.crypto import jubjub
from rollup.crypto.fr import R
from rollup.crypto.jubjub import FULL_GENERATOR, GENERATOR, ORDER, Point
from tests.unit.validity.constraints.harness import constraints, run

TORSION = [jubjub.multiply(ORDER * k, FULL_GENERATOR) for k in range(8)]
POINTS = [*TORSION, GENERATOR, jubjub.negate(GENERATOR), FULL_GENERATOR, jubjub.multiply(12345, FULL_GENERATOR)]


@pytest.mark.parametrize("p", POINTS)
def test_sums_of_any_two_points_agree_with_plain_python(p: Point) -> None:
    for q in POINTS:
        assert run(lambda b, x: gadgets.add(b, (x[0], x[1]), (x[2], x[3])), *p, *q) == jubjub.add(p, q)
    assert run(lambda b, x: gadgets.double(b, (x[0], x[1])), *p) == jubjub.double(p)


@pytest.mark.parametrize("p", POINTS)
def test_is_killed_by_cofactor_of_any_point_tells_whether_its_order_is_small(p: Point) -> None:
    got = run(lambda b, x: [gadgets.is_killed_by_cofactor(b, (x[0], x[1]))], *p)
    assert got == (int(jubjub.is_small_order(p)),)


@pytest.mark.parametrize(
    "p", [*POINTS, Point(0, 0), Point(0, 5), Point(5, 0), Point(GENERATOR.x, GENERATOR.y + 1), Point(0, R - 2)]
)
def test_can_sign_of_any_pair_of_elements_tells(p: Point) -> None:
    able = jubjub.is_on_curve(p) and not jubjub.is_small_order(p)
    assert run(lambda b, x: [gadgets.can_sign(b, (x[0], x[1]))], *p) == (int(able),)


def test_constraints_of_points_are_those_documented() -> None:
    assert constraints(lambda b, x: gadgets.add(b, (x[0], x[1]), (x[2], x[3])), 4) == 6
    assert constraints(lambda b, x: gadgets.double(b, (x[0], x[1])), 2) == 5
    assert constraints(lambda b, x: [gadgets.can_sign(b, (x[0], x[1]))], 2) == 9
    assert constraints(lambda b, x: [gadgets.is_killed_by_cofactor(b, (x[0], x[1]))], 2) == 5
