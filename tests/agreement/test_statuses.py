"""Every status of every kind of step: the stepper's header, status and reason are the engine's, and its header alone has a proof."""

from collections.abc import Callable, Sequence

import pytest

from rollup.batch.inbox import Message
from rollup.batch.receipt import Receipt
from rollup.crypto.fr import R
from rollup.ir.image import Image
from rollup.params import BLOB_ELEMENTS, ChunkKind, DataKind, Reason, Status
from rollup.state.header import StepHeader
from tests.agreement.calls import ADD, CALLS, IMAGES, MINT, RECIPIENT, TRANSFER, USUAL, Call
from tests.agreement.chain import (
    leave_no_choice,
    post,
)
from tests.agreement.programs import (
    COUNTING,
    GOLD,
    KEYS,
    MIXED,
    NEARLY_FULL,
    NEXT_ACCOUNT,
    POOR,
    RICH,
    TOKENS,
)
from tests.agreement.writing import Pen, overwrite

Agree = Callable[..., list[Receipt]]
GROUPS = [(name, at) for name, calls in CALLS.items() for at in range(0, len(calls), IMAGES[name].layout.capacity)]
WORDS = StepHeader.__slots__


def written(image: Image, calls: Sequence[Call]) -> Pen:
    pen = Pen(image)
    for call in calls:
        pen.write(call.write(pen))
    return pen


