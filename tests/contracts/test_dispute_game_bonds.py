"""Where each bond goes, and that each is paid exactly once."""

from provers.adversaries.liars import lie_at, lie_of
from provers.optimistic.truth import Truth
from rollup.state.steps import Steps
from tests.game.builder import Play, propose_right
from tests.game.chain import CHALLENGER, LIAR, PROPOSER, STRANGER, SYBIL, TERMS, Chain
from tests.game.scene import counters, on

chain = on(counters)

CLAIM, QUESTION, SHARE = TERMS.claim_bond, TERMS.question_bond, TERMS.claim_bond // 4


def lied(chain: Chain, batch: int = 1, step: int = 0) -> Play:
    return Play.of_lie(chain, lie_at(chain, batch, step), batch)


def finalised(chain: Chain, *claims: int) -> None:
    """Let window and clock pass, and make right claims final in order."""
    chain.pass_to(chain.head.timestamp + TERMS.window + TERMS.clock + 1)
    for batch, claim in enumerate(claims, 1):
        chain.finalise(claim, chain.header(batch))


def held(chain: Chain) -> int:
    return chain.l1.balance(chain.game.address)


def test_asker_and_refuter_of_a_lie_share_half_of_its_bond_and_the_rest_is_burnt(chain: Chain) -> None:
    game = lied(chain).ask(CHALLENGER).show()
    game.refute(key=STRANGER)
    assert (game.credit(CHALLENGER), game.credit(STRANGER)) == (QUESTION + SHARE, SHARE)
    assert (game.collect(CHALLENGER), game.collect(STRANGER)) == (QUESTION + SHARE, SHARE)
    assert held(chain) == CLAIM - 2 * SHARE


def test_asker_of_a_lie_that_nobody_shows_gets_both_shares(chain: Chain) -> None:
    game = lied(chain).ask(CHALLENGER)
    game.late().expire(key=STRANGER)
    assert (game.credit(CHALLENGER), game.credit(STRANGER)) == (QUESTION + 2 * SHARE, 0)


def test_liar_who_brings_himself_down_loses_half_of_his_bond(chain: Chain) -> None:
    """SOUNDNESS 10: so no lie is for nothing, whoever is fastest."""
    game = lied(chain).ask(LIAR).show()
    game.refute(key=LIAR)
    assert game.credit(LIAR) == QUESTION + CLAIM // 2


def test_whoever_shows_the_steps_of_a_right_claim_gets_half_of_the_question_and_the_rest_is_burnt(chain: Chain) -> None:
    game = Play.of_truth(chain, proposer=PROPOSER).ask(SYBIL).show(key=STRANGER)
    finalised(chain, game.claim)
    game.settle()
    assert (game.credit(PROPOSER), game.credit(STRANGER), game.credit(SYBIL)) == (CLAIM, QUESTION // 2, 0)
    game.collect(PROPOSER), game.collect(STRANGER)
    assert held(chain) == QUESTION - QUESTION // 2


def test_sybil_who_asks_and_answers_himself_loses_half_of_his_question(chain: Chain) -> None:
    game = Play.of_truth(chain, proposer=PROPOSER).ask(SYBIL).show(key=SYBIL)
    finalised(chain, game.claim)
    assert game.settle().credit(SYBIL) == QUESTION // 2


def test_rival_of_a_final_claim_loses_its_bond_half_of_it_to_who_was_right(chain: Chain) -> None:
    wrong = lied(chain)
    right = Play.of_truth(chain, proposer=PROPOSER)
    finalised(chain, right.claim)
    assert wrong.settle().collect(PROPOSER) == CLAIM // 2
    assert wrong.verdict == "rejected"
    assert right.settle().collect(PROPOSER) == CLAIM
    assert right.verdict == "accepted"
    assert held(chain) == CLAIM - CLAIM // 2


def test_rival_that_was_doubted_and_shown_pays_its_asker_too(chain: Chain) -> None:
    wrong = lied(chain).ask(CHALLENGER).show()
    right = Play.of_truth(chain, proposer=PROPOSER)
    finalised(chain, right.claim)
    wrong.settle()
    assert (wrong.credit(CHALLENGER), wrong.credit(PROPOSER)) == (QUESTION + SHARE, SHARE)


def test_duplicate_of_a_final_claim_gets_its_bond_back(chain: Chain) -> None:
    first, second = Play.of_truth(chain, proposer=PROPOSER), Play.of_truth(chain, proposer=SYBIL)
    finalised(chain, second.claim)
    assert first.settle().collect(PROPOSER) == CLAIM
    assert second.settle().collect(SYBIL) == CLAIM
    assert held(chain) == 0


def test_right_claim_on_a_parent_that_fell_by_silence_gets_its_bond_back(chain: Chain) -> None:
    parent = Play.of_truth(chain, proposer=LIAR)
    child = Play.of_truth(chain, 2, SYBIL, parent=parent.claim)
    parent.ask().late().expire()
    first, _ = propose_right(chain, PROPOSER, 1)
    second, _ = propose_right(chain, PROPOSER, 2, parent=first)
    finalised(chain, first, second)
    assert child.settle().collect(SYBIL) == CLAIM


def test_wrong_claim_on_a_void_parent_loses_its_bond_without_a_question(chain: Chain) -> None:
    lie = lie_at(chain, 1, 0)
    parent = Play.of_lie(chain, lie)
    child = Play.of_lie(chain, lie_at(chain, 2, 0), 2, parent=parent.claim, parent_header=lie.header)
    parent.ask().show().refute()
    first, _ = propose_right(chain, PROPOSER, 1)
    second, _ = propose_right(chain, PROPOSER, 2, parent=first)
    finalised(chain, first, second)
    assert child.verdict == "accepted", "nobody shows its steps wrong, and nobody has to"
    assert child.settle().credit(PROPOSER) == CLAIM // 2
    assert child.verdict == "rejected"


def test_claim_about_a_batch_that_is_final_already_can_be_settled_at_once(chain: Chain) -> None:
    right = Play.of_truth(chain, proposer=PROPOSER)
    finalised(chain, right.claim)
    late = lied(chain)
    assert late.settle().credit(PROPOSER) == CLAIM // 2


def test_right_result_over_wrong_steps_that_nobody_doubts_gets_its_bond_back(chain: Chain) -> None:
    """Its result is what counts; whoever doubts it in time wins a share of its bond, as of any other lie."""
    truth = Truth.of(chain, 1)
    steps = Steps((b"\1" * 32, *truth.steps.leaves[1:]))
    game = Play.of_lie(chain, lie_of(truth.header, steps, truth.execution.step_headers[-1], 0))
    with chain.undone() as copy:
        other = Play(copy, game.claim, steps, LIAR).ask().show()
        other.refute()
        assert other.verdict == "rejected"
    finalised(chain, game.claim)
    assert game.settle().collect(LIAR) == CLAIM


def test_collecting_pays_the_recipient_whoever_asks_and_only_once(chain: Chain) -> None:
    game = lied(chain).ask().show()
    game.refute(key=CHALLENGER)
    assert game.collect(CHALLENGER) == QUESTION + 2 * SHARE
    assert game.refusal("collect", CHALLENGER) == "game: no credit"
