"""A player over many heads: after a crash, beside others, against the clock, and when L1 says no."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from l1bridge import kzg
from provers.adversaries.liars import lie_at
from provers.optimistic.player import Player
from provers.optimistic.table import Stage, Table
from provers.optimistic.terms import Terms
from rollup.errors import PeerError
from rollup.ports.l1 import BlockTag
from rollup.ports.settlement import Move
from tests.game.builder import Play, propose_right
from tests.game.chain import CHALLENGER, LIAR, PROPOSER, STRANGER, SYBIL, TERMS, Chain
from tests.game.players import play, seat
from tests.game.scene import counters, on

chain = on(counters)


def names(moves: Sequence[Move]) -> list[str]:
    return [move.what for move in moves]


def player(chain: Chain, key: bytes, **options: Any) -> Player:
    l1 = chain.as_(key)
    return Player(Table(l1, chain.rollup, chain.game), Terms.read(l1, chain.game), kzg, **options)


def react(chain: Chain, one: Player) -> list[Move]:
    return one.play(chain, chain.head.timestamp)


def test_player_that_is_new_at_every_head_plays_to_the_end_and_makes_no_move_twice(chain: Chain) -> None:
    lie = lie_at(chain, 1, 2)
    game = Play.of_lie(chain, lie)
    moves: list[Move] = []
    for _ in range(3):
        moves += react(chain, player(chain, CHALLENGER))
        moves += react(chain, player(chain, LIAR, defence=lie.defence))
    assert names(moves) == ["ask", "show", "refute", "collect"]
    assert game.verdict == "rejected"


def test_player_with_nothing_to_do_does_nothing(chain: Chain) -> None:
    propose_right(chain, PROPOSER, 1)
    one = player(chain, CHALLENGER)
    assert react(chain, one) == react(chain, one) == []


def test_player_that_only_proposes_doubts_nobody(chain: Chain) -> None:
    Play.of_lie(chain, lie_at(chain, 1, 2))
    assert react(chain, player(chain, CHALLENGER, challenges=False)) == []


def test_liar_does_not_doubt_himself(chain: Chain) -> None:
    lie = lie_at(chain, 1, 2)
    Play.of_lie(chain, lie)
    assert react(chain, player(chain, LIAR, defence=lie.defence)) == []


def test_claim_is_not_doubted_after_its_window_nor_one_whose_batch_is_not_derived_yet(chain: Chain) -> None:
    game = Play.of_lie(chain, lie_at(chain, 1, 2))
    behind = replace(chain, batches=[], headers=chain.headers[:1])
    one = player(chain, CHALLENGER)
    assert one.play(behind, chain.head.timestamp) == []
    chain.pass_to(game.read.made + TERMS.window + 1)
    assert react(chain, one) == []


def test_question_about_a_batch_that_is_not_derived_yet_waits(chain: Chain) -> None:
    Play.of_truth(chain, proposer=PROPOSER).ask(SYBIL)
    one = player(chain, PROPOSER)
    assert one.play(replace(chain, batches=[], headers=chain.headers[:1]), chain.head.timestamp) == []
    assert names(react(chain, one)) == ["show"]


def test_claim_on_a_wrong_parent_is_left_alone(chain: Chain) -> None:
    lie = lie_at(chain, 1, 2)
    parent = Play.of_lie(chain, lie)
    Play.of_lie(chain, lie_at(chain, 2, 0), 2, parent=parent.claim, parent_header=lie.header)
    assert [(move.what, move.claim) for move in react(chain, player(chain, CHALLENGER))] == [("ask", parent.claim)]


def test_move_that_l1_refuses_is_told_and_the_other_claims_are_answered(chain: Chain) -> None:
    lie = lie_at(chain, 1, 2)
    Play.of_lie(chain, lie).ask(SYBIL)
    right = Play.of_truth(chain, proposer=LIAR).ask(SYBIL)
    confused = react(chain, player(chain, LIAR))  # it does not know what it claimed
    assert names(confused) == ["show refused", "show"]
    assert confused[0].details["reason"] == "game: not the steps of the claim"
    assert confused[0].gas > 0
    assert right.read.stage is Stage.SHOWN


def test_every_move_is_told_before_and_after_it_is_made(chain: Chain) -> None:
    told: list[tuple[str, int, int]] = []
    Play.of_lie(chain, lie_at(chain, 1, 2))
    react(chain, player(chain, CHALLENGER, progress=lambda *what: told.append(what)))
    assert told == [("ask", 0, 1), ("ask", 1, 1)]


def test_whoever_was_right_settles_the_claims_of_others_for_their_bonds(chain: Chain) -> None:
    wrong = Play.of_lie(chain, lie_at(chain, 1, 2))
    copy, _ = propose_right(chain, SYBIL, 1)
    right, _ = propose_right(chain, PROPOSER, 1)
    chain.pass_to(chain.head.timestamp + TERMS.window + 1)
    chain.finalise(right, chain.header(1))
    moves = react(chain, player(chain, PROPOSER))
    assert [(move.what, move.claim) for move in moves] == [("settle", wrong.claim), ("settle", right), ("collect", 0)]
    assert moves[-1].details["wei"] == TERMS.claim_bond + TERMS.claim_bond // 2
    assert [(move.what, move.claim) for move in react(chain, player(chain, SYBIL))] == [
        ("settle", copy),
        ("collect", 0),
    ]
    assert react(chain, player(chain, LIAR)) == []


def test_asker_settles_a_claim_that_stood_and_was_wrong_for_his_share(chain: Chain) -> None:
    wrong = Play.of_lie(chain, lie_at(chain, 1, 2)).ask(CHALLENGER).show()
    right, _ = propose_right(chain, PROPOSER, 1)
    chain.pass_to(chain.head.timestamp + TERMS.window + TERMS.clock + 1)
    chain.finalise(right, chain.header(1))
    moves = react(chain, player(chain, CHALLENGER))
    assert [(move.what, move.claim) for move in moves] == [("settle", wrong.claim), ("collect", 0)]
    assert moves[-1].details["wei"] == TERMS.question_bond + TERMS.share


def test_challenger_who_cannot_pay_a_bond_says_so_and_plays_on(chain: Chain) -> None:
    lie = lie_at(chain, 1, 2)
    Play.of_lie(chain, lie)
    poor = player(chain, CHALLENGER)
    poor.terms = replace(TERMS, question_bond=10**30)
    own = Play.of_truth(chain, proposer=CHALLENGER).ask(SYBIL)
    moves = react(chain, poor)
    assert names(moves) == ["show", "ask refused"]
    assert moves[1].details["needed"] == 10**30
    assert own.read.stage is Stage.SHOWN


def test_steps_that_are_not_where_l1_says_are_its_fault(chain: Chain) -> None:
    game = Play.of_lie(chain, lie_at(chain, 1, 2)).ask().show()
    table = player(chain, CHALLENGER).table
    assert table.steps(game.read) == game.steps
    with pytest.raises(PeerError, match="not where L1 says they were shown"):
        table.steps(replace(game.read, shown_in=game.read.shown_in - 1))
    with pytest.raises(PeerError, match="not where L1 says they were shown"):
        table.steps(replace(game.read, number=7))


class Counting(Table):
    """Counts what is read."""

    asked: list[str] = []  # noqa: RUF012 -- one test, one list

    def _ask(self, contract: Any, function: str, *args: object) -> Any:
        self.asked.append(f"{function}{args or ''} at {self.block}")
        return super()._ask(contract, function, *args)


def reads(chain: Chain, one: Player) -> list[str]:
    Counting.asked.clear()
    react(chain, one)
    return [what for what in Counting.asked if what.startswith("dispute")]


def test_what_is_decided_and_finalised_is_not_read_again(chain: Chain) -> None:
    lie = lie_at(chain, 1, 2)
    Play.of_lie(chain, lie)
    right, _ = propose_right(chain, PROPOSER, 1)
    play(chain, (seat(chain, CHALLENGER), seat(chain, LIAR, lie.defence)))
    table = Counting(chain.as_(STRANGER), chain.rollup, chain.game)
    one = Player(table, TERMS, kzg)
    first = reads(chain, one)
    assert "dispute(1,) at latest" in first
    second = reads(chain, one)
    assert not any("dispute(1,)" in what for what in second)
    assert "dispute(2,) at latest" in second
    chain.pass_to(chain.head.timestamp + TERMS.window + 1)
    chain.finalise(right, chain.header(1))
    reads(chain, one)
    assert reads(chain, one) == []


def test_what_is_decided_but_not_finalised_is_read_again(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    game = Play.of_lie(chain, lie_at(chain, 1, 2)).ask().show()
    before = chain.head.number
    game.refute()
    table = Counting(chain.as_(STRANGER), chain.rollup, chain.game)
    call = table.l1.call

    def late(contract: Any, function: str, *args: Any, block: int | BlockTag = "latest") -> Any:
        return call(contract, function, *args, block=before if block == "finalized" else block)

    monkeypatch.setattr(table.l1, "call", late)
    one = Player(table, TERMS, kzg)
    for _ in range(2):
        assert "dispute(1,) at latest" in reads(chain, one)
    monkeypatch.undo()
    reads(chain, one)
    assert reads(chain, one) == []


def test_player_works_before_l1_has_finalised_the_contracts(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    game = Play.of_lie(chain, lie_at(chain, 1, 2)).ask().show()
    game.refute(key=SYBIL)
    one = player(chain, STRANGER)
    call = one.table.l1.call

    def early(contract: Any, function: str, *args: Any, block: int | BlockTag = "latest") -> Any:
        return call(contract, function, *args, block=0 if block == "finalized" else block)

    monkeypatch.setattr(one.table.l1, "call", early)
    assert react(chain, one) == []
