"""Calls from L1: every outcome of every kind of them, alike on all machines."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from rollup.batch.call import decode_call, encode_call
from rollup.batch.inbox import Message
from rollup.batch.receipt import Receipt
from rollup.crypto.fr import R
from rollup.errors import DecodeError
from rollup.execution.engine import execute
from rollup.params import MAX_CALL_BITS, TAG_CALL, TAG_DEPOSIT, MessageKind, Status
from tests.agreement.calls import LEAVE, RECIPIENT, REST, VISIT, call
from tests.agreement.chain import MOMENT, Posted, leave_no_choice, post
from tests.agreement.programs import CALLING, COUNTING, NEARLY_FULL, NEXT_ACCOUNT, OFF_CURVE, POOR, RICH
from tests.agreement.writing import Pen

Agree = Callable[..., list[Receipt]]
END = 2**64 - 1
LONG = call(VISIT, RICH, R - 1, 200, END, amount=5)
UNDELIVERED = "cannot be delivered: goes back to its depositor on L1"
UNDECODABLE = "the arguments cannot be decoded"
NOT_THEIRS = "the account was registered by another L1 address"

OUTCOMES: list[tuple[Message, int, str]] = [
    (LONG, TAG_CALL + VISIT, ""),
    (call(VISIT, RICH, 0, 55, MOMENT.timestamp), TAG_CALL + VISIT, ""),
    (call(VISIT, RICH, 1, 1, END, amount=9), TAG_CALL + VISIT, "U8 overflow in +"),
    (call(VISIT, POOR, 1, 1, MOMENT.timestamp - 1), TAG_CALL + VISIT, "too late"),
    (call(VISIT, POOR, 1, 1, END, caller=RICH, amount=7), TAG_CALL + VISIT, NOT_THEIRS),
    (call(VISIT, NEXT_ACCOUNT, 1, 1, END, amount=8), TAG_CALL + VISIT, UNDELIVERED),
    (call(VISIT, NEARLY_FULL, 1, 1, END, amount=100), TAG_CALL + VISIT, UNDELIVERED),
    (call(VISIT, NEARLY_FULL, 1, 1, END, amount=99), TAG_CALL + VISIT, ""),
    (call(VISIT, OFF_CURVE, 1, 1, END), TAG_CALL + VISIT, ""),
    # The first argument is not below R, a bit stands behind the last one, and one above what is read of each word.
    (replace(LONG, key_x=2**252 - 1, key_y=2**75 - 1), TAG_CALL + VISIT, UNDECODABLE),
    (replace(LONG, key_y=LONG.key_y + 2**75), TAG_CALL + VISIT, UNDECODABLE),
    (replace(LONG, key_y=LONG.key_y + 2**251), TAG_CALL + VISIT, UNDECODABLE),
    (replace(LONG, key_x=LONG.key_x % 2**200 + 2**252), TAG_CALL + VISIT, UNDECODABLE),
    (replace(LONG, key_y=LONG.key_y + 2**254), TAG_CALL + VISIT, UNDECODABLE),
    (call(LEAVE, RICH, POOR, RECIPIENT, 500_000, amount=1), TAG_CALL + LEAVE, ""),
    (call(LEAVE, RICH, POOR, RECIPIENT, 3, amount=10), TAG_CALL + LEAVE, ""),
    (call(LEAVE, RICH, POOR, RECIPIENT, 30, amount=10), TAG_CALL + LEAVE, "the balance does not cover the payment"),
    (call(LEAVE, POOR, RICH, RECIPIENT, 1), TAG_CALL + LEAVE, "only account 1 may do this"),
    (call(LEAVE, RICH, RICH, RECIPIENT, 0), TAG_CALL + LEAVE, "a record is borrowed twice"),
    (call(REST, RICH, amount=5), TAG_DEPOSIT, ""),
    (replace(call(REST, RICH), kind=MessageKind.CALL + 1), TAG_DEPOSIT, ""),
    (replace(call(REST, RICH), kind=MessageKind.CALL + 5), TAG_DEPOSIT, ""),
    (replace(call(REST, NEXT_ACCOUNT, amount=6), kind=MessageKind.CALL + 255), TAG_DEPOSIT, UNDELIVERED),
]
"""Messages in their order, the graph that each runs, and what its receipt says."""


@pytest.mark.parametrize("at", range(0, len(OUTCOMES), 8))
def test_calls_from_l1_end_alike_on_all_machines(agree: Agree, at: int) -> None:
    rows = OUTCOMES[at : at + 8]
    before = post(CALLING, messages=[message for message, _, _ in OUTCOMES[:at]])
    state = before.state.fork()
    header = execute(CALLING, before.header, before.batch, state).header if at else before.header
    withdrawals = (header.withdrawals, header.withdrawals_count)
    posted = post(CALLING, messages=[message for message, _, _ in rows], state=state, withdrawals=withdrawals)
    receipts = agree(posted, ("state_root", "withdrawals"))
    for (message, tag, why), receipt in zip(rows, receipts, strict=False):
        expected = (tag, Status.FAILED if why else Status.APPLIED, why)
        assert (receipt.tag, receipt.status, receipt.reason) == expected, message
        assert receipt.sender == message.account


def test_every_wire_of_a_chunk_with_calls_follows_from_what_l1_and_the_state_hold() -> None:
    """No hint of theirs is a prover's choice: an honest call, one of a stranger, one that cannot be decoded, and a deposit."""
    leave_no_choice(post(CALLING, messages=[OUTCOMES[at][0] for at in (0, 4, 9, 14, 19)]))


