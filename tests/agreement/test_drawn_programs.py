"""Whole batches of programs that nobody wrote: engine, kernels, stepper and circuits end in the same header, and no other has a proof."""

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from l1bridge.client import L1Client
from rollup.ir.image import Image
from rollup.ports.l1 import Contract
from rollup.state.header import StepHeader
from tests.agreement.chain import OnL1, Posted, agree_by_kernels, agree_in_constraints, agree_on_l1
from tests.agreement.images import drawn_batches

Deploy = Callable[[Image], Contract]
drawing = settings(suppress_health_check=list(HealthCheck))


def agree(l1: L1Client, deploy: Deploy, posted: Posted, word: str) -> None:
    agree_by_kernels(posted)
    agree_in_constraints(posted, (word,))
    agree_on_l1(posted, OnL1(l1, deploy(posted.image)))


@settings(drawing, max_examples=8)
@given(posted=drawn_batches(), word=st.sampled_from(StepHeader.__slots__))
def test_drawn_batch_of_a_drawn_program_ends_alike_on_all_machines(
    l1: L1Client, deploy_stepper: Deploy, posted: Posted, word: str
) -> None:
    agree(l1, deploy_stepper, posted, word)
