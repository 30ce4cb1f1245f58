"""Chunks of inbox messages."""

from dataclasses import replace

import pytest

from provers.validity.arithmetise.chunk_input import INBOX_MESSAGES, ChunkInput
from provers.validity.constraints.r1cs import ints_of
from rollup.batch.inbox import Message
from rollup.crypto.fr import R
from rollup.params import ChunkKind, Status
from tests.unit.validity.arithmetise.chain import KEYS, Chain, Z, circuits, holds, small_chain, system, zc
from tests.unit.validity.constraints.harness import undetermined

APPLIED, FAILED = Status.APPLIED, Status.FAILED


def register(amount: int = 5) -> Message:
    return Message(1, 0, *KEYS[9].public, 0xB0, amount)


def credit(account: int, amount: int = 5) -> Message:
    return Message(1, account, 0, 0, 0xB1, amount)


def statuses(chain: Chain) -> list[Status]:
    return [trace.receipt.status for trace in chain.traces if trace.receipt and trace.receipt.kind == "inbox"]


MESSAGES = (register(), credit(1), credit(9), credit(2, 2**64 - 1), register(0))


@pytest.fixture
def chain() -> Chain:
    return small_chain()


@pytest.fixture(scope="module")
def chunk() -> ChunkInput:
    return small_chain().chunks((), MESSAGES)[0]


def test_messages_of_every_outcome_hold(chain: Chain) -> None:
    chunk, _ = chain.chunks((), MESSAGES)
    assert statuses(chain) == [APPLIED, APPLIED, FAILED, FAILED, APPLIED]
    assert holds(chunk)
    assert chunk.header_out is not None
    assert (chunk.header_out.inbox_index, chunk.header_out.withdrawals_count) == (5, 2)


@pytest.mark.parametrize("count", [1, INBOX_MESSAGES - 1, INBOX_MESSAGES, INBOX_MESSAGES + 1])
def test_any_number_of_messages_is_cut_into_chunks_that_hold(chain: Chain, count: int) -> None:
    *inbox, data = chain.chunks((), [credit(1 + k % 3) for k in range(count)])
    assert [len(chunk.messages) for chunk in inbox] == ([count] if count <= 8 else [8, count - 8])
    assert all(map(holds, [*inbox, data]))


def test_registrations_past_the_last_account_are_returned_provably(chain: Chain) -> None:
    *inbox, _ = chain.chunks((), [register() for _ in range(12)])
    assert statuses(chain) == [APPLIED] * 10 + [FAILED] * 2
    assert all(map(holds, inbox))


WORDS = ("state_root", "withdrawals", "withdrawals_count", "inbox_index", "next_account", "data_cursor", "fees", "step")


@pytest.mark.parametrize("word", WORDS)
def test_another_word_in_the_header_after_is_refused(chunk: ChunkInput, word: str) -> None:
    assert chunk.header_out is not None
    forged = replace(chunk.header_out, **{word: getattr(chunk.header_out, word) + 1})
    assert not holds(replace(chunk, header_out=forged))


def test_leaving_out_the_last_message_is_refused(chain: Chain) -> None:
    chunk, _ = chain.chunks((), MESSAGES)
    assert not holds(replace(chunk, header_out=chain.traces[4].before, steps=chunk.steps[:-1]))


def test_another_end_of_the_inbox_is_refused(chunk: ChunkInput) -> None:
    for inbox_to in (0, 4, 6, 20):
        assert not holds(replace(chunk, inbox_to=inbox_to))


def test_an_index_beyond_the_end_of_the_inbox_is_refused(chain: Chain) -> None:
    """Fewer messages than none: `inbox_to - inbox_index` would wrap."""
    chain.chunks(())
    header, top = replace(chain.traces[0].before, inbox_index=3), chain.traces[0].top
    empty = ChunkInput(ChunkKind.INBOX, inbox_to=3, header_in=header, header_out=header, top=top)
    assert holds(empty)
    assert not holds(replace(empty, inbox_to=2))


def test_an_end_of_the_inbox_that_lies_before_its_start_is_refused(chain: Chain) -> None:
    """None of the eight messages would be the last."""
    inbox, _ = chain.chunks((), [credit(1)] * INBOX_MESSAGES)
    assert holds(replace(inbox, inbox_to=INBOX_MESSAGES + 5))
    assert not holds(replace(inbox, inbox_to=R - 5))


@pytest.mark.parametrize(
    "change", [{"kind": 2}, {"account": 2}, {"key_x": 1}, {"l1_address": 1}, {"amount": 6}, {"account": 16 + 1}]
)
def test_another_message_is_refused(chunk: ChunkInput, change: dict[str, int]) -> None:
    place = 0 if "key_x" in change else 1
    messages = list(chunk.messages)
    messages[place] = replace(messages[place], **change)
    changed = replace(chunk, messages=tuple(messages))
    # The address of a message that is delivered to an account decides nothing, nor does its kind unless it is a call's; the hash binds them all the same.
    assert holds(changed) == bool(change.keys() & {"l1_address", "kind"})
    assert changed.h != chunk.h


def test_a_message_out_of_range_is_refused_wherever_it_stands(chunk: ChunkInput) -> None:
    for change in ({"amount": 2**64}, {"l1_address": 2**160}, {"account": 2**4}):
        assert not holds(replace(chunk, messages=(*chunk.messages, replace(credit(1), **change))))


def test_a_start_or_count_of_elements_is_refused(chunk: ChunkInput) -> None:
    assert not holds(replace(chunk, start=1))
    assert not holds(replace(chunk, count=1))


def test_a_chunk_leaves_no_wire_to_the_prover_once_its_data_is_fixed(chunk: ChunkInput) -> None:
    shape = circuits().shape(ChunkKind.INBOX)
    values = ints_of(circuits().assign(ChunkKind.INBOX, chunk, Z, zc(0))[1])
    known = [*range(1 + shape.public), *shape.data]
    assert undetermined(system(ChunkKind.INBOX), values, known) <= set(shape.free)
