"""Window and clock of the dispute game, to the second."""

from provers.adversaries.liars import lie_at
from provers.optimistic.table import Stage
from tests.game.builder import Play
from tests.game.chain import CHALLENGER, PROPOSER, SYBIL, TERMS, Chain
from tests.game.scene import counters, on

chain = on(counters)


def lied(chain: Chain) -> Play:
    return Play.of_lie(chain, lie_at(chain, 1, 1))


def test_claim_can_be_doubted_in_the_last_second_of_its_window(chain: Chain) -> None:
    game = lied(chain)
    game.at(game.read.made + TERMS.window).ask()
    assert game.read.stage is Stage.ASKED


def test_claim_is_accepted_the_second_after_its_window_and_not_in_its_last(chain: Chain) -> None:
    game = lied(chain)
    chain.pass_to(game.read.made + TERMS.window)
    assert game.verdict == "pending"
    chain.pass_to(game.read.made + TERMS.window + 1)
    assert game.verdict == "accepted"


def test_claim_is_not_accepted_while_a_question_is_open_however_late_it_is(chain: Chain) -> None:
    game = lied(chain).ask()
    chain.pass_to(game.read.made + 1000 * TERMS.window)
    assert game.verdict == "pending"


def test_steps_may_be_shown_in_the_last_second_of_the_clock(chain: Chain) -> None:
    game = lied(chain).ask()
    game.late(0).show()
    assert game.read.stage is Stage.SHOWN


def test_question_expires_the_second_after_the_clock_has_run_out(chain: Chain) -> None:
    game = lied(chain).ask()
    game.late().expire()
    assert game.verdict == "rejected"
    assert game.credit(CHALLENGER) == TERMS.question_bond + TERMS.claim_bond // 2


def test_claim_that_is_shown_is_accepted_when_both_window_and_clock_are_over(chain: Chain) -> None:
    early, late = Play.of_truth(chain, proposer=PROPOSER), Play.of_truth(chain, proposer=PROPOSER)
    early.ask(SYBIL).show()
    chain.pass_to(early.read.made + TERMS.window)
    assert early.verdict == "pending"
    late.at(late.read.made + TERMS.window).ask(SYBIL).show()
    assert early.verdict == "accepted"
    chain.pass_to(late.read.moved + TERMS.clock)
    assert late.verdict == "pending"
    chain.pass_to(late.read.moved + TERMS.clock + 1)
    assert late.verdict == "accepted"


def test_step_is_refuted_in_the_last_second_and_not_after_it(chain: Chain) -> None:
    first, second = lied(chain), lied(chain)
    for game in (first, second):
        game.at(max(game.read.made + TERMS.window - 1, chain.head.timestamp + 1)).ask().show()
    first.late(0).refute()
    assert first.verdict == "rejected"
    assert second.late().refusal("refute") == "game: window is over"
    assert second.verdict == "accepted"


def test_whole_delay_of_a_claim_is_a_window_and_two_clocks_whoever_asks(chain: Chain) -> None:
    game = Play.of_truth(chain, proposer=PROPOSER)
    start = game.read.made
    game.at(start + TERMS.window).ask(SYBIL)
    game.late(0).show()
    game.late()
    chain.l1.mine()
    assert game.verdict == "accepted"
    assert chain.head.timestamp == start + TERMS.window + 2 * TERMS.clock + 1
