"""Whoever says what is not so is found out, and named."""

from dataclasses import replace

from rollup.devnet import Devnet
from rollup.nodes.alarm import Alarm
from rollup.nodes.claimant import Claimant, Honest
from rollup.nodes.settlements import Settlements
from rollup.nodes.stream import MiniBlock, Stream
from rollup.params import Status
from rollup.ports.settlement import ChainView, Submission
from rollup.state.header import Header


def alarms_over(chain: Devnet, lie: "type[Lie]") -> list[Alarm]:
    """Post a batch, and let a full node compare it with a stream that was altered."""
    alice, bob, _ = chain.accounts
    chain.send(alice, "mint", token=1, amount=5)
    chain.send(alice, "transfer", to=bob.id, token=1, amount=9)
    chain.post()
    altered = Stream()
    for block in chain.stream.after(-1):
        altered.publish(lie.told(block))
    node = chain.full_node(stream=altered)
    node.sync()
    return node.alarms


class Lie:
    """What a sequencer's mini-block becomes."""

    @staticmethod
    def told(block: MiniBlock) -> MiniBlock:
        return block


class FailedIsApplied(Lie):
    @staticmethod
    def told(block: MiniBlock) -> MiniBlock:
        return replace(
            block, receipts=tuple(replace(item, status=Status.APPLIED, reason="") for item in block.receipts)
        )


class OneMore(Lie):
    @staticmethod
    def told(block: MiniBlock) -> MiniBlock:
        return replace(block, receipts=block.receipts * 2) if block.sealed else block


class AnotherRoot(Lie):
    @staticmethod
    def told(block: MiniBlock) -> MiniBlock:
        return replace(block, sealed=block.sealed and replace(block.sealed, state_root=1))


def test_stream_when_it_says_what_is_so_raises_no_alarm(chain: Devnet) -> None:
    assert alarms_over(chain, Lie) == []


def test_sequencer_when_it_calls_a_failed_transaction_applied_is_named_with_the_step(chain: Devnet) -> None:
    (alarm,) = alarms_over(chain, FailedIsApplied)
    assert (alarm.culprit, alarm.batch, alarm.what) == ("the sequencer", 1, "step 4 has another receipt")
    assert str(alarm.expected).endswith("failed (insufficient balance)")
    assert str(alarm.got).endswith("applied")


def test_sequencer_when_it_tells_of_a_step_that_is_not_there_is_named(chain: Devnet) -> None:
    (alarm,) = alarms_over(chain, OneMore)
    assert (alarm.what, alarm.expected) == ("step 6 has another receipt", "no such step")


def test_sequencer_when_it_announces_another_header_is_named(chain: Devnet) -> None:
    (alarm,) = alarms_over(chain, AnotherRoot)
    assert isinstance(alarm.got, Header)
    assert (alarm.what, alarm.got.state_root) == ("it leads to another header", 1)
    assert alarm.expected == chain.node.header(1)


def test_sequencer_when_it_leaves_out_what_it_acknowledged_is_named(chain: Devnet) -> None:
    alice = chain.account(0)
    chain.post()
    chain.send(alice, "mint", token=1, amount=5)
    position = chain.node.position(1)
    header = (position.batch_hash, chain.l1.head().timestamp, position.inbox_index, position.rolling, 0)
    chain.batcher._l1.transact(chain.rollup, "post_calldata", *header, b"")
    chain.node.sync()
    (alarm,) = chain.alarms
    assert (alarm.batch, alarm.what) == (2, "step 0 has another receipt")
    assert str(alarm).startswith("the sequencer lied about batch 2")


class Thief(Claimant):
    """Claims headers with a withdrawal that nobody made; the mock accepts it."""

    def __init__(self, settlements: Settlements) -> None:
        self._honest = Honest(settlements)

    def header(self, view: ChainView, number: int) -> Header:
        header = self._honest.header(view, number)
        return replace(header, withdrawals=1, withdrawals_count=1) if number else header

    def submission(self, view: ChainView, number: int) -> Submission | None:
        return self._honest.submission(view, number)


def test_proposer_when_a_wrong_claim_is_accepted_raises_the_alarm_and_makes_its_own_final(chain: Devnet) -> None:
    thief = chain.rival(Thief)
    chain.send(chain.account(0), "mint", token=1, amount=5)
    chain.post()
    assert thief.proposer.propose() == (1,)
    assert chain.propose() == (2,)
    assert chain.finalise() == (2,)
    assert chain.claims.final_claim(1) == 2
    assert [alarm.what for alarm in chain.alarms] == ["claim 1 is accepted and wrong"]


def test_proposer_when_only_a_wrong_claim_is_accepted_does_not_make_it_final(chain: Devnet) -> None:
    thief = chain.rival(Thief)
    chain.send(chain.account(0), "mint", token=1, amount=5)
    chain.post()
    thief.proposer.propose()
    assert (chain.finalise(), chain.finalise()) == ((), ())
    (alarm,) = chain.alarms
    assert alarm.culprit == f"proposer 0x{chain.claims[1].proposer.hex()}"
    assert alarm.what == "claim 1 is accepted and wrong"


def test_proposer_when_a_wrong_claim_stands_never_builds_on_it(chain: Devnet) -> None:
    thief = chain.rival(Thief)
    for amount in (1, 2):
        chain.send(chain.account(0), "mint", token=1, amount=amount)
        chain.post()
    assert thief.proposer.propose() == (1, 2)
    assert chain.propose() == (3, 4)
    assert [chain.claims[claim].parent for claim in (1, 2, 3, 4)] == [0, 1, 0, 3]
    assert chain.finalise() == (3, 4)


def test_rival_when_honest_finds_nothing_left_to_claim(chain: Devnet) -> None:
    honest = chain.rival()
    chain.send(chain.account(0), "mint", token=1, amount=1)
    chain.post()
    assert chain.propose() == (1,)
    assert honest.proposer.propose() == ()
