"""The rules by which an honest player answers in one game, each with its reason. Pure: L1 is read before, and written after."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from provers.optimistic.one_step import BlobOpener
from provers.optimistic.table import Claim, Game, Turn
from provers.optimistic.truth import Truth
from rollup.ports.settlement import batch_struct


class Steps(Protocol):
    """A tree over step headers, or over what somebody says they are; `state.steps.StepsTree` is the right one."""

    @property
    def root(self) -> bytes:
        """The root, 32 bytes."""
        ...

    def node(self, level: int, position: int) -> bytes:
        """Return a node by level (0 = leaves) and position."""
        ...

    def path(self, leaf: int) -> tuple[bytes, ...]:
        """Return the 8 siblings of a leaf, leaf level first."""
        ...


Defence = Callable[[Claim, Truth], Steps]
"""Which tree a claim of the player's own was made from."""


def honest(_claim: Claim, truth: Truth) -> Steps:
    """An honest proposer claims the right steps."""
    return truth.steps


class Reply(NamedTuple):
    """A function of the game contract, and what follows the game's number."""

    move: str
    args: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Situation:
    """A game as it stands, and who is asked.

    Attributes
    ----------
    game, claim
        As L1 has them; the game is open.
    me
        Who is asked, 20 bytes: the proposer, the challenger, both or neither.
    now, clock
        L1's time, and what each side has for all its moves, in seconds.
    compute
        Gives what follows from the claim's batch; called only where a rule needs it.
    defence
        From which tree a claim of one's own was made.
    opener
        Opens posted blobs.
    """

    game: Game
    claim: Claim
    me: bytes
    now: int
    clock: int
    compute: Callable[[], Truth]
    defence: Defence
    opener: BlobOpener

    @cached_property
    def truth(self) -> Truth:
        """What is right."""
        return self.compute()

    @property
    def proposes(self) -> bool:
        """Whether the claim is one's own."""
        return self.claim.proposer == self.me

    @property
    def challenges(self) -> bool:
        """Whether one challenged it."""
        return self.game.challenger == self.me

    @property
    def opponent_is_late(self) -> bool:
        """Whether the other side's clock has run out."""
        mine = self.challenges if self.game.turn is Turn.PROPOSER else self.proposes
        return mine and self.game.overdue(self.now, self.clock)


def reply(situation: Situation) -> Reply | None:
    """Return the move that is due from `situation.me`; None if none is. The first rule that fits decides."""
    game = situation.game
    if situation.claim.rejected:
        return Reply("close") if situation.challenges else None
    # Time first: it costs least, and whoever is late has lost whatever he would have said.
    if situation.opponent_is_late:
        return Reply("timeout")
    if game.turn is Turn.PROPOSER:
        return _reveal(situation) if situation.proposes else None
    if game.level > 0:
        return _descend(situation) if situation.challenges else None
    return _step(situation)


def _reveal(situation: Situation) -> Reply:
    """Open the node from the tree that the claim was made from: nothing else hashes to it."""
    game, tree = situation.game, situation.defence(situation.claim, situation.truth)
    return Reply("reveal", tuple(tree.node(game.level - 1, 2 * game.position + side) for side in (0, 1)))


def _descend(situation: Situation) -> Reply:
    """Go where the first difference lies, so that the header before the last step is the right one, and known."""
    game = situation.game
    agreed = game.left == situation.truth.steps.node(game.level - 1, 2 * game.position)
    return Reply("defend", (game.right,)) if agreed else Reply("attack", (game.left,))


def _step(situation: Situation) -> Reply | None:
    """Have L1 execute the step, on whichever side the truth is ours. Late or not: what L1 computes counts until time is called."""
    game, truth = situation.game, situation.truth
    wrong = game.node != truth.steps.node(0, game.position)
    if not (situation.challenges if wrong else situation.proposes):
        return None
    # INVARIANT: what an honest challenger agreed to is the right tree's, and what an honest proposer defends is too.
    path = truth.steps.path(game.position - 1)[: game.agreed_level] if game.position else ()
    headers = (truth.parent.words(), truth.before(game.position).words())
    evidence = truth.evidence(game.position, situation.opener).to_abi()
    return Reply("step", (batch_struct(truth.batch), *headers, path, evidence))
