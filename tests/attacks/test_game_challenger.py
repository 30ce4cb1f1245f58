"""A hostile challenger: no move, no evidence and no amount of gas makes a right claim fall."""

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
from rollup.state.steps import LEAVES
from tests.game.builder import Play
from tests.game.chain import CHALLENGER, LIAR, PROPOSER, SYBIL, TERMS, Chain
from tests.game.players import play, seat
from tests.game.scene import BOB, counters, on

chain = on(counters)

DEPOSIT, FIRST_CALL, SECOND_CALL, FEES = range(4)
NEEDED = 4_000_000
"""More gas than any step of these batches takes."""


def right(chain: Chain, batch: int = 1) -> Play:
    return Play.of_truth(chain, batch, PROPOSER)


def stands(game: Play) -> bool:
    """Whether the claim can still become final."""
    game.chain.pass_to(max(game.read.opened, game.chain.head.timestamp) + TERMS.window + 1)
    return game.verdict == "accepted"


def test_right_claim_withstands_a_game_about_whatever_leaf(chain: Chain) -> None:
    """SOUNDNESS 9: every step of a right claim is right, so every game about it is lost by whoever started it."""

    @settings(max_examples=6, deadline=None)
    @given(leaf=st.integers(0, LEAVES - 1))
    def withstands(leaf: int) -> None:
        with chain.undone() as copy:
            game = right(copy).challenge(SYBIL).down_to(leaf)
            game.step(key=SYBIL)
            assert game.credit(PROPOSER) == TERMS.challenge_bond
            assert stands(game)

    withstands()


# ---------------------------------------------------------------- gas


