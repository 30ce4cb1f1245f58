"""Windows and clocks of the dispute game, to the second."""

from provers.adversaries.liars import lie_at
from tests.game.builder import Play
from tests.game.chain import CHALLENGER, LIAR, PROPOSER, SYBIL, TERMS, Chain
from tests.game.scene import counters, on

chain = on(counters)


def lied(chain: Chain) -> Play:
    return Play.of_lie(chain, lie_at(chain, 1, 1))


def test_claim_can_be_challenged_in_the_last_second_of_its_window(chain: Chain) -> None:
    game = lied(chain)
    game.at(game.read.opened + TERMS.window).challenge()
    assert game.game.turn.name == "PROPOSER"


def test_claim_is_accepted_the_second_after_its_window_and_not_in_its_last(chain: Chain) -> None:
    game = lied(chain)
    chain.pass_to(game.read.opened + TERMS.window)
    assert game.verdict == "pending"
    chain.pass_to(game.read.opened + TERMS.window + 1)
    assert game.verdict == "accepted"


def test_claim_is_not_accepted_while_a_game_is_open_however_late_it_is(chain: Chain) -> None:
    game = lied(chain).challenge()
    chain.pass_to(game.read.opened + 1000 * TERMS.window)
    assert game.verdict == "pending"


def test_claim_is_accepted_as_soon_as_its_last_game_ends_after_the_window(chain: Chain) -> None:
    game = Play.of_truth(chain, proposer=PROPOSER)
    game.at(game.read.opened + TERMS.window).challenge(SYBIL)
    game.reveal().at(game.game.moved + TERMS.clock + 1).timeout()
    assert game.verdict == "accepted"


def test_proposer_may_reveal_in_the_last_second_of_his_clock(chain: Chain) -> None:
    game = lied(chain).challenge()
    game.at(game.game.moved + TERMS.clock).reveal()
    assert game.game.proposer_used == TERMS.clock


def test_challenger_may_choose_in_the_last_second_of_his_clock(chain: Chain) -> None:
    game = lied(chain).challenge().reveal()
    game.at(game.game.moved + TERMS.clock).attack()
    assert game.game.challenger_used == TERMS.clock


def test_timeout_works_the_second_after_a_clock_has_run_out(chain: Chain) -> None:
    game = lied(chain).challenge()
    game.at(game.game.moved + TERMS.clock + 1).timeout()
    assert game.verdict == "rejected"
    assert game.credit(CHALLENGER) == TERMS.claim_bond + TERMS.challenge_bond


def test_clock_adds_up_over_the_moves_of_one_side_and_leaves_the_other_alone(chain: Chain) -> None:
    game = lied(chain).challenge()
    half = TERMS.clock // 2
    game.at(game.game.moved + half).reveal().at(game.game.moved + 1).attack()
    assert (game.game.proposer_used, game.game.challenger_used) == (half, 1)
    game.at(game.game.moved + half).reveal()
    assert game.game.proposer_used == TERMS.clock
    game.at(game.game.moved + 4).attack()
    assert game.game.challenger_used == 5
    assert game.at(game.game.moved + 1).refusal("reveal") == "game: time is up"
    game.timeout()
    assert game.verdict == "rejected"


def test_each_game_about_a_claim_has_clocks_of_its_own(chain: Chain) -> None:
    first = lied(chain).challenge(CHALLENGER)
    first.at(first.game.moved + TERMS.clock).reveal()
    second = Play(chain, first.claim, first.tree, LIAR).challenge(SYBIL)
    assert second.game.proposer_used == 0
    second.at(second.game.moved + TERMS.clock).reveal()


def test_step_ends_a_game_even_after_the_clock_if_nobody_called_time(chain: Chain) -> None:
    # What L1 computes is worth more than who was late; the other side had all that time to end the game.
    game = lied(chain).challenge().down_to(1)
    game.at(game.game.moved + 2 * TERMS.clock).step()
    assert game.verdict == "rejected"


def test_time_called_before_the_step_ends_the_game_against_the_challenger(chain: Chain) -> None:
    game = lied(chain).challenge().down_to(1)
    game.at(game.game.moved + TERMS.clock + 1).timeout()
    assert game.credit(LIAR) == TERMS.challenge_bond
    assert game.refusal("step") == "game: not open"


def test_whole_delay_of_one_game_is_a_window_and_two_clocks(chain: Chain) -> None:
    game = Play.of_truth(chain, proposer=PROPOSER)
    start = game.read.opened
    game.at(start + TERMS.window).challenge(SYBIL)
    game.at(game.game.moved + TERMS.clock).reveal()
    game.at(game.game.moved + TERMS.clock + 1).timeout()
    assert game.verdict == "accepted"
    assert chain.head.timestamp == start + TERMS.window + 2 * TERMS.clock + 1
