"""One batch of a program that uses the whole language, on all machines: what is only read may be what is written,
and payments that do not happen meet at account 0 (SPEC §5, "Records")."""

from collections.abc import Callable

from l1bridge.client import L1Client
from rollup.ir.image import Image
from rollup.params import Status
from rollup.ports.l1 import Contract
from tests.agreement.chain import OnL1, agree_by_kernels, agree_by_tape, agree_in_constraints, agree_on_l1, post
from tests.agreement.programs import POOR, RICH
from tests.agreement.writing import Pen
from tests.programs.market import Grade, Market, Side

PLACE, FILL = 2, 3


def test_batch_of_the_market_ends_alike_on_all_machines(
    l1: L1Client, deploy_stepper: Callable[[Image], Contract]
) -> None:
    image = Market.image()
    pen = Pen(image)
    for tag, *arguments in (
        (PLACE, 7, Side.BUY, Grade.ROUGH, 30, 9, 7, 8, 9),
        (PLACE, 7, Side.BUY, Grade.ROUGH, 30, 9, 7, 8, 9),
        (FILL, 7, Side.BUY, 1, 3, POOR, Side.BUY),
        (PLACE, 8, Side.SELL, Grade.FINE, 0, 9, 7, 8, 0),
        (FILL, 8, Side.SELL, 0, 3, POOR, Side.BUY),
        (FILL, 8, Side.BUY, 3, 3, POOR, Side.BUY),
    ):
        assert pen.write(pen.call(tag, RICH, *map(int, arguments))) is not None
    posted = post(image, pen.elements)
    receipts = [trace.receipt for trace in posted.traces if trace.receipt is not None]
    assert [(receipt.status, receipt.reason) for receipt in receipts[:6]] == [
        (Status.APPLIED, ""),
        (Status.FAILED, "this record of orders is there already"),
        (Status.APPLIED, ""),
        (Status.APPLIED, ""),
        (Status.APPLIED, ""),
        (Status.FAILED, "the index is past the end of an array of 3"),
    ]
    idle, paid = ([each.key for each in receipts[place].touched[4:]] for place in (2, 4))
    assert (idle, paid) == ([0, 0], [POOR, 0])
    read, written = (receipts[2].touched[slot] for slot in (2, 3))
    assert read == written
    agree_by_kernels(posted)
    agree_by_tape(posted)
    agree_in_constraints(posted, ("state_root",))
    agree_on_l1(posted, OnL1(l1, deploy_stepper(image)))
