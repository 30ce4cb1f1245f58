"""Random graphs: the reference, its kernels, the constraints and L1 do the same, and nothing else can be proved."""

import pytest
from hypothesis import HealthCheck, given, settings

from rollup.ir.primitives import Primitive
from tests.agreement.bare import Case, as_state, by_constraints, by_kernels, by_native, by_reference, signatures_of
from tests.agreement.drawn import cases
from tests.agreement.on_l1 import Bare

# One L1 serves all examples: calls change nothing there.
drawing = settings(suppress_health_check=list(HealthCheck))


def agree_off_l1(case: Case) -> None:
    expected = by_reference(case)
    assert by_kernels(case) == expected
    state = as_state(case, expected.outcome)
    if state is not None and signatures_of(case.graph) < 2:
        assert by_native(case) == state
    assert by_constraints(case) == expected.outcome


def agree(bare: Bare, case: Case) -> None:
    agree_off_l1(case)
    assert bare.run(case) == by_reference(case)


@settings(drawing, max_examples=120)
@given(cases())
def test_drawn_graph_does_the_same_off_l1(case: Case) -> None:
    agree_off_l1(case)


@settings(drawing, max_examples=25)
@given(case=cases(length=40))
def test_drawn_graph_does_the_same_everywhere(bare: Bare, case: Case) -> None:
    agree(bare, case)


@settings(drawing, max_examples=6)
@given(case=cases(signatures=2, length=8))
def test_drawn_graph_that_verifies_signatures_does_the_same_everywhere(bare: Bare, case: Case) -> None:
    agree(bare, case)


def test_drawn_graphs_are_of_every_primitive_and_of_every_number_of_slots() -> None:
    primitives: set[Primitive] = set()
    slots: set[int] = set()

    @settings(drawing, max_examples=150, derandomize=True, database=None)
    @given(cases(signatures=1))
    def look(case: Case) -> None:
        primitives.update(item.op for item in case.graph.instructions)
        slots.add(len(case.graph.slots))

    look()
    assert primitives == set(Primitive)
    assert len(slots) > 3


@pytest.mark.long
@settings(drawing, max_examples=10_000)
@given(cases(length=40))
def test_ten_thousand_drawn_graphs_do_the_same_off_l1(case: Case) -> None:
    agree_off_l1(case)


@pytest.mark.long
@settings(drawing, max_examples=1_000)
@given(case=cases(length=60))
def test_a_thousand_drawn_graphs_do_the_same_everywhere(bare: Bare, case: Case) -> None:
    agree(bare, case)


@pytest.mark.long
@settings(drawing, max_examples=100)
@given(case=cases(signatures=4, length=8))
def test_a_hundred_drawn_graphs_that_verify_signatures_do_the_same_everywhere(bare: Bare, case: Case) -> None:
    agree(bare, case)
