"""Points that are none of their group, found among many."""

import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from provers.validity.constraints.r1cs import limbs_of
from provers.validity.curve import plain
from provers.validity.curve.fixed_base import FixedBase
from provers.validity.curve.groups import G1, G2, Group, Words, g1_array, g2_array
from provers.validity.curve.pairing import Arkworks, PairingEngine
from provers.validity.curve.points import G1_GENERATOR, G2_GENERATOR, Q
from provers.validity.curve.py_ecc_pairing import PyEcc
from provers.validity.curve.subgroup import CHUNK, X, first_fault, require_group
from rollup.crypto.fr import R
from rollup.errors import DecodeError
from tests.unit.validity.curve.samples import g1_outside_subgroup, g2_outside_subgroup

GROUPS = [G1, G2]


def good(group: Group, count: int) -> Words:
    base = g1_array([G1_GENERATOR])[0] if group is G1 else g2_array([G2_GENERATOR])[0]
    return FixedBase(group, base, count).multiples(limbs_of([pow(5, i, R) for i in range(count)]))


def outside(group: Group) -> Words:
    return g1_array([g1_outside_subgroup()]) if group is G1 else g2_array([g2_outside_subgroup()])


@pytest.mark.parametrize("group", GROUPS, ids=lambda g: g.name)
def test_points_of_the_group_and_infinity_pass_on_any_number_of_threads(group: Group) -> None:
    points = np.concatenate([good(group, CHUNK + 3), np.zeros((1, *group.shape), dtype=np.uint64)])
    assert first_fault(group, points) is None
    with ThreadPoolExecutor(2) as pool:
        assert first_fault(group, points, pool, 2) is None


@pytest.mark.parametrize("group", GROUPS, ids=lambda g: g.name)
@pytest.mark.parametrize("at", [0, 2, CHUNK, CHUNK + 2])
def test_a_point_outside_the_subgroup_is_found_wherever_it_stands(group: Group, at: int) -> None:
    points = good(group, CHUNK + 3)
    points[at] = outside(group)[0]
    assert first_fault(group, points) == (at, "outside the subgroup of order r")


@pytest.mark.parametrize("group", GROUPS, ids=lambda g: g.name)
def test_a_point_off_the_curve_or_not_canonical_is_found(group: Group) -> None:
    points = good(group, 5)
    points[3].reshape(-1)[0] ^= np.uint64(1)
    assert first_fault(group, points) == (3, "not on the curve")
    with pytest.raises(DecodeError, match=rf"section 2: point 3 is not in {group.name}: not on the curve"):
        require_group(group, points, "section 2")
    points = good(group, 5)
    last = points[4].reshape(-1, 6)[-1]
    value = sum(int(x) << (64 * i) for i, x in enumerate(last)) + Q
    last[:] = [value >> (64 * i) & (2**64 - 1) for i in range(6)]
    assert first_fault(group, points) == (4, "a coordinate is not below the field modulus")


def test_a_point_of_order_three_or_eleven_is_outside() -> None:
    # Plain arithmetic takes multipliers beyond r; (1 - x)·r kills every point of E.
    of_eleven = plain.g1_multiple((X + 1) // 11 * R, g1_outside_subgroup())
    for order, small in ((3, (0, 2)), (11, of_eleven)):
        assert small is not None
        assert plain.g1_multiple(order, small) is None
        assert first_fault(G1, g1_array([G1_GENERATOR, small])) == (1, "outside the subgroup of order r")


@pytest.mark.parametrize("engine", [Arkworks(), PyEcc()], ids=["arkworks", "py-ecc"])
def test_the_verdict_is_that_of_multiplying_by_r(engine: PairingEngine) -> None:
    samples: list[Any] = [G1_GENERATOR, g1_outside_subgroup(), plain.g1_multiple(R, g1_outside_subgroup())]
    for point in samples:
        assert engine.is_in_g1(point) is (first_fault(G1, g1_array([point])) is None)
    samples = [G2_GENERATOR, g2_outside_subgroup(), plain.g2_multiple(R, g2_outside_subgroup())]
    for point in samples:
        assert engine.is_in_g2(point) is (first_fault(G2, g2_array([point])) is None)


def test_the_conditions_of_the_check_imply_order_r() -> None:
    # The facts that `subgroup` argues from, of the curve's parameter x.
    x = -X
    assert x**4 - x**2 + 1 == R
    assert (x - 1) ** 2 * R == 3 * (Q - x)
    twist_cofactor = (x**8 - 4 * x**7 + 5 * x**6 - 4 * x**4 + 6 * x**3 - 4 * x**2 - 4 * x + 13) // 9
    assert plain.g2_multiple(twist_cofactor * R, g2_outside_subgroup()) is None
    assert math.gcd(Q - x, twist_cofactor * R) == R
