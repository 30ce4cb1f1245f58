"""A hostile proposer: whatever is claimed but the truth falls to one honest challenger."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from eth_abi import encode
from hypothesis import given, settings
from hypothesis import strategies as st

from provers.adversaries.liars import Forgery, Lie, credit, lie_at, lie_of, lying_steps, words
from provers.optimistic.truth import Truth
from rollup.crypto.keccak import keccak256
from rollup.ir.image import Image
from rollup.params import END
from rollup.ports.l1 import L1Reverted
from rollup.state.header import StepHeader
from rollup.state.steps import Steps
from rollup.state.tree import Tree
from tests.game.builder import Play, propose_right
from tests.game.chain import CHALLENGER, LIAR, PROPOSER, SYBIL, TERMS, Chain
from tests.game.players import play, seat
from tests.game.scene import ALICE, counters, on

chain = on(counters)

DEPOSIT, FIRST_CALL, SECOND_CALL, FEES = range(4)
GARBAGE = keccak256(b"nobody knows a header with this hash, because this is none")


def refute(chain: Chain, lie: Lie, batch: int = 1, **options: Any) -> list[str]:
    """Propose a lie, let its author defend it and an honest challenger attack it; it must fall. Return the moves."""
    game = Play.of_lie(chain, lie, batch, **options)
    moves = play(chain, (seat(chain, LIAR, lie.defence), seat(chain, CHALLENGER)))
    assert game.verdict == "rejected"
    assert all("refused" not in move.what for move in moves)
    return [move.what for move in moves]


# ---------------------------------------------------------------- what is claimed


@pytest.mark.parametrize(
    ("leaf", "forgery"),
    [
        (DEPOSIT, words(inbox_index=0)),
        (DEPOSIT, words(next_account=9)),
        (FIRST_CALL, words(fees=0)),
        (FIRST_CALL, words(data_cursor=0)),
        (FIRST_CALL, words(step=1)),
        (SECOND_CALL, words(withdrawals=1, withdrawals_count=1)),
        (SECOND_CALL, words(withdrawals_count=2**64 - 1)),
        (FEES, words(inbox_index=0)),
        (FEES, credit(999)),
    ],
    ids=lambda value: None if isinstance(value, int) else "",
)
def test_any_word_of_a_step_header_that_is_not_the_right_one_falls(chain: Chain, leaf: int, forgery: Forgery) -> None:
    """SOUNDNESS 8: every word of the step header is part of what a step computes."""
    assert refute(chain, lie_at(chain, 1, leaf, forgery)) == ["ask", "show", "refute", "collect"]


def test_balance_made_of_nothing_falls_at_whatever_leaf(chain: Chain) -> None:
    """SOUNDNESS 9: there is no lie without a step to attack."""

    @settings(max_examples=6, deadline=None)
    @given(leaf=st.integers(0, 40), amount=st.integers(1, 2**64 - 1), account=st.integers(0, 2**20 - 1))
    def falls(leaf: int, amount: int, account: int) -> None:
        with chain.undone() as copy:
            refute(copy, lie_at(copy, 1, leaf, credit(account, amount)))

    falls()


def test_batch_that_is_said_to_end_too_early_falls(chain: Chain) -> None:
    """SOUNDNESS 9: END before the data has ended, so that a transaction of somebody else never happened."""
    lie = lie_at(chain, 1, FIRST_CALL, words(data_cursor=END, fees=0))
    assert len(lie.steps.leaves) == FIRST_CALL + 1
    refute(chain, lie)


def test_batch_that_is_said_to_go_on_after_its_end_falls(chain: Chain) -> None:
    """SOUNDNESS 9: past the end a step is the identity; transactions cannot be run a second time there."""
    refute(chain, lie_at(chain, 1, FEES + 1, words(data_cursor=0)))


def test_steps_that_go_on_past_the_end_are_not_a_right_claim(chain: Chain) -> None:
    """SOUNDNESS 9: past the end a step is the identity, so no step of such a list is wrong; nobody can show it, and it falls by time."""
    truth = Truth.of(chain, 1)
    steps = Steps((*truth.steps.leaves, *[truth.steps.leaves[-1]] * 3))
    game = Play.of_lie(chain, lie_of(truth.header, steps, truth.execution.step_headers[-1], 0))
    liar, challenger = seat(chain, LIAR, lambda _claim, _truth: steps), seat(chain, CHALLENGER)
    assert [move.what for move in challenger.react(chain, chain.head)] == ["ask"]
    (refused,) = liar.react(chain, chain.head)
    assert (refused.what, refused.details["reason"]) == ("show refused", "game: steps past the end")
    chain.pass_to(game.read.moved + TERMS.clock + 1)
    assert [move.what for move in challenger.react(chain, chain.head)] == ["expire", "collect"]
    assert game.verdict == "rejected"


def test_first_step_taken_from_another_start_than_the_parents_result_falls(chain: Chain) -> None:
    """SOUNDNESS 9: what precedes leaf 0 is the parent claim's result and nothing else."""
    truth = Truth.of(chain, 1)
    state = truth.state.fork()
    start = credit(ALICE)(chain.image, StepHeader.start(truth.parent), state)
    elsewhere = replace(truth, parent=replace(truth.parent, state_root=start.state_root), state=state)
    headers = lying_steps(elsewhere, FEES, words())
    refute(chain, lie_of(truth.parent.after(headers[-1]), Steps.of(headers), headers[-1], 0))


