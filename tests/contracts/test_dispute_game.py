"""Everything that the dispute game refuses, with which words; and that nothing has changed when it did."""

import re
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest

from l1bridge.compiler import contract
from provers.adversaries.liars import Lie, lie_at, lie_of
from provers.optimistic.backend import payload_of
from provers.optimistic.truth import Truth
from rollup.ports.l1 import L1Reverted
from rollup.ports.settlement import batch_struct
from rollup.state.header import Header
from rollup.state.steps import Steps
from tests.game.builder import Play, wrong_header
from tests.game.chain import CHALLENGER, LIAR, PROPOSER, STRANGER, SYBIL, TERMS, Chain
from tests.game.scene import counters, on

chain = on(counters)

LIE_AT = 1
"""The first call of batch 1."""


def lied(chain: Chain, step: int = LIE_AT) -> Play:
    return Play.of_lie(chain, lie_at(chain, 1, step))


def shown(chain: Chain, step: int = LIE_AT) -> Play:
    return lied(chain, step).ask().show()


def fallen(chain: Chain) -> Play:
    """A claim that fell by a step."""
    game = shown(chain)
    game.refute()
    assert game.verdict == "rejected"
    return game


def final(chain: Chain) -> Play:
    """A right claim that is final."""
    game = Play.of_truth(chain, proposer=PROPOSER)
    chain.pass_to(game.read.made + TERMS.window + 1)
    chain.finalise(game.claim, chain.header(1))
    return game


def nowhere(chain: Chain, claim: int = 99) -> Play:
    """A claim that was never made."""
    return Play(chain, claim, Truth.of(chain, 1).steps, LIAR)


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


def same(lie: Lie, truth: Truth) -> tuple[Any, bytes]:
    return lie.header, lie.payload


def cut(lie: Lie, truth: Truth) -> tuple[Any, bytes]:
    return lie.header, lie.payload[:-1]


def longer(lie: Lie, truth: Truth) -> tuple[Any, bytes]:
    return lie.header, lie.payload + bytes(32)


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


def past_the_end(chain: Chain) -> str:
    """The right steps, with the last of them once more."""
    truth = Truth.of(chain, 1)
    steps = Steps((*truth.steps.leaves, truth.steps.leaves[-1]))
    lie = lie_of(truth.header, steps, truth.execution.step_headers[-1], 0)
    return Play.of_lie(chain, lie).ask().refusal("show")


def refuted(chain: Chain, step: int = LIE_AT, position: int | None = None, **changes: Any) -> str:
    return shown(chain, step).refusal("refute", position, **changes)


def flipped(chain: Chain) -> tuple[object, ...]:
    """The batch with another payee."""
    words = batch_struct(chain.batches[0])
    return (*words[:5], 1, *words[6:])


def at_start(chain: Chain, place: int, value: int) -> tuple[int, ...]:
    words = [*Truth.of(chain, 1).before(0).words()]
    words[place] = value
    return tuple(words)


def header_after(chain: Chain, position: int) -> tuple[int, ...]:
    return Truth.of(chain, 1).execution.step_headers[position].words()


def in_time(game: Play) -> Play:
    return game.late(0)


def too_late_to_refute(game: Play) -> Play:
    return game.at(max(game.read.made + TERMS.window, game.read.moved + TERMS.clock) + 1)


def collected(game: Play) -> Play:
    assert game.collect(CHALLENGER) == TERMS.share + TERMS.question_bond
    return game


