"""Replacing an entry of a vector, against a list."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provers.validity.constraints.bits import require_bits
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from provers.validity.constraints.vector import Replacement, one_hot, replace_entry
from rollup.crypto.fr import R
from tests.unit.validity.constraints.harness import Gadget, build, constraints, run

COSTS = {0: 4, 1: 5, 2: 8, 3: 13, 4: 24, 6: 82, 8: 296}
"""By bits of the index."""


def replacing(bits: int) -> Gadget:
    """Inputs: index, old, new, used, entries."""

    def gadget(b: Builder, x: Sequence[Term]) -> list[Term]:
        index, old, new, used, *entries = x
        return replace_entry(b, entries, require_bits(b, index, bits), Replacement(old, new, used))

    return gadget


def hot(bits: int) -> Gadget:
    return lambda b, x: one_hot(b, require_bits(b, x[0], bits))


def entries_of(bits: int) -> list[int]:
    return [pow(3, 100 + place, R) for place in range(1 << bits)]


@pytest.mark.parametrize("bits", [0, 1, 2, 3, 4])
def test_one_hot_of_every_number_is_1_there_and_0_elsewhere(bits: int) -> None:
    for number in range(1 << bits):
        assert run(hot(bits), number) == tuple(int(place == number) for place in range(1 << bits))


@pytest.mark.parametrize("bits", [0, 1, 2, 3, 4])
def test_constraints_of_one_hot_are_those_documented(bits: int) -> None:
    assert constraints(hot(bits), 1) == bits + 1 + 2**bits - bits - 1


@pytest.mark.parametrize("bits", COSTS)
def test_constraints_of_a_replacement_are_those_documented(bits: int) -> None:
    assert constraints(replacing(bits), 4 + 2**bits) == bits + 1 + COSTS[bits]


@settings(max_examples=25)
@given(data=st.data(), bits=st.sampled_from([0, 1, 2, 3, 4]), used=st.booleans())
def test_replacement_agrees_with_a_list(data: st.DataObject, bits: int, used: bool) -> None:  # noqa: FBT001
    index = data.draw(st.integers(0, (1 << bits) - 1))
    element = st.sampled_from([0, 1, R - 1, 5]) | st.integers(0, R - 1)
    entries = data.draw(st.lists(element, min_size=1 << bits, max_size=1 << bits))
    new = data.draw(element)
    expected = list(entries)
    if used:
        expected[index] = new
    old = entries[index] if used else data.draw(element)
    assert run(replacing(bits), index, old, new, int(used), *entries) == tuple(expected)


@pytest.mark.parametrize("bits", [0, 2, 4])
def test_entry_that_is_another_than_the_old_one_breaks_unless_the_slot_is_unused(bits: int) -> None:
    entries = entries_of(bits)
    assert build(replacing(bits), 0, entries[0] + 1, 7, 0, *entries).holds
    assert not build(replacing(bits), 0, entries[0] + 1, 7, 1, *entries).holds


def test_entry_that_stands_elsewhere_is_not_taken_for_the_old_one() -> None:
    entries = entries_of(4)
    for other in (1, 4, 15):  # of the same row, of the same column, of neither
        assert not build(replacing(4), 0, entries[other], 7, 1, *entries).holds


@pytest.mark.parametrize("used", [0, 1])
def test_no_wire_of_a_replacement_can_be_another_whatever_follows_from_it(used: int) -> None:
    """The prover changes one hint and computes everything else so that it fits."""
    entries = entries_of(4)
    inputs = (6, entries[6], 7, used, *entries)
    honest = build(replacing(4), *inputs)
    hints = range(1 + len(inputs), honest.shape.wires)
    values = honest.witness
    for wire in hints:
        for value in (0, 1, 7, entries[6], entries[7]):
            lie = build(replacing(4), *inputs, overrides={wire: value})
            assert (lie.witness == values).all() or not lie.holds
