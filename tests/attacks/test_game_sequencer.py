"""A hostile sequencer: whatever it posts has one meaning, everybody can settle it, and nobody is locked out."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from provers.adversaries.liars import Lie, credit, lie_at, words
from rollup.batch.blob import to_blob, to_words
from rollup.batch.inbox import Message
from rollup.batch.parcel import Parcel, elements_of
from rollup.crypto.fr import R
from rollup.crypto.keccak import keccak256
from rollup.crypto.poseidon2 import Domain, hash_items
from rollup.errors import DecodeError
from rollup.params import BLOB_ELEMENTS, ELEMENT_BITS, SLOT_BITS, AccountAttribute, DataKind, MessageKind, Status
from rollup.ports.l1 import L1Reverted
from tests.game.builder import Play, propose_right
from tests.game.chain import (
    CHALLENGER,
    DRIFT,
    INCLUSION_WINDOW,
    LIAR,
    PROPOSER,
    SEQUENCER,
    SILENCE,
    STRANGER,
    TERMS,
    Chain,
)
from tests.game.judge import judged
from tests.game.players import play, seat
from tests.game.scene import ALICE, counters, on

chain = on(counters)


def settles(chain: Chain, *lies: Lie) -> None:
    """Each of these lies about the newest batch falls by a step, and the right claim becomes final."""
    newest = chain.derived()
    claims = [propose_right(chain, PROPOSER, number)[0] for number in range(1, newest + 1)]
    for lie in lies:
        with chain.undone() as copy:
            game = Play.of_lie(copy, lie, newest)
            moves = play(copy, (seat(copy, LIAR, lie.defence), seat(copy, CHALLENGER)))
            assert "refute" in [move.what for move in moves]
            assert game.verdict == "rejected"
    chain.pass_to(chain.head.timestamp + TERMS.window + 1)
    for number, claim in enumerate(claims, 1):
        chain.finalise(claim, chain.header(number))


def garbage(seed: int, count: int) -> tuple[int, ...]:
    """Random elements, any below R."""
    source = random.Random(seed)
    return tuple(source.randrange(R) for _ in range(count))


def noise(seed: int, count: int, tag: int, stride: int) -> tuple[int, ...]:
    """Elements of transactions that are random but for their tag."""
    source = random.Random(seed)
    slots = [[source.getrandbits(SLOT_BITS) for _ in range(stride)] for _ in range(count)]
    return elements_of([Parcel(source.randrange(R), (first >> 8 << 8 | tag, *rest)) for first, *rest in slots])


# ---------------------------------------------------------------- data


def test_blob_of_nothing_but_random_elements_is_one_batch_and_settles(chain: Chain) -> None:
    """SOUNDNESS 12: a batch owns all 4096 elements, whatever they are."""
    chain.post(elements=garbage(1, BLOB_ELEMENTS), kind=DataKind.BLOB)
    settles(chain, lie_at(chain, chain.derived(), 0))


def test_blob_full_of_garbage_with_known_tags_is_a_full_batch_of_skipped_calls_and_settles(chain: Chain) -> None:
    """SOUNDNESS 5, 12: every one of 128 undecodable calls is a step that L1 can execute."""
    layout = chain.image.layout
    chain.post(
        elements=noise(2, BLOB_ELEMENTS // layout.group_elements * 4, tag=2, stride=layout.stride), kind=DataKind.BLOB
    )
    receipts = chain.executions[-1].receipts
    assert len(receipts) == layout.capacity + 1
    assert {receipt.status for receipt in receipts[:-1]} == {Status.SKIPPED}
    judged(chain, chain.derived(), 0)
    settles(chain, lie_at(chain, chain.derived(), layout.capacity - 1))


def test_bits_of_elements_above_the_slots_mean_nothing_here_and_on_l1(chain: Chain) -> None:
    """SOUNDNESS 2, 12: an element of a blob has more bits than its slots."""
    good = elements_of([chain.call(ALICE, "add", 1).parcel(chain.image)])
    for place in range(4, len(good)):
        for high in (1, 6):
            with chain.undone() as copy:
                more = (*good[:place], good[place] + (high << ELEMENT_BITS), *good[place + 1 :])
                copy.post(elements=more, kind=DataKind.BLOB)
                receipt = copy.executions[-1].receipts[0]
                assert (receipt.kind, receipt.status) == ("transaction", Status.APPLIED)
                judged(copy, copy.derived(), 0)


def test_call_with_the_r_y_of_another_is_skipped_here_and_on_l1(chain: Chain) -> None:
    """SOUNDNESS 3, 12: of the four r_y of a group each belongs to one transaction."""
    due = chain.states[-1].get(ALICE)[AccountAttribute.NONCE]
    parcels = [chain.call(ALICE, "add", 1, nonce=due + k).parcel(chain.image) for k in range(2)]
    good = elements_of(parcels)
    chain.post(elements=(good[0], *good[:3], *good[4:]), kind=DataKind.BLOB)
    assert [receipt.status for receipt in chain.executions[-1].receipts[:2]] == [Status.APPLIED, Status.SKIPPED]
    judged(chain, chain.derived(), 1)
    settles(chain, lie_at(chain, chain.derived(), 1))


def test_call_behind_an_unknown_tag_never_happened(chain: Chain) -> None:
    """SOUNDNESS 8: an unknown tag ends the data; who claims that the call behind it was carried out loses."""
    call = chain.call(ALICE, "add", 1, fee=2).parcel(chain.image)
    unknown = Parcel(0, (9, *(0,) * (chain.image.layout.stride - 1)))
    chain.post(elements=elements_of([unknown, call]))
    assert [receipt.kind for receipt in chain.executions[-1].receipts] == ["fees"]
    lie = lie_at(chain, chain.derived(), 0, words(data_cursor=1))
    assert lie.header.state_root != chain.header(chain.derived()).state_root, "the liar carried it out"
    settles(chain, lie)


def test_call_that_begins_past_the_capacity_is_not_carried_out(chain: Chain) -> None:
    """SOUNDNESS 12: the data of a batch ends with its capacity, though the blob goes on."""
    layout = chain.image.layout
    parcels = [chain.call(ALICE, "add", 1).parcel(chain.image)] * (layout.capacity + 1)
    chain.post(elements=elements_of(parcels), kind=DataKind.BLOB)
    assert len(chain.executions[-1].receipts) == layout.capacity + 1
    judged(chain, chain.derived(), layout.capacity)


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"\0" * 31, "rollup: data length"),
        (to_words([R - 1]) + b"\0", "rollup: data length"),
        (R.to_bytes(32, "big"), "rollup: data word is not canonical"),
        (b"\xff" * 32, "rollup: data word is not canonical"),
    ],
)
def test_calldata_that_is_not_elements_is_refused(chain: Chain, data: bytes, refusal: str) -> None:
    """SOUNDNESS 2: calldata words beyond the field revert."""
    assert refused(chain, data=data) == refusal


def test_calldata_beyond_the_capacity_is_refused(chain: Chain) -> None:
    """SOUNDNESS 12: what no step could read is not posted."""
    layout = chain.image.layout
    assert refused(chain, data=to_words([0] * (layout.data_elements + 1))) == "rollup: data length"


@pytest.mark.parametrize(("count", "refusal"), [(0, "rollup: no blob"), (2, "rollup: more than one blob")])
def test_batch_with_no_blob_or_with_two_is_refused(chain: Chain, count: int, refusal: str) -> None:
    """SOUNDNESS 12: a batch's data is one blob, not the first of several."""
    blobs = [to_blob([place]) for place in range(count)]
    batch = chain.draft((), DataKind.CALLDATA, 2)
    head = (batch.parent_hash, batch.timestamp, batch.inbox_to, batch.rolling, batch.payee)
    with pytest.raises(L1Reverted) as reverted:
        chain.l1.transact(chain.rollup, "post_blob", *head, blobs=blobs)
    assert reverted.value.reason == refusal


