"""Whole batches of programs that nobody wrote: engine, kernels, stepper and circuits end in the same header, and no other has a proof."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from l1bridge.client import L1Client
from rollup.batch.parcel import elements_of
from rollup.batch.transaction import Transaction
from rollup.crypto import eddsa
from rollup.ir.builder import Builder
from rollup.ir.graph import Graph
from rollup.ir.image import Image
from rollup.params import Output, TransactionInput
from rollup.ports.l1 import Contract
from rollup.program.frame import deposit_graph, fees_graph, transaction_inputs
from rollup.state.header import StepHeader
from rollup.state.tree import Tree
from tests.agreement.chain import (
    OnL1,
    Posted,
    agree_by_kernels,
    agree_by_tape,
    agree_in_constraints,
    agree_on_l1,
    leave_no_choice,
    post,
)
from tests.agreement.images import ARGUMENTS, DRAWN_LAYOUT, FOUR, drawn_batches

Deploy = Callable[[Image], Contract]
drawing = settings(suppress_health_check=list(HealthCheck))


def agree(l1: L1Client, deploy: Deploy, posted: Posted, word: str) -> None:
    agree_by_kernels(posted)
    agree_by_tape(posted)
    agree_in_constraints(posted, (word,))
    agree_on_l1(posted, OnL1(l1, deploy(posted.image)))


@settings(drawing, max_examples=4)
@given(posted=drawn_batches(), word=st.sampled_from(StepHeader.__slots__))
def test_drawn_batch_of_a_drawn_program_ends_alike_on_all_machines(
    l1: L1Client, deploy_stepper: Deploy, posted: Posted, word: str
) -> None:
    agree(l1, deploy_stepper, posted, word)


@pytest.mark.long
@settings(drawing, max_examples=300)
@given(posted=drawn_batches(), word=st.sampled_from(StepHeader.__slots__))
def test_three_hundred_drawn_batches_of_drawn_programs_end_alike_on_all_machines(
    l1: L1Client, deploy_stepper: Deploy, posted: Posted, word: str
) -> None:
    agree(l1, deploy_stepper, posted, word)


@pytest.mark.long
@settings(drawing, max_examples=30)
@given(posted=drawn_batches(signatures=1), word=st.sampled_from(StepHeader.__slots__))
def test_drawn_batches_of_drawn_programs_that_verify_signatures_end_alike_on_all_machines(
    l1: L1Client, deploy_stepper: Deploy, posted: Posted, word: str
) -> None:
    agree(l1, deploy_stepper, posted, word)


@pytest.mark.long
@settings(drawing, max_examples=30)
@given(drawn_batches())
def test_drawn_programs_leave_no_wire_to_the_prover(posted: Posted) -> None:
    leave_no_choice(posted)


def test_scalar_read_from_a_record_is_not_taken_for_the_one_in_the_data(l1: L1Client, deploy_stepper: Deploy) -> None:
    """A record of table 4 in slot 0, where `s` of the transaction is input 4."""
    layout, secret = DRAWN_LAYOUT, eddsa.generate(bytes(32))
    r_y, r_sign, s = eddsa.sign(secret, (7,))
    b = Builder(layout, transaction_inputs(layout, ARGUMENTS[0]))
    slot = b.open(FOUR, b.const(0))
    x, y, message, r, sign = map(b.const, (*secret.public, 7, r_y, r_sign))
    stored = b.load(slot, 0)
    valid = [b.verify_signature((x, y), [message], r, sign, scalar) for scalar in (stored, b.input(TransactionInput.S))]
    b.output(Output.FEES, valid[0])
    b.output(Output.WITHDRAWALS_COUNT, valid[1])
    code = (tuple(b.constants), tuple(b.instructions), tuple(b.slots))
    graphs = [
        Graph(f"action{tag}", tag, widths, ("a", "b", "c"), b.inputs, *code) for tag, widths in enumerate(ARGUMENTS, 1)
    ]
    image = Image("Two scalars", layout, tuple(graphs), deposit_graph(layout), fees_graph(layout))
    parcel = Transaction(1, 1, 0, (0, 0, 0)).sign(secret, image, 0, 0).parcel(image)
    state = Tree.of(layout.depth, {layout.tree_index(FOUR, 0): (s, 0, 0, 0)})
    posted = post(image, elements_of([parcel]), state=state)
    agree(l1, deploy_stepper, posted, "fees")
    assert (posted.traces[0].after.fees, posted.traces[0].after.withdrawals_count) == (1, 0)