def test_a_call_changes_no_nonce_and_stands_beside_transactions_of_its_account(agree: Agree) -> None:
    """SOUNDNESS 16: what the account signs is not in the way of what it calls, nor the other way about."""
    messages = [call(VISIT, RICH, 4, 1, END, amount=3)]
    pen = Pen(CALLING, messages)
    pen.write(pen.call(VISIT, RICH, 5, 2, END))
    receipts = agree(post(CALLING, pen.elements, messages))
    assert [receipt.status for receipt in receipts] == [Status.APPLIED] * 3
    assert pen.nonce(RICH) == 8
    visits = pen.state.get(CALLING.layout.tree_index(1, RICH))
    assert visits == (*MOMENT, 5, 3, 0)


def test_what_a_call_writes_is_its_batch_and_that_it_came_from_l1() -> None:
    posted = post(CALLING, messages=[LONG])
    state = posted.state.fork()
    execute(CALLING, posted.header, posted.batch, state)
    assert state.get(CALLING.layout.tree_index(1, RICH)) == (*MOMENT, R - 1, 200, 1)


def test_a_program_without_calls_takes_each_for_a_deposit(agree: Agree) -> None:
    messages = [call(VISIT, RICH, 0, 0, 0, amount=5), call(VISIT, NEXT_ACCOUNT, 0, 0, 0, amount=6)]
    receipts = agree(post(COUNTING, messages=messages), ("state_root",))
    assert [(receipt.tag, receipt.status) for receipt in receipts[:2]] == [(TAG_DEPOSIT, 0), (TAG_DEPOSIT, 1)]


@pytest.mark.parametrize(
    ("change", "why"),
    [({"kind": 256}, "no known kind"), ({"kind": 2}, "no known kind"), ({"kind": 0}, "no known kind"),
     ({"kind": 512}, "word 0"), ({"account": 0}, "account 0")],
)  # fmt: skip
def test_what_l1_never_queues_is_no_message(change: dict[str, int], why: str) -> None:
    assert Message.from_words(LONG.words(), 4) == LONG
    with pytest.raises(DecodeError, match=why):
        Message.from_words(replace(LONG, **change).words(), 4)


@pytest.mark.parametrize("widths", [(), (8,), (255, 1), (252, 252), (1, 255, 248), (64,) * 7])
def test_arguments_of_a_call_are_read_as_they_were_written(widths: Sequence[int]) -> None:
    args = tuple((R if width == 255 else 1 << width) - 1 for width in widths)
    assert decode_call(widths, encode_call(widths, args)) == (args, True)
    assert sum(widths) <= MAX_CALL_BITS


def test_arguments_that_do_not_fit_are_not_written() -> None:
    for widths, args, why in (((8,), (256,), "argument 0"), ((255,), (R,), "argument 0"), ((255, 255), (0, 0), "too wide"), ((8,), (), "number")):  # fmt: skip
        with pytest.raises(DecodeError, match=why):
            encode_call(widths, args)


def test_batch_of_calls_takes_its_time_from_l1_alone() -> None:
    """The same data at another time or number is another result: neither is anybody's to choose after posting."""
    posted = post(CALLING, messages=[LONG])
    results = set()
    for timestamp in (MOMENT.timestamp, MOMENT.timestamp + 1):
        other: Posted = replace(posted, batch=replace(posted.batch, timestamp=timestamp))
        results.add(execute(CALLING, other.header, other.batch, other.state.fork()).header.state_root)
    assert len(results) == 2
