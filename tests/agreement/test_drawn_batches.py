"""Random batches of the small programs: engine, kernels, stepper and circuits end in the same header, and no other has a proof."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from l1bridge.client import L1Client
from rollup.ir.image import Image
from rollup.params import Status
from rollup.ports.l1 import Contract
from rollup.state.header import StepHeader
from tests.agreement.batches import drawn_batches
from tests.agreement.chain import OnL1, Posted, agree_by_kernels, agree_by_tape, agree_in_constraints, agree_on_l1

StepperOf = Callable[[Image], Contract]
drawing = settings(suppress_health_check=list(HealthCheck))
words = st.sampled_from(StepHeader.__slots__)


def agree(l1: L1Client, stepper_of: StepperOf, posted: Posted, word: str) -> None:
    agree_by_kernels(posted)
    agree_by_tape(posted)
    agree_in_constraints(posted, (word,))
    agree_on_l1(posted, OnL1(l1, stepper_of(posted.image)))


@settings(drawing, max_examples=6)
@given(posted=drawn_batches(), word=words)
def test_drawn_batch_ends_alike_on_all_machines(l1: L1Client, stepper_of: StepperOf, posted: Posted, word: str) -> None:
    agree(l1, stepper_of, posted, word)


def test_drawn_batches_have_every_status_of_transactions_and_inbox() -> None:
    seen: set[tuple[str, int, int]] = set()

    @settings(drawing, max_examples=200, derandomize=True, database=None)
    @given(drawn_batches())
    def look(posted: Posted) -> None:
        receipts = [trace.receipt for trace in posted.traces if trace.receipt is not None]
        seen.update((receipt.kind, receipt.status, receipt.skip) for receipt in receipts)

    look()
    assert seen >= {("inbox", Status.APPLIED, 0), ("inbox", Status.FAILED, 0), ("fees", Status.APPLIED, 0)}
    assert seen >= {("transaction", status, 0) for status in (Status.APPLIED, Status.FAILED)}
    assert seen >= {("transaction", Status.SKIPPED, reason) for reason in (1, 2, 3, 4)}


@pytest.mark.long
@settings(drawing, max_examples=500)
@given(posted=drawn_batches(), word=words)
def test_five_hundred_drawn_batches_end_alike_on_all_machines(
    l1: L1Client, stepper_of: StepperOf, posted: Posted, word: str
) -> None:
    agree(l1, stepper_of, posted, word)
