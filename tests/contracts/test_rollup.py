"""The rollup contract: what it accepts, and every reason for which it refuses."""

from collections.abc import Callable
from typing import Any

import pytest

from l1bridge import compiler
from l1bridge.client import L1Client
from l1bridge.compiler import contract
from l1bridge.devchain import KEYS
from rollup.batch.blob import to_blob, to_words
from rollup.batch.inbox import EMPTY_ROLLING, Message, rolling_hash
from rollup.crypto.fr import R
from rollup.execution.engine import domain
from rollup.ports.l1 import Contract, L1Reverted
from rollup.state.header import Header
from tests.contracts.rollup_chain import (
    ACCOUNT_BITS,
    CAPACITY,
    DRIFT,
    GENESIS,
    GWEI,
    INBOX_CAP,
    PROGRAM_ID,
    SILENCE,
    STRIDE,
    WINDOW,
    RollupChain,
    arguments,
    batch_hash,
    deploy,
    withdrawals,
)

STRANGER = KEYS[5]
ALICE, BOB = b"\xa1" * 20, b"\xb0" * 20
BLOB = to_blob((1, 2, 3))
KEY = (11, 22)


@pytest.fixture
def chain(l1: L1Client, poseidon2: Contract) -> RollupChain:
    return deploy(l1, poseidon2)


@pytest.fixture
def posting(chain: RollupChain) -> Callable[..., tuple[Any, ...]]:
    """Return the arguments of a post, bent as wanted."""
    return lambda **changes: chain.posting(**changes).arguments()


class TestConstruction:
    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"account_bits": 0}, "rollup: account bits"),
            ({"account_bits": 33}, "rollup: account bits"),
            ({"capacity": 6}, "rollup: capacity"),
            ({"capacity": 864}, "rollup: capacity"),
            ({"genesis_root": R}, "rollup: genesis"),
            ({"genesis_next_account": (1 << ACCOUNT_BITS) + 1}, "rollup: genesis"),
        ],
    )
    def test_layout_when_out_of_range_is_refused(
        self, l1: L1Client, poseidon2: Contract, changes: dict[str, int], reason: str
    ) -> None:
        with pytest.raises(L1Reverted) as raised:
            l1.deploy(contract("rollup"), *arguments(l1, poseidon2, **changes))
        assert raised.value.reason == reason

    def test_chain_when_created_has_the_domain_and_the_genesis_of_python(self, chain: RollupChain) -> None:
        assert chain.call("domain_of", PROGRAM_ID) == domain(chain.l1.chain_id, chain.rollup.address, PROGRAM_ID)
        header_hash, *rest = chain.call("claim", 0)
        assert header_hash == Header.from_words(GENESIS).hash()
        assert rest == [0, 0, bytes(20)]
        assert chain.call("batch_hash", 0) == PROGRAM_ID

    def test_settlement_when_named_again_is_refused(self, chain: RollupChain) -> None:
        assert chain.refused("initialize", ALICE) == "rollup: settlement is set"

    def test_settlement_when_named_by_a_stranger_is_refused(self, chain: RollupChain) -> None:
        assert chain.refused("initialize", ALICE, by=STRANGER) == "rollup: only the deployer"

    def test_settlement_when_there_is_none_is_refused(self, l1: L1Client, poseidon2: Contract) -> None:
        rollup = l1.deploy(contract("rollup"), *arguments(l1, poseidon2))
        with pytest.raises(L1Reverted):
            l1.transact(rollup, "initialize", bytes(20))