def test_step_left_out_falls_at_the_step_that_took_its_place(chain: Chain) -> None:
    """SOUNDNESS 8: the deposit is skipped, everything after it is executed rightly."""
    skipped = replace(StepHeader.start(chain.header(0)), inbox_index=1, step=1)

    def forget(image: Image, _header: StepHeader, state: Tree) -> StepHeader:
        state.update(image.layout.tree_index(0, 3), ())
        return skipped

    refute(chain, lie_at(chain, 1, DEPOSIT, forget))


# ---------------------------------------------------------------- what stands behind it


def garbage_from(chain: Chain, leaf: int, count: int) -> Lie:
    """A lie of `count` steps whose leaves from `leaf` to the last but one are garbage."""
    terminal = lying_steps(Truth.of(chain, 1), FEES, credit(ALICE))[-1]
    right = Truth.of(chain, 1).steps.leaves
    leaves = [right[at] if at < leaf else keccak256(GARBAGE, bytes([at])) for at in range(count - 1)]
    return lie_of(chain.header(0).after(terminal), Steps((*leaves, terminal.hash())), terminal, leaf)


@pytest.mark.parametrize(("leaf", "count"), [(0, 2), (1, 5), (3, 200), (0, 1)])
def test_leaves_that_no_header_stands_behind_fall(chain: Chain, leaf: int, count: int) -> None:
    """SOUNDNESS 9: a leaf is compared with what L1 computes, so nobody needs to know what it hashes."""
    assert "refute" in refute(chain, garbage_from(chain, leaf, count))


def test_steps_that_nobody_can_show_lose_by_time(chain: Chain) -> None:
    """SOUNDNESS 9: a commitment to nothing has no answer."""
    terminal = lying_steps(Truth.of(chain, 1), FEES, credit(ALICE))[-1]
    hollow = encode(["(bytes32,uint256[8])"], [(GARBAGE, terminal.words())])
    lie = replace(lie_at(chain, 1, FEES, credit(ALICE)), payload=hollow)
    game = Play.of_lie(chain, lie)
    liar, challenger = seat(chain, LIAR, lie.defence), seat(chain, CHALLENGER)
    assert [move.what for move in challenger.react(chain, chain.head)] == ["ask"]
    assert [move.what for move in liar.react(chain, chain.head)] == ["show refused"]
    chain.pass_to(chain.head.timestamp + TERMS.clock + 1)
    assert [move.what for move in challenger.react(chain, chain.head)] == ["expire", "collect"]
    assert game.verdict == "rejected"


def test_right_result_over_wrong_steps_falls_and_the_right_claim_beside_it_stands(chain: Chain) -> None:
    """SOUNDNESS 9, 10: wrong steps under a right header must not become what anybody trusts."""
    refute(chain, flawed(chain))
    claim, _ = propose_right(chain, PROPOSER, 1)
    chain.pass_to(chain.head.timestamp + TERMS.window + 1)
    chain.finalise(claim, chain.header(1))


def flawed(chain: Chain) -> Lie:
    """The right result, with garbage for the first step."""
    truth = Truth.of(chain, 1)
    steps = Steps((GARBAGE, *truth.steps.leaves[1:]))
    return lie_of(truth.header, steps, truth.execution.step_headers[-1], 0)


def test_liar_who_doubts_himself_keeps_nobody_from_refuting_him(chain: Chain) -> None:
    """SOUNDNESS 10: a sybil asks first, and the liar answers; from then on the wrong step is open to everybody."""
    lie = lie_at(chain, 1, FIRST_CALL)
    game = Play.of_lie(chain, lie).ask(SYBIL).show()
    moves = play(chain, (seat(chain, CHALLENGER),))
    assert [move.what for move in moves] == ["refute", "collect"]
    assert moves[-1].details["wei"] == TERMS.share
    assert (game.verdict, game.credit(SYBIL)) == ("rejected", TERMS.question_bond + TERMS.share)