# ---------------------------------------------------------------- inbox, time, order


def refused(chain: Chain, key: bytes = SEQUENCER, data: bytes = b"", **changes: Any) -> str:
    """Post a batch with one thing wrong; return with which words L1 refuses it."""
    batch = chain.draft((), DataKind.CALLDATA, 2)
    head = {name: getattr(batch, name) for name in ("parent_hash", "timestamp", "inbox_to", "rolling", "payee")}
    with pytest.raises(L1Reverted) as reverted:
        chain.as_(key).transact(chain.rollup, "post_calldata", *(head | changes).values(), data)
    return reverted.value.reason


def test_deposit_cannot_be_left_out_beyond_the_inclusion_window(chain: Chain) -> None:
    """SOUNDNESS 15: posting reverts until the overdue message is read."""
    chain.deposit(5)
    queued = chain.head.timestamp
    chain.pass_to(queued + INCLUSION_WINDOW - 2)
    chain.at(queued + INCLUSION_WINDOW - 1).post(messages=0)
    assert chain.batches[-1].inbox_to == chain.batches[-2].inbox_to
    chain.pass_to(queued + INCLUSION_WINDOW)
    with pytest.raises(L1Reverted, match="rollup: an overdue message is left out"):
        chain.post(messages=0)
    chain.post()
    assert chain.headers[-1].inbox_index == len(chain.inbox)


