"""Conditions of invariants mean for z3 what they mean for Python's integers, and what Python would have made of them."""

import operator
from collections.abc import Callable
from typing import Any

import pytest
import z3
from hypothesis import given
from hypothesis import strategies as st

from rollup.audit.of_author import z3_meanings
from rollup.program.conditions import NEW, OLD, Condition, Quantity, Snapshot, evaluate

NAMES = ("amount", "best.whole", "best.part", "cells.0", "cells.1")
Q = Callable[[Any, Any], Any]
"""From old and new amount to what Python makes of them."""
SAID: list[Q] = [
    lambda a, b: a < b,
    lambda a, b: a <= 2 * b,
    lambda a, b: a > b - 7,
    lambda a, b: a + b <= 3,
    lambda a, b: 100 - a == b,
    lambda a, b: a * b != 12,
    lambda a, b: 5 + a * a >= b * 2,
    lambda a, b: (a < b) & (a != 3),
    lambda a, b: (a < b) | (b < 3),
]
numbers = st.one_of(st.integers(0, 20), st.integers(0, 2**255))


@pytest.mark.parametrize("number", range(len(SAID)))
@given(values=st.tuples(numbers, numbers))
def test_condition_means_what_python_makes_of_it(number: int, values: tuple[int, int]) -> None:
    condition = SAID[number](Quantity(OLD, "amount"), Quantity(NEW, "amount"))
    assert isinstance(condition, Condition)
    expected = bool(SAID[number](*values))
    for each, wanted in ((condition, expected), (~condition, not expected)):
        assert evaluate(each.node, lambda when, _: values[when == NEW]) is wanted
        term = evaluate(each.node, lambda when, _: z3.IntVal(values[when == NEW]), z3_meanings(z3))
        assert z3.is_true(z3.simplify(term)) is wanted


def test_attributes_of_nested_records_and_arrays_are_found_by_their_names() -> None:
    old: Any = Snapshot(OLD, NAMES)
    assert old.amount.node == (OLD, "amount")
    assert old.best.part.node == (OLD, "best.part")
    assert old.cells[1].node == (OLD, "cells.1")
    values = {"cells.0": 3, "cells.1": 4}
    assert evaluate((sum(old.cells) == 7).node, lambda _, name: values[name]) is True


@pytest.mark.parametrize("symbol", ["+", "-", "*"])
def test_quantity_may_stand_on_either_side_of_a_literal(symbol: str) -> None:
    operate: Any = {"+": operator.add, "-": operator.sub, "*": operator.mul}[symbol]
    for made, expected in (
        (operate(Quantity(OLD, "x"), 3), operate(10, 3)),
        (operate(3, Quantity(OLD, "x")), operate(3, 10)),
    ):
        assert evaluate(made.node, lambda *_: 10) == expected
