"""The engine: what every kind of step does to the header, the records and the receipt."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples.tokens import Tokens
from rollup.batch.batch import Batch
from rollup.batch.parcel import Parcel, elements_of
from rollup.batch.receipt import Receipt, Touched, Withdrawal
from rollup.batch.transaction import Transaction
from rollup.crypto import eddsa
from rollup.crypto.fr import R
from rollup.crypto.poseidon2 import hash_items
from rollup.errors import PeerError
from rollup.execution.engine import domain, execute, step
from rollup.params import END, Reason, Status
from rollup.state.header import Header, StepHeader
from rollup.state.tree import Tree
from tests.unit.execution.chain import KEYS, Chain, deposit
from tests.unit.execution.programs import Counter

COUNTER = Counter.image()
TOKENS = Tokens.image()


def packed(chain: Chain, *transactions: Transaction) -> tuple[int, ...]:
    """The elements that carry transactions."""
    return elements_of([transaction.parcel(chain.image) for transaction in transactions])


@pytest.fixture
def counter() -> Chain:
    """Accounts 1 and 2 with 1,000 gwei each."""
    chain = Chain(COUNTER)
    chain.fund(1000, 1000)
    return chain


def only_transaction(receipts: Sequence[Receipt]) -> Receipt:
    [receipt] = [receipt for receipt in receipts if receipt.kind == "transaction"]
    return receipt


def test_domain_hashes_chain_contract_and_both_halves_of_the_program() -> None:
    program = bytes(range(32))
    halves = [int.from_bytes(program[:16], "big"), int.from_bytes(program[16:], "big")]
    assert domain(5, b"\x01" * 20, program) == hash_items(6, [5, int.from_bytes(b"\x01" * 20, "big"), *halves])


def test_deposit_registers_the_next_account_with_key_address_and_balance() -> None:
    chain = Chain(COUNTER)
    execution = chain.fund(700)
    assert chain.state.get(1) == (*KEYS[0].public, 0xA000, 0, 700)
    assert (chain.header.next_account, chain.header.inbox_index, chain.header.batch_number) == (2, 1, 1)
    [receipt, fees] = execution.receipts
    assert (receipt.kind, receipt.status, receipt.sender) == ("inbox", Status.APPLIED, 1)
    assert receipt.touched == (Touched(0, 1),)
    assert (fees.kind, fees.position) == ("fees", 1)


def test_deposit_to_an_unknown_account_leaves_for_l1(counter: Chain) -> None:
    before = counter.header
    execution = counter.apply(counter.batch(messages=[deposit(KEYS[0], 55, account=77)]))
    assert execution.receipts[0].status is Status.FAILED
    assert execution.receipts[0].reason.startswith("cannot be delivered")
    assert execution.receipts[0].withdrawals == (Withdrawal(0xA000 + 55, 55),)
    assert counter.header.withdrawals == hash_items(4, [before.withdrawals, 0xA000 + 55, 55])
    assert counter.header.withdrawals_count == before.withdrawals_count + 1
    assert counter.header.state_root == before.state_root


def test_applied_transaction_changes_its_record_and_pays_its_fee(counter: Chain) -> None:
    call = counter.call(1, "add", 5, fee=30)
    execution = counter.apply(counter.batch(packed(counter, call), payee=2))
    receipt = only_transaction(execution.receipts)
    assert (receipt.status, receipt.action, receipt.args, receipt.fee) == (Status.APPLIED, "add", (5,), 30)
    assert receipt.transaction == call.hash(COUNTER)
    assert counter.state.get(COUNTER.layout.tree_index(1, 0)) == (5,)
    assert (counter.balance(1), counter.balance(2), counter.nonce(1)) == (970, 1030, 1)


def test_failed_transaction_pays_its_fee_and_uses_its_nonce_only(counter: Chain) -> None:
    execution = counter.apply(counter.batch(packed(counter, counter.call(1, "add", 0, fee=30))))
    receipt = only_transaction(execution.receipts)
    assert (receipt.status, receipt.reason, receipt.skip) == (Status.FAILED, "nothing to add", Reason.NONE)
    assert (counter.balance(1), counter.nonce(1)) == (970, 1)
    assert counter.state.get(COUNTER.layout.tree_index(1, 0)) == ()


def test_withdrawal_debits_the_sender_and_extends_the_accumulator(counter: Chain) -> None:
    execution = counter.apply(counter.batch(packed(counter, counter.call(2, "withdraw", 0xBEEF, 400))))
    assert only_transaction(execution.receipts).withdrawals == (Withdrawal(0xBEEF, 400),)
    assert counter.header.withdrawals == hash_items(4, [0, 0xBEEF, 400])
    assert counter.balance(2) == 600


def test_fees_for_an_unknown_payee_are_burnt(counter: Chain) -> None:
    execution = counter.apply(counter.batch(packed(counter, counter.call(1, "add", 1, fee=9)), payee=99))
    assert execution.receipts[-1].args == (9,)
    assert execution.receipts[-1].reason.endswith("burnt")
    assert execution.step_headers[-1].fees == 0
    assert counter.balance(1) == 991
    assert counter.balance(99) == 0


def skipped(chain: Chain, transaction: Transaction) -> tuple[Reason, Header]:
    """Why a lone transaction is skipped, and the header after it."""
    execution = chain.apply(chain.batch(packed(chain, transaction)))
    receipt = only_transaction(execution.receipts)
    assert receipt.status is Status.SKIPPED
    assert receipt.reason == receipt.skip.name.lower()
    return receipt.skip, execution.header


@pytest.mark.parametrize(
    ("reason", "number"),
    [(Reason.UNKNOWN_ACCOUNT, 0), (Reason.UNKNOWN_ACCOUNT, 1), (Reason.BAD_SIGNATURE, 2), (Reason.CANNOT_PAY, 3)],
)
def test_skipped_transaction_changes_nothing_and_says_why(counter: Chain, reason: Reason, number: int) -> None:
    wrong = [
        replace(counter.call(1, "add", 1), sender=3),
        replace(counter.call(1, "add", 1), sender=0),
        counter.call(1, "add", 1, nonce=1),
        counter.call(1, "add", 1, fee=1001),
    ][number]
    before = counter.header
    assert skipped(counter, wrong) == (reason, replace(before, batch_number=before.batch_number + 1))


@pytest.mark.parametrize(
    "change",
    [{"fee": 31}, {"args": (6,)}, {"sender": 2}, {"tag": 1, "args": (5, 0)}, {"signature": eddsa.Signature(1, 0, 0)}],
)
def test_signature_covers_every_part_of_a_transaction(counter: Chain, change: dict[str, object]) -> None:
    wrong = replace(counter.call(1, "add", 5, fee=30), **change)  # type: ignore[arg-type]
    assert skipped(counter, wrong)[0] is Reason.BAD_SIGNATURE


def test_transaction_of_another_chain_has_a_bad_signature(counter: Chain) -> None:
    other = Chain(COUNTER)
    other.domain = domain(31337, b"\x12" * 20, COUNTER.program_id)
    other.fund(1000)
    assert skipped(counter, other.call(1, "add", 5))[0] is Reason.BAD_SIGNATURE


def test_undecodable_transaction_is_skipped_and_the_next_one_still_runs(counter: Chain) -> None:
    r_y, slots = counter.call(1, "add", 5).parcel(COUNTER)
    wrong = Parcel(r_y, (*slots[:-1], slots[-1] | 1 << 62))
    after = counter.call(1, "add", 7).parcel(COUNTER)
    execution = counter.apply(counter.batch(elements_of([wrong, after])))
    assert [receipt.skip for receipt in execution.receipts] == [Reason.UNDECODABLE, Reason.NONE, Reason.NONE]
    assert counter.state.get(COUNTER.layout.tree_index(1, 0)) == (7,)


def test_replayed_transaction_is_skipped(counter: Chain) -> None:
    call = counter.call(1, "add", 5)
    execution = counter.apply(counter.batch(packed(counter, call, call)))
    assert [receipt.skip for receipt in execution.receipts[:2]] == [Reason.NONE, Reason.BAD_SIGNATURE]
    assert counter.state.get(COUNTER.layout.tree_index(1, 0)) == (5,)


def test_unknown_tag_ends_the_data(counter: Chain) -> None:
    first, third = counter.call(1, "add", 5).parcel(COUNTER), counter.call(2, "add", 7).parcel(COUNTER)
    for tag in (0, 3, 0xF0, 0xFF):
        second = Parcel(5, (tag, *[0] * (COUNTER.layout.stride - 1)))
        chain = Chain(COUNTER)
        chain.fund(1000, 1000)
        execution = chain.apply(chain.batch(elements_of([first, second, third])))
        assert [receipt.kind for receipt in execution.receipts] == ["transaction", "fees"]


def test_data_beyond_the_capacity_is_not_read(counter: Chain) -> None:
    calls = [counter.call(1, "add", 1, nonce=n) for n in range(COUNTER.layout.capacity + 1)]
    execution = counter.apply(counter.batch(packed(counter, *calls)))
    assert [receipt.kind for receipt in execution.receipts] == ["transaction"] * COUNTER.layout.capacity + ["fees"]
    assert counter.state.get(COUNTER.layout.tree_index(1, 0)) == (COUNTER.layout.capacity,)


def test_step_headers_count_steps_transactions_and_fees(counter: Chain) -> None:
    calls = [counter.call(1, "add", 1, fee=3), counter.call(2, "add", 1, fee=4)]
    batch = counter.batch(packed(counter, *calls), [deposit(KEYS[2], 5)], payee=1)
    headers = counter.apply(batch).step_headers
    assert [(h.inbox_index, h.data_cursor, h.fees, h.step) for h in headers] == [
        (3, 0, 0, 1),
        (3, 1, 3, 2),
        (3, 2, 7, 3),
        (3, END, 0, 4),
    ]
    assert headers[-1].words()[:5] == counter.header.words()[:5]


def test_step_past_the_end_is_the_identity(counter: Chain) -> None:
    batch = counter.batch()
    end = execute(COUNTER, counter.header, batch, counter.state).step_headers[-1]
    result = step(COUNTER, end, batch, counter.state)
    assert (result.header, result.receipt, result.accesses) == (end, None, ())


def test_batch_that_does_not_follow_is_refused(counter: Chain) -> None:
    batch = counter.batch()
    for wrong in (replace(batch, number=7), replace(batch, inbox_from=1, inbox_to=1)):
        with pytest.raises(PeerError, match="does not follow"):
            counter.apply(wrong)
    with pytest.raises(PeerError, match="not the header's"):
        execute(COUNTER, replace(counter.header, state_root=1), batch, counter.state)


def test_tokens_move_between_accounts_and_no_further() -> None:
    chain = Chain(TOKENS)
    chain.fund(100, 100)
    mint = chain.call(1, "mint", 7, 1000)
    give = chain.call(1, "transfer", 2, 7, 300, nonce=1)
    too_much = chain.call(2, "transfer", 1, 7, 301)
    to_self = chain.call(2, "transfer", 2, 7, 1, nonce=1)
    execution = chain.apply(chain.batch(packed(chain, mint, give, too_much, to_self), payee=1))
    statuses = [receipt.status for receipt in execution.receipts]
    assert statuses == [Status.APPLIED, Status.APPLIED, Status.FAILED, Status.FAILED, Status.APPLIED]
    assert execution.receipts[2].reason == "insufficient balance"
    key = [chain.image.layout.key(1, account, 7) for account in (1, 2)]
    assert [chain.state.get(chain.image.layout.tree_index(1, k)) for k in key] == [(700,), (300,)]
    assert execution.receipts[1].touched == (Touched(0, 1), Touched(1, key[0]), Touched(1, key[1]))


def garbage() -> st.SearchStrategy[list[int]]:
    """Elements as an attacker would choose them: often a known tag at the first slot."""
    element = st.one_of(st.integers(0, R - 1), st.integers(1, 2).map(lambda tag: tag | 1 << 8))
    return st.lists(element, max_size=COUNTER.layout.data_elements + 2)


@settings(max_examples=40)
@given(garbage(), st.integers(0, (1 << 20) - 1))
def test_garbage_runs_to_a_terminal_header_and_moves_no_value(elements: list[int], payee: int) -> None:
    chain = Chain(COUNTER)
    chain.fund(1000)
    before = chain.header
    batch: Batch = chain.batch(elements, payee=payee)
    execution = chain.apply(batch)
    assert execution.step_headers[-1].is_terminal
    assert len(execution.step_headers) <= COUNTER.layout.capacity + 1
    assert all(receipt.status is Status.SKIPPED for receipt in execution.receipts[:-1])
    assert execution.header == replace(before, batch_number=before.batch_number + 1)


@given(st.integers(0, 8 * 13), st.integers(0, 3), st.integers(0, R - 1))
def test_step_from_any_cursor_is_total(cursor: int, inbox: int, word: int) -> None:
    chain = Chain(COUNTER)
    header = replace(StepHeader.start(chain.header), data_cursor=cursor, inbox_index=inbox)
    batch = chain.batch([word] * 30, [deposit(KEYS[0], 1)] * 2)
    if inbox >= 2:
        result = step(COUNTER, header, batch, Tree(COUNTER.layout.depth))
        assert result.header.data_cursor in (cursor + COUNTER.layout.stride, END)
    else:
        assert step(COUNTER, header, batch, Tree(COUNTER.layout.depth)).header.inbox_index == inbox + 1
