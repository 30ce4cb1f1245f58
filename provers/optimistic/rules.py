"""The rules by which an honest player answers to a claim, each with its reason. Pure: L1 is read before, and written after."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from provers.optimistic.one_step import BlobOpener
from provers.optimistic.table import Claim, Stage
from provers.optimistic.terms import Terms
from provers.optimistic.truth import Truth
from rollup.ports.settlement import batch_struct
from rollup.state.steps import Steps

Defence = Callable[[Claim, Truth], Steps]
"""The steps that a claim of the player's own was made from."""


def honest(_claim: Claim, truth: Truth) -> Steps:
    """An honest proposer claims the right steps."""
    return truth.steps


class Reply(NamedTuple):
    """A function of the game contract, what follows the claim's number, and the wei that go with it."""

    move: str
    args: tuple[Any, ...] = ()
    value: int = 0


@dataclass(frozen=True)
class Situation:
    """A claim as it stands, on a parent whose result is right, and who is asked.

    Attributes
    ----------
    claim
        As L1 has it.
    me
        Who is asked, 20 bytes.
    now
        L1's time, in seconds.
    terms
        Bonds and times.
    truth
        What follows from the claim's batch.
    shown
        Gives the steps as they were shown, if they were.
    defence
        From which steps a claim of one's own was made.
    opener
        Opens posted blobs.
    challenges
        Whether one doubts the claims of others, beside defending one's own.
    """

    claim: Claim
    me: bytes
    now: int
    terms: Terms
    truth: Truth
    shown: Callable[[], Steps]
    defence: Defence
    opener: BlobOpener
    challenges: bool = True

    @property
    def is_mine(self) -> bool:
        """Whether the claim is one's own."""
        return self.claim.proposer == self.me

    @cached_property
    def is_right(self) -> bool:
        """Whether the claim is right. INVARIANT: there is one list of right steps, and L1 takes no other for the right result (`show`)."""
        return self.claim.steps == self.truth.steps.commitment

    @property
    def seconds(self) -> int:
        """How long the claim has been at its stage."""
        return self.now - self.claim.moved

    @property
    def is_in_time(self) -> bool:
        """Whether the claim can still be doubted."""
        return self.now <= self.claim.made + self.terms.window


def reply(situation: Situation) -> Reply | None:
    """Return the move that is due from `situation.me`; None if none is."""
    rule = {Stage.OPEN: ask, Stage.ASKED: answer, Stage.SHOWN: refute}.get(situation.claim.stage)
    return None if rule is None else rule(situation)


def ask(situation: Situation) -> Reply | None:
    """Doubt a wrong claim of somebody else as soon as it is seen: its window runs."""
    if situation.is_mine or situation.is_right or not situation.challenges or not situation.is_in_time:
        return None
    return Reply("ask", (situation.claim.steps,), situation.terms.question_bond)


def answer(situation: Situation) -> Reply | None:
    """Show the steps of a claim that was made from steps known here; call time on a wrong one that nobody shows.

    One's own are shown at once, right ones of others when a quarter of the time is gone: whoever claims them may sleep, and a right claim must not
    fall; but two who answer pay twice. Whoever looks at L1 twice in a clock is in time.
    """
    claim, terms = situation.claim, situation.terms
    if situation.seconds > terms.clock:
        concerned = situation.challenges or claim.asker == situation.me
        return Reply("expire") if concerned and not situation.is_right else None
    if situation.is_mine:
        return Reply("show", (situation.defence(claim, situation.truth).to_bytes(),))
    if situation.is_right and claim.asker != situation.me and situation.seconds > terms.clock // 4:
        return Reply("show", (situation.truth.steps.to_bytes(),))
    return None


def refute(situation: Situation) -> Reply | None:
    """Have L1 execute the first wrong step: before it all headers are the right ones, and known."""
    if situation.is_right or situation.is_mine or not (situation.challenges or situation.claim.asker == situation.me):
        return None
    if not situation.is_in_time and situation.seconds > situation.terms.clock:
        return None
    truth, shown = situation.truth, situation.shown()
    position = shown.first_difference(truth.steps)
    # INVARIANT: L1 takes no list that differs from the right one by steps past the end alone.
    assert position is not None, "a wrong claim has a wrong step"
    headers = (truth.parent.words(), truth.before(position).words())
    evidence = truth.evidence(position, situation.opener).to_abi()
    return Reply("refute", (shown.to_bytes(), position, batch_struct(truth.batch), *headers, evidence))