def test_full_inbox_is_read_cap_by_cap_and_every_batch_of_it_can_be_settled(chain: Chain) -> None:
    """SOUNDNESS 15: a flood of messages neither blocks the chain nor makes a batch with too many steps."""
    cap = chain.image.layout.inbox_cap
    for _ in range(cap + 1):
        chain.deposit(1)
    chain.pass_to(chain.head.timestamp + INCLUSION_WINDOW)
    with pytest.raises(L1Reverted, match="rollup: inbox cap"):
        chain.post()
    with pytest.raises(L1Reverted, match="rollup: an overdue message is left out"):
        chain.post(messages=cap - 1)
    chain.post(messages=cap)
    judged(chain, chain.derived(), cap - 1)
    chain.post()
    assert chain.headers[-1].inbox_index == len(chain.inbox)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda c: {"parent_hash": c.batches[-2].hash()}, "rollup: not the parent"),
        (lambda c: {"parent_hash": bytes(32)}, "rollup: not the parent"),
        (lambda c: {"timestamp": c.batches[-1].timestamp - 1}, "rollup: timestamp before the parent's"),
        (lambda c: {"timestamp": c.head.timestamp + 99}, "rollup: timestamp in the future"),
        (lambda c: {"inbox_to": len(c.inbox) + 1}, "rollup: inbox range"),
        (lambda c: {"inbox_to": 0}, "rollup: inbox range"),
        (lambda c: {"rolling": keccak256(b"")}, "rollup: inbox hash"),
        (lambda c: {"payee": 1 << c.image.layout.account_bits}, "rollup: payee"),
        (lambda c: {"key": STRANGER}, "rollup: only the sequencer, until it falls silent"),
    ],
)
def test_batch_that_names_the_wrong_chain_inbox_time_or_payee_is_refused(
    chain: Chain, change: Callable[[Chain], dict[str, Any]], refusal: str
) -> None:
    """SOUNDNESS 15, 17: parent, inbox and time are named by what they are."""
    assert refused(chain, **change(chain)) == refusal


def test_batch_with_a_timestamp_older_than_the_drift_is_refused(chain: Chain) -> None:
    """SOUNDNESS 17: previous <= t <= now, and not long ago."""
    stamp = chain.head.timestamp
    chain.at(stamp + DRIFT)
    with chain.undone() as copy:
        assert copy.l1.transact(copy.rollup, "post_calldata", *head_of(copy, stamp), b"").status
    chain.at(stamp + DRIFT + 1)
    assert refused(chain, timestamp=stamp) == "rollup: timestamp too old"


def head_of(chain: Chain, timestamp: int) -> tuple[Any, ...]:
    batch = chain.draft((), DataKind.CALLDATA, 2)
    return (batch.parent_hash, timestamp, batch.inbox_to, batch.rolling, batch.payee)


def test_batch_meant_for_a_branch_that_a_reorganisation_undid_is_refused_on_the_other(chain: Chain) -> None:
    """SOUNDNESS 17: one batch never gets two meanings."""
    with chain.undone() as branch:
        branch.deposit(7)
        branch.post(branch.call(ALICE, "add", 1, nonce=2))
        orphan = branch.draft((), DataKind.CALLDATA, 2)
    chain.deposit(8)
    chain.post()
    head = (orphan.parent_hash, orphan.timestamp, orphan.inbox_to, orphan.rolling, orphan.payee)
    with pytest.raises(L1Reverted, match="rollup: not the parent"):
        chain.l1.transact(chain.rollup, "post_calldata", *head, b"")


def test_batch_that_reads_a_deposit_which_a_reorganisation_changed_is_refused(chain: Chain) -> None:
    """SOUNDNESS 17: the inbox is named by its rolling hash, so nobody is credited what another branch deposited."""
    with chain.undone() as branch:
        branch.deposit(7_000_000)
        orphan = branch.draft((), DataKind.CALLDATA, 2)
    chain.deposit(7)
    assert refused(chain, inbox_to=orphan.inbox_to, rolling=orphan.rolling) == "rollup: inbox hash"


def test_anybody_posts_once_the_sequencer_has_fallen_silent_and_not_a_second_before(chain: Chain) -> None:
    """SOUNDNESS 15: a dead sequencer is replaced by whoever posts next; a living one is not."""
    posted = chain.l1.call(chain.rollup, "newest_batch")[3]
    chain.at(posted + SILENCE)
    assert refused(chain, key=STRANGER, timestamp=posted + SILENCE).startswith("rollup: only the sequencer")
    chain.pass_to(posted + SILENCE + 1)
    chain.post(key=STRANGER)


def test_deposit_that_cannot_be_delivered_goes_back_and_who_claims_otherwise_loses(chain: Chain) -> None:
    """SOUNDNESS 15: value for an account that does not exist becomes a withdrawal to its depositor, never somebody's gain."""
    chain.deposit(5, account=999)
    chain.post()
    header, receipt = chain.headers[-1], chain.executions[-1].receipts[0]
    assert (receipt.status, header.withdrawals_count) == (Status.FAILED, 1)
    depositor = int.from_bytes(chain.as_(STRANGER).address, "big")
    assert header.withdrawals == hash_items(Domain.WITHDRAWAL, (0, depositor, 5))
    settles(chain, lie_at(chain, chain.derived(), 0, credit(ALICE, 5)))


def test_message_of_a_kind_that_l1_does_not_queue_is_no_message(chain: Chain) -> None:
    """SOUNDNESS 16: nobody can slip one in; L1 queues deposits and calls only, and derivation takes nothing else."""
    bits = chain.image.layout.account_bits
    deposit = (int(MessageKind.DEPOSIT), 0, 1, 2, 3, 4)
    assert Message.from_words(deposit, bits).words() == deposit
    with pytest.raises(DecodeError, match="no known kind"):
        Message.from_words((2, *deposit[1:]), bits)
