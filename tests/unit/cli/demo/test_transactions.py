from collections import Counter
from dataclasses import replace

import pytest

from rollup.batch.parcel import elements_of
from rollup.cli.demo.checks import DemoFailedError
from rollup.cli.demo.settings import LEAST
from rollup.cli.demo.transactions import HAL, SEQUENCER_ACCOUNT, calls, offer, outcome, send, skips
from rollup.devnet import Devnet
from rollup.devnet.posting import post
from rollup.params import Reason, Status


def test_transactions_when_posted_by_a_careless_sequencer_come_to_what_was_planned(chain: Devnet) -> None:
    bad = skips(chain)
    planned = list(calls(chain, LEAST - len(bad)))
    parcels = [send(chain, call) for call in planned]
    block = post(chain, elements_of([*parcels, *(skip.parcel for skip in bad)]), chain.account(SEQUENCER_ACCOUNT).id)
    counted = outcome(block)
    assert counted.total == LEAST
    assert counted.failed == dict(Counter(call.reason for call in planned if call.status is Status.FAILED))
    assert counted.skipped == {reason.name.lower(): 1 for reason in Reason if reason is not Reason.NONE}
    assert chain.alarms == []


def test_fees_when_paid_go_to_the_account_that_was_named(chain: Devnet) -> None:
    before = chain.balance(chain.account(HAL))
    planned = list(calls(chain, 5))
    parcels = [send(chain, call) for call in planned]
    post(chain, elements_of(parcels), chain.account(HAL).id)
    assert chain.balance(chain.account(HAL)) == before + len(planned) * chain.sequencer.fee


def test_every_bad_transaction_when_offered_is_refused_by_the_sequencer(chain: Devnet) -> None:
    for skip in skips(chain):
        offer(chain, skip)


def test_bad_transaction_when_refused_for_another_reason_fails_the_demo(chain: Devnet) -> None:
    forged = replace(skips(chain)[0], reason=Reason.CANNOT_PAY)
    with pytest.raises(DemoFailedError, match="signed by Eve"):
        offer(chain, forged)


def test_good_transaction_when_offered_as_bad_fails_the_demo(chain: Devnet) -> None:
    ada = chain.account(0)
    good = chain.sign(ada, "mint", 1, 5)
    offered = replace(skips(chain)[0], parcel=good.parcel(chain.image))
    with pytest.raises(DemoFailedError, match="the sequencer refuses"):
        offer(chain, offered)


def test_call_when_it_comes_to_something_else_fails_the_demo(chain: Devnet) -> None:
    first = next(calls(chain, 1))
    with pytest.raises(DemoFailedError, match="mint by Ada is failed"):
        send(chain, replace(first, status=Status.FAILED))
