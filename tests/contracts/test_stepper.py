"""Whole steps on L1 against the engine: every kind of step, every status, every reason."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from l1bridge import kzg
from l1bridge.client import L1Client
from provers.optimistic.one_step import build_evidence
from rollup.batch.inbox import Message, rolling_hash
from rollup.batch.parcel import Parcel, elements_of
from rollup.batch.slots import bits_of, slots_from_bits
from rollup.batch.transaction import Transaction
from rollup.crypto.fr import R
from rollup.execution.engine import step
from rollup.ir.image import Image
from rollup.params import END, SLOTS_PER_ELEMENT, DataKind, Reason, Status
from rollup.ports.l1 import Contract
from tests.contracts.scenario import (
    ALICE,
    ANNOTATE,
    BOB,
    CAROL,
    FEE,
    RICH,
    Scenario,
    Tokens,
    account,
    genesis,
    scenario,
    secret,
    signed,
    transfer,
)

Taken = tuple[Status, Reason]
Take = Callable[[Scenario], Taken]
IMAGE = Tokens.image()
LAYOUT = IMAGE.layout


@pytest.fixture(scope="session")
def stepper(deploy_stepper: Callable[[Image], Contract]) -> Contract:
    return deploy_stepper(IMAGE)


@pytest.fixture(scope="session")
def take(l1: L1Client, stepper: Contract) -> Take:
    """Take a step on both machines, hold the headers together, and return what became of it."""

    def run(given: Scenario) -> Taken:
        evidence = build_evidence(given.image, given.header, given.batch, given.state, kzg)
        words, status, reason = l1.call(stepper, "step", given.context, given.header.words(), evidence.to_abi())
        expected = step(given.image, given.header, given.batch, given.state.fork())
        assert tuple(words) == expected.header.words()
        if expected.receipt is not None:
            assert (status, reason) == (expected.receipt.status, expected.receipt.skip)
        return Status(status), Reason(reason)

    return run


def deposit(to: int, amount: int = 40) -> Message:
    return Message(1, to, *secret(CAROL).public, 0xC0C0, amount)


def test_program_id_computed_on_l1_is_that_of_the_image(l1: L1Client, stepper: Contract) -> None:
    assert l1.call(stepper, "program_id") == IMAGE.program_id


# ---------------------------------------------------------------- inbox


def test_deposit_for_nobody_registers_the_next_account(take: Take) -> None:
    assert take(scenario(messages=[deposit(0)])) == (Status.APPLIED, Reason.NONE)


def test_deposit_for_an_account_credits_it(take: Take) -> None:
    assert take(scenario(messages=[deposit(BOB)])) == (Status.APPLIED, Reason.NONE)


@pytest.mark.parametrize("to", [3, 200])
def test_deposit_for_an_unknown_account_goes_back(take: Take, to: int) -> None:
    assert take(scenario(messages=[deposit(to)])) == (Status.FAILED, Reason.NONE)


def test_deposit_where_no_account_is_left_goes_back(take: Take) -> None:
    assert take(scenario(messages=[deposit(0)], next_account=256)) == (Status.FAILED, Reason.NONE)


def test_deposit_beyond_64_bits_goes_back(take: Take) -> None:
    assert take(scenario(messages=[deposit(BOB, 2**64 - 1)])) == (Status.FAILED, Reason.NONE)


def test_deposit_of_a_key_off_the_curve_registers(take: Take) -> None:
    assert take(scenario(messages=[Message(1, 0, R - 1, 0, 2**160 - 1, 0)])) == (Status.APPLIED, Reason.NONE)


def test_second_message_is_read_after_the_first(take: Take) -> None:
    both = [deposit(0), deposit(BOB)]
    given = scenario(messages=both, inbox_index=1)
    given = replace(given, rolling_before=rolling_hash(both[:1]), rolling_after=rolling_hash(both))
    assert take(given) == (Status.APPLIED, Reason.NONE)


# ---------------------------------------------------------------- transactions


@pytest.mark.parametrize("kind", DataKind)
def test_transfer_is_applied(take: Take, kind: DataKind) -> None:
    assert take(scenario(signed(IMAGE, transfer()), kind=kind)) == (Status.APPLIED, Reason.NONE)


@pytest.mark.parametrize("before", [1, 2, 3, 4, 7, 8, LAYOUT.capacity - 1])
@pytest.mark.parametrize("kind", DataKind)
def test_transfer_at_any_place_of_a_group_is_applied(take: Take, before: int, kind: DataKind) -> None:
    given = scenario(signed(IMAGE, transfer()), before=before, kind=kind)
    assert take(given) == (Status.APPLIED, Reason.NONE)


def test_transfer_of_more_than_there_is_fails_and_pays_its_fee(take: Take) -> None:
    assert take(scenario(signed(IMAGE, transfer(101)))) == (Status.FAILED, Reason.NONE)


def test_transfer_to_oneself_borrows_a_record_twice_and_fails(take: Take) -> None:
    assert take(scenario(signed(IMAGE, transfer(to=ALICE)))) == (Status.FAILED, Reason.NONE)


def test_withdrawal_extends_the_accumulator(take: Take) -> None:
    call = Transaction(1, ALICE, FEE, (2**160 - 1, 77))
    assert take(scenario(signed(IMAGE, call), withdrawals=R - 1, withdrawals_count=4)) == (
        Status.APPLIED,
        Reason.NONE,
    )


def test_withdrawal_of_more_than_the_balance_fails(take: Take) -> None:
    assert take(scenario(signed(IMAGE, Transaction(1, ALICE, FEE, (5, RICH))))) == (Status.FAILED, Reason.NONE)


def test_full_elements_are_read_to_the_last_bit(take: Take) -> None:
    call = Transaction(ANNOTATE, ALICE, FEE, (7, R - 1, 2**254))
    assert take(scenario(signed(IMAGE, call))) == (Status.APPLIED, Reason.NONE)


def with_bits(parcel: Parcel, offset: int, width: int, value: int) -> Parcel:
    """Overwrite bits of a transaction."""
    bits = bits_of(parcel.slots)
    bits ^= (bits >> offset & ((1 << width) - 1) ^ value) << offset
    return parcel._replace(slots=slots_from_bits(bits, len(parcel.slots)))


ANNOTATED = signed(IMAGE, Transaction(ANNOTATE, ALICE, FEE, (7, 1, 2)))
PADDING = LAYOUT.arguments_offset + 8 + 64 + 8
UNDECODABLE = {
    "fee not canonical": with_bits(signed(IMAGE, transfer()), LAYOUT.fee_offset, 16, 1 << 11 | 5),
    "first bit of padding": with_bits(signed(IMAGE, transfer()), PADDING, 1, 1),
    "last bit of padding": with_bits(signed(IMAGE, transfer()), 63 * LAYOUT.stride - 1, 1, 1),
    "argument not below R": with_bits(ANNOTATED, LAYOUT.arguments_offset + 8 + 255, 255, R),
}


@pytest.mark.parametrize("case", UNDECODABLE)
def test_transaction_that_cannot_be_decoded_is_skipped(take: Take, case: str) -> None:
    assert take(scenario(UNDECODABLE[case])) == (Status.SKIPPED, Reason.UNDECODABLE)


@pytest.mark.parametrize("sender", [0, 3, 255])
def test_transaction_of_an_unknown_account_is_skipped(take: Take, sender: int) -> None:
    parcel = with_bits(signed(IMAGE, transfer()), LAYOUT.sender_offset, 8, sender)
    assert take(scenario(parcel)) == (Status.SKIPPED, Reason.UNKNOWN_ACCOUNT)


BAD_SIGNATURES = {
    "another domain": signed(IMAGE, transfer(), domain=1),
    "another nonce": signed(IMAGE, transfer(), nonce=1),
    "another amount": with_bits(signed(IMAGE, transfer()), LAYOUT.arguments_offset + 16, 64, 31),
    "s of all ones": with_bits(signed(IMAGE, transfer()), LAYOUT.s_offset, 252, 2**252 - 1),
    "r_y of no point": signed(IMAGE, transfer())._replace(r_y=2),
    "the largest r_y": signed(IMAGE, transfer())._replace(r_y=R - 1),
    "another sender": with_bits(signed(IMAGE, transfer()), LAYOUT.sender_offset, 8, BOB),
}


@pytest.mark.parametrize("case", BAD_SIGNATURES)
def test_transaction_whose_signature_is_bad_is_skipped(take: Take, case: str) -> None:
    assert take(scenario(BAD_SIGNATURES[case])) == (Status.SKIPPED, Reason.BAD_SIGNATURE)


def test_transaction_of_a_key_off_the_curve_is_skipped(take: Take) -> None:
    state = genesis(IMAGE)
    state.update(LAYOUT.tree_index(0, ALICE), (5, 5, *account(ALICE)[2:]))
    assert take(scenario(signed(IMAGE, transfer()), state=state)) == (Status.SKIPPED, Reason.BAD_SIGNATURE)


def test_transaction_whose_sender_cannot_pay_is_skipped(take: Take) -> None:
    fee = 2047 << 31
    assert take(scenario(signed(IMAGE, transfer(fee=fee)))) == (Status.SKIPPED, Reason.CANNOT_PAY)


# ---------------------------------------------------------------- the end of the data


@pytest.mark.parametrize(("payee", "status"), [(BOB, Status.APPLIED), (0, Status.FAILED), (CAROL, Status.FAILED)])
def test_fees_are_paid_to_an_account_or_burnt(take: Take, payee: int, status: Status) -> None:
    assert take(scenario(payee=payee, fees=12, elements=(0,))) == (status, Reason.NONE)


def test_fees_beyond_64_bits_of_balance_are_burnt(take: Take) -> None:
    assert take(scenario(payee=BOB, fees=2**64 - 1)) == (Status.FAILED, Reason.NONE)


@pytest.mark.parametrize("kind", DataKind)
@pytest.mark.parametrize("tag", [0, LAYOUT.actions + 1, 0xF0, 0xFF])
def test_unknown_tag_ends_the_data(take: Take, tag: int, kind: DataKind) -> None:
    elements = (2, 0, 0, 0, tag | 1 << 100)
    assert take(scenario(elements=elements, kind=kind, fees=3)) == (Status.APPLIED, Reason.NONE)


@pytest.mark.parametrize("before", [1, 3, 5])
def test_unknown_tag_at_a_later_place_ends_the_data(take: Take, before: int) -> None:
    given = scenario(Parcel(2, (9, *(2,) * (LAYOUT.stride - 1))), before=before)
    assert take(given) == (Status.APPLIED, Reason.NONE)


@pytest.mark.parametrize("high", [1, 2, 4, 6])
@pytest.mark.parametrize("place", [4, 5])
@pytest.mark.parametrize("kind", DataKind)
def test_bits_of_an_element_above_the_slots_mean_nothing(take: Take, high: int, place: int, kind: DataKind) -> None:
    elements = list(elements_of([signed(IMAGE, transfer())]))
    elements[place] += high << 252
    assert take(scenario(elements=elements, kind=kind)) == (Status.APPLIED, Reason.NONE)


@pytest.mark.parametrize("place", [1, 2, 3])
def test_transfer_is_not_read_with_the_r_y_of_another(take: Take, place: int) -> None:
    elements = list(elements_of([signed(IMAGE, transfer())]))
    elements[0], elements[place] = elements[place], elements[0]
    assert take(scenario(elements=elements)) == (Status.SKIPPED, Reason.BAD_SIGNATURE)


@pytest.mark.parametrize("kind", DataKind)
def test_data_that_fills_the_capacity_ends_without_being_read(take: Take, kind: DataKind) -> None:
    end = LAYOUT.capacity
    parcels = [signed(IMAGE, transfer())] * (end if kind is DataKind.CALLDATA else end + 1)
    given = scenario(elements=elements_of(parcels), kind=kind, data_cursor=end)
    assert take(given) == (Status.APPLIED, Reason.NONE)


def test_step_past_the_end_is_the_identity(take: Take) -> None:
    assert take(scenario(data_cursor=END, step=9)) == (Status.APPLIED, Reason.NONE)


# ---------------------------------------------------------------- anything


@settings(max_examples=10)
@given(
    tag=st.integers(1, LAYOUT.actions),
    sender=st.sampled_from([0, ALICE, BOB, CAROL]),
    garbage=st.lists(st.integers(0, R - 1) | st.integers(0, 2**252 - 1), min_size=40, max_size=44),
    place=st.integers(0, 3),
)
def test_any_data_gives_on_l1_what_the_engine_makes_of_it(
    take: Take, tag: int, sender: int, garbage: list[int], place: int
) -> None:
    at, slot = divmod(place * LAYOUT.stride, SLOTS_PER_ELEMENT)
    elements, mask = list(garbage), 0xFFFF << 63 * slot
    elements[4 + at] = elements[4 + at] & ~mask | (sender << 8 | tag) << 63 * slot
    take(scenario(elements=elements, data_cursor=place))


@settings(max_examples=5)
@given(
    words=st.tuples(
        st.integers(0, 255),
        st.integers(0, R - 1),
        st.integers(0, R - 1),
        st.integers(0, 2**160 - 1),
        st.integers(0, 2**64 - 1),
    )
)
def test_any_message_gives_on_l1_what_the_engine_makes_of_it(take: Take, words: tuple[int, ...]) -> None:
    take(scenario(messages=[Message(1, *words)]))
