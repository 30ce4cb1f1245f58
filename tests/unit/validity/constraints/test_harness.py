"""The search for wires that a prover could choose must find them."""

from collections.abc import Sequence

import pytest

from provers.validity.constraints.bits import from_bits
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from provers.validity.constraints.r1cs import ints_of
from tests.unit.validity.constraints.harness import Gadget, build, run, undetermined, unnoticed


def bits_never_proved_boolean(b: Builder, x: Sequence[Term]) -> Sequence[Term]:
    bits = b.bits(x[0], 8)
    b.enforce_equal(from_bits(bits), x[0])
    return bits


def zero_test_without_its_second_half(b: Builder, x: Sequence[Term]) -> Sequence[Term]:
    inverse = b.inverse(x[0])
    return [1 - b.product(x[0], inverse)]


def wire_in_no_constraint(b: Builder, x: Sequence[Term]) -> Sequence[Term]:
    return [b.value(x[0])]


@pytest.mark.parametrize(
    "gadget", [bits_never_proved_boolean, zero_test_without_its_second_half, wire_in_no_constraint]
)
def test_a_gadget_that_lacks_a_constraint_is_found_out(gadget: Gadget) -> None:
    with pytest.raises(AssertionError):
        run(gadget, 7)


def test_the_wires_left_open_are_named() -> None:
    built = build(bits_never_proved_boolean, 7)
    assert undetermined(built.system, ints_of(built.witness), [0, 1]) == set(range(2, 10))


def test_a_wire_that_can_be_changed_alone_is_named() -> None:
    built = build(wire_in_no_constraint, 7)
    assert list(unnoticed(built.system, ints_of(built.witness), range(1, 3))) == [1, 2]
