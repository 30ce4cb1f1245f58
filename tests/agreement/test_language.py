"""One batch of a program that uses the whole language, on all machines: what is only read may be what is written (SPEC §5, "Records")."""

from collections.abc import Callable

from l1bridge.client import L1Client
from rollup.ir.image import Image
from rollup.params import Status
from rollup.ports.l1 import Contract
from tests.agreement.chain import OnL1, agree_by_kernels, agree_by_tape, agree_in_constraints, agree_on_l1, post
from tests.agreement.programs import POOR, RICH
from tests.agreement.writing import Pen
from tests.programs.market import Grade, Market, Side

PLACE, FILL, NUMBER = 2, 3, 7


def test_batch_of_the_market_ends_alike_on_all_machines(
    l1: L1Client, deploy_stepper: Callable[[Image], Contract]
) -> None:
    image = Market.image()
    pen = Pen(image)
    for call in (
        (PLACE, NUMBER, Side.BUY, Grade.FINE, 30, 9, 7, 8, 9),
        (PLACE, NUMBER, Side.BUY, Grade.FINE, 30, 9, 7, 8, 9),
        (FILL, NUMBER, Side.BUY, 1, 3, POOR, Side.BUY),
        (FILL, NUMBER, Side.SELL, 2, 3, RICH, Side.BUY),
    ):
        assert pen.write(pen.call(call[0], RICH, *map(int, call[1:]))) is not None
    posted = post(image, pen.elements)
    receipts = [trace.receipt for trace in posted.traces if trace.receipt is not None]
    assert [(receipt.status, receipt.reason) for receipt in receipts[:4]] == [
        (Status.APPLIED, ""),
        (Status.FAILED, "this record of orders is there already"),
        (Status.APPLIED, ""),
        (Status.FAILED, "U32 underflow in -"),
    ]
    read, written = (receipts[2].touched[slot] for slot in (2, 3))
    assert read == written
    agree_by_kernels(posted)
    agree_by_tape(posted)
    agree_in_constraints(posted, ("state_root",))
    agree_on_l1(posted, OnL1(l1, deploy_stepper(image)))
