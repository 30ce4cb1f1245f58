"""Whole games between backends: the truth wins, whoever plays it, wherever the lie is."""

import pytest

from provers.adversaries.liars import lie_at
from rollup.ports.l1 import TRANSACTION_GAS_CAP
from tests.game.builder import Play, propose_right
from tests.game.chain import CHALLENGER, LIAR, PROPOSER, SYBIL, TERMS, Chain
from tests.game.players import play, seat
from tests.game.scene import counters, on

chain = on(counters)

DEPOSIT, FIRST_CALL, SECOND_CALL, FEES, PADDING, LAST = 0, 1, 2, 3, 4, 255
LONGEST = 1 + 2 * 8 + 1
"""Moves of a whole game: a challenge, eight times a reveal and a choice, a step."""


def test_right_claim_becomes_final_after_its_window_and_its_bond_comes_back(chain: Chain) -> None:
    proposer, challenger = seat(chain, PROPOSER), seat(chain, CHALLENGER)
    claim, _ = propose_right(chain, PROPOSER, 1)
    assert play(chain, (proposer, challenger)) == []
    chain.pass_to(chain.head.timestamp + TERMS.window + 1)
    chain.finalise(claim, chain.header(1))
    assert [move.what for move in play(chain, (proposer, challenger))] == ["settle", "collect"]
    assert chain.l1.balance(chain.game.address) == 0


@pytest.mark.parametrize("leaf", [DEPOSIT, FIRST_CALL, SECOND_CALL, FEES, PADDING, 100, LAST])
def test_lie_at_any_step_is_found_and_pays_both_bonds_to_who_found_it(chain: Chain, leaf: int) -> None:
    lie = lie_at(chain, 1, leaf)
    game = Play.of_lie(chain, lie)
    before = chain.l1.balance(chain.as_(CHALLENGER).address)
    moves = play(chain, (seat(chain, LIAR, lie.defence), seat(chain, CHALLENGER)))
    names = [move.what for move in moves]
    assert names[0] == "challenge"
    assert names[-2:] == ["step", "collect"]
    assert len(names) - 1 == LONGEST
    assert game.verdict == "rejected"
    assert moves[-1].details["wei"] == TERMS.claim_bond + TERMS.challenge_bond
    assert chain.l1.balance(chain.game.address) == 0
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
    assert [Play(chain, claim, game.tree, PROPOSER).verdict for claim in claims] == ["pending"] * len(claims)


@pytest.mark.parametrize("leaf", [0, 1, 3, 7, 128, 255])
def test_challenger_who_lies_about_a_right_claim_loses_at_any_leaf(chain: Chain, leaf: int) -> None:
    game = Play.of_truth(chain, proposer=PROPOSER).challenge(SYBIL).down_to(leaf)
    moves = play(chain, (seat(chain, PROPOSER),))
    assert [move.what for move in moves] == ["step", "collect"]
    assert game.verdict == "pending"
    assert moves[-1].details["wei"] == TERMS.challenge_bond
    chain.pass_to(game.read.opened + TERMS.window + 1)
    assert game.verdict == "accepted"


def test_two_honest_challengers_win_once_and_lose_nothing(chain: Chain) -> None:
    lie = lie_at(chain, 1, FIRST_CALL)
    game = Play.of_lie(chain, lie)
    moves = play(chain, (seat(chain, LIAR, lie.defence), seat(chain, CHALLENGER), seat(chain, PROPOSER)))
    paid = {move.details["wei"] for move in moves if move.what == "collect"}
    assert paid == {TERMS.challenge_bond, TERMS.claim_bond + TERMS.challenge_bond}
    assert [move.what for move in moves].count("close") == 1
    assert game.verdict == "rejected"
    assert chain.l1.balance(chain.game.address) == 0


def test_silent_liar_loses_when_his_clock_has_run_out(chain: Chain) -> None:
    game = Play.of_lie(chain, lie_at(chain, 1, FIRST_CALL))
    challenger = seat(chain, CHALLENGER)
    assert [move.what for move in play(chain, (challenger,))] == ["challenge"]
    chain.pass_to(chain.head.timestamp + TERMS.clock + 1)
    assert [move.what for move in play(chain, (challenger,))] == ["timeout", "collect"]
    assert game.verdict == "rejected"


def test_silent_challenger_loses_when_his_clock_has_run_out(chain: Chain) -> None:
    game = Play.of_truth(chain, proposer=PROPOSER).challenge(SYBIL)
    proposer = seat(chain, PROPOSER)
    assert [move.what for move in play(chain, (proposer,))] == ["reveal"]
    chain.pass_to(chain.head.timestamp + TERMS.clock + 1)
    assert [move.what for move in play(chain, (proposer,))] == ["timeout", "collect"]
    chain.pass_to(game.read.opened + TERMS.window + 1)
    assert game.verdict == "accepted"