class TestDeposits:
    @pytest.mark.parametrize(
        ("account", "key_x", "key_y", "value", "reason"),
        [
            (1 << ACCOUNT_BITS, 1, 2, GWEI, "rollup: account"),
            (0, R, 2, GWEI, "rollup: word is not canonical"),
            (0, 1, R, GWEI, "rollup: word is not canonical"),
            (0, 1, 2, 0, "rollup: nothing is deposited"),
            (0, 1, 2, GWEI + 1, "rollup: whole gwei"),
        ],
    )
    def test_deposit_when_malformed_is_refused(
        self, chain: RollupChain, account: int, key_x: int, key_y: int, value: int, reason: str
    ) -> None:
        assert chain.refused("deposit", account, key_x, key_y, value=value) == reason

    def test_deposits_when_they_exceed_the_limit_together_are_refused(self, l1: L1Client, poseidon2: Contract) -> None:
        # 2^64 gwei is more ether than there is, so the same code is tried with a limit that can be reached.
        source = compiler.default_compiler()._root.joinpath("rollup.vy").read_text(encoding="utf-8")
        lower = source.replace("LIMIT: constant(uint256) = 2**64", "LIMIT: constant(uint256) = 100")
        assert lower != source
        chain = deploy(l1, poseidon2, lower)
        chain.act("deposit", 0, *KEY, value=60 * GWEI)
        assert chain.refused("deposit", 0, *KEY, value=40 * GWEI) == "rollup: too much deposited"
        chain.act("deposit", 0, *KEY, value=39 * GWEI)

    def test_deposits_when_accepted_extend_the_hash_that_python_computes(self, chain: RollupChain) -> None:
        depositor = int.from_bytes(chain.l1.address, "big")
        messages = [Message(1, account, *KEY, depositor, account + 5) for account in (0, 3, 255)]
        for place, message in enumerate(messages):
            receipt = chain.act("deposit", message.account, *KEY, value=message.amount * GWEI)
            name, logged = chain.l1.decode(chain.rollup, receipt.logs[0])
            assert (name, logged["index"], logged["rolling"]) == ("Deposit", place, rolling_hash(messages[: place + 1]))
            assert chain.call("queued_at", place) == chain.l1.head().timestamp
        assert chain.call("rolling", 3) == rolling_hash(messages)
        assert (chain.call("inbox_count"), chain.call("deposited")) == (3, sum(item.amount for item in messages))


class TestCalls:
    @pytest.mark.parametrize(
        ("account", "tag", "word_0", "word_1", "value", "reason"),
        [
            (0, 2, 1, 2, GWEI, "rollup: account"),
            (1 << ACCOUNT_BITS, 2, 1, 2, GWEI, "rollup: account"),
            (1, 0, 1, 2, GWEI, "rollup: tag"),
            (1, 256, 1, 2, GWEI, "rollup: tag"),
            (1, 2, R, 2, GWEI, "rollup: word is not canonical"),
            (1, 2, 1, R, 0, "rollup: word is not canonical"),
            (1, 2, 1, 2, GWEI - 1, "rollup: whole gwei"),
        ],
    )
    def test_call_when_malformed_is_refused(
        self, chain: RollupChain, account: int, tag: int, word_0: int, word_1: int, value: int, reason: str
    ) -> None:
        assert chain.refused("call", 0, account, tag, word_0, word_1, value=value) == reason

    def test_calls_when_accepted_stand_in_the_inbox_with_who_sent_them(self, chain: RollupChain) -> None:
        sender = int.from_bytes(chain.l1.address, "big")
        messages = [Message(256 + tag, 7, R - 1, tag, sender, amount) for tag, amount in ((1, 5), (255, 0))]
        for place, message in enumerate(messages):
            words = (message.account, message.called, message.key_x, message.key_y)
            receipt = chain.act("call", 0, *words, value=message.amount * GWEI)
            name, logged = chain.l1.decode(chain.rollup, receipt.logs[0])
            assert (name, logged["index"], logged["tag"]) == ("Called", place, message.called)
            assert logged["rolling"] == rolling_hash(messages[: place + 1])
            assert logged["l1_address"] == chain.l1.address
            assert chain.call("queued_at", place) == chain.l1.head().timestamp
        assert (chain.call("inbox_count"), chain.call("deposited")) == (2, 5)


