"""How rules change on L1: what is announced, when it takes effect, and that no batch or claim gets into the wrong epoch."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from l1bridge import compiler
from l1bridge.client import L1Client
from rollup.crypto.keccak import keccak256
from rollup.encoding import uint_to_bytes
from rollup.ports.l1 import Contract, L1Reverted
from tests.contracts.rollup_chain import (
    CAPACITY,
    EXIT_WINDOW,
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
    obedient,
    withdrawals,
)

NEW = bytes(range(32, 64))
STRANGER = (5).to_bytes(32, "big")
ALICE = bytes([0xA1]) * 20
UNUSED = bytes(20)


@dataclass
class Switch:
    """A chain, and the settlement of its next epoch."""

    chain: RollupChain
    settlement: Contract

    @classmethod
    def of(cls, chain: RollupChain, program_id: bytes = NEW) -> "Switch":
        return cls(chain, obedient(chain.l1, chain.rollup, program_id))

    def plan(self, **changes: Any) -> tuple[Any, ...]:
        right = {"program_id": NEW, "settlement": self.settlement.address, "capacity": 16, "stride": 12}
        return tuple((right | changes).values())

    def schedule(self) -> "Switch":
        self.chain.act("schedule", *self.plan())
        return self

    def apply(self) -> "Switch":
        self.schedule()
        self.chain.l1.advance(EXIT_WINDOW)
        self.chain.act("apply")
        return self

    def link(self) -> bytes:
        """Return what the first batch of the new epoch names as its parent; SPEC: contracts.md."""
        parent = self.chain.call("batch_hash", self.chain.call("newest_batch")[0])
        return keccak256(parent, NEW, uint_to_bytes(int.from_bytes(self.settlement.address, "big"), 32))

    def enter(self, data: bytes = b"", **changes: Any) -> Any:
        """Post the first batch of the new epoch."""
        return self.chain.post(data, parent_hash=self.link(), **changes)

    def deposit(self) -> None:
        self.chain.act("deposit", 0, 1, 2, value=GWEI)

    def refusal(self, data: bytes = b"", **changes: Any) -> str:
        return self.chain.refused("post_calldata", *self.chain.posting(**changes).arguments(), data)

    @property
    def epoch(self) -> tuple[int, bool]:
        index, waits, *_ = self.chain.call("newest_epoch")
        return index, waits


@pytest.fixture
def chain(l1: L1Client, poseidon2: Contract) -> RollupChain:
    return deploy(l1, poseidon2)


@pytest.fixture
def switch(chain: RollupChain) -> Switch:
    return Switch.of(chain)


class TestAnnouncing:
    def test_an_exit_window_in_which_a_message_need_not_be_read_is_refused(
        self, l1: L1Client, poseidon2: Contract
    ) -> None:
        for window in (WINDOW + SILENCE, 2**64):  # the second is more than the words hold in which times are packed
            words = (*arguments(l1, poseidon2)[:-1], window)
            with pytest.raises(L1Reverted, match="rollup: exit window"):
                l1.deploy(compiler.contract("rollup"), *words)

    def test_nobody_but_the_upgrader_announces_or_takes_back(self, switch: Switch) -> None:
        assert switch.chain.refused("schedule", *switch.plan(), by=STRANGER) == "rollup: only the upgrader"
        switch.schedule()
        assert switch.chain.refused("cancel", by=STRANGER) == "rollup: only the upgrader"

    def test_where_nobody_is_the_upgrader_nobody_announces(self, l1: L1Client, poseidon2: Contract) -> None:
        words = [*arguments(l1, poseidon2)]
        words[-2] = UNUSED
        rollup = l1.deploy(compiler.contract("rollup"), *words)
        settlement = obedient(l1, rollup)
        l1.transact(rollup, "initialize", settlement.address)
        fixed = Switch.of(RollupChain(l1, rollup, settlement))
        assert fixed.chain.refused("schedule", *fixed.plan()) == "rollup: only the upgrader"

    def test_a_settlement_of_another_rollup_or_program_is_refused(self, switch: Switch) -> None:
        chain = switch.chain
        foreign = obedient(chain.l1, chain.settlement, NEW)
        reason = chain.refused("schedule", *switch.plan(settlement=foreign.address))
        assert reason == "rollup: settlement of another rollup"
        reason = chain.refused("schedule", *switch.plan(program_id=PROGRAM_ID))
        assert reason == "rollup: settlement of another program"

    def test_a_first_settlement_of_another_rollup_or_program_is_refused(
        self, l1: L1Client, poseidon2: Contract, chain: RollupChain
    ) -> None:
        rollup = l1.deploy(compiler.contract("rollup"), *arguments(l1, poseidon2))
        fresh = RollupChain(l1, rollup, chain.settlement)
        assert fresh.refused("initialize", chain.settlement.address) == "rollup: settlement of another rollup"
        other = obedient(l1, rollup, NEW)
        assert fresh.refused("initialize", other.address) == "rollup: settlement of another program"

    def test_batches_that_no_blob_holds_are_refused(self, switch: Switch) -> None:
        for shape in ({"capacity": 6}, {"capacity": 1028}):
            assert switch.chain.refused("schedule", *switch.plan(**shape)) == "rollup: capacity"

    def test_one_epoch_is_announced_at_a_time_and_may_be_taken_back(self, switch: Switch) -> None:
        switch.schedule()
        assert switch.chain.refused("schedule", *switch.plan()) == "rollup: an epoch is announced already"
        switch.chain.act("cancel")
        assert switch.chain.refused("cancel") == "rollup: nothing is announced"
        switch.chain.l1.advance(EXIT_WINDOW)
        assert switch.chain.refused("apply") == "rollup: nothing is announced"
        switch.schedule()

    def test_announcement_says_when_it_takes_effect(self, switch: Switch) -> None:
        chain = switch.chain
        receipt = chain.act("schedule", *switch.plan())
        name, said = chain.l1.decode(chain.rollup, receipt.logs[0])
        wanted = {"program_id": NEW, "settlement": switch.settlement.address, "data_bytes": 16 * 16 * 8}
        assert (name, said) == ("Scheduled", wanted | {"not_before": chain.l1.head().timestamp + EXIT_WINDOW})


class TestApplying:
    def test_nothing_takes_effect_within_the_exit_window(self, switch: Switch) -> None:
        switch.schedule()
        switch.chain.l1.advance(EXIT_WINDOW - 10)
        assert switch.chain.refused("apply", by=STRANGER) == "rollup: the exit window is open"

    def test_anybody_applies_after_it(self, switch: Switch) -> None:
        switch.schedule()
        switch.deposit()
        switch.chain.l1.advance(EXIT_WINDOW)
        receipt = switch.chain.l1.as_account(STRANGER).transact(switch.chain.rollup, "apply")
        name, said = switch.chain.l1.decode(switch.chain.rollup, receipt.logs[0])
        until = switch.chain.l1.head().timestamp + WINDOW
        words = {"epoch": 1, "program_id": NEW, "settlement": switch.settlement.address}
        assert (name, said) == ("Applied", words | {"inbox_from": 1, "until": until})
        assert switch.chain.call("newest_epoch") == (0, True, 1, until)

    def test_a_call_names_the_epoch_whose_program_is_to_run_it(self, switch: Switch) -> None:
        chain = switch.chain

        def refusals() -> list[str]:
            return [chain.refused("call", epoch, 1, 2, 3, 4) for epoch in range(3) if epoch != right]

        right = 0
        assert refusals() == ["rollup: another epoch"] * 2
        switch.apply()
        right = 1  # from here on, though its first batch is not posted
        assert refusals() == ["rollup: another epoch"] * 2
        chain.act("call", 1, 1, 2, 3, 4)
        chain.post()
        switch.enter()
        assert refusals() == ["rollup: another epoch"] * 2
        chain.act("call", 1, 1, 2, 3, 4)

    def test_another_epoch_waits_until_the_one_before_has_begun(self, switch: Switch) -> None:
        switch.apply().schedule()
        switch.chain.l1.advance(EXIT_WINDOW)
        assert switch.chain.refused("apply") == "rollup: an epoch waits to begin"
        switch.enter()
        switch.chain.act("apply")
        assert switch.epoch == (1, True)


class TestBoundary:
    def test_the_first_batch_of_an_epoch_names_it_in_its_parent(self, switch: Switch) -> None:
        chain = switch.apply().chain
        assert chain.call("epoch", 1) == (NEW, switch.settlement.address, 16 * 16 * 8, 0)
        batch = switch.enter()
        assert chain.call("batch_hash", 1) == batch_hash(batch)
        assert chain.call("epoch", 1)[3] == 1
        assert switch.epoch == (1, False)
        chain.post()

    def test_the_old_epoch_may_go_on_for_a_while_and_then_not(self, switch: Switch) -> None:
        chain = switch.apply().chain
        chain.post()
        assert switch.epoch == (0, True)
        chain.l1.advance(WINDOW)
        assert switch.refusal() == "rollup: not the parent"
        switch.enter()
        assert chain.call("epoch", 1)[3] == 2

    @pytest.mark.parametrize("late", [0, 1])
    def test_the_last_second_of_the_old_epoch_is_the_one_that_apply_names(self, switch: Switch, late: int) -> None:
        chain = switch.apply().chain
        until = chain.call("newest_epoch")[3]
        posting = chain.posting(timestamp=until).arguments()
        # The next block is sealed that many seconds after the newest.
        chain.l1.connection.ask_developer("evm_increaseTime", until - chain.l1.head().timestamp + late)
        if late:
            assert chain.refused("post_calldata", *posting, b"") == "rollup: not the parent"
        else:
            chain.act("post_calldata", *posting, b"")
        assert chain.l1.head().timestamp == until + late
        assert switch.epoch == (0, True)

    def test_a_batch_sealed_for_the_old_epoch_does_not_get_into_the_new_one(self, switch: Switch) -> None:
        chain = switch.apply().chain
        old = chain.call("batch_hash", 0)
        switch.enter()
        assert switch.refusal(parent_hash=old) == "rollup: not the parent"

    def test_a_batch_made_for_the_new_epoch_does_not_get_into_the_old_one(self, switch: Switch) -> None:
        link = switch.link()
        assert switch.refusal(parent_hash=link) == "rollup: not the parent"
        switch.deposit()
        switch.apply()
        # A message of the old epoch is unread, so the new one cannot begin.
        assert switch.refusal(parent_hash=link) == "rollup: not the parent"

    def test_another_program_or_settlement_than_was_applied_is_not_the_parent(self, switch: Switch) -> None:
        switch.apply()
        parent = switch.chain.call("batch_hash", 0)
        for program, settlement in ((PROGRAM_ID, switch.settlement), (NEW, switch.chain.settlement)):
            wrong = keccak256(parent, program, settlement.address.rjust(32, b"\0"))
            assert switch.refusal(parent_hash=wrong) == "rollup: not the parent"

    def test_the_old_epoch_does_not_read_what_came_after_it_was_over(self, switch: Switch) -> None:
        switch.deposit()
        switch.apply()
        switch.deposit()
        assert switch.refusal(inbox_to=2) == "rollup: inbox range"
        switch.chain.post(inbox_to=1)
        assert switch.epoch == (0, True)
        assert switch.refusal(inbox_to=2) == "rollup: inbox range"
        switch.enter(inbox_to=2)

    def test_the_old_epoch_goes_on_until_its_messages_are_read_however_long_that_takes(self, switch: Switch) -> None:
        for _ in range(INBOX_CAP + 1):
            switch.deposit()
        switch.apply()
        switch.chain.l1.advance(WINDOW + 1)
        switch.chain.post(inbox_to=INBOX_CAP)
        assert switch.refusal(inbox_to=INBOX_CAP) == "rollup: an overdue message is left out"
        switch.chain.post(inbox_to=INBOX_CAP + 1)
        assert switch.refusal() == "rollup: not the parent"
        switch.enter()

    def test_messages_behind_the_boundary_are_due_no_later_than_any(self, switch: Switch) -> None:
        switch.apply()
        switch.deposit()
        switch.chain.l1.advance(WINDOW + 1)
        assert switch.refusal() == "rollup: not the parent"
        assert switch.refusal(parent_hash=switch.link()) == "rollup: an overdue message is left out"
        switch.enter(inbox_to=1)

    def test_a_silent_sequencer_does_not_hold_the_boundary_up(self, switch: Switch) -> None:
        chain = switch.apply().chain
        chain.l1.advance(SILENCE)
        posting = chain.posting(parent_hash=switch.link())
        chain.l1.as_account(STRANGER).transact(chain.rollup, "post_calldata", *posting.arguments(), b"")
        assert switch.epoch == (1, False)

    def test_data_is_bounded_by_the_epoch_of_the_batch(self, switch: Switch) -> None:
        old, new = CAPACITY * (4 + STRIDE) * 8, 16 * 16 * 8
        assert old < new
        switch.apply()
        assert switch.refusal(bytes(new)) == "rollup: data length"
        switch.chain.post(bytes(old))
        assert switch.refusal(bytes(new + 32), parent_hash=switch.link()) == "rollup: data length"
        switch.enter(bytes(new))


class TestClaims:
    def test_each_batch_is_judged_by_the_settlement_of_its_epoch(self, switch: Switch) -> None:
        chain = switch.chain
        chain.post()
        switch.apply().enter()
        headers = [chain.header(1), chain.header(2)]
        first = chain.propose(1, 0, headers[0])
        second = chain.propose(2, first, headers[1])
        by_old = [chain.l1.call(chain.settlement, "opened", claim) for claim in (first, second)]
        by_new = [chain.l1.call(switch.settlement, "opened", claim) for claim in (first, second)]
        assert by_old == [chain.l1.address, UNUSED]
        assert by_new == [UNUSED, chain.l1.address]
        chain.l1.transact(switch.settlement, "decide", first, 1)
        assert chain.refused("finalise", first, headers[0]) == "rollup: not accepted"
        chain.accept(first)
        chain.act("finalise", first, headers[0])
        chain.accept(second)
        assert chain.refused("finalise", second, headers[1]) == "rollup: not accepted"
        chain.l1.transact(switch.settlement, "decide", second, 1)
        chain.act("finalise", second, headers[1])
        assert chain.call("final_batch") == 2

    def test_withdrawals_of_both_epochs_are_released_after_the_switch(self, switch: Switch) -> None:
        chain = switch.chain
        chain.act("deposit", 0, 1, 2, value=9 * GWEI)
        before, old = withdrawals([(ALICE, 2)])
        after, new = withdrawals([(ALICE, 3)], before)
        first = chain.post(inbox_to=1)
        switch.apply().enter()
        headers = [chain.header(1, withdrawals=before, count=1), chain.header(2, withdrawals=after, count=2)]
        claims = [chain.propose(first[1], 0, headers[0])]
        claims.append(chain.propose(2, claims[0], headers[1]))
        chain.accept(claims[0])
        chain.l1.transact(switch.settlement, "decide", claims[1], 1)
        for claim, header in zip(claims, headers, strict=True):
            chain.act("finalise", claim, header)
        chain.act("release", new + old)
        assert chain.call("credit", ALICE) == 5 * GWEI

    def test_many_epochs_later_old_batches_still_have_their_own_settlement(self, switch: Switch) -> None:
        chain = switch.chain
        settlements = [chain.settlement]
        chain.post()
        for _ in range(3):
            following = replace(switch, settlement=obedient(chain.l1, chain.rollup, NEW)).apply()
            following.enter()
            settlements.append(following.settlement)
        parent = 0
        for number, settlement in enumerate(settlements, 1):
            header = chain.header(number)
            parent = chain.propose(number, parent, header)
            assert chain.l1.call(settlement, "opened", parent) == chain.l1.address
            chain.l1.transact(settlement, "decide", parent, 1)
            chain.act("finalise", parent, header)
        assert [chain.call("epoch", k)[3] for k in range(4)] == [0, 2, 3, 4]
        assert chain.headers[0] == GENESIS