def test_liar_who_doubts_himself_and_falls_silent_falls(chain: Chain) -> None:
    """SOUNDNESS 10: the question is open, whoever asked; anybody calls time on it."""
    game = Play.of_lie(chain, lie_at(chain, 1, FIRST_CALL)).ask(SYBIL)
    chain.pass_to(game.read.moved + TERMS.clock + 1)
    assert [move.what for move in seat(chain, CHALLENGER).react(chain, chain.head)] == ["expire"]
    assert game.verdict == "rejected"


# ---------------------------------------------------------------- on what it stands


def test_claim_on_a_wrong_parent_never_becomes_final_although_nobody_disputes_it(chain: Chain) -> None:
    """SOUNDNESS 10: rejection voids descendants without games of their own."""
    lie = lie_at(chain, 1, FIRST_CALL)
    parent = Play.of_lie(chain, lie)
    child = Play.of_lie(chain, lie_at(chain, 2, 0), 2, parent=parent.claim, parent_header=lie.header)
    grandchild = Play.of_truth(chain, 3, LIAR, parent=child.claim, parent_header=lie_at(chain, 2, 0).header)
    moves = play(chain, (seat(chain, LIAR, lie.defence), seat(chain, CHALLENGER)))
    assert {move.claim for move in moves if move.what == "ask"} == {parent.claim}
    chain.pass_to(chain.head.timestamp + 10 * TERMS.window)
    assert [game.verdict for game in (parent, child, grandchild)] == ["rejected", "accepted", "accepted"]
    assert refused(lambda: chain.finalise(parent.claim, lie.header)) == "rollup: not accepted"
    assert refused(lambda: chain.finalise(child.claim, chain.header(2))) == "rollup: finalise in order"
    right, _ = propose_right(chain, PROPOSER, 1)
    chain.pass_to(chain.head.timestamp + TERMS.window + 1)
    chain.finalise(right, chain.header(1))
    header = lie_at(chain, 2, 0).header
    assert refused(lambda: chain.finalise(child.claim, header)) == "rollup: parent is not final"


def test_wrong_claim_on_a_parent_with_a_right_result_is_disputed_though_the_parents_steps_are_wrong(
    chain: Chain,
) -> None:
    """SOUNDNESS 10: what a claim stands on is its parent's result; a flaw elsewhere in the parent must not shield it."""
    parent = Play.of_lie(chain, flawed(chain))
    chain.pass_to(parent.read.made + TERMS.window + 1)
    chain.finalise(parent.claim, chain.header(1))
    refute(chain, lie_at(chain, 2, 0), 2, parent=parent.claim)


def test_rivals_stand_side_by_side_and_only_the_right_one_becomes_final(chain: Chain) -> None:
    """SOUNDNESS 10: each rival has a window of its own, and none delays another."""
    lies = [lie_at(chain, 1, leaf) for leaf in (0, 2, 9)]
    games = [Play.of_lie(chain, lie) for lie in lies]
    right, _ = propose_right(chain, PROPOSER, 1)
    opened = chain.head.timestamp
    seat(chain, CHALLENGER).react(chain, chain.head)
    chain.pass_to(opened + TERMS.window + 1)
    chain.finalise(right, chain.header(1))
    assert [game.verdict for game in games] == ["pending"] * 3
    assert refused(lambda: chain.finalise(games[0].claim, lies[0].header)) == "rollup: finalise in order"


@pytest.mark.parametrize(
    ("change", "words_of_refusal"),
    [
        (lambda chain, lie: {"parent": 7}, "rollup: no such parent claim"),
        (lambda chain, lie: {"parent_header": lie.header}, "rollup: not the parent's header"),
        (lambda chain, lie: {"header": replace(lie.header, batch_number=2)}, "rollup: header of another batch"),
        (lambda chain, lie: {"number": 2}, "rollup: claim out of order"),
    ],
)
def test_claim_that_does_not_fit_its_parent_or_batch_is_refused(
    chain: Chain, change: Callable[[Chain, Lie], dict[str, Any]], words_of_refusal: str
) -> None:
    """SOUNDNESS 10: a claim names its parent, and commits to the header after exactly the next batch."""
    lie = lie_at(chain, 1, 0)
    claim = {"number": 1, "header": lie.header, "payload": lie.payload, "parent": 0, "parent_header": chain.header(0)}
    assert refused(lambda: chain.propose(LIAR, **{**claim, **change(chain, lie)})) == words_of_refusal


def refused(action: Callable[[], object]) -> str:
    with pytest.raises(L1Reverted) as reverted:
        action()
    return reverted.value.reason
