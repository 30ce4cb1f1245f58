"""Everything that the dispute game refuses, with which words; and that nothing has changed when it did."""

import re
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest

from l1bridge.compiler import contract
from provers.adversaries.liars import Lie, lie_at
from provers.optimistic.backend import payload_of
from provers.optimistic.truth import Truth
from rollup.ports.l1 import L1Reverted
from rollup.ports.settlement import batch_struct
from rollup.state.header import Header
from tests.game.builder import Play, propose_right, wrong_header
from tests.game.chain import CHALLENGER, LIAR, PROPOSER, STRANGER, SYBIL, TERMS, Chain
from tests.game.scene import counters, on

chain = on(counters)

LIE_AT = 1
"""The first call of batch 1."""


def lied(chain: Chain, step: int = LIE_AT) -> Play:
    return Play.of_lie(chain, lie_at(chain, 1, step))


def won(chain: Chain) -> Play:
    """A claim that fell."""
    game = lied(chain).challenge().down_to(LIE_AT)
    game.step()
    assert game.verdict == "rejected"
    return game


def final(chain: Chain) -> Play:
    """A right claim that is final."""
    game = Play.of_truth(chain, proposer=PROPOSER)
    chain.pass_to(game.read.opened + TERMS.window + 1)
    chain.finalise(game.claim, chain.header(1))
    return game


def beside_one_won(chain: Chain, leaf: int | None = None) -> Play:
    """A game, at a leaf or unopened, about a claim that fell in another game meanwhile."""
    game = lied(chain).challenge(SYBIL)
    if leaf is not None:
        game.down_to(leaf)
    other = Play(chain, game.claim, game.tree, LIAR).challenge(CHALLENGER).down_to(LIE_AT)
    other.step()
    return game


def opening(chain: Chain, change: Callable[[Lie, Truth], tuple[Any, bytes]], **options: Any) -> str:
    """Propose a claim whose header or payload was changed."""
    lie = lie_at(chain, 1, LIE_AT)
    header, payload = change(lie, Truth.of(chain, 1))
    with pytest.raises(L1Reverted) as refused:
        chain.propose(LIAR, 1, header, payload, **options)
    return refused.value.reason


def not_terminal(lie: Lie, truth: Truth) -> tuple[Any, bytes]:
    before = truth.execution.step_headers[-2]
    return replace(lie.header, state_root=before.state_root), payload_of(before, truth.steps)


def fees_left(lie: Lie, truth: Truth) -> tuple[Any, bytes]:
    end = replace(truth.execution.step_headers[-1], fees=1)
    return truth.header, payload_of(end, truth.steps)


def another_result(lie: Lie, truth: Truth) -> tuple[Any, bytes]:
    return wrong_header(lie.header), lie.payload


def another_root(lie: Lie, truth: Truth) -> tuple[Any, bytes]:
    return lie.header, bytes([lie.payload[0] ^ 1]) + lie.payload[1:]


def another_terminal(lie: Lie, truth: Truth) -> tuple[Any, bytes]:
    end = replace(truth.execution.step_headers[-1], step=9)
    return truth.header, payload_of(end, truth.steps)


def same(lie: Lie, truth: Truth) -> tuple[Any, bytes]:
    return lie.header, lie.payload


def cut(lie: Lie, truth: Truth) -> tuple[Any, bytes]:
    return lie.header, lie.payload[:-1]


def opened_by_a_stranger(chain: Chain) -> str:
    lie, batch = lie_at(chain, 1, LIE_AT), batch_struct(chain.batches[0])
    given = (7, chain.as_(STRANGER).address, batch, chain.header(0).words(), lie.header.words(), lie.payload)
    with pytest.raises(L1Reverted) as refused:
        chain.as_(STRANGER).transact(chain.game, "open", *given, value=TERMS.claim_bond)
    return refused.value.reason


def deployed(chain: Chain, window: int = 1, clock: int = 1) -> str:
    stepper = chain.l1.call(chain.game, "STEPPER")
    rollup = chain.rollup.address
    with pytest.raises(L1Reverted) as refused:
        chain.l1.deploy(contract("settlement/dispute_game"), rollup, stepper, 1, 1, window, clock)
    return refused.value.reason


def late(game: Play) -> Play:
    return game.at(game.game.moved + TERMS.clock + 1)


def stepped(chain: Chain, leaf: int = LIE_AT, **changes: Any) -> str:
    return lied(chain).challenge().down_to(leaf).refusal("step", **changes)


def flipped(chain: Chain) -> tuple[object, ...]:
    """The batch with another payee."""
    words = batch_struct(chain.batches[0])
    return (*words[:5], 1, *words[6:])


