"""Every rule by itself: what an honest player answers to a game as it stands, whoever he is."""

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from l1bridge import kzg
from provers.adversaries.liars import Lie, lie_at
from provers.optimistic.rules import Defence, Reply, Situation, Steps, honest, reply
from provers.optimistic.table import Claim, Game, Turn
from provers.optimistic.truth import Truth
from rollup.state.steps import LEAVES
from tests.game.scene import counters

PROPOSER, CHALLENGER, STRANGER = (bytes([n]) * 20 for n in (1, 2, 3))
CLOCK, NOW = 100, 1000
LIE_AT = 2


@cache
def truth() -> Truth:
    """Batch 1: a deposit, two calls, the fees."""
    return Truth.of(counters(), 1)


@cache
def lie() -> Lie:
    """It is right before the second call."""
    return lie_at(counters(), 1, LIE_AT)


def right() -> Steps:
    return truth().steps


def wrong() -> Steps:
    return lie().steps_tree


def situation(me: bytes, tree: Steps, level: int, position: int, *, reveal: bool = False, **changes: Any) -> Situation:
    """A game about a claim made from `tree`, at a node of it; whose turn it is follows, unless it is given."""
    turn = Turn.CHALLENGER if reveal or level == 0 else Turn.PROPOSER
    left, middle = (tree.node(level - 1, 2 * position + side) if reveal else bytes(32) for side in (0, 1))
    agreed, node = level if position & 1 else 0, tree.node(level, position)
    game = Game(1, 1, CHALLENGER, turn, NOW, 0, 0, node, left, middle, level, position, b"", agreed)
    game = replace(game, **{name: value for name, value in changes.items() if name in Game.__slots__})
    rejected = bool(changes.get("rejected"))
    claim = Claim(1, b"", 1, 0, PROPOSER, tree.root, NOW, 1, rejected=rejected, settled=False)
    defence: Defence = lie().defence if tree is wrong() else honest
    return Situation(game, claim, me, changes.get("now", NOW), CLOCK, truth, defence, kzg)


def move(*args: Any, **changes: Any) -> str | None:
    answer = reply(situation(*args, **changes))
    return answer and answer.move


def test_stranger_has_no_move_but_never_stands_in_the_way() -> None:
    for level in (8, 3):
        assert move(STRANGER, wrong(), level, 0) is None
        assert move(STRANGER, wrong(), level, 0, reveal=True) is None
    assert move(STRANGER, wrong(), 0, LIE_AT) is None
    assert move(STRANGER, wrong(), 8, 0, now=NOW + CLOCK + 1) is None


def test_proposer_opens_the_node_from_the_tree_that_he_claimed() -> None:
    for tree in (wrong(), right()):
        assert reply(situation(PROPOSER, tree, 8, 0)) == Reply("reveal", (tree.node(7, 0), tree.node(7, 1)))
    assert reply(situation(PROPOSER, wrong(), 2, 0)) == Reply("reveal", (wrong().node(1, 0), wrong().node(1, 1)))


def test_proposer_waits_while_the_challenger_thinks() -> None:
    assert move(PROPOSER, right(), 8, 0, reveal=True) is None


def test_challenger_waits_while_the_proposer_thinks() -> None:
    assert move(CHALLENGER, wrong(), 8, 0) is None


def test_challenger_goes_to_the_first_difference() -> None:
    level, position = 8, 0
    while level:
        answer = reply(situation(CHALLENGER, wrong(), level, position, reveal=True))
        assert answer is not None
        side = {"attack": 0, "defend": 1}[answer.move]
        level, position = level - 1, 2 * position + side
        assert answer.args == (wrong().node(level, position),)
    assert position == LIE_AT


@pytest.mark.parametrize("leaf", [0, 1, LIE_AT, 3, LEAVES - 1])
def test_proposer_of_the_truth_has_any_leaf_executed(leaf: int) -> None:
    assert move(PROPOSER, right(), 0, leaf) == "step"
    assert move(CHALLENGER, right(), 0, leaf) is None


def test_challenger_of_a_lie_has_the_wrong_leaf_executed_and_the_liar_keeps_quiet() -> None:
    assert move(CHALLENGER, wrong(), 0, LIE_AT) == "step"
    assert move(PROPOSER, wrong(), 0, LIE_AT) is None


def test_liar_has_a_right_leaf_executed_if_the_challenger_went_astray() -> None:
    assert move(PROPOSER, wrong(), 0, LIE_AT - 1) == "step"
    assert move(CHALLENGER, wrong(), 0, LIE_AT - 1) is None


def test_step_carries_the_header_before_and_its_path_in_the_half_agreed_on() -> None:
    answer = reply(situation(CHALLENGER, wrong(), 0, LIE_AT, agreed_level=1))
    assert answer is not None
    _, parent, pre, path, _ = answer.args
    assert (parent, pre) == (truth().parent.words(), truth().before(LIE_AT).words())
    assert path == right().path(LIE_AT - 1)[:1]
    first = reply(situation(PROPOSER, right(), 0, 0))
    assert first is not None
    assert (first.args[2], first.args[3]) == (truth().before(0).words(), ())


@pytest.mark.parametrize(("turn", "winner", "loser"), [(1, CHALLENGER, PROPOSER), (2, PROPOSER, CHALLENGER)])
def test_time_is_called_by_the_other_side_the_second_after_a_clock_has_run_out(
    turn: int, winner: bytes, loser: bytes
) -> None:
    late = {"turn": Turn(turn), "proposer_used": 40, "challenger_used": 40}
    given = {"reveal": True, **late}
    assert move(winner, wrong(), 8, 0, now=NOW + CLOCK - 40, **given) != "timeout"
    assert move(winner, wrong(), 8, 0, now=NOW + CLOCK - 39, **given) == "timeout"
    assert move(loser, wrong(), 8, 0, now=NOW + CLOCK - 39, **given) != "timeout"


def test_challenger_who_is_late_has_the_step_executed_all_the_same() -> None:
    assert move(CHALLENGER, wrong(), 0, LIE_AT, now=NOW + CLOCK + 1) == "step"


def test_challenger_takes_his_stake_back_once_the_claim_has_fallen_elsewhere() -> None:
    for level, reveal in ((8, False), (8, True), (0, False)):
        assert move(CHALLENGER, wrong(), level, 0, reveal=reveal, rejected=True) == "close"
        assert move(PROPOSER, wrong(), level, 0, reveal=reveal, rejected=True) is None
