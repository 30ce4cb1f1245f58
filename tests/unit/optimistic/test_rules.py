"""Every rule by itself: what an honest player answers to a claim as it stands, whoever he is."""

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from l1bridge import kzg
from provers.adversaries.liars import Lie, lie_at
from provers.optimistic.rules import Reply, Situation, honest, reply
from provers.optimistic.table import Claim, Stage
from provers.optimistic.terms import Terms
from provers.optimistic.truth import Truth
from rollup.ports.settlement import batch_struct
from rollup.state.steps import Steps
from tests.game.scene import counters

PROPOSER, CHALLENGER, STRANGER, NOBODY = (bytes([n]) * 20 for n in (1, 2, 3, 0))
TERMS = Terms(claim_bond=80, question_bond=10, window=1000, clock=100)
NOW = 1_000_000
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
    return lie().steps


def situation(me: bytes, steps: Steps, stage: Stage, **changes: Any) -> Situation:
    """A claim made from `steps` that came to its stage just now."""
    asker = NOBODY if stage is Stage.OPEN else CHALLENGER
    shower = PROPOSER if stage is Stage.SHOWN else NOBODY
    moved = changes.pop("moved", NOW)
    made = changes.pop("made", NOW)
    claim = Claim(1, b"", 1, 0, steps.commitment, stage, PROPOSER, made, moved, asker, shower, 7)
    defence = lie().defence if steps is wrong() else honest
    given = Situation(claim, me, NOW, TERMS, truth(), lambda: steps, defence, kzg)
    return replace(given, **changes)


def move(*args: Any, **changes: Any) -> str | None:
    answer = reply(situation(*args, **changes))
    return answer and answer.move


# ---------------------------------------------------------------- open


def test_wrong_claim_is_doubted_by_whoever_is_not_its_proposer() -> None:
    asked = Reply("ask", (wrong().commitment,), TERMS.question_bond)
    assert reply(situation(CHALLENGER, wrong(), Stage.OPEN)) == asked
    assert move(PROPOSER, wrong(), Stage.OPEN) is None


def test_right_claim_is_doubted_by_nobody() -> None:
    for who in (PROPOSER, CHALLENGER, STRANGER):
        assert move(who, right(), Stage.OPEN) is None


def test_claim_is_doubted_up_to_the_last_second_of_its_window() -> None:
    assert move(CHALLENGER, wrong(), Stage.OPEN, made=NOW - TERMS.window) == "ask"
    assert move(CHALLENGER, wrong(), Stage.OPEN, made=NOW - TERMS.window - 1) is None


def test_whoever_only_defends_doubts_nobody() -> None:
    assert move(STRANGER, wrong(), Stage.OPEN, challenges=False) is None


# ---------------------------------------------------------------- asked


def test_proposer_shows_the_steps_that_he_claimed() -> None:
    for steps in (wrong(), right()):
        assert reply(situation(PROPOSER, steps, Stage.ASKED)) == Reply("show", (steps.to_bytes(),))


def test_stranger_shows_right_steps_when_a_quarter_of_the_time_is_gone() -> None:
    quarter = TERMS.clock // 4
    late = NOW - quarter - 1
    assert move(STRANGER, right(), Stage.ASKED, moved=NOW - quarter) is None
    assert reply(situation(STRANGER, right(), Stage.ASKED, moved=late)) == Reply("show", (right().to_bytes(),))
    assert move(STRANGER, right(), Stage.ASKED, moved=late, challenges=False) == "show"
    assert move(STRANGER, wrong(), Stage.ASKED, moved=late) is None


def test_asker_does_not_answer_himself() -> None:
    assert move(CHALLENGER, right(), Stage.ASKED, moved=NOW - TERMS.clock) is None


def test_time_is_called_the_second_after_the_clock_has_run_out_and_never_on_what_is_right() -> None:
    assert move(CHALLENGER, wrong(), Stage.ASKED, moved=NOW - TERMS.clock) is None
    assert move(CHALLENGER, wrong(), Stage.ASKED, moved=NOW - TERMS.clock - 1) == "expire"
    for who in (CHALLENGER, STRANGER):
        assert move(who, right(), Stage.ASKED, moved=NOW - TERMS.clock - 1) is None
    assert move(CHALLENGER, wrong(), Stage.ASKED, moved=NOW - TERMS.clock - 1, challenges=False) == "expire"
    assert move(STRANGER, wrong(), Stage.ASKED, moved=NOW - TERMS.clock - 1, challenges=False) is None


# ---------------------------------------------------------------- shown


def test_first_wrong_step_is_executed_with_all_that_l1_needs() -> None:
    answer = reply(situation(CHALLENGER, wrong(), Stage.SHOWN))
    assert answer is not None
    leaves, position, batch, parent, pre, evidence = answer.args
    assert (answer.move, leaves, position) == ("refute", wrong().to_bytes(), LIE_AT)
    assert (batch, parent, pre) == (
        batch_struct(truth().batch),
        truth().parent.words(),
        truth().execution.step_headers[LIE_AT - 1].words(),
    )
    assert evidence == truth().evidence(LIE_AT, kzg).to_abi()


def test_nobody_refutes_what_is_right_or_his_own() -> None:
    for who in (PROPOSER, CHALLENGER, STRANGER):
        assert move(who, right(), Stage.SHOWN) is None
    assert move(PROPOSER, wrong(), Stage.SHOWN) is None


def test_anybody_refutes_what_somebody_else_doubted_and_the_asker_in_any_case() -> None:
    assert move(STRANGER, wrong(), Stage.SHOWN) == "refute"
    assert move(STRANGER, wrong(), Stage.SHOWN, challenges=False) is None
    assert move(CHALLENGER, wrong(), Stage.SHOWN, challenges=False) == "refute"


@pytest.mark.parametrize(
    ("made", "moved", "expected"),
    [
        (NOW - TERMS.window, NOW - TERMS.clock - 1, "refute"),
        (NOW - TERMS.window - 1, NOW - TERMS.clock, "refute"),
        (NOW - TERMS.window - 1, NOW - TERMS.clock - 1, None),
    ],
)
def test_claim_is_refuted_until_both_window_and_clock_are_over(made: int, moved: int, expected: str | None) -> None:
    assert move(CHALLENGER, wrong(), Stage.SHOWN, made=made, moved=moved) == expected


@pytest.mark.parametrize("stage", [Stage.NONE, Stage.FALLEN, Stage.PAID])
def test_nothing_is_due_where_nothing_can_change(stage: Stage) -> None:
    for who in (PROPOSER, CHALLENGER, STRANGER):
        assert move(who, wrong(), stage) is None
