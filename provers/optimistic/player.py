"""A player of dispute games: proposer and challenger in one, by rules that each say why (docs/spec/contracts.md).

The player keeps nothing: at every head it reads the games from L1, computes what is right from the derived chain, and makes the
moves that are its own to make. So a restart loses nothing, and no move is made twice.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from provers.optimistic.one_step import BlobOpener
from provers.optimistic.table import Claim, Game, Table, Turn
from provers.optimistic.truth import Truth
from rollup.ports.l1 import L1Reverted
from rollup.ports.settlement import ChainView, Move, Progress, batch_struct, silent


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


@dataclass
class Player:
    """Plays every open game that concerns an L1 account.

    Attributes
    ----------
    table
        The contracts, through a connection that signs for the account.
    opener
        Opens posted blobs for one-step proofs.
    defence
        From where its own claims are defended.
    challenges
        Whether it challenges wrong claims; a mere proposer only defends.
    progress
        Told of every move.
    """

    table: Table
    opener: BlobOpener
    defence: Defence = honest
    challenges: bool = True
    progress: Progress = silent
    _truths: dict[tuple[bytes, int], Truth] = field(default_factory=dict)

    def play(self, view: ChainView, now: int) -> list[Move]:
        """Make every move that is due at L1's time `now`, in seconds; return them in order."""
        moves = list(self._play_games(view, now))
        if self.challenges:
            moves += self._challenge_claims(view, now)
        return [*moves, *self._bonds()]

    # Games

    def _play_games(self, view: ChainView, now: int) -> Iterator[Move]:
        for number in range(1, self.table.game_count() + 1):
            game = self.table.read_game(number)
            if game.turn is Turn.OVER:
                continue
            claim = self.table.claim(game.claim)
            if claim.batch > view.derived() or self._me not in (claim.proposer, game.challenger):
                continue
            yield from self._answer(view, claim, game, now)

    def _answer(self, view: ChainView, claim: Claim, game: Game, now: int) -> Iterator[Move]:
        """Apply the first rule that fits."""
        mine, me = claim.proposer == self._me, game.challenger == self._me
        if claim.rejected:
            yield from self._act(game, "close") if me else ()
        elif game.overdue(now, self.table.constant("CLOCK")) and (me if game.turn is Turn.PROPOSER else mine):
            yield from self._act(game, "timeout")
        elif game.turn is Turn.PROPOSER:
            yield from self._reveal(view, claim, game) if mine else ()
        elif game.level > 0:
            yield from self._descend(view, claim, game) if me else ()
        else:
            yield from self._step(view, claim, game)

    def _reveal(self, view: ChainView, claim: Claim, game: Game) -> Iterator[Move]:
        """Open the node from the tree that the claim was made from: nothing else hashes to it."""
        tree = self.defence(claim, self._truth(view, claim.batch))
        left, right = (tree.node(game.level - 1, 2 * game.position + side) for side in (0, 1))
        return self._act(game, "reveal", left, right)

    def _descend(self, view: ChainView, claim: Claim, game: Game) -> Iterator[Move]:
        """Go where the first difference lies, so that the header before the last step is the right one, and known."""
        right_tree = self._truth(view, claim.batch).steps
        agreed = game.left == right_tree.node(game.level - 1, 2 * game.position)
        return self._act(game, "defend", game.right) if agreed else self._act(game, "attack", game.left)

    def _step(self, view: ChainView, claim: Claim, game: Game) -> Iterator[Move]:
        """Have L1 execute the step, on whichever side the truth is ours."""
        truth = self._truth(view, claim.batch)
        wrong = game.node != truth.steps.node(0, game.position)
        if wrong != (game.challenger == self._me):
            return iter(())
        # INVARIANT: what a challenger agreed to is the right tree's, and what an honest proposer defends is too.
        path = truth.steps.path(game.position - 1)[: game.agreed_level] if game.position else ()
        return self._act(
            game,
            "step",
            batch_struct(truth.batch),
            truth.parent.words(),
            truth.before(game.position).words(),
            path,
            truth.evidence(game.position, self.opener).to_abi(),
        )

    # Claims

    def _challenge_claims(self, view: ChainView, now: int) -> Iterator[Move]:
        """Challenge a claim that is wrong although its parent is right; one game of our own is enough."""
        window = self.table.constant("WINDOW")
        final, challenged = self.table.final_batch(), self._challenged()
        for number in range(1, self.table.claim_count() + 1):
            claim = self.table.claim(number)
            decided = claim.rejected or claim.settled or now > claim.opened + window
            if decided or number in challenged or not final < claim.batch <= view.derived():
                continue
            if claim.proposer != self._me and self._can_be_refuted(view, claim):
                bond = self.table.constant("CHALLENGE_BOND")
                yield from self._send("challenge", number, claim.root, claim=number, value=bond)

    def _challenged(self) -> set[int]:
        games = (self.table.read_game(number) for number in range(1, self.table.game_count() + 1))
        return {game.claim for game in games if game.challenger == self._me}

    def _can_be_refuted(self, view: ChainView, claim: Claim) -> bool:
        """Tell whether a claim has a wrong step that we can show.

        On a parent with a wrong header it may have none, and needs none: the parent will fall. A right result over wrong steps is
        refuted as well: its steps would become what a later game trusts.
        """
        parent = self.table.claim(claim.parent)
        on_truth = view.header(parent.batch).hash() == parent.header_hash
        return on_truth and claim.root != self._truth(view, claim.batch).steps.root

    # Bonds

    def _bonds(self) -> Iterator[Move]:
        """Settle what brings us a bond once its batch is final, then collect what is ours."""
        final = self.table.final_batch()
        for number in range(1, self.table.claim_count() + 1):
            claim = self.table.claim(number)
            over = claim.batch <= final and not (claim.open_games or claim.rejected or claim.settled)
            if over and self._heir(claim) == self._me:
                yield from self._send("settle", number, claim=number)
        credit = self.table.credit(self._me)
        if credit:
            yield from self._send("collect", self._me, details={"wei": credit})

    def _heir(self, claim: Claim) -> bytes:
        """Return who gets the bond of a claim about a final batch: its proposer if it was right, else whoever was."""
        right = self.table.claim(self.table.final_claim(claim.batch))
        return claim.proposer if claim.header_hash == right.header_hash else right.proposer

    # Parts

    @property
    def _me(self) -> bytes:
        return self.table.l1.address

    def _truth(self, view: ChainView, number: int) -> Truth:
        """Compute a batch once; the hash in the key keeps a reorganised batch from passing for the old one."""
        key = (view.batch(number).hash(), number)
        if key not in self._truths:
            self._truths[key] = Truth.of(view, number)
        return self._truths[key]

    def _act(self, game: Game, move: str, *args: Any) -> Iterator[Move]:
        details: dict[str, object] = {"game": game.number, "level": game.level, "position": game.position}
        return self._send(move, game.number, *args, claim=game.claim, details=details)

    def _send(
        self, move: str, *args: Any, claim: int = 0, value: int = 0, details: dict[str, object] | None = None
    ) -> Iterator[Move]:
        """Make a move. One that L1 refuses is told, not raised: others may have moved first, and other games wait."""
        details = details or {}
        self.progress(f"{move} {details or ''}".strip(), 0, 1)
        try:
            receipt = self.table.l1.transact(self.table.game, move, *args, value=value, cause="dispute")
            made = Move(move, claim, receipt.gas_used, details)
        except L1Reverted as refused:
            gas = refused.receipt.gas_used if refused.receipt else 0
            made = Move(f"{move} refused", claim, gas, {**details, "reason": refused.reason})
        self.progress(f"{made.what} {made.details or ''}".strip(), 1, 1)
        yield made
