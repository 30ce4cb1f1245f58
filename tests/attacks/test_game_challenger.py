"""A hostile challenger: no question, no evidence and no amount of gas makes a right claim fall."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from l1bridge import kzg
from l1bridge.compiler import source
from provers.adversaries.liars import credit, lie_at, lying_steps
from provers.optimistic.truth import Truth
from rollup.ports.settlement import batch_struct
from tests.game.builder import Play
from tests.game.chain import CHALLENGER, LIAR, PROPOSER, STRANGER, SYBIL, TERMS, Chain
from tests.game.players import play, seat
from tests.game.scene import BOB, counters, on

chain = on(counters)

DEPOSIT, FIRST_CALL, SECOND_CALL, FEES = range(4)
NEEDED = 4_000_000
"""More gas than any step of these batches takes."""


def right(chain: Chain, batch: int = 1) -> Play:
    """A right claim, doubted and shown."""
    return Play.of_truth(chain, batch, PROPOSER).ask(SYBIL).show()


def stands(game: Play) -> bool:
    """Whether the claim becomes final when its time is over, and its proposer gets his bond back."""
    game.chain.pass_to(max(game.read.made, game.chain.head.timestamp) + TERMS.window + 1)
    return game.verdict == "accepted"


@pytest.mark.parametrize("position", [DEPOSIT, FIRST_CALL, SECOND_CALL, FEES])
def test_right_claim_withstands_a_refutation_of_whatever_step(chain: Chain, position: int) -> None:
    """SOUNDNESS 9: every step of a right claim is right, so L1 refuses every refutation."""
    game = right(chain)
    assert game.refusal("refute", position, key=SYBIL) == "game: the step is right"
    assert stands(game)


# ---------------------------------------------------------------- gas


@pytest.mark.parametrize("position", [DEPOSIT, FIRST_CALL, FEES])
def test_step_with_too_little_gas_reverts_and_changes_nothing(chain: Chain, position: int) -> None:
    """SOUNDNESS 5: no want of gas is read as an answer, so it cannot make a right step look wrong."""
    game, lie = right(chain), Play.of_lie(chain, lie_at(chain, 1, position)).ask().show()
    with chain.undone():
        needed = lie.refute(gas=NEEDED).gas_used
    floor = 250_000  # of calldata; below it L1 takes no such transaction (EIP-7623)
    limits = [floor + (needed - floor) * share // 100 for share in (0, 20, 40, 60, 70, 80, 90, 95, 97, 99)]
    for gas in limits:
        game.refusal("refute", position, key=SYBIL, gas=gas)
        lie.refusal("refute", key=SYBIL, gas=gas)
    assert game.refusal("refute", position, key=SYBIL, gas=NEEDED) == "game: the step is right"
    lie.refute(gas=NEEDED)
    assert lie.verdict == "rejected"


# ---------------------------------------------------------------- evidence


def of_another_step(chain: Chain, game: Play) -> dict[str, Any]:
    """Evidence of the second call where the first is executed."""
    return {"evidence": Truth.of(chain, 1).evidence(SECOND_CALL, kzg).to_abi()}


def of_another_batch(chain: Chain, game: Play) -> dict[str, Any]:
    """Everything as in batch 2, whose first step is a call as well."""
    truth = Truth.of(chain, 2)
    return {"batch": batch_struct(truth.batch), "evidence": truth.evidence(0, kzg).to_abi()}


def past_the_end(chain: Chain, game: Play) -> dict[str, Any]:
    """The terminal header, on which a step is the identity."""
    return {"pre": Truth.of(chain, 1).execution.step_headers[-1].words(), "evidence": b""}


def nothing(chain: Chain, game: Play) -> dict[str, Any]:
    return {"evidence": b""}


def two_hashes(chain: Chain, game: Play) -> dict[str, Any]:
    """SOUNDNESS 22: two leaves where a header of eight words should be; what has 64 bytes is no preimage of one that has 256."""
    return {"pre": (*(int.from_bytes(leaf, "big") for leaf in game.steps.leaves[:2]), *[0] * 6)}


def leaves_of_a_lie(chain: Chain, game: Play) -> dict[str, Any]:
    """Steps that somebody else claimed."""
    return {"leaves": lie_at(chain, 1, FIRST_CALL).steps.to_bytes()}


@pytest.mark.parametrize(
    "change", [of_another_step, of_another_batch, past_the_end, nothing, two_hashes, leaves_of_a_lie]
)
def test_evidence_of_something_else_than_the_step_reverts(
    chain: Chain, change: Callable[[Chain, Play], dict[str, Any]]
) -> None:
    """SOUNDNESS 5: bad help always reverts; each part of it is checked against what L1 holds."""
    game = right(chain)
    assert game.refusal("refute", FIRST_CALL, key=SYBIL, **change(chain, game)) != "game: the step is right"
    assert stands(game)


def test_evidence_with_any_byte_changed_never_makes_a_right_step_wrong(chain: Chain) -> None:
    """SOUNDNESS 5: evidence is checked to the last bit, or it does not matter."""
    game = right(chain)
    evidence = game.evidence(SECOND_CALL)["evidence"]

    @settings(max_examples=15, deadline=None)
    @given(at=st.integers(0, len(evidence) - 1), flip=st.integers(1, 255))
    def changed(at: int, flip: int) -> None:
        bad = evidence[:at] + bytes([evidence[at] ^ flip]) + evidence[at + 1 :]
        assert not game.would_refute(SECOND_CALL, evidence=bad)

    changed()


# ---------------------------------------------------------------- time, and who may


def test_claim_that_stood_its_window_cannot_be_doubted_or_refuted(chain: Chain) -> None:
    """SOUNDNESS 10: finality does not wait for whoever comes late."""
    quiet, game = Play.of_truth(chain, proposer=PROPOSER), right(chain)
    assert stands(quiet)
    assert stands(game)
    assert quiet.refusal("ask", SYBIL) == "game: window is over"
    assert game.refusal("refute", FIRST_CALL, key=SYBIL) == "game: window is over"
    chain.finalise(game.claim, chain.header(1))
    assert game.settle().refusal("ask", SYBIL) == "game: not open to questions"


def test_sybils_delay_a_right_claim_by_two_clocks_at_most_and_once(chain: Chain) -> None:
    """SOUNDNESS 10: a claim is doubted once, whoever does; however many wait their turn, they have none."""
    game = Play.of_truth(chain, proposer=PROPOSER)
    made = game.read.made
    game.at(made + TERMS.window).ask(SYBIL)
    for key in (LIAR, STRANGER, CHALLENGER):
        assert game.refusal("ask", key) == "game: not open to questions"
    chain.pass_to(game.read.moved + TERMS.clock - 1)
    assert [move.what for move in play(chain, (seat(chain, PROPOSER),))] == ["show"]
    for key in (LIAR, STRANGER, CHALLENGER):
        assert game.refusal("ask", key) == "game: not open to questions"
    chain.pass_to(made + TERMS.window + 2 * TERMS.clock + 1)
    assert game.verdict == "accepted"


def test_anybody_may_answer_for_a_proposer_who_is_kept_from_it(chain: Chain) -> None:
    """SOUNDNESS 10: a right claim falls by silence only, and the steps of a right claim are known to everybody."""
    game = Play.of_truth(chain, proposer=PROPOSER).ask(SYBIL)
    game.show(key=STRANGER)
    assert stands(game)


def test_nobody_answers_with_what_the_proposer_did_not_claim(chain: Chain) -> None:
    """SOUNDNESS 10: whoever would make a right claim look wrong has to find another preimage of its commitment."""
    game = Play.of_truth(chain, proposer=PROPOSER).ask(SYBIL)
    wrong = lie_at(chain, 1, FIRST_CALL).steps.to_bytes()
    assert game.refusal("show", wrong, key=SYBIL) == "game: not the steps of the claim"
    assert stands(game.show())


THIEF = """
interface Game:
    def ask(claim_id: uint256, steps: bytes32): payable
    def collect(recipient: address): nonpayable