@pytest.mark.parametrize("leaf", [DEPOSIT, FIRST_CALL, FEES, LEAVES - 1])
def test_step_with_too_little_gas_reverts_and_changes_nothing(chain: Chain, leaf: int) -> None:
    """SOUNDNESS 5: no want of gas is read as an answer, so it cannot make a right step look wrong."""
    game = right(chain).challenge(SYBIL).down_to(leaf)
    with chain.undone():
        needed = game.step(gas=NEEDED).gas_used
    floor = 250_000  # of calldata; below it L1 takes no such transaction (EIP-7623)
    limits = [floor + (needed - floor) * share // 100 for share in (0, 20, 40, 60, 70, 80, 90, 95, 97, 99)]
    for gas in limits:
        game.refusal("step", key=SYBIL, gas=gas)
    game.step(gas=NEEDED)
    assert game.credit(PROPOSER) == TERMS.challenge_bond


# ---------------------------------------------------------------- evidence


def of_another_step(chain: Chain, game: Play) -> dict[str, Any]:
    """Evidence of the second call where the first is in dispute."""
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


def an_inner_node(chain: Chain, game: Play) -> dict[str, Any]:
    """SOUNDNESS 22: two hashes where a header of eight words should be; no path makes a node of 64 bytes a leaf of 256."""
    return {"pre": (*(int.from_bytes(game.tree.node(0, at), "big") for at in (0, 1)), *[0] * 6), "path": []}


@pytest.mark.parametrize("change", [of_another_step, of_another_batch, past_the_end, nothing, an_inner_node])
def test_evidence_of_something_else_than_the_step_in_dispute_reverts(
    chain: Chain, change: Callable[[Chain, Play], dict[str, Any]]
) -> None:
    """SOUNDNESS 5: bad help always reverts; each part of it is checked against what L1 holds."""
    game = right(chain).challenge(SYBIL).down_to(FIRST_CALL)
    game.refusal("step", key=SYBIL, **change(chain, game))
    game.step()
    assert game.credit(PROPOSER) == TERMS.challenge_bond


def test_evidence_with_any_byte_changed_does_not_change_who_wins(chain: Chain) -> None:
    """SOUNDNESS 5: evidence is checked to the last bit, or it does not matter."""
    game = right(chain).challenge(SYBIL).down_to(SECOND_CALL)
    evidence = game.evidence()["evidence"]

    @settings(max_examples=15, deadline=None)
    @given(at=st.integers(0, len(evidence) - 1), flip=st.integers(1, 255))
    def changed(at: int, flip: int) -> None:
        bad = evidence[:at] + bytes([evidence[at] ^ flip]) + evidence[at + 1 :]
        if game.would_step(evidence=bad):
            with chain.undone():
                game.step(key=SYBIL, evidence=bad)
                assert not game.read.rejected
                assert game.credit(PROPOSER) == TERMS.challenge_bond

    changed()


# ---------------------------------------------------------------- time and other people's games


def test_claim_that_stood_its_window_cannot_be_challenged_or_reopened(chain: Chain) -> None:
    """SOUNDNESS 10: finality does not wait for whoever comes late."""
    game = right(chain)
    assert stands(game)
    assert game.refusal("challenge", SYBIL) == "game: window is over"
    chain.finalise(game.claim, chain.header(1))
    assert game.settle().refusal("challenge", SYBIL) == "game: claim is decided"


def test_sybils_delay_a_right_claim_by_two_clocks_at_most_and_pay_its_proposer(chain: Chain) -> None:
    """SOUNDNESS 10: any number of games run side by side, each against its own clock."""
    game = right(chain)
    sybils = [Play(chain, game.claim, game.tree, PROPOSER) for _ in range(4)]
    for late, sybil in enumerate(sybils):
        sybil.at(game.read.opened + TERMS.window - 3 + late).challenge(SYBIL)
    proposer = seat(chain, PROPOSER)
    play(chain, (proposer,))
    chain.pass_to(game.read.opened + TERMS.window + TERMS.clock + 20)
    moves = play(chain, (proposer,))
    assert [move.what for move in moves] == ["timeout"] * 4 + ["collect"]
    assert moves[-1].details["wei"] == 4 * TERMS.challenge_bond
    assert game.verdict == "accepted"


def test_stranger_cannot_move_for_either_side(chain: Chain) -> None:
    """SOUNDNESS 10: a game is between two; only the step and the clock are anybody's."""
    game = right(chain).challenge(SYBIL)
    assert game.refusal("reveal", key=CHALLENGER) == "game: only the proposer"
    assert game.reveal().refusal("attack", key=CHALLENGER) == "game: only the challenger"
    assert game.refusal("defend", key=PROPOSER) == "game: only the challenger"


THIEF = """
interface Game:
    def challenge(claim_id: uint256, root: bytes32) -> uint256: payable
    def collect(recipient: address): nonpayable

game: Game
entered: public(uint256)
again: public(bool)

@deploy
@payable
def __init__(game: address):
    self.game = Game(game)

@external
def challenge(claim_id: uint256, root: bytes32, stake: uint256):
    extcall self.game.challenge(claim_id, root, value=stake)

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
    thief = chain.l1.deploy(source("thief", THIEF), chain.game.address, value=10 * TERMS.challenge_bond)
    lie = lie_at(chain, 1, DEPOSIT)
    game = Play.of_lie(chain, lie)
    right(chain)
    chain.l1.transact(thief, "challenge", game.claim, lie.steps_tree.root, TERMS.challenge_bond)
    number = chain.l1.call(chain.game, "game_count")
    chain.pass_to(chain.head.timestamp + TERMS.clock + 1)
    Play(chain, game.claim, game.tree, LIAR, number=number).timeout()
    before = chain.l1.balance(thief.address)
    chain.l1.transact(chain.game, "collect", thief.address)
    assert chain.l1.balance(thief.address) - before == TERMS.claim_bond + TERMS.challenge_bond
    assert (chain.l1.call(thief, "entered"), chain.l1.call(thief, "again")) == (1, False)
    assert chain.l1.balance(chain.game.address) == TERMS.claim_bond


def test_challenger_who_agrees_to_what_is_wrong_has_no_step_to_show(chain: Chain) -> None:
    """SOUNDNESS 9: what he agreed to is not his to show wrong; he harms nobody but himself."""
    lie = lie_at(chain, 1, DEPOSIT, credit(BOB))
    game = Play.of_lie(chain, lie).challenge(SYBIL).down_to(FIRST_CALL)
    assert game.refusal("step", key=SYBIL) == "game: header is not the leaf before"
    (agreed, *_) = lying_steps(Truth.of(chain, 1), DEPOSIT, credit(BOB))
    assert game.refusal("step", key=SYBIL, pre=agreed.words()) == "stepper: a record is not under the root"
    play(chain, (seat(chain, LIAR, lie.defence), seat(chain, CHALLENGER)))
    assert game.verdict == "rejected"