class TestPosting:
    def test_batch_when_posted_as_calldata_has_the_hash_of_the_specification(self, chain: RollupChain) -> None:
        batch = chain.post(to_words((1, 2, R - 1)), payee=9)
        assert chain.call("batch_hash", 1) == batch_hash(batch)
        number, timestamp, inbox_to, posted = chain.call("newest_batch")
        assert (number, timestamp, inbox_to, posted) == (1, batch[2], 0, chain.l1.head().timestamp)

    def test_batch_when_posted_as_a_blob_names_its_versioned_hash(
        self, chain: RollupChain, posting: Callable[..., tuple[Any, ...]]
    ) -> None:
        receipt = chain.act("post_blob", *posting(), blobs=[BLOB])
        name, logged = chain.l1.decode(chain.rollup, receipt.logs[0])
        assert (name, logged["kind"]) == ("BatchPosted", 1)
        assert chain.l1.blob(logged["data_hash"]) == BLOB

    def test_blob_when_there_is_none_is_refused(
        self, chain: RollupChain, posting: Callable[..., tuple[Any, ...]]
    ) -> None:
        assert chain.refused("post_blob", *posting()) == "rollup: no blob"

    def test_blob_when_there_are_two_is_refused(
        self, chain: RollupChain, posting: Callable[..., tuple[Any, ...]]
    ) -> None:
        assert chain.refused("post_blob", *posting(), blobs=[BLOB, to_blob((4,))]) == "rollup: more than one blob"

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"\0" * 31, "rollup: data length"),
            (b"\0" * (CAPACITY * (4 + STRIDE) * 8 + 32), "rollup: data length"),
            (R.to_bytes(32, "big"), "rollup: data word is not canonical"),
            (bytes(32) + b"\xff" * 32, "rollup: data word is not canonical"),
        ],
    )
    def test_calldata_when_malformed_is_refused(
        self, chain: RollupChain, posting: Callable[..., tuple[Any, ...]], data: bytes, reason: str
    ) -> None:
        assert chain.refused("post_calldata", *posting(), data) == reason

    def test_calldata_when_it_is_as_long_as_can_be_is_taken(self, chain: RollupChain) -> None:
        chain.post(to_words([5] * (CAPACITY * (4 + STRIDE) // 4)))

    def test_parent_when_it_is_another_is_refused(
        self, chain: RollupChain, posting: Callable[..., tuple[Any, ...]]
    ) -> None:
        chain.post()
        for parent_hash in (PROGRAM_ID, bytes(32)):
            assert chain.refused("post_calldata", *posting(parent_hash=parent_hash), b"") == "rollup: not the parent"

    def test_timestamp_when_before_the_parents_is_refused(
        self, chain: RollupChain, posting: Callable[..., tuple[Any, ...]]
    ) -> None:
        batch = chain.post()
        reason = chain.refused("post_calldata", *posting(timestamp=batch[2] - 1), b"")
        assert reason == "rollup: timestamp before the parent's"

    def test_timestamp_when_in_the_future_is_refused(
        self, chain: RollupChain, posting: Callable[..., tuple[Any, ...]]
    ) -> None:
        ahead = chain.l1.head().timestamp + 60
        assert chain.refused("post_calldata", *posting(timestamp=ahead), b"") == "rollup: timestamp in the future"

    def test_timestamp_when_older_than_the_drift_is_refused(
        self, chain: RollupChain, posting: Callable[..., tuple[Any, ...]]
    ) -> None:
        chain.l1.advance(DRIFT + 10)
        old = chain.l1.head().timestamp - DRIFT - 5
        assert chain.refused("post_calldata", *posting(timestamp=old), b"") == "rollup: timestamp too old"
        chain.post(timestamp=chain.l1.head().timestamp - DRIFT + 5)

    def test_payee_when_it_is_no_account_is_refused(
        self, chain: RollupChain, posting: Callable[..., tuple[Any, ...]]
    ) -> None:
        assert chain.refused("post_calldata", *posting(payee=1 << ACCOUNT_BITS), b"") == "rollup: payee"

    def test_stranger_when_the_sequencer_is_there_may_not_post(
        self, chain: RollupChain, posting: Callable[..., tuple[Any, ...]]
    ) -> None:
        reason = "rollup: only the sequencer, until it falls silent"
        assert chain.refused("post_calldata", *posting(), b"", by=STRANGER) == reason
        chain.l1.advance(SILENCE - 10)
        assert chain.refused("post_calldata", *posting(), b"", by=STRANGER) == reason

    def test_stranger_when_the_sequencer_is_silent_may_post_once(
        self, chain: RollupChain, posting: Callable[..., tuple[Any, ...]]
    ) -> None:
        chain.l1.advance(SILENCE + 1)
        stranger = chain.l1.as_account(STRANGER)
        stranger.transact(chain.rollup, "post_calldata", *posting(), b"")
        reason = "rollup: only the sequencer, until it falls silent"
        assert chain.refused("post_calldata", *posting(), b"", by=STRANGER) == reason
        assert chain.call("newest_batch")[0] == 1


class TestInbox:
    @pytest.fixture
    def filled(self, chain: RollupChain) -> RollupChain:
        for amount in range(1, INBOX_CAP + 3):
            chain.act("deposit", 0, *KEY, value=amount * GWEI)
        return chain

    def test_inbox_when_read_further_than_it_is_long_is_refused(
        self, filled: RollupChain, posting: Callable[..., tuple[Any, ...]]
    ) -> None:
        bent = posting(inbox_to=INBOX_CAP + 3, rolling=EMPTY_ROLLING)
        assert filled.refused("post_calldata", *bent, b"") == "rollup: inbox range"

    def test_inbox_when_read_backwards_is_refused(
        self, filled: RollupChain, posting: Callable[..., tuple[Any, ...]]
    ) -> None:
        filled.post(inbox_to=2)
        assert filled.refused("post_calldata", *posting(inbox_to=1), b"") == "rollup: inbox range"

    def test_inbox_when_read_beyond_the_cap_is_refused(
        self, filled: RollupChain, posting: Callable[..., tuple[Any, ...]]
    ) -> None:
        assert filled.refused("post_calldata", *posting(inbox_to=INBOX_CAP + 1), b"") == "rollup: inbox cap"
        filled.post(inbox_to=INBOX_CAP)

    def test_inbox_when_its_hash_is_another_is_refused(
        self, filled: RollupChain, posting: Callable[..., tuple[Any, ...]]
    ) -> None:
        other = filled.call("rolling", 2)
        assert filled.refused("post_calldata", *posting(inbox_to=1, rolling=other), b"") == "rollup: inbox hash"

    def test_message_when_older_than_the_window_must_be_read_or_the_cap_reached(
        self, filled: RollupChain, posting: Callable[..., tuple[Any, ...]]
    ) -> None:
        filled.post(inbox_to=1)  # nothing is overdue yet
        filled.l1.advance(WINDOW + 1)
        for inbox_to in (1, 2, 3):
            reason = filled.refused("post_calldata", *posting(inbox_to=inbox_to), b"")
            assert reason == "rollup: an overdue message is left out"
        filled.post(inbox_to=1 + INBOX_CAP)  # one more is overdue, but the cap is reached
        assert filled.refused("post_calldata", *posting(), b"") == "rollup: an overdue message is left out"
        filled.post(inbox_to=INBOX_CAP + 2)


class TestClaims:
    @pytest.fixture
    def posted(self, chain: RollupChain) -> RollupChain:
        chain.post()
        chain.post()
        return chain

    def test_claim_when_made_is_recorded_with_its_parent_and_handed_on_with_its_value(
        self, posted: RollupChain
    ) -> None:
        header = posted.header(1)
        assert posted.propose(1, 0, header, value=123) == 1
        assert posted.propose(1, 0, posted.header(1, root=2)) == 2
        assert posted.propose(2, 2, posted.header(2)) == 3
        header_hash, *rest = posted.call("claim", 1)
        assert header_hash == Header.from_words(header).hash()
        assert rest == [1, 0, posted.l1.address]
        assert posted.call("claim", 3)[1:] == (2, 2, posted.l1.address)
        assert posted.l1.call(posted.settlement, "opened", 1) == posted.l1.address
        assert posted.l1.call(posted.settlement, "paid", 1) == 123

    @pytest.mark.parametrize(
        ("bent", "reason"),
        [
            ({"parent": 1}, "rollup: no such parent claim"),
            ({"batch": 2}, "rollup: claim out of order"),
            ({"parent_header": (1, *GENESIS[1:])}, "rollup: not the parent's header"),
            ({"header": (1, 0, 0, 0, 1, 2)}, "rollup: header of another batch"),
            ({"payload": b"refuse"}, "test: refused"),
        ],
    )
    def test_claim_when_it_does_not_follow_is_refused(
        self, posted: RollupChain, bent: dict[str, Any], reason: str
    ) -> None:
        right: dict[str, Any] = {
            "batch": 1,
            "parent": 0,
            "parent_header": GENESIS,
            "header": posted.header(1),
            "payload": b"",
        } | bent
        batch = posted.batches[right.pop("batch") - 1]
        assert posted.refused("propose", batch, *right.values()) == reason

    @pytest.mark.parametrize("word", range(8))
    def test_claim_when_any_word_of_the_batch_is_another_is_refused(self, posted: RollupChain, word: int) -> None:
        batch = list(posted.batches[0])
        batch[word] = bytes(31) + b"\1" if isinstance(batch[word], bytes) else batch[word] + 1  # type: ignore[operator]
        reason = posted.refused("propose", tuple(batch), 0, GENESIS, posted.header(1), b"")
        assert reason == ("rollup: claim out of order" if word == 1 else "rollup: not the batch that was posted")

    def test_claim_when_its_batch_is_not_posted_is_refused(self, chain: RollupChain) -> None:
        batch = (PROGRAM_ID, 1, chain.l1.head().timestamp, 0, EMPTY_ROLLING, 0, 2, bytes(32))
        reason = chain.refused("propose", batch, 0, GENESIS, chain.header(1), b"")
        assert reason == "rollup: not the batch that was posted"

    def test_claim_when_it_is_not_accepted_does_not_become_final(self, posted: RollupChain) -> None:
        header = posted.header(1)
        claim = posted.propose(1, 0, header)
        assert posted.refused("finalise", claim, header) == "rollup: not accepted"
        posted.l1.transact(posted.settlement, "decide", claim, 2)
        assert posted.refused("finalise", claim, header) == "rollup: not accepted"
        posted.accept(claim)
        posted.act("finalise", claim, header)
        assert (posted.call("final_batch"), posted.call("final_claim", 1)) == (1, claim)

    def test_claim_when_there_is_none_of_its_number_is_refused(self, posted: RollupChain) -> None:
        for claim in (0, 1):
            assert posted.refused("finalise", claim, GENESIS) == "rollup: no such claim"

    def test_claim_when_the_batch_before_is_not_final_waits(self, posted: RollupChain) -> None:
        first, second = posted.header(1), posted.header(2)
        one = posted.propose(1, 0, first)
        two = posted.propose(2, one, second)
        posted.accept(one)
        posted.accept(two)
        assert posted.refused("finalise", two, second) == "rollup: finalise in order"
        posted.act("finalise", one, first)
        posted.act("finalise", two, second)
        assert posted.refused("finalise", one, first) == "rollup: finalise in order"

    def test_claim_when_its_parent_lost_never_becomes_final(self, posted: RollupChain) -> None:
        right, wrong = posted.header(1), posted.header(1, root=2)
        one, other = posted.propose(1, 0, right), posted.propose(1, 0, wrong)
        child = posted.propose(2, other, posted.header(2))
        for claim in (one, other, child):
            posted.accept(claim)
        posted.act("finalise", one, right)
        assert posted.refused("finalise", child, posted.header(2)) == "rollup: parent is not final"

    def test_claim_when_finalised_with_another_header_is_refused(self, posted: RollupChain) -> None:
        claim = posted.propose(1, 0, posted.header(1))
        posted.accept(claim)
        assert posted.refused("finalise", claim, posted.header(1, count=1)) == "rollup: not the claim's header"


class TestValue:
    FUNDS = 1_000

    @pytest.fixture
    def funded(self, chain: RollupChain) -> RollupChain:
        chain.act("deposit", 0, *KEY, value=self.FUNDS * GWEI)
        return chain

    def test_list_when_released_in_prefixes_credits_each_once_and_pays_whoever_it_names(
        self, funded: RollupChain
    ) -> None:
        accumulator, items = withdrawals([(ALICE, 10), (BOB, 20), (ALICE, 30), (BOB, 0)])
        funded.make_final(accumulator, 4)
        funded.act("release", items[:1])
        funded.act("release", items[1:3])
        assert (funded.call("credit", ALICE), funded.call("credit", BOB)) == (30 * GWEI, 20 * GWEI)
        funded.act("release", items[3:])
        assert (funded.call("cursor_count"), funded.call("released")) == (0, 60)
        stranger = funded.l1.as_account(STRANGER)
        stranger.transact(funded.rollup, "withdraw", ALICE)
        assert (funded.l1.balance(ALICE), funded.call("credit", ALICE)) == (40 * GWEI, 0)
        assert funded.refused("withdraw", ALICE) == "rollup: no credit"

    def test_list_when_a_second_batch_becomes_final_goes_on_from_where_the_first_ended(
        self, l1: L1Client, poseidon2: Contract
    ) -> None:
        funded = deploy(l1, poseidon2)
        funded.act("deposit", 0, *KEY, value=self.FUNDS * GWEI)
        first, older = withdrawals([(BOB, 1), (BOB, 2)])
        second, newer = withdrawals([(BOB, 3), (BOB, 4)], first)
        funded.make_final(first, 2)
        funded.act("release", older[:1])
        funded.make_final(second, 4)
        # The walk over the first list is not over, so the second waits.
        assert funded.refused("release", newer) == "rollup: not the withdrawal that was proved"
        funded.act("release", older[1:])
        funded.act("release", newer)
        assert (funded.call("released"), funded.call("walk_to_count"), funded.call("cursor_count")) == (10, 2, 2)

    def test_item_when_released_twice_is_refused(self, funded: RollupChain) -> None:
        accumulator, items = withdrawals([(ALICE, 10), (BOB, 20)])
        funded.make_final(accumulator, 2)
        funded.act("release", items[:1])
        assert funded.refused("release", items[:1]) == "rollup: not the withdrawal that was proved"
        funded.act("release", items[1:])
        assert funded.refused("release", items) == "rollup: nothing left to release"

    @pytest.mark.parametrize(
        ("bent", "reason"),
        [
            ((0, ALICE, 11), "rollup: not the withdrawal that was proved"),
            ((0, BOB, 10), "rollup: not the withdrawal that was proved"),
            ((1, ALICE, 10), "rollup: not the withdrawal that was proved"),
            ((R, ALICE, 10), "rollup: withdrawal is not canonical"),
            ((0, ALICE, 1 << 64), "rollup: withdrawal is not canonical"),
        ],
    )
    def test_item_when_it_is_not_the_proved_one_is_refused(
        self, funded: RollupChain, bent: tuple[int, bytes, int], reason: str
    ) -> None:
        accumulator, _ = withdrawals([(ALICE, 10)])
        funded.make_final(accumulator, 1)
        assert funded.refused("release", [bent]) == reason

    def test_list_when_empty_is_refused(self, funded: RollupChain) -> None:
        assert funded.refused("release", []) == "rollup: nothing to release"

    def test_list_when_nothing_is_final_is_refused(self, funded: RollupChain) -> None:
        assert funded.refused("release", [(0, ALICE, 1)]) == "rollup: nothing left to release"

    def test_header_when_it_counts_fewer_than_it_holds_releases_nothing(self, funded: RollupChain) -> None:
        accumulator, items = withdrawals([(ALICE, 10), (BOB, 20)])
        funded.make_final(accumulator, 1)
        assert funded.refused("release", items) == "rollup: nothing left to release"
        assert funded.refused("release", items[:1]) == "rollup: broken accumulator"

    def test_value_when_more_would_leave_than_came_in_stays(self, funded: RollupChain) -> None:
        accumulator, items = withdrawals([(ALICE, self.FUNDS), (BOB, 1)])
        funded.make_final(accumulator, 2)
        funded.act("release", items[:1])
        assert funded.refused("release", items[1:]) == "rollup: more would leave than came in"

    def test_recipient_when_it_calls_back_is_paid_once(self, funded: RollupChain) -> None:
        greedy = funded.l1.deploy(compiler.source("greedy", GREEDY), funded.rollup.address)
        accumulator, items = withdrawals([(greedy.address, 10), (BOB, 20)])
        funded.make_final(accumulator, 2)
        funded.act("release", items)
        with pytest.raises(L1Reverted):
            funded.act("withdraw", greedy.address)
        assert funded.call("credit", greedy.address) == 10 * GWEI
        funded.act("withdraw", BOB)
        assert funded.l1.balance(greedy.address) == 0


GREEDY = """
# pragma version 0.4.3

interface Rollup:
    def withdraw(recipient: address): nonpayable

ROLLUP: immutable(Rollup)

@deploy
def __init__(rollup: address):
    ROLLUP = Rollup(rollup)

@external
@payable
def __default__():
    extcall ROLLUP.withdraw(self)
"""
