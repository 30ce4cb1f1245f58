"""Time as programs read it: a batch is stamped when it is opened, posted with that stamp, and made anew where L1 would refuse it (SOUNDNESS 17)."""

from collections.abc import Iterator

import pytest

from rollup.devnet import Devnet
from rollup.errors import AuthorError
from rollup.params import Status
from rollup.ports.deployment import HOUR
from tests.agreement.programs import Calling

FOREVER = 2**64 - 1


@pytest.fixture
def chain() -> Iterator[Devnet]:
    with Devnet(Calling, "mock", accounts=2) as chain:
        yield chain


def visit(chain: Devnet) -> dict[str, int]:
    return chain.record("visits", chain.account(0).id)


def test_actions_read_the_time_and_the_number_that_their_batch_is_posted_with(chain: Devnet) -> None:
    before = chain.l1.head().timestamp
    for number in (1, 2):
        assert chain.send(chain.account(0), "visit", 5, 1, FOREVER).status is Status.APPLIED
        seen = visit(chain)
        block = chain.post()
        assert block is not None
        assert (seen["at"], seen["batch"]) == block.batch.moment
        assert block.batch.number == number
        assert chain.node.state_before(number + 1).root == block.header.state_root
        assert before <= seen["at"] <= chain.l1.block(block.posted.number).timestamp
        chain.advance(seconds=100)
        before += 100
    assert chain.alarms == []


def test_batch_that_holds_nothing_follows_the_clock_of_l1(chain: Devnet) -> None:
    chain.advance(days=30)
    chain.send(chain.account(0), "visit", 5, 1, FOREVER)
    assert visit(chain)["at"] == chain.l1.head().timestamp


def test_open_batch_keeps_its_time_until_half_the_drift_is_over_and_is_sealed_then(chain: Devnet) -> None:
    chain.send(chain.account(0), "visit", 5, 1, FOREVER)
    stamp, number = visit(chain)["at"], chain.sequencer.batch_number
    chain.l1.advance(HOUR // 2 - 60)
    chain.sync()
    assert chain.sequencer.batch_number == number
    chain.l1.advance(120)
    chain.sync()
    assert chain.sequencer.batch_number == number + 1
    chain.send(chain.account(0), "visit", 6, 1, FOREVER)
    assert visit(chain)["at"] > stamp
    chain.post()
    assert chain.node.batch(number).timestamp == stamp
    assert chain.alarms == []


@pytest.mark.parametrize("sealed", [False, True])
def test_what_could_not_be_posted_in_time_is_executed_anew(chain: Devnet, sealed: bool) -> None:  # noqa: FBT001
    chain.send(chain.account(0), "visit", 5, 1, chain.l1.head().timestamp + 1)
    chain.send(chain.account(0), "rest")
    if sealed:
        chain.sequencer.seal()
    stamp = visit(chain)["at"]
    chain.l1.advance(2 * HOUR)
    chain.sync()
    # The visit was in time then and is not now; the other is applied at the time it is.
    assert visit(chain)["weight"] == 0
    assert visit(chain)["at"] >= stamp + 2 * HOUR
    block = chain.post()
    assert block is not None
    assert [(r.status, r.reason) for r in block.receipts if r.kind == "transaction"] == [(1, "too late"), (0, "")]
    assert chain.sequencer.dropped == []
    assert chain.alarms == []


def test_call_from_l1_is_delivered_once_at_the_time_that_was_said(chain: Devnet) -> None:
    receipt = chain.call(chain.account(0), "visit", 5, 1, FOREVER, amount=70)
    assert (receipt.status, receipt.kind, receipt.sender) == (Status.APPLIED, "inbox", chain.account(0).id)
    stamp = visit(chain)["at"]
    chain.l1.advance(60)
    second = chain.call(chain.account(0), "visit", 6, 2, FOREVER)
    assert second.status is Status.APPLIED
    assert visit(chain) == {"at": stamp, "batch": 1, "note": 6, "weight": 3, "from_l1": 1}
    block = chain.post()
    assert block is not None
    assert visit(chain)["at"] == block.batch.timestamp
    assert chain.alarms == []


def test_call_of_another_s_account_is_a_deposit_to_it(chain: Devnet) -> None:
    victim, thief = chain.account(0), chain.account(1)
    before = chain.balance(victim)
    words = (victim.id, chain.image.action("visit").tag, 5, 1)
    thief.l1.transact(chain.rollup, "call", 0, *words, value=9 * 10**9)
    receipt = chain._deliver()[-1]
    assert (receipt.status, receipt.reason) == (Status.FAILED, "the account was registered by another L1 address")
    assert visit(chain)["weight"] == 0
    assert chain.balance(victim) == before + 9


def test_account_whose_key_somebody_else_registered_is_not_taken_for_the_user_s(chain: Devnet) -> None:
    with Devnet(Calling, "mock", accounts=2, funds=0) as empty:
        user, thief = empty.account(0), empty.account(1)
        thief.l1.transact(empty.rollup, "deposit", 0, *user.secret.public, value=10**9)
        empty._deliver()
        assert user.number is None
        empty.deposit(user, 5)
        assert user.number == 2


def test_action_that_cannot_be_called_from_l1_is_refused_with_what_to_do(chain: Devnet) -> None:
    with pytest.raises(AuthorError, match="from_l1=True"):
        chain.call(chain.account(0), "rest")
