"""Where each bond goes, and that each is paid exactly once."""

from provers.adversaries.liars import lie_at
from tests.game.builder import Play, propose_right
from tests.game.chain import CHALLENGER, LIAR, PROPOSER, STRANGER, SYBIL, TERMS, Chain
from tests.game.scene import counters, on

chain = on(counters)

CLAIM, CHALLENGE = TERMS.claim_bond, TERMS.challenge_bond


def lied(chain: Chain, batch: int = 1, step: int = 0) -> Play:
    return Play.of_lie(chain, lie_at(chain, batch, step), batch)


def finalised(chain: Chain, *claims: int) -> None:
    """Let the window pass, and make right claims final in order."""
    chain.pass_to(chain.head.timestamp + TERMS.window + 1)
    for batch, claim in enumerate(claims, 1):
        chain.finalise(claim, chain.header(batch))


def held(chain: Chain) -> int:
    return chain.l1.balance(chain.game.address)


def test_winner_of_a_game_gets_both_bonds_whoever_takes_the_step(chain: Chain) -> None:
    game = lied(chain).challenge().down_to(0)
    game.step(key=STRANGER)
    assert (game.credit(CHALLENGER), game.credit(STRANGER)) == (CLAIM + CHALLENGE, 0)


def test_proposer_of_a_right_claim_gets_the_bond_of_each_challenger_who_loses(chain: Chain) -> None:
    game = Play.of_truth(chain, proposer=PROPOSER)
    for key in (SYBIL, LIAR, SYBIL):
        Play(chain, game.claim, game.tree, PROPOSER).challenge(key).down_to(2).step()
    assert game.credit(PROPOSER) == 3 * CHALLENGE
    finalised(chain, game.claim)
    assert game.settle().collect(PROPOSER) == 3 * CHALLENGE + CLAIM
    assert held(chain) == 0


def test_challengers_of_a_claim_that_fell_elsewhere_get_their_own_bonds_back(chain: Chain) -> None:
    game = lied(chain).challenge(CHALLENGER)
    others = [Play(chain, game.claim, game.tree, LIAR).challenge(key) for key in (SYBIL, STRANGER)]
    others[1].reveal()
    game.down_to(0).step()
    for other, key in zip(others, (SYBIL, STRANGER), strict=True):
        assert other.close().collect(key) == CHALLENGE
    assert held(chain) == CLAIM + CHALLENGE == game.credit(CHALLENGER)


def test_rival_of_a_final_claim_loses_its_bond_to_who_was_right(chain: Chain) -> None:
    wrong = lied(chain)
    right = Play.of_truth(chain, proposer=PROPOSER)
    finalised(chain, right.claim)
    assert wrong.settle().collect(PROPOSER) == CLAIM
    assert right.settle().collect(PROPOSER) == CLAIM
    assert held(chain) == 0


def test_duplicate_of_a_final_claim_gets_its_bond_back(chain: Chain) -> None:
    first, second = Play.of_truth(chain, proposer=PROPOSER), Play.of_truth(chain, proposer=SYBIL)
    finalised(chain, second.claim)
    assert first.settle().collect(PROPOSER) == CLAIM
    assert second.settle().collect(SYBIL) == CLAIM
    assert held(chain) == 0


def test_right_claim_on_a_parent_that_fell_by_silence_gets_its_bond_back(chain: Chain) -> None:
    parent = Play.of_truth(chain, proposer=LIAR)
    child = Play.of_truth(chain, 2, SYBIL, parent=parent.claim)
    parent.challenge().at(parent.game.moved + TERMS.clock + 1).timeout()
    first, _ = propose_right(chain, PROPOSER, 1)
    second, _ = propose_right(chain, PROPOSER, 2, parent=first)
    finalised(chain, first, second)
    assert child.settle().collect(SYBIL) == CLAIM


def test_wrong_claim_on_a_void_parent_loses_its_bond_without_a_game(chain: Chain) -> None:
    lie = lie_at(chain, 1, 0)
    parent = Play.of_lie(chain, lie)
    child = Play.of_lie(chain, lie_at(chain, 2, 0), 2, parent=parent.claim, parent_header=lie.header)
    parent.challenge().down_to(0).step()
    first, _ = propose_right(chain, PROPOSER, 1)
    second, _ = propose_right(chain, PROPOSER, 2, parent=first)
    finalised(chain, first, second)
    assert child.verdict == "accepted", "nobody shows its steps wrong, and nobody has to"
    assert child.settle().credit(PROPOSER) == CLAIM


def test_claim_about_a_batch_that_is_final_already_can_be_settled_at_once(chain: Chain) -> None:
    right = Play.of_truth(chain, proposer=PROPOSER)
    finalised(chain, right.claim)
    late = lied(chain)
    assert late.settle().credit(PROPOSER) == CLAIM


def test_collecting_pays_the_recipient_whoever_asks_and_only_once(chain: Chain) -> None:
    game = lied(chain).challenge().down_to(0)
    game.step()
    assert game.collect(CHALLENGER) == CLAIM + CHALLENGE
    assert game.refusal("collect", CHALLENGER) == "game: no credit"
    assert held(chain) == 0