game: Game
entered: public(uint256)
again: public(bool)

@deploy
@payable
def __init__(game: address):
    self.game = Game(game)

@external
def ask(claim_id: uint256, steps: bytes32, stake: uint256):
    extcall self.game.ask(claim_id, steps, value=stake)

@external
@payable
def __default__():
    self.entered += 1
    if self.entered < 3:
        self.again = raw_call(
            self.game.address,
            abi_encode(self, method_id=method_id("collect(address)")),
            revert_on_failure=False,
        )
"""


def test_thief_who_collects_again_while_being_paid_is_paid_once(chain: Chain) -> None:
    """A credit is cleared before it is paid, and the payment cannot be entered twice."""
    thief = chain.l1.deploy(source("thief", THIEF), chain.game.address, value=10 * TERMS.question_bond)
    lie = lie_at(chain, 1, DEPOSIT)
    game = Play.of_lie(chain, lie)
    Play.of_truth(chain, proposer=PROPOSER)
    chain.l1.transact(thief, "ask", game.claim, lie.steps.commitment, TERMS.question_bond)
    game.late().expire()
    before = chain.l1.balance(thief.address)
    chain.l1.transact(chain.game, "collect", thief.address)
    assert chain.l1.balance(thief.address) - before == TERMS.question_bond + 2 * TERMS.share
    assert (chain.l1.call(thief, "entered"), chain.l1.call(thief, "again")) == (1, False)
    burnt = TERMS.claim_bond - 2 * TERMS.share
    assert chain.l1.balance(chain.game.address) == TERMS.claim_bond + burnt


def test_whoever_trusts_a_wrong_step_has_none_to_show_after_it(chain: Chain) -> None:
    """SOUNDNESS 9: what follows a lie from a state that no truth leads to cannot be executed; he harms nobody but himself."""
    lie = lie_at(chain, 1, DEPOSIT, credit(BOB))
    game = Play.of_lie(chain, lie).ask(SYBIL).show()
    assert game.refusal("refute", FIRST_CALL, key=SYBIL) == "game: not the header before the step"
    (trusted, *_) = lying_steps(Truth.of(chain, 1), DEPOSIT, credit(BOB))
    reason = game.refusal("refute", FIRST_CALL, key=SYBIL, pre=trusted.words())
    assert reason == "stepper: a record is not under the root"
    play(chain, (seat(chain, LIAR, lie.defence), seat(chain, CHALLENGER)))
    assert game.verdict == "rejected"
