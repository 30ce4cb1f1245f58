from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provers.validity.constraints import bits
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from rollup.crypto.fr import R
from rollup.crypto.jubjub import ORDER
from tests.unit.validity.constraints.harness import build, constraints, run

EDGES = (0, 1, 2, 2**64 - 1, 2**252, R // 2, R - 2**32, R - 2, R - 1)
LIMITS = (1, 2, 5, 6, 7, 8, 12, 0b1011000, 0b1110111, 0b10000000)


@pytest.mark.parametrize("value", EDGES)
def test_canonical_bits_of_an_element_are_those_of_its_representative(value: int) -> None:
    assert run(lambda b, x: bits.canonical_bits(b, x[0]), value) == tuple(value >> i & 1 for i in range(255))


@pytest.mark.parametrize("value", [0, 1, 2**251, 2**255 - R - 1])
def test_canonical_bits_of_the_element_plus_r_break(value: int) -> None:
    other = {2 + i: (value + R) >> i & 1 for i in range(255)}
    built = build(lambda b, x: bits.canonical_bits(b, x[0]), value, overrides=other)
    assert sum(bit << i for i, bit in enumerate(built.outputs)) == value + R
    assert not built.holds


@pytest.mark.parametrize("width", [1, 8, 64, 254])
def test_require_bits_of_an_integer_holds_only_below_the_width(width: int) -> None:
    def gadget(b: Builder, x: object) -> list[Term]:
        return bits.require_bits(b, x[0], width)  # type: ignore[index]

    assert run(gadget, 2**width - 1) == (1,) * width
    assert run(gadget, 0) == (0,) * width
    for value in (2**width, R - 1):
        assert not build(gadget, value).holds


def test_require_bits_with_bits_that_are_none_breaks() -> None:
    assert not build(lambda b, x: bits.require_bits(b, x[0], 3), 6, overrides={2: 2, 3: 0}).holds


def test_require_bits_of_255_bits_is_refused_since_they_would_not_be_unique() -> None:
    with pytest.raises(AssertionError, match="two decompositions"):
        build(lambda b, x: bits.require_bits(b, x[0], 255), 6)


@pytest.mark.parametrize("limit", LIMITS)
def test_is_below_a_small_limit_tells_for_every_integer(limit: int) -> None:
    def gadget(b: Builder, x: object) -> list[Term]:
        return [bits.is_below(b, bits.require_bits(b, x[0], 8), limit)]  # type: ignore[index]

    for value in range(256):
        built = build(gadget, value)
        assert built.holds
        assert built.outputs == (int(value < limit),)


def test_is_below_0_is_never_so() -> None:
    assert run(lambda b, x: [bits.is_below(b, bits.require_bits(b, x[0], 8), 0)], 0) == (0,)


@pytest.mark.parametrize("value", [0, ORDER - 1, ORDER, ORDER + 1, 2**252 - 1])
def test_is_below_the_order_of_jubjub_tells_at_its_edges(value: int) -> None:
    assert run(lambda b, x: [bits.is_below(b, bits.require_bits(b, x[0], 252), ORDER)], value) == (int(value < ORDER),)


@pytest.mark.parametrize("limit", LIMITS)
def test_require_at_most_a_small_limit_holds_for_no_larger_integer(limit: int) -> None:
    def gadget(b: Builder, x: object) -> list[Term]:
        digits = b.bits(x[0], 8)  # type: ignore[index]
        bits.require_at_most(b, digits, limit)
        return digits

    assert [value for value in range(256) if build(gadget, value).holds] == list(range(limit + 1))


INTEGERS = st.one_of(st.sampled_from([0, 1, 2**64 - 1, 2**253 - 1, 2**252]), st.integers(0, 2**253 - 1))


@given(INTEGERS, INTEGERS)
def test_is_less_of_two_integers_agrees_with_python(x: int, y: int) -> None:
    assert run(lambda b, i: [bits.is_less(b, i[0], i[1], 253)], x, y) == (int(x < y),)


@pytest.mark.parametrize(("x", "y"), [(3, 3), (3, 4), (4, 3), (0, 255), (255, 0)])
def test_is_less_with_the_opposite_answer_breaks(x: int, y: int) -> None:
    def gadget(b: Builder, i: object) -> list[Term]:
        return [bits.is_less(b, i[0], i[1], 8)]  # type: ignore[index]

    honest = build(gadget, x, y)
    top = honest.system.wires - 1
    lie = build(gadget, x, y, overrides={top: honest.outputs[0]})
    assert lie.outputs != honest.outputs
    assert not lie.holds


def test_constraints_of_bits_are_those_documented() -> None:
    cases: list[tuple[Callable[[Builder, list[Term]], list[Term]], int]] = [
        (lambda b, x: bits.canonical_bits(b, x[0]), 324),
        (lambda b, x: bits.require_bits(b, x[0], 64), 65),
        (lambda b, x: [bits.is_less(b, x[0], x[1], 64)], 66),
    ]
    for gadget, expected in cases:
        assert constraints(lambda b, x, g=gadget: g(b, list(x)), 2) == expected  # type: ignore[misc]
