"""Division, roots and bitwise operations: right for all operands, and nothing else can be proved."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provers.validity.constraints import hints
from provers.validity.constraints.bits import require_bits
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.hints import Op
from provers.validity.constraints.integers import common_bits, divide, isqrt
from provers.validity.constraints.linear import Term
from rollup.crypto.fr import R
from tests.unit.validity.constraints.harness import Built, build

WIDTHS = ((1, 1), (8, 8), (64, 64), (124, 128), (125, 128), (128, 128), (192, 64), (248, 4), (248, 128))


def numbers(width: int) -> st.SearchStrategy[int]:
    top = (1 << width) - 1
    return st.one_of(st.sampled_from([0, 1, top, top // 2 + 1]), st.integers(0, top), st.integers(0, 255 & top))


def division(widths: tuple[int, int], a: int, b: int) -> Built:
    return build(lambda builder, x: divide(builder, x[0], x[1], widths), a, b)


@pytest.mark.parametrize("widths", WIDTHS, ids=lambda w: f"{w[0]}-by-{w[1]}")
@given(data=st.data())
def test_division_is_that_of_python_and_nothing_where_the_divisor_is_zero(
    widths: tuple[int, int], data: st.DataObject
) -> None:
    a, b = (data.draw(numbers(width)) for width in widths)
    built = division(widths, a, b)
    assert built.holds
    assert built.outputs == (divmod(a, b) if b else (0, 0))


FORGERIES: dict[str, Callable[[int, int], tuple[int, int]]] = {
    "a smaller quotient, a larger remainder": lambda a, b: (a // b - 1, a % b + b),
    "a larger quotient, a negative remainder": lambda a, b: (a // b + 1, a % b - b),
    "a quotient of the field": lambda a, b: (a * pow(b, -1, R), 0),
    "a product that wraps": lambda a, b: divmod(a + R, b),
    "a remainder alone": lambda a, b: (0, a),
}


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("widths", WIDTHS[1:], ids=lambda w: f"{w[0]}-by-{w[1]}")
@given(data=st.data())
def test_another_quotient_or_remainder_is_not_proved(
    widths: tuple[int, int], forgery: str, data: st.DataObject
) -> None:
    a, b = data.draw(numbers(widths[0])), data.draw(numbers(widths[1]).filter(bool))
    forged = tuple(value % R for value in FORGERIES[forgery](a, b))
    if forged == divmod(a, b):
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hints, "RULES", {**hints.RULES, Op.DIVISION: lambda *_: list(forged)})
        assert not division(widths, a, b).holds


@pytest.mark.parametrize("forged", [(1, 0), (0, 1), (5, 7), (0, 200), (R - 1, 1)])
def test_division_by_zero_proves_nothing_but_zeros(forged: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hints, "RULES", {**hints.RULES, Op.DIVISION: lambda *_: list(forged)})
    assert not division((8, 8), 200, 0).holds


@pytest.mark.parametrize("width", [1, 2, 7, 64, 247, 248])
@given(data=st.data())
def test_a_root_is_the_largest_whose_square_fits_and_no_other_is_proved(width: int, data: st.DataObject) -> None:
    a, off = data.draw(numbers(width)), data.draw(st.sampled_from([-1, 1, 2, 1 << 60]))
    built = build(lambda b, x: [isqrt(b, x[0], width)], a)
    (root,) = built.outputs
    assert built.holds
    assert root * root <= a < (root + 1) ** 2
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hints, "RULES", {**hints.RULES, Op.ISQRT: lambda *_: [(root + off) % R]})
        assert not build(lambda b, x: [isqrt(b, x[0], width)], a).holds


@given(numbers(64), numbers(16))
def test_common_bits_are_those_of_both(x: int, y: int) -> None:
    def gadget(b: Builder, given: Sequence[Term]) -> list[Term]:
        return [common_bits(b, require_bits(b, given[0], 64), require_bits(b, given[1], 16))]

    built = build(gadget, x, y)
    assert built.holds
    assert built.outputs == (x & y,)


@pytest.mark.parametrize(
    ("gadget", "expected"),
    [
        (lambda b, x: divide(b, x[0], x[1], (64, 64)), 64 + 2 * 64 + 10),
        (lambda b, x: divide(b, x[0], x[1], (128, 128)), 128 + 2 * 128 + 10 + 128 - 122),
        (lambda b, x: [isqrt(b, x[0], 64)], 3 * 32 + 6),
        (lambda b, x: [common_bits(b, [*x, 0, x[0]], x)], 2),
    ],
)
def test_constraints_are_as_many_as_the_docstrings_say(gadget: object, expected: int) -> None:
    def counted(b: Builder, x: Sequence[Term]) -> Sequence[Term]:
        return gadget(b, x)  # type: ignore[operator, no-any-return]

    assert build(counted, 3, 5).system.constraints == expected