Case = Callable[[Chain], str]
REFUSED: dict[str, Case] = {
    # deployment
    "no time to play: no window": lambda c: deployed(c, window=0),
    "no time to play: no clock": lambda c: deployed(c, clock=0),
    # open
    "only the rollup": opened_by_a_stranger,
    "bond: too small": lambda c: opening(c, same, value=TERMS.claim_bond - 1),
    "bond: too large": lambda c: opening(c, same, value=TERMS.claim_bond + 1),
    "payload length": lambda c: opening(c, cut),
    "last step is not terminal": lambda c: opening(c, not_terminal),
    "fees are left": lambda c: opening(c, fees_left),
    "last step is not the result": lambda c: opening(c, another_result),
    "last step is not under the root": lambda c: opening(c, another_root),
    "last step is not under the root: another terminal header": lambda c: opening(c, another_terminal),
    # settle
    "no bond to settle: no such claim": lambda c: Play(c, 99, Truth.of(c, 1).steps, LIAR).refusal("settle"),
    "no bond to settle: genesis": lambda c: Play(c, 0, Truth.of(c, 1).steps, LIAR).refusal("settle"),
    "no bond to settle: paid already": lambda c: final(c).settle().refusal("settle"),
    "no bond to settle: claim fell": lambda c: won(c).refusal("settle"),
    "a game is open": lambda c: lied(c).challenge().refusal("settle"),
    "batch is not final": lambda c: lied(c).refusal("settle"),
    # challenge
    "no such claim": lambda c: Play(c, 99, Truth.of(c, 1).steps, LIAR).refusal("challenge"),
    "no such claim: genesis": lambda c: Play(c, 0, Truth.of(c, 1).steps, LIAR).refusal("challenge", root=bytes(32)),
    "not the claim that was meant": lambda c: lied(c).refusal("challenge", root=b"\1" * 32),
    "claim is decided: it fell": lambda c: won(c).refusal("challenge", SYBIL),
    "claim is decided: it is settled": lambda c: final(c).settle().refusal("challenge"),
    "window is over": lambda c: (g := lied(c)).at(g.read.opened + TERMS.window + 1).refusal("challenge"),
    "bond: no stake": lambda c: lied(c).refusal("challenge", value=0),
    "bond: that of a claim": lambda c: lied(c).refusal("challenge", value=TERMS.claim_bond),
    # reveal
    "not this side's move: reveal twice": lambda c: lied(c).challenge().reveal().refusal("reveal"),
    "not this side's move: reveal a leaf": lambda c: lied(c).challenge().down_to(0).refusal("reveal", (b"", b"")),
    "not this side's move: no such game": lambda c: Play(c, 1, Truth.of(c, 1).steps, LIAR).refusal(
        "reveal", (b"", b"")
    ),
    "only the proposer": lambda c: lied(c).challenge().refusal("reveal", key=CHALLENGER),
    "only the proposer: not of another claim": lambda c: with_another_claim(c).refusal("reveal", key=PROPOSER),
    "not the children of the node": lambda c: (g := lied(c).challenge()).refusal("reveal", g._children()[::-1]),
    "time is up: reveal": lambda c: late(lied(c).challenge()).refusal("reveal"),
    "claim is rejected: reveal": lambda c: beside_one_won(c).refusal("reveal"),
    # attack, defend
    "not this side's move: attack": lambda c: lied(c).challenge().refusal("attack"),
    "not this side's move: attack twice": lambda c: lied(c).challenge().reveal().attack().refusal("attack"),
    "not this side's move: defend after attack": lambda c: lied(c).challenge().reveal().attack().refusal("defend"),
    "only the challenger": lambda c: lied(c).challenge().reveal().refusal("attack", key=LIAR),
    "only the challenger: defend": lambda c: lied(c).challenge().reveal().refusal("defend", key=SYBIL),
    "nothing left to halve": lambda c: lied(c).challenge().down_to(3).refusal("attack"),
    "not the node that was meant: attack": lambda c: (g := lied(c).challenge().reveal()).refusal(
        "attack", g.game.right
    ),
    "not the node that was meant: defend": lambda c: (g := lied(c).challenge().reveal()).refusal("defend", g.game.left),
    "time is up: attack": lambda c: late(lied(c).challenge().reveal()).refusal("attack"),
    "claim is rejected: attack": lambda c: beside_one_won_after_reveal(c).refusal("attack"),
    # step
    "not open: no such game": lambda c: no_game(c).refusal("step", **anything()),
    "not open: step again": lambda c: won(c).refusal("step"),
    "step is not found yet": lambda c: lied(c).challenge().down_to(0, level=1).refusal("step", **anything()),
    "claim is rejected: step": lambda c: beside_one_won(c, 0).refusal("step"),
    "another batch": lambda c: stepped(c, batch=batch_struct(c.batches[1])),
    "not the batch that was posted": lambda c: stepped(c, batch=flipped(c)),
    "not the parent's header": lambda c: stepped(c, 0, parent_header=wrong_header(c.header(0)).words()),
    "not the header before the batch: root": lambda c: stepped(c, 0, pre=(5, *[0] * 7)),
    "not the header before the batch: cursor": lambda c: stepped(c, 0, pre=at_start(c, 5, 9)),
    "not the header before the batch: fees": lambda c: stepped(c, 0, pre=at_start(c, 6, 1)),
    "not the header before the batch: step": lambda c: stepped(c, 0, pre=at_start(c, 7, 1)),
    "header is not the leaf before: start": lambda c: stepped(c, 1, pre=at_start(c, 7, 0)),
    "header is not the leaf before: the disputed one": lambda c: stepped(c, 1, pre=second_header(c)),
    "header is not the leaf before: short path": lambda c: stepped(c, 3, path=[]),
    "header is not the leaf before: long path": lambda c: stepped(c, 1, path=[bytes(32)]),
    # timeout, close, collect
    "time is not up: proposer": lambda c: (g := lied(c).challenge()).at(g.game.moved + TERMS.clock).refusal("timeout"),
    "time is not up: challenger": lambda c: on_the_second(lied(c).challenge().reveal()).refusal("timeout"),
    "not open: timeout of no game": lambda c: no_game(c).refusal("timeout"),
    "not open: timeout again": lambda c: late(lied(c).challenge()).timeout().refusal("timeout"),
    "claim is rejected: timeout of the proposer": lambda c: late(beside_one_won(c)).refusal("timeout"),
    "claim is rejected: timeout of the challenger": lambda c: late(beside_one_won(c, 0)).refusal("timeout"),
    "not open: close no game": lambda c: no_game(c).refusal("close"),
    "not open: close a game that is over": lambda c: won(c).refusal("close"),
    "not open: close twice": lambda c: beside_one_won(c).close().refusal("close"),
    "claim is not rejected": lambda c: lied(c).challenge().refusal("close"),
    "no credit": lambda c: lied(c).refusal("collect", LIAR),
    "no credit: collected already": lambda c: collected(won(c)).refusal("collect", CHALLENGER),
}


