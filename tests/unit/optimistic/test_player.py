"""A player over many heads: after a crash, beside others, against the clock, and when L1 says no."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from l1bridge import kzg
from provers.adversaries.liars import lie_at
from provers.optimistic.player import Player
from provers.optimistic.table import Table
from provers.optimistic.terms import Terms
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


def test_player_that_is_new_at_every_head_plays_a_game_to_its_end_and_makes_no_move_twice(chain: Chain) -> None:
    lie = lie_at(chain, 1, 2)
    game = Play.of_lie(chain, lie)
    moves: list[Move] = []
    for _ in range(9):
        moves += react(chain, player(chain, CHALLENGER))
        moves += react(chain, player(chain, LIAR, defence=lie.defence))
    moves += react(chain, player(chain, CHALLENGER))
    assert names(moves)[:3] == ["challenge", "reveal", "attack"]
    assert names(moves)[-2:] == ["step", "collect"]
    assert len(moves) == 1 + 16 + 1 + 1
    assert game.verdict == "rejected"


def test_player_with_nothing_to_do_does_nothing(chain: Chain) -> None:
    propose_right(chain, PROPOSER, 1)
    one = player(chain, CHALLENGER)
    assert react(chain, one) == react(chain, one) == []


def test_player_that_only_proposes_challenges_nobody(chain: Chain) -> None:
    Play.of_lie(chain, lie_at(chain, 1, 2))
    assert react(chain, player(chain, CHALLENGER, challenges=False)) == []


def test_liar_does_not_challenge_himself(chain: Chain) -> None:
    lie = lie_at(chain, 1, 2)
    Play.of_lie(chain, lie)
    assert react(chain, player(chain, LIAR, defence=lie.defence)) == []


def test_challenge_that_was_lost_by_silence_is_repeated_while_the_window_is_open(chain: Chain) -> None:
    lie = lie_at(chain, 1, 2)
    game = Play.of_lie(chain, lie).challenge().reveal()
    chain.at(game.game.moved + TERMS.clock + 1)
    game.timeout()
    assert names(play(chain, (seat(chain, CHALLENGER), seat(chain, LIAR, lie.defence))))[0] == "challenge"
    assert game.verdict == "rejected"


def test_challenge_that_a_step_on_l1_decided_is_not_repeated(chain: Chain) -> None:
    # The challenger played badly: he stepped where the liar was right. Another stake would be lost in the same way.
    game = Play.of_lie(chain, lie_at(chain, 1, 2)).challenge().down_to(1)
    game.step()
    assert not game.read.rejected
    assert names(react(chain, player(chain, CHALLENGER))) == []
    assert names(react(chain, player(chain, SYBIL))) == ["challenge"]


def test_claim_is_not_challenged_after_its_window_nor_one_whose_batch_is_not_derived_yet(chain: Chain) -> None:
    game = Play.of_lie(chain, lie_at(chain, 1, 2))
    behind = replace(chain, batches=[], headers=chain.headers[:1])
    one = player(chain, CHALLENGER)
    assert one.play(behind, chain.head.timestamp) == []
    chain.pass_to(game.read.opened + TERMS.window + 1)
    assert react(chain, one) == []


def test_game_about_a_batch_that_is_not_derived_yet_waits(chain: Chain) -> None:
    Play.of_truth(chain, proposer=PROPOSER).challenge(SYBIL)
    one = player(chain, PROPOSER)
    assert one.play(replace(chain, batches=[], headers=chain.headers[:1]), chain.head.timestamp) == []
    assert names(react(chain, one)) == ["reveal"]


def test_move_that_l1_refuses_is_told_and_the_other_games_are_played(chain: Chain) -> None:
    lie = lie_at(chain, 1, 2)
    Play.of_lie(chain, lie).challenge(SYBIL)
    right = Play.of_truth(chain, proposer=LIAR).challenge(SYBIL)
    confused = react(chain, player(chain, LIAR))  # it does not know what it claimed
    assert names(confused) == ["reveal refused", "reveal"]
    assert confused[0].details["reason"] == "game: not the children of the node"
    assert confused[0].gas > 0
    assert right.game.turn.name == "CHALLENGER"


def test_every_move_is_told_before_and_after_it_is_made(chain: Chain) -> None:
    told: list[tuple[str, int, int]] = []
    Play.of_lie(chain, lie_at(chain, 1, 2))
    react(chain, player(chain, CHALLENGER, progress=lambda *what: told.append(what)))
    assert told == [("challenge", 0, 1), ("challenge", 1, 1)]


def test_whoever_was_right_settles_the_claims_of_others_for_their_bonds(chain: Chain) -> None:
    wrong = Play.of_lie(chain, lie_at(chain, 1, 2))
    copy, _ = propose_right(chain, SYBIL, 1)
    right, _ = propose_right(chain, PROPOSER, 1)
    chain.pass_to(chain.head.timestamp + TERMS.window + 1)
    chain.finalise(right, chain.header(1))
    moves = react(chain, player(chain, PROPOSER))
    assert [(move.what, move.claim) for move in moves] == [("settle", wrong.claim), ("settle", right), ("collect", 0)]
    assert moves[-1].details["wei"] == 2 * TERMS.claim_bond
    assert [(move.what, move.claim) for move in react(chain, player(chain, SYBIL))] == [
        ("settle", copy),
        ("collect", 0),
    ]
    assert react(chain, player(chain, LIAR)) == []


def test_challenger_who_cannot_pay_a_stake_says_so_and_plays_on(chain: Chain) -> None:
    lie = lie_at(chain, 1, 2)
    Play.of_lie(chain, lie)
    poor = player(chain, CHALLENGER)
    poor.terms = replace(TERMS, challenge_bond=10**30)
    own = Play.of_truth(chain, proposer=CHALLENGER).challenge(SYBIL)
    moves = react(chain, poor)
    assert names(moves) == ["reveal", "challenge refused"]
    assert moves[1].details["needed"] == 10**30
    assert own.game.turn.name == "CHALLENGER"


class Counting(Table):
    """Counts what is read."""

    asked: list[str] = []  # noqa: RUF012 -- one test, one list

    def _ask(self, contract: Any, function: str, *args: object) -> Any:
        self.asked.append(f"{function}{args or ''} at {self.block}")
        return super()._ask(contract, function, *args)


def reads(chain: Chain, one: Player) -> list[str]:
    Counting.asked.clear()
    react(chain, one)
    return [what for what in Counting.asked if what.startswith(("claims", "games"))]


def test_what_is_decided_and_finalised_is_not_read_again(chain: Chain) -> None:
    lie = lie_at(chain, 1, 2)
    Play.of_lie(chain, lie)
    right, _ = propose_right(chain, PROPOSER, 1)
    play(chain, (seat(chain, CHALLENGER), seat(chain, LIAR, lie.defence)))
    table = Counting(chain.as_(STRANGER), chain.rollup, chain.game)
    one = Player(table, TERMS, kzg)
    first = reads(chain, one)
    assert "games(1,) at latest" in first
    assert "claims(1,) at latest" in first
    second = reads(chain, one)
    assert not any("claims(1,)" in what or "games(1,)" in what for what in second)
    assert "claims(2,) at latest" in second
    chain.pass_to(chain.head.timestamp + TERMS.window + 1)
    chain.finalise(right, chain.header(1))
    reads(chain, one)
    assert reads(chain, one) == []


def test_what_is_decided_but_not_finalised_is_read_again(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    game = Play.of_lie(chain, lie_at(chain, 1, 2)).challenge().down_to(2)
    before = chain.head.number
    game.step()
    table = Counting(chain.as_(STRANGER), chain.rollup, chain.game)
    call = table.l1.call

    def late(contract: Any, function: str, *args: Any, block: int | BlockTag = "latest") -> Any:
        return call(contract, function, *args, block=before if block == "finalized" else block)

    monkeypatch.setattr(table.l1, "call", late)
    one = Player(table, TERMS, kzg)
    for _ in range(2):
        assert {"claims(1,) at latest", "games(1,) at latest"} <= set(reads(chain, one))
    monkeypatch.undo()
    reads(chain, one)
    assert reads(chain, one) == []


def test_player_works_before_l1_has_finalised_the_contracts(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    game = Play.of_lie(chain, lie_at(chain, 1, 2)).challenge().down_to(2)
    game.step()
    one = player(chain, STRANGER)
    call = one.table.l1.call

    def early(contract: Any, function: str, *args: Any, block: int | BlockTag = "latest") -> Any:
        return call(contract, function, *args, block=0 if block == "finalized" else block)

    monkeypatch.setattr(one.table.l1, "call", early)
    assert react(chain, one) == []
