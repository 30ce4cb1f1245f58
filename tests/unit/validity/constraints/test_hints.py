"""The values that an honest prover puts on wires of which nothing is proved."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provers.validity.constraints.builder import Builder
from provers.validity.constraints.hints import RULES, Op
from provers.validity.constraints.linear import Term
from rollup.crypto.fr import GENERATOR, R
from tests.unit.validity.constraints.harness import build

ELEMENTS = st.one_of(st.sampled_from([0, 1, R - 1, R // 2]), st.integers(0, R - 1))


def test_every_rule_has_a_meaning() -> None:
    assert set(RULES) == set(Op)


@pytest.mark.parametrize("place", range(4))
def test_picking_takes_the_option_that_the_bits_name(place: int) -> None:
    def gadget(b: Builder, x: Sequence[Term]) -> list[Term]:
        return [b.pick(x[:2], [10, x[2], x[2] + 1, -1]), b.pick((), [x[2]]), b.pick(x[:1], [5, 6])]

    assert build(gadget, place & 1, place >> 1, 20).outputs == ((10, 20, 21, R - 1)[place], 20, 5 + (place & 1))


def test_picking_by_what_is_no_boolean_goes_by_its_lowest_bit() -> None:
    assert build(lambda b, x: [b.pick(x, [5, 6, 7, 8])], 7, R - 1).outputs == (6,)


@pytest.mark.parametrize("place", range(4))
def test_a_term_among_given_ones_stands_where_the_bits_say(place: int) -> None:
    built = build(lambda b, x: b.given_around(x[2], x[:2], lambda: [7, 8, R + 9]), place & 1, place >> 1, 20)
    expected = [7, 8, 9]
    expected.insert(place, 20)
    assert list(built.outputs) == expected
    assert len(built.shape.data) == 4


def test_bringing_too_few_values_is_found_out() -> None:
    with pytest.raises(AssertionError, match="2 values are brought where 3 are wanted"):
        build(lambda b, x: b.given_around(x[0], x[1:], lambda: [7, 8]), 1, 0, 0)


@given(ELEMENTS, ELEMENTS)
def test_a_quotient_times_its_denominator_is_the_numerator_unless_that_is_zero(n: int, d: int) -> None:
    (quotient,) = build(lambda b, x: [b.quotient(*x)], n, d).outputs
    assert quotient * d % R == (n if d else 0)
    assert d or quotient == 0


@given(ELEMENTS, ELEMENTS, st.integers(0, 2))
def test_a_root_is_of_the_quotient_or_of_7_times_it_and_of_the_parity_that_is_wanted(n: int, d: int, odd: int) -> None:
    square, root = build(lambda b, x: b.root(*x), n, d, odd).outputs
    assert root * root * d % R == (n if square else GENERATOR * n) % R if d else (square, root) == (1, 0)
    assert root % 2 == (odd != 0) or root == 0


@given(ELEMENTS, st.integers(0, 256))
def test_bits_are_those_of_the_representative(x: int, count: int) -> None:
    assert list(build(lambda b, i: b.bits(i[0], count), x).outputs) == [x >> i & 1 for i in range(count)]


@given(ELEMENTS, ELEMENTS, ELEMENTS, st.integers(1, R - 1))
def test_what_a_constraint_is_solved_for_satisfies_it(a: int, b: int, rest: int, factor: int) -> None:
    built = build(lambda builder, x: [builder.solve(x[0], x[1], x[2], factor)], a, b, rest)
    assert built.holds
    assert (rest + factor * built.outputs[0] - a * b) % R == 0


@given(ELEMENTS, ELEMENTS)
def test_a_division_is_of_representatives_and_gives_nothing_where_the_divisor_is_zero(a: int, b: int) -> None:
    quotient, remainder = build(lambda builder, x: builder.division(*x), a, b).outputs
    assert (quotient, remainder) == (divmod(a, b) if b else (0, 0))


@given(ELEMENTS)
def test_an_integer_root_is_the_largest_whose_square_fits(x: int) -> None:
    (root,) = build(lambda b, i: [b.isqrt(i[0])], x).outputs
    assert root * root <= x < (root + 1) ** 2
