"""Whole disputes between backends: the truth wins, whoever plays it, wherever the lie is."""

import pytest

from provers.adversaries.liars import lie_at
from rollup.ports.l1 import TRANSACTION_GAS_CAP
from tests.game.builder import Play, propose_right
from tests.game.chain import CHALLENGER, LIAR, PROPOSER, STRANGER, SYBIL, TERMS, Chain
from tests.game.players import play, seat
from tests.game.scene import counters, on

chain = on(counters)

DEPOSIT, FIRST_CALL, SECOND_CALL, FEES, PAST_THE_END = range(5)


def test_right_claim_becomes_final_after_its_window_and_its_bond_comes_back(chain: Chain) -> None:
    proposer, challenger = seat(chain, PROPOSER), seat(chain, CHALLENGER)
    claim, _ = propose_right(chain, PROPOSER, 1)
    assert play(chain, (proposer, challenger)) == []
    chain.pass_to(chain.head.timestamp + TERMS.window + 1)
    chain.finalise(claim, chain.header(1))
    assert [move.what for move in play(chain, (proposer, challenger))] == ["settle", "collect"]
    assert chain.l1.balance(chain.game.address) == 0


@pytest.mark.parametrize("step", [DEPOSIT, FIRST_CALL, SECOND_CALL, FEES, PAST_THE_END, 100])
def test_lie_at_any_step_is_found_in_three_moves_and_pays_who_found_it(chain: Chain, step: int) -> None:
    lie = lie_at(chain, 1, step)
    game = Play.of_lie(chain, lie)
    before = chain.l1.balance(chain.as_(CHALLENGER).address)
    moves = play(chain, (seat(chain, LIAR, lie.defence), seat(chain, CHALLENGER)))
    assert [move.what for move in moves] == ["ask", "show", "refute", "collect"]
    assert moves[2].details == {"position": step}
    assert game.verdict == "rejected"
    assert moves[-1].details["wei"] == 2 * TERMS.share + TERMS.question_bond
    assert chain.l1.balance(chain.game.address) == TERMS.claim_bond // 2, "half of it is burnt"
    assert chain.l1.balance(chain.as_(CHALLENGER).address) > before
    assert max(move.gas for move in moves) < TRANSACTION_GAS_CAP


@pytest.mark.parametrize("number", [2, 3])
def test_lie_in_a_later_batch_on_a_pending_parent_is_found(chain: Chain, number: int) -> None:
    for batch in range(1, number):
        propose_right(chain, PROPOSER, batch)
    lie = lie_at(chain, number, 0)
    game = Play.of_lie(chain, lie, number)
    play(chain, (seat(chain, LIAR, lie.defence), seat(chain, CHALLENGER), seat(chain, PROPOSER)))
    assert game.verdict == "rejected"
    claims = range(1, number)
    assert [Play(chain, claim, game.steps, PROPOSER).verdict for claim in claims] == ["pending"] * len(claims)


def test_doubt_about_a_right_claim_is_answered_and_paid_for(chain: Chain) -> None:
    game = Play.of_truth(chain, proposer=PROPOSER).ask(SYBIL)
    proposer = seat(chain, PROPOSER)
    assert [move.what for move in play(chain, (proposer, seat(chain, CHALLENGER)))] == ["show"]
    chain.pass_to(game.read.made + TERMS.window + 1)
    assert game.verdict == "accepted"
    chain.finalise(game.claim, chain.header(1))
    moves = play(chain, (proposer,))
    assert [move.what for move in moves] == ["settle", "collect"]
    assert moves[-1].details["wei"] == TERMS.claim_bond + TERMS.question_bond // 2


def test_right_claim_whose_proposer_sleeps_is_shown_by_another_when_a_quarter_of_the_time_is_gone(chain: Chain) -> None:
    game = Play.of_truth(chain, proposer=PROPOSER).ask(SYBIL)
    challenger = seat(chain, CHALLENGER)
    chain.pass_to(game.read.moved + TERMS.clock // 4)
    assert play(chain, (challenger,)) == []
    chain.pass_to(game.read.moved + TERMS.clock // 4 + 1)
    assert [move.what for move in play(chain, (challenger,))] == ["show"]
    chain.pass_to(game.read.made + TERMS.window + 1)
    chain.finalise(game.claim, chain.header(1))
    moves = play(chain, (challenger,))
    assert [move.what for move in moves] == ["settle", "collect"]
    assert moves[-1].details["wei"] == TERMS.question_bond // 2


def test_two_honest_challengers_share_what_is_won_and_lose_nothing(chain: Chain) -> None:
    lie = lie_at(chain, 1, FIRST_CALL)
    game = Play.of_lie(chain, lie)
    moves = play(chain, (seat(chain, CHALLENGER), seat(chain, LIAR, lie.defence), seat(chain, STRANGER)))
    assert [move.what for move in moves] == ["ask", "show", "refute", "collect", "collect"]
    paid = {move.details["wei"] for move in moves if move.what == "collect"}
    assert paid == {TERMS.question_bond + TERMS.share, TERMS.share}
    assert game.verdict == "rejected"


def test_silent_liar_loses_when_the_clock_has_run_out(chain: Chain) -> None:
    game = Play.of_lie(chain, lie_at(chain, 1, FIRST_CALL))
    challenger = seat(chain, CHALLENGER)
    assert [move.what for move in play(chain, (challenger,))] == ["ask"]
    chain.pass_to(game.read.moved + TERMS.clock + 1)
    assert [move.what for move in play(chain, (challenger,))] == ["expire", "collect"]
    assert game.verdict == "rejected"


def test_swarm_of_fifty_lies_falls_for_an_eighth_of_what_it_staked_and_delays_nothing(chain: Chain) -> None:
    """Honest capital is what is staked on questions that are open at once; the right claim is final after one window."""
    right, _ = propose_right(chain, PROPOSER, 1)
    made = chain.head.timestamp
    told = {lie.steps.commitment: lie for lie in (lie_at(chain, 1, step) for step in range(4))}
    games = [Play.of_lie(chain, list(told.values())[place % 4]) for place in range(50)]
    staked = [chain.l1.balance(chain.game.address) - TERMS.claim_bond]
    challenger = seat(chain, CHALLENGER)
    assert [move.what for move in challenger.react(chain, chain.head)] == ["ask"] * 50
    staked.append(chain.l1.balance(chain.game.address) - TERMS.claim_bond - staked[0])
    assert staked[1] * 8 == staked[0]
    moves = play(chain, (seat(chain, LIAR, lambda claim, _: told[claim.steps].steps), challenger))
    assert [move.what for move in moves if move.what != "collect"] == ["show"] * 50 + ["refute"] * 50
    assert {game.verdict for game in games} == {"rejected"}
    assert sum(int(str(move.details["wei"])) for move in moves if move.what == "collect") == staked[1] + staked[0] // 2
    chain.pass_to(made + TERMS.window + 1)
    chain.finalise(right, chain.header(1))
    assert chain.l1.call(chain.rollup, "final_claim", 1) == right