Case = Callable[[Chain], str]
REFUSED: dict[str, Case] = {
    # deployment
    "no time to play: no window": lambda c: deployed(c, window=0),
    "no time to play: no clock": lambda c: deployed(c, clock=0),
    "too much time to play: window": lambda c: deployed(c, window=2**32),
    "too much time to play: clock": lambda c: deployed(c, clock=2**32),
    # open
    "only the rollup": opened_by_a_stranger,
    "bond: too small": lambda c: opening(c, same, value=TERMS.claim_bond - 1),
    "bond: too large": lambda c: opening(c, same, value=TERMS.claim_bond + 1),
    "payload length: short": lambda c: opening(c, cut),
    "payload length: long": lambda c: opening(c, longer),
    "last step is not terminal": lambda c: opening(c, not_terminal),
    "fees are left": lambda c: opening(c, fees_left),
    "last step is not the result": lambda c: opening(c, another_result),
    # ask
    "not open to questions: no such claim": lambda c: nowhere(c).refusal("ask"),
    "not open to questions: genesis": lambda c: nowhere(c, 0).refusal("ask", steps=bytes(32)),
    "not open to questions: asked already": lambda c: lied(c).ask().refusal("ask", SYBIL),
    "not open to questions: shown already": lambda c: shown(c).refusal("ask", SYBIL),
    "not open to questions: it fell": lambda c: fallen(c).refusal("ask", SYBIL),
    "not open to questions: it is settled": lambda c: final(c).settle().refusal("ask"),
    "not the claim that was meant": lambda c: lied(c).refusal("ask", steps=b"\1" * 32),
    "window is over: ask": lambda c: (g := lied(c)).at(g.read.made + TERMS.window + 1).refusal("ask"),
    "bond: no stake": lambda c: lied(c).refusal("ask", value=0),
    "bond: that of a claim": lambda c: lied(c).refusal("ask", value=TERMS.claim_bond),
    # show
    "nobody asked: show": lambda c: lied(c).refusal("show"),
    "nobody asked: no such claim": lambda c: nowhere(c).refusal("show"),
    "nobody asked: show twice": lambda c: shown(c).refusal("show"),
    "nobody asked: it fell": lambda c: lied(c).ask().late().expire().refusal("show"),
    "time is up": lambda c: lied(c).ask().late().refusal("show"),
    "leaves have 32 bytes: none": lambda c: lied(c).ask().refusal("show", b""),
    "leaves have 32 bytes: one too many": lambda c: (g := lied(c).ask()).refusal("show", g.steps.to_bytes() + b"\0"),
    "not the steps of the claim: show others": lambda c: lied(c).ask().refusal("show", lied(c, 0).steps.to_bytes()),
    "not the steps of the claim: show less": lambda c: (g := lied(c).ask()).refusal("show", g.steps.to_bytes()[32:]),
    "not the steps of the claim: one hash": lambda c: (g := lied(c).ask()).refusal(
        "show", g.steps.hash + g.steps.leaves[-1]
    ),
    "steps past the end": past_the_end,
    # refute
    "steps are not shown: no such claim": lambda c: nowhere(c).refusal("refute", 0, **anything()),
    "steps are not shown: nobody asked": lambda c: lied(c).refusal("refute"),
    "steps are not shown: asked": lambda c: lied(c).ask().refusal("refute"),
    "steps are not shown: it fell": lambda c: fallen(c).refusal("refute"),
    "window is over: refute": lambda c: too_late_to_refute(shown(c)).refusal("refute"),
    "no such step: past the last": lambda c: refuted(c, position=4),
    "no such step: no leaves": lambda c: refuted(c, leaves=b""),
    "not the steps of the claim: refute others": lambda c: refuted(c, leaves=Truth.of(c, 1).steps.to_bytes()),
    "another batch": lambda c: refuted(c, batch=batch_struct(c.batches[1])),
    "not the batch that was posted": lambda c: refuted(c, batch=flipped(c)),
    "not the parent's header": lambda c: refuted(c, 0, parent_header=wrong_header(c.header(0)).words()),
    "not the header before the batch: root": lambda c: refuted(c, 0, pre=(5, *[0] * 7)),
    "not the header before the batch: cursor": lambda c: refuted(c, 0, pre=at_start(c, 5, 9)),
    "not the header before the batch: fees": lambda c: refuted(c, 0, pre=at_start(c, 6, 1)),
    "not the header before the batch: step": lambda c: refuted(c, 0, pre=at_start(c, 7, 1)),
    "not the header before the step: the start": lambda c: refuted(c, pre=at_start(c, 7, 0)),
    "not the header before the step: that after it": lambda c: refuted(c, pre=header_after(c, 1)),
    "the step is right": lambda c: refuted(c, position=LIE_AT - 1),
    # expire, settle, collect
    "nobody asked: expire": lambda c: lied(c).refusal("expire"),
    "nobody asked: expire what is shown": lambda c: shown(c).late().refusal("expire"),
    "nobody asked: expire twice": lambda c: lied(c).ask().late().expire().refusal("expire"),
    "time is not up": lambda c: in_time(lied(c).ask()).refusal("expire"),
    "no bond to settle: no such claim": lambda c: nowhere(c).refusal("settle"),
    "no bond to settle: genesis": lambda c: nowhere(c, 0).refusal("settle"),
    "no bond to settle: paid already": lambda c: final(c).settle().refusal("settle"),
    "no bond to settle: it fell": lambda c: fallen(c).refusal("settle"),
    "no bond to settle: a question is open": lambda c: lied(c).ask().refusal("settle"),
    "batch is not final": lambda c: lied(c).refusal("settle"),
    "no credit": lambda c: lied(c).refusal("collect", LIAR),
    "no credit: collected already": lambda c: collected(fallen(c)).refusal("collect", CHALLENGER),
}


def anything() -> dict[str, Any]:
    """Arguments of `refute` of the right types."""
    batch = (bytes(32), 1, 0, 0, bytes(32), 0, 2, bytes(32))
    return {"leaves": bytes(32), "batch": batch, "parent_header": (0,) * 6, "pre": (0,) * 8, "evidence": b""}


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
    game = shown(chain, 0)
    start = Truth.of(chain, 1).before(0).words()[word]
    assert game.refusal("refute", pre=at_start(chain, word, start + 1)) == "game: not the header before the batch"


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_against_the_rules_is_refused_with_its_own_words(chain: Chain, case: str) -> None:
    assert REFUSED[case](chain) == "game: " + case.split(":", maxsplit=1)[0]


def test_every_word_of_refusal_in_the_contract_is_tested() -> None:
    source = (files("contracts") / "settlement" / "dispute_game.vy").read_text()
    assert set(re.findall(r'"game: ([^"]*)"', source)) == {case.split(":")[0] for case in REFUSED}
