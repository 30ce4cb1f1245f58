import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rollup.crypto.fr import R
from rollup.execution import interpreter
from rollup.ir.bounds import ARITHMETIC, COMPARABLE, of_width
from rollup.ir.check import check
from rollup.ir.primitives import PRIMITIVES, Primitive
from tests.programs.graphs import LAYOUT, Case, cases

bounds = st.one_of(
    st.sampled_from([1, 2, 3, 256, 1 << 64, 1 << 128, 1 << 252, COMPARABLE, COMPARABLE + 1, R - 1, R]),
    st.integers(1, R),
)


@given(cases())
def test_no_register_of_a_checked_graph_reaches_its_bound(case: Case) -> None:
    limits = check(case.graph, LAYOUT)
    assert limits == tuple(case.builder.bounds)
    run = interpreter.run(case.graph, LAYOUT, case.inputs, lambda slot, _: case.records[slot])
    assert all(value < limit for value, limit in zip(run.registers, limits, strict=True))


@given(st.sampled_from([Primitive.ADD, Primitive.MUL]), st.tuples(bounds, bounds))
def test_integers_never_wrap(op: Primitive, pair: tuple[int, int]) -> None:
    assume(R not in pair)
    largest = [bound - 1 for bound in pair]
    exact = sum(largest) if op is Primitive.ADD else largest[0] * largest[1]
    if exact < R:
        assert ARITHMETIC[op](0, pair) == exact + 1
    else:
        with pytest.raises(ValueError, match="past the order of the field"):
            ARITHMETIC[op](0, pair)


@given(st.sampled_from([Primitive.ADD, Primitive.SUB, Primitive.MUL]), bounds)
def test_arithmetic_with_a_full_element_gives_a_full_element(op: Primitive, bound: int) -> None:
    assert ARITHMETIC[op](0, (R, bound)) == R
    assert ARITHMETIC[op](0, (bound, R)) == R


def test_difference_of_integers_is_a_full_element() -> None:
    assert ARITHMETIC[Primitive.SUB](0, (2, 2)) == R


@pytest.mark.parametrize("op", [Primitive.MINUS, Primitive.LT, Primitive.RANGE, Primitive.NARROW])
@pytest.mark.parametrize("bound", [COMPARABLE + 1, R])
def test_comparison_of_what_may_reach_2_to_the_253_is_refused(op: Primitive, bound: int) -> None:
    arity = PRIMITIVES[op].arity
    ARITHMETIC[op](8, (COMPARABLE,) * arity)
    for place in range(arity):
        operands = [COMPARABLE] * arity
        operands[place] = bound
        with pytest.raises(ValueError, match="compared"):
            ARITHMETIC[op](8, tuple(operands))


@pytest.mark.parametrize("op", [Primitive.RANGE, Primitive.NARROW])
def test_width_above_253_is_refused(op: Primitive) -> None:
    with pytest.raises(ValueError, match="254 bits"):
        ARITHMETIC[op](254, (2,))


@pytest.mark.parametrize("op", [Primitive.AND, Primitive.OR, Primitive.NOT])
def test_logic_on_what_is_no_boolean_is_refused(op: Primitive) -> None:
    arity = PRIMITIVES[op].arity
    for place in range(arity):
        operands = [2] * arity
        operands[place] = 3
        with pytest.raises(ValueError, match="Boolean"):
            ARITHMETIC[op](0, tuple(operands))


def test_select_takes_the_larger_bound_and_a_boolean_condition() -> None:
    assert ARITHMETIC[Primitive.SELECT](0, (2, 5, R)) == R
    assert ARITHMETIC[Primitive.SELECT](0, (2, 5, 4)) == 5
    with pytest.raises(ValueError, match="Boolean"):
        ARITHMETIC[Primitive.SELECT](0, (3, 5, 4))


@pytest.mark.parametrize(("width", "bound"), [(1, 2), (64, 2**64), (253, 2**253), (255, R), (0, R)])
def test_width_has_a_bound(width: int, bound: int) -> None:
    assert of_width(width) == bound


@pytest.mark.parametrize("width", [-1, 254, 256])
def test_width_between_integers_and_elements_is_refused(width: int) -> None:
    with pytest.raises(ValueError, match="no width"):
        of_width(width)
