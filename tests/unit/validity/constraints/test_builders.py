from collections.abc import Sequence

import pytest

from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Linear, Term, combine
from provers.validity.constraints.r1cs import ints_of
from provers.validity.constraints.shape import ShapeBuilder
from rollup.crypto.fr import R
from tests.unit.validity.constraints.harness import build, run


def cube(b: Builder, x: Sequence[Term]) -> list[Term]:
    return [b.product(b.product(x[0], x[0]) + x[1], x[0]) - 1]


def test_a_repeated_piece_is_the_same_as_the_piece_written_out() -> None:
    def repeated(b: Builder, x: Sequence[Term]) -> list[Term]:
        return [*b.repeat("cube", cube, x[:2]), *b.repeat("cube", cube, [x[2], x[0]])]

    def written_out(b: Builder, x: Sequence[Term]) -> list[Term]:
        return [*cube(b, x[:2]), *cube(b, [x[2], x[0]])]

    one, other = build(repeated, 3, 4, 5), build(written_out, 3, 4, 5)
    assert one.system.digest() == other.system.digest()
    assert ints_of(one.witness) == ints_of(other.witness)
    assert one.holds
    assert one.outputs == other.outputs


def test_a_repeated_piece_inside_another_keeps_its_names() -> None:
    def outer(b: Builder, x: Sequence[Term]) -> list[Term]:
        return list(b.repeat("cube", cube, [b.product(x[0], x[1]), x[0]]))

    assert run(lambda b, x: [*b.repeat("outer", outer, x), *b.repeat("outer", outer, x[::-1])], 2, 7) == (
        (14**2 + 2) * 14 - 1,
        (14**2 + 7) * 14 - 1,
    )


def test_a_repeated_piece_on_one_wire_twice_adds_its_coefficients() -> None:
    assert run(lambda b, x: b.repeat("sum", lambda _, y: [y[0] + y[1]], [x[0], x[0]]), 21) == (42,)


@pytest.mark.parametrize("term", [5, Linear({1: 2}), Linear({1: 1, 2: 1}), Linear({0: 1})])
def test_repeating_a_piece_on_what_is_no_wire_is_refused(term: Term) -> None:
    with pytest.raises(TypeError, match="pin them"):
        ShapeBuilder(2).repeat("cube", cube, [term, term])


def test_branching_on_a_wire_is_refused_while_the_shape_is_recorded() -> None:
    wire = ShapeBuilder(1).public_inputs(1)[0]
    with pytest.raises(TypeError, match="not known"):
        bool(wire)
    with pytest.raises(TypeError, match="by constraints"):
        assert wire == wire  # noqa: PLR0124  # comparing is what is refused


def test_a_constant_in_place_of_a_wire_costs_the_same_wires() -> None:
    assert run(lambda b, x: [b.product(3, x[0]), b.product(x[0], 0), b.pin(7)], 5) == (15, 0, 7)


def test_combine_of_terms_and_constants_is_their_weighted_sum() -> None:
    assert run(lambda _, x: [combine([x[0], 2, x[1]], [10, 100, -1]), combine([2, 3], [4, 5])], 3, 4) == (226, 23)


def test_enforce_equal_of_different_values_breaks() -> None:
    def gadget(b: Builder, x: Sequence[Term]) -> Sequence[Term]:
        b.enforce_equal(x[0], x[1])
        return x

    assert build(gadget, 4, 4).holds
    assert not build(gadget, 4, 5).holds


def test_negative_and_large_integers_are_reduced_in_both_modes() -> None:
    assert run(lambda b, x: [x[0] - 5, (-x[0]) * 3, 7 - x[0], b.pin(x[0] - 5), x[0] * R], 2) == (
        R - 3,
        R - 6,
        5,
        R - 3,
        0,
    )


def test_parts_of_a_repeated_piece_count_for_whoever_repeats_it() -> None:
    shape = ShapeBuilder(2)
    with shape.part("one"):
        shape.repeat("cube", cube, shape.public_inputs(2))
    with shape.part("two"):
        shape.repeat("cube", cube, shape.public_inputs(2))
        shape.product(1, 1)
    assert dict(shape.parts) == {"one": 2, "two": 3}
    assert shape.parts_of("cube") == {"": 2}
