import pytest

from rollup.cli.demo import refusals
from rollup.cli.demo.checks import DemoFailedError
from rollup.cli.demo.optimistic import wait_out_the_window
from rollup.cli.demo.refusals import Attempt
from rollup.cli.demo.screen import Screen
from rollup.devnet import Devnet
from rollup.nodes.claims import GENESIS_CLAIM


@pytest.fixture
def posted(chain: Devnet) -> Devnet:
    chain.send(chain.account(0), "mint", 1, 5)
    chain.post()
    return chain


def attempt(chain: Devnet, batch: int = 1) -> Attempt:
    payload = chain.backend.fetch(chain.backend.submit(chain.node, 1)).payload
    return Attempt("anything", "", batch, chain.node.header(batch), payload)


def test_attempt_when_the_contract_takes_it_fails_the_demo(posted: Devnet, screen: Screen) -> None:
    with pytest.raises(DemoFailedError, match="L1 refuses anything"):
        refusals._hand_in(screen, posted, attempt(posted), GENESIS_CLAIM)


def test_attempt_when_refused_keeps_the_contracts_words_and_the_receipts_gas(posted: Devnet, screen: Screen) -> None:
    refused = refusals._hand_in(screen, posted, attempt(posted), 7)
    assert refused.reason == "rollup: no such parent claim"
    assert refused.gas > 21_000
    assert refused.l1_transaction.startswith("0x")


def test_window_when_a_claim_is_final_before_it_ends_fails_the_demo(posted: Devnet, screen: Screen) -> None:
    posted.propose()
    with pytest.raises(DemoFailedError, match="nothing is final within the window"):
        wait_out_the_window(screen, posted)