def no_game(chain: Chain) -> Play:
    play = lied(chain)
    play.number = 99
    return play


def anything() -> dict[str, Any]:
    """Arguments of `step` of the right types."""
    return {"batch": (bytes(32), 1, 0, 0, bytes(32), 0, 2, bytes(32)), "parent_header": (0,) * 6} | {
        "pre": (0,) * 8,
        "path": (),
        "evidence": b"",
    }


def with_another_claim(chain: Chain) -> Play:
    propose_right(chain, PROPOSER, 1)
    return lied(chain).challenge()


def beside_one_won_after_reveal(chain: Chain) -> Play:
    game = lied(chain).challenge(SYBIL).reveal()
    Play(chain, game.claim, game.tree, LIAR).challenge(CHALLENGER).down_to(LIE_AT).step()
    return game


def on_the_second(game: Play) -> Play:
    return game.at(game.game.moved + TERMS.clock)


def at_start(chain: Chain, place: int, value: int) -> tuple[int, ...]:
    words = [*Truth.of(chain, 1).before(0).words()]
    words[place] = value
    return tuple(words)


def second_header(chain: Chain) -> tuple[int, ...]:
    return Truth.of(chain, 1).execution.step_headers[1].words()


def collected(game: Play) -> Play:
    assert game.collect(CHALLENGER) == TERMS.claim_bond + TERMS.challenge_bond
    return game


@pytest.mark.parametrize("word", range(5))
def test_result_that_differs_from_the_last_step_in_any_word_is_refused(chain: Chain, word: int) -> None:
    def changed(lie: Lie, truth: Truth) -> tuple[Any, bytes]:
        header = [*lie.header.words()]
        header[word] += 1
        return Header.from_words(header), lie.payload

    assert opening(chain, changed) == "game: last step is not the result"


@pytest.mark.parametrize("word", range(8))
def test_start_of_the_first_step_that_differs_from_the_parents_result_in_any_word_is_refused(
    chain: Chain, word: int
) -> None:
    game = lied(chain).challenge().down_to(0)
    start = Truth.of(chain, 1).before(0).words()[word]
    assert game.refusal("step", pre=at_start(chain, word, start + 1)) == "game: not the header before the batch"


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_against_the_rules_is_refused_with_its_own_words(chain: Chain, case: str) -> None:
    assert REFUSED[case](chain) == "game: " + case.split(":", maxsplit=1)[0]


def test_every_word_of_refusal_in_the_contract_is_tested() -> None:
    source = (files("contracts") / "settlement" / "dispute_game.vy").read_text()
    assert set(re.findall(r'"game: ([^"]*)"', source)) == {case.split(":")[0] for case in REFUSED}
