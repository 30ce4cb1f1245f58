from collections.abc import Sequence
from itertools import product

import pytest

from provers.validity.constraints import logic
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from rollup.crypto.fr import R
from tests.unit.validity.constraints.harness import build, constraints, run

ELEMENTS = (0, 1, 2, R - 1, R - 2, 0xABCDEF)
BOOLEANS = (0, 1)


@pytest.mark.parametrize("value", ELEMENTS)
def test_require_boolean_of_a_value_holds_only_for_0_and_1(value: int) -> None:
    def gadget(b: Builder, x: Sequence[Term]) -> Sequence[Term]:
        logic.require_boolean(b, x[0])
        return x

    assert build(gadget, value).holds == (value in BOOLEANS)


@pytest.mark.parametrize("value", ELEMENTS)
def test_is_zero_of_any_element_tells(value: int) -> None:
    assert run(lambda b, x: [logic.is_zero(b, x[0])], value) == (int(value == 0),)


@pytest.mark.parametrize("inverse", [0, 1, R - 1])
def test_is_zero_with_a_forged_inverse_of_a_number_other_than_0_breaks(inverse: int) -> None:
    assert not build(lambda b, x: [logic.is_zero(b, x[0])], 7, overrides={2: inverse}).holds


def test_is_zero_with_any_inverse_of_0_gives_the_same_flag() -> None:
    built = build(lambda b, x: [logic.is_zero(b, x[0])], 0, overrides={2: 99})
    assert built.holds
    assert built.outputs == (1,)


@pytest.mark.parametrize(("x", "y"), [(0, 0), (5, 5), (5, 6), (R - 1, 0), (0, R - 1)])
def test_is_equal_of_two_elements_tells(x: int, y: int) -> None:
    assert run(lambda b, i: [logic.is_equal(b, i[0], i[1])], x, y) == (int(x == y),)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_conjunction_and_disjunction_of_booleans_are_all_and_any(count: int) -> None:
    for flags in product(BOOLEANS, repeat=count):
        assert run(lambda b, x: [logic.conjunction(b, x), logic.disjunction(b, x)], *flags) == (
            int(all(flags)),
            int(any(flags)),
        )


def test_conjunction_of_nothing_is_1() -> None:
    assert run(lambda b, x: [logic.conjunction(b, []), logic.disjunction(b, [])], 0) == (1, 0)


@pytest.mark.parametrize("condition", BOOLEANS)
def test_select_by_a_boolean_chooses(condition: int) -> None:
    assert run(lambda b, x: [logic.select(b, *x)], condition, R - 1, 9) == ((R - 1, 9)[1 - condition],)


@pytest.mark.parametrize(("condition", "value"), [(0, 0), (1, 0), (1, 5), (0, 5), (0, R - 1)])
def test_require_zero_unless_a_condition_holds_refuses_other_values(condition: int, value: int) -> None:
    def gadget(b: Builder, x: Sequence[Term]) -> Sequence[Term]:
        logic.require_zero_unless(b, x[0], x[1])
        return x

    assert build(gadget, condition, value).holds == (condition == 1 or value == 0)


def test_constraints_of_logic_are_those_documented() -> None:
    assert constraints(lambda b, x: [logic.is_zero(b, x[0])], 1) == 2
    assert constraints(lambda b, x: [logic.select(b, *x)], 3) == 1
    assert constraints(lambda b, x: [logic.conjunction(b, x)], 2) == 1
    assert constraints(lambda b, x: [logic.conjunction(b, x)], 9) == 2