@pytest.mark.parametrize(("name", "at"), GROUPS)
def test_transactions_end_alike_on_all_machines(agree: Agree, name: str, at: int) -> None:
    image = IMAGES[name]
    capacity = image.layout.capacity
    calls = CALLS[name][at : at + capacity]
    receipts = agree(post(image, written(image, calls).elements), (WORDS[at // capacity % len(WORDS)],))
    for call, receipt in zip(calls, receipts, strict=False):
        why = call.why or (call.skip.name.lower() if call.skip else "")
        assert (receipt.status, receipt.skip, receipt.reason) == (call.status, call.skip, why), call.name


@pytest.mark.parametrize("name", CALLS)
def test_calls_meet_every_reason_and_every_check_that_can_fail_first(name: str) -> None:
    masked = {"U128 underflow in -", "U64 underflow in -"}
    assert {call.skip for call in CALLS[name]} == set(Reason)
    messages = {check.message for graph in IMAGES[name].actions for check in graph.checks}
    assert {call.why for call in CALLS[name]} - {""} == messages - masked


# ---------------------------------------------------------------- inbox


def deposit(account: int, amount: int = 40, key: tuple[int, int] = KEYS[9].public) -> Message:
    return Message(1, account, *key, RECIPIENT, amount)


@pytest.mark.parametrize("image", [COUNTING, TOKENS], ids=["counter", "tokens"])
def test_deposits_end_alike_on_all_machines(agree: Agree, image: Image) -> None:
    """Nine messages, so that they take two chunks."""
    messages = [
        deposit(0),
        deposit(NEXT_ACCOUNT, 2**64 - 41),
        deposit(NEXT_ACCOUNT, 1),
        deposit(NEXT_ACCOUNT + 1),
        deposit(15),
        deposit(0, 0, (R - 1, 0)),
        deposit(NEARLY_FULL, 100),
        deposit(NEARLY_FULL, 99),
        deposit(0, 2**64 - 1, (0, 1)),
    ]
    receipts = agree(post(image, messages=messages, withdrawals=(R - 1, 7)), ("withdrawals",))
    assert [receipt.status for receipt in receipts[:9]] == [0, 0, 1, 1, 1, 0, 1, 0, 0]


def test_deposits_where_accounts_run_out_end_alike_on_all_machines(agree: Agree) -> None:
    receipts = agree(post(COUNTING, messages=[deposit(0), deposit(0), deposit(15)], next_account=15), ("next_account",))
    assert [receipt.status for receipt in receipts[:3]] == [Status.APPLIED, Status.FAILED, Status.APPLIED]


def test_account_registered_in_a_batch_acts_in_the_same_one(agree: Agree) -> None:
    message = deposit(0, 10, KEYS[NEXT_ACCOUNT].public)
    pen = Pen(COUNTING, [message])
    pen.write(pen.call(ADD, NEXT_ACCOUNT, 7, fee=10))
    receipts = agree(post(COUNTING, pen.elements, [message], payee=NEXT_ACCOUNT))
    assert [receipt.status for receipt in receipts] == [Status.APPLIED] * 3


# ---------------------------------------------------------------- fees and the end of the data

PAYEES = [
    (RICH, 5, Status.APPLIED),
    (0, 5, Status.FAILED),
    (NEXT_ACCOUNT, 5, Status.FAILED),
    (15, 0, Status.FAILED),
    (NEARLY_FULL, 99, Status.APPLIED),
    (NEARLY_FULL, 100, Status.FAILED),
]


@pytest.mark.parametrize(("payee", "fee", "status"), PAYEES)
def test_fees_are_paid_or_burnt_alike_on_all_machines(agree: Agree, payee: int, fee: int, status: Status) -> None:
    pen = Pen(COUNTING)
    pen.write(pen.call(ADD, RICH, 1, fee=fee))
    receipts = agree(post(COUNTING, pen.elements, payee=payee), ("state_root", "fees"))
    assert [receipt.status for receipt in receipts] == [Status.APPLIED, status]


@pytest.mark.parametrize(("tag", "before"), [(0, 1), (3, 0), (0xF0, 1), (0xFF, 0)])
def test_unknown_tag_ends_the_data_alike_on_all_machines(agree: Agree, tag: int, before: int) -> None:
    pen = Pen(COUNTING)
    good = pen.call(*[USUAL[COUNTING.name][0], RICH, *USUAL[COUNTING.name][1:]])
    pen.parcels += [*[good] * before, overwrite(good, 0, 8, tag), good]
    assert len(agree(post(COUNTING, pen.elements), ("data_cursor",))) == before + 1


def full(image: Image, extra: int) -> Pen:
    pen = Pen(image)
    for _ in range(image.layout.capacity):
        pen.write(pen.call(ADD, RICH, 1))
    pen.parcels += [pen.call(ADD, RICH, 1)] * extra
    return pen


@pytest.mark.parametrize(("extra", "kind"), [(0, DataKind.CALLDATA), (1, DataKind.BLOB)])
def test_data_that_fills_the_capacity_ends_alike_on_all_machines(agree: Agree, extra: int, kind: DataKind) -> None:
    posted = post(COUNTING, full(COUNTING, extra).elements, kind=kind)
    assert len(agree(posted, ("step",))) == COUNTING.layout.capacity + 1
    assert [chunk.kind for chunk in posted.chunks()] == [ChunkKind.DATA, *[ChunkKind.TAIL] * extra]


@pytest.mark.parametrize(("place", "garbage"), [(4, 2**252), (5, 6 << 252), (8, 2**253)])
def test_bits_of_an_element_above_the_slots_mean_nothing_alike_on_all_machines(
    agree: Agree, place: int, garbage: int
) -> None:
    pen = Pen(COUNTING)
    for _ in range(2):
        pen.write(pen.call(ADD, RICH, 1))
    elements = list(pen.elements)
    elements[place] |= garbage
    receipts = agree(post(COUNTING, elements, kind=DataKind.BLOB))
    assert [receipt.kind for receipt in receipts] == ["transaction"] * 2 + ["fees"]
    assert [receipt.status for receipt in receipts] == [Status.APPLIED] * 3


@pytest.mark.parametrize("place", [0, 1])
def test_call_with_the_r_y_of_another_is_skipped_alike_on_all_machines(agree: Agree, place: int) -> None:
    """SOUNDNESS 3, 12: each transaction of a group has an r_y of its own."""
    pen = Pen(COUNTING)
    for _ in range(2):
        pen.write(pen.call(ADD, RICH, 1))
    elements = list(pen.elements)
    elements[place] = elements[1 - place]
    # The second call is signed for the nonce after the first.
    ends = [Status.APPLIED, Status.SKIPPED] if place else [Status.SKIPPED] * 2
    assert [receipt.status for receipt in agree(post(COUNTING, elements))][:2] == ends


def test_calls_of_more_than_one_group_end_alike_on_all_machines(agree: Agree) -> None:
    """Eight calls, so that two groups stand in two chunks, the second of which ends the batch."""
    pen = Pen(TOKENS)
    for _ in range(6):
        pen.write(pen.call(MINT, RICH, GOLD, 3))
    assert [receipt.status for receipt in agree(post(TOKENS, pen.elements), ("data_cursor",))] == [Status.APPLIED] * 7


def test_full_blob_whose_end_nobody_reads_ends_alike_on_all_machines(agree: Agree) -> None:
    pen = Pen(COUNTING)
    pen.write(pen.call(ADD, RICH, 1))
    elements = [*pen.elements, *[0] * (BLOB_ELEMENTS - len(pen.elements) - 1), R - 1]
    assert len(agree(post(COUNTING, elements, kind=DataKind.BLOB))) == 2


def test_no_other_word_of_any_header_has_a_proof(agree: Agree) -> None:
    pen = Pen(TOKENS, [deposit(0)])
    for call in ((MINT, RICH, GOLD, 3), (TRANSFER, RICH, POOR + 1, GOLD, 5), (1, RICH, RECIPIENT, 9)):
        pen.write(pen.call(*call))
    agree(post(TOKENS, pen.elements, [deposit(0)]), WORDS)


def test_chunk_with_tables_of_many_widths_in_one_slot_leaves_no_wire_to_the_prover() -> None:
    leave_no_choice(post(MIXED, written(MIXED, CALLS[MIXED.name][1:5]).elements))
