from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provers.validity.constraints import montgomery as gadgets
from provers.validity.constraints.bits import require_bits
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from rollup.crypto import jubjub
from rollup.crypto.fr import R
from rollup.crypto.jubjub import FULL_GENERATOR, GENERATOR, ORDER, Point
from tests.unit.validity.constraints.harness import build, constraints, run

TORSION = [jubjub.multiply(ORDER * k, FULL_GENERATOR) for k in range(8)]
LONG = 128
"""Bits of a challenge."""


def by_base(b: Builder, x: Sequence[Term]) -> Sequence[Term]:
    return gadgets.multiply_base(b, require_bits(b, x[0], 251))


def by_key(b: Builder, x: Sequence[Term]) -> Sequence[Term]:
    point = gadgets.to_montgomery(b, (x[1], x[2]))
    return gadgets.from_montgomery(b, gadgets.multiply_odd(b, require_bits(b, x[0], LONG), point))


def there(b: Builder, x: Sequence[Term]) -> Sequence[Term]:
    return gadgets.to_montgomery(b, (x[0], x[1]))


def back(b: Builder, x: Sequence[Term]) -> Sequence[Term]:
    return gadgets.from_montgomery(b, (x[0], x[1]))


@pytest.mark.parametrize("k", [1, 2, 9, ORDER - 1, ORDER + 1, 8 * ORDER - 3])
def test_the_map_is_one_to_one_and_leads_to_the_montgomery_form(k: int) -> None:
    p = jubjub.multiply(k, FULL_GENERATOR)
    u, v = run(there, *p)
    assert (u, v) == gadgets.montgomery(p)
    assert (gadgets.CURVE_B * v * v - u * (u * u + gadgets.CURVE_A * u + 1)) % R == 0
    assert run(back, u, v) == p


def test_no_point_of_the_curve_has_minus_one_for_u() -> None:
    square = (gadgets.CURVE_A - 2) * pow(gadgets.CURVE_B, -1, R)
    assert pow(square, (R - 1) // 2, R) == R - 1, "b·v² = u³ + a·u² + u at u = -1"


@pytest.mark.parametrize("torsion", TORSION)
def test_sums_agree_with_plain_python(torsion: Point) -> None:
    p = jubjub.add(GENERATOR, torsion)
    multiples = [gadgets.montgomery(jubjub.multiply(k, p)) for k in range(1, 10)]

    def two(b: Builder, x: Sequence[Term]) -> Sequence[Term]:
        return [
            *gadgets.add(b, (x[0], x[1]), (x[2], x[3])),
            *gadgets.double(b, (x[0], x[1])),
            *gadgets.double_and_add(b, (x[0], x[1]), (x[2], x[3])),
        ]

    expected = [coordinate for k in (4, 6, 7) for coordinate in multiples[k - 1]]
    assert list(run(two, *multiples[2], *multiples[0])) == expected


# Strings of bits at which something turns: all 0 and all 1, one bit, all but one, and alternating.
EDGES = [0, 2**LONG - 1, 1, 2, 2 ** (LONG - 1), 2**LONG - 2, 2 ** (LONG - 1) - 1, (2**LONG - 1) // 3, 2**64 - 1, 2**64]


@pytest.mark.parametrize("torsion", [TORSION[0], TORSION[1], TORSION[4]])
@pytest.mark.parametrize("bits", EDGES)
def test_odd_multiples_agree_with_plain_python(bits: int, torsion: Point) -> None:
    p = jubjub.add(jubjub.multiply(3, GENERATOR), torsion)
    built = build(by_key, bits, *p)
    assert built.holds
    assert built.outputs == jubjub.multiply(2**LONG + bits | 1, p)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**LONG - 1), st.integers(1, ORDER - 1), st.integers(0, 7))
def test_odd_multiples_of_any_key_agree_with_plain_python(bits: int, scalar: int, torsion: int) -> None:
    p = jubjub.add(jubjub.multiply(scalar, GENERATOR), TORSION[torsion])
    built = build(by_key, bits, *p)
    assert built.holds
    assert built.outputs == jubjub.multiply(2**LONG + bits | 1, p)


def test_odd_multiples_leave_no_wire_to_the_prover() -> None:
    assert run(by_key, 0xC0FFEE, *GENERATOR) == jubjub.multiply(2**LONG + 0xC0FFEE | 1, GENERATOR)


TOP = 2**250
# The last ones are where the sum of digits is L, -L or next to them: N = 2n - (2^250 - 1), and with the highest bits n = 0 and n = L/2 and their like.
SCALARS = [0, 1, 2, 3, 4, TOP - 1, TOP, TOP + 1, 2 * TOP - 1, ORDER // 2, ORDER // 2 + 1, ORDER - TOP, ORDER // 4]
SCALARS += [(TOP - 1 + k) // 2 for k in (-1, 1)] + [(4 * TOP - 1 - ORDER) // 2, (2 * TOP - 1) // 3]


@pytest.mark.parametrize("scalar", SCALARS)
def test_multiples_of_the_base_at_the_edges_agree_with_plain_python(scalar: int) -> None:
    scalar %= 2 * TOP
    built = build(by_base, scalar)
    assert built.holds
    assert built.outputs == jubjub.multiply(scalar, GENERATOR)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2 * TOP - 1))
def test_multiples_of_the_base_agree_with_plain_python(scalar: int) -> None:
    built = build(by_base, scalar)
    assert built.holds
    assert built.outputs == jubjub.multiply(scalar, GENERATOR)


def test_multiples_of_the_base_leave_no_wire_to_the_prover() -> None:
    assert run(by_base, 12345) == jubjub.multiply(12345, GENERATOR)


def test_no_two_partial_sums_meet_whatever_the_digits_are() -> None:
    """The inequalities of the docstrings, for each window and each step, at the largest and smallest sums there are."""
    for number in range(1, 125):
        most = sum(3 * 4**i for i in range(number))
        assert most == 4**number - 1
        assert most + 3 * 4**number < ORDER
    least, most = 3, 3
    for _ in range(LONG - 1):
        assert least > 1
        assert 2 * most + 1 < ORDER
        least, most = 2 * least - 1, 2 * most + 1
    assert (least, most) == (2**LONG + 1, 2 ** (LONG + 1) - 1)


def test_constraints_of_multiples_are_those_documented() -> None:
    assert constraints(there, 2) == constraints(back, 2) == 2
    assert constraints(lambda b, x: gadgets.add(b, (x[0], x[1]), (x[2], x[3])), 4) == 3
    assert constraints(lambda b, x: gadgets.double(b, (x[0], x[1])), 2) == 4
    assert constraints(lambda b, x: gadgets.double_and_add(b, (x[0], x[1]), (x[2], x[3])), 4) == 5
    assert constraints(by_key, 3) == LONG + 1 + 4 + 6 * LONG + 1
    assert constraints(by_base, 1) == 252 + 505
