"""A player of dispute games: proposer and challenger in one, by rules that each say why (docs/spec/contracts.md).

The player keeps nothing: at every head it reads the games from L1, computes what is right from the derived chain, and makes the
moves that are its own to make. So a restart loses nothing, and no move is made twice.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from provers.optimistic.one_step import BlobOpener
from provers.optimistic.table import Claim, Game, Table, Turn
from provers.optimistic.truth import Truth
from rollup.batch.batch import Batch
from rollup.ports.l1 import Receipt
from rollup.ports.settlement import ChainView, Move, Progress, silent
from rollup.state.steps import StepsTree

Defence = Callable[[Claim, Truth], StepsTree]
"""Which tree over step headers a claim of the player's own was made from."""


def honest(_claim: Claim, truth: Truth) -> StepsTree:
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
            move = self._move(view, claim, game, now)
            if move is not None:
                yield move

    def _move(self, view: ChainView, claim: Claim, game: Game, now: int) -> Move | None:
        """Apply the first rule that fits."""
        mine, me = claim.proposer == self._me, game.challenger == self._me
        if not (mine or me):
            return None
        if claim.rejected:
            return self._act(game, "close") if me else None
        if game.overdue(now, self.table.constant("CLOCK")):
            return self._act(game, "timeout") if (game.turn is Turn.PROPOSER) == me else None
        if game.turn is Turn.PROPOSER:
            return self._reveal(view, claim, game) if mine else None
        if game.level > 0:
            return self._descend(view, claim, game) if me else None
        return self._step(view, claim, game)

    def _reveal(self, view: ChainView, claim: Claim, game: Game) -> Move:
        """Open the node from the tree that the claim was made from: nothing else hashes to it."""
        tree = self.defence(claim, self._truth(view, claim.batch))
        left, right = (tree.node(game.level - 1, 2 * game.position + side) for side in (0, 1))
        return self._act(game, "reveal", left, right)

    def _descend(self, view: ChainView, claim: Claim, game: Game) -> Move:
        """Go where the first difference lies, so that the header before the last step is the right one, and known."""
        right_tree = self._truth(view, claim.batch).steps
        agreed = game.left == right_tree.node(game.level - 1, 2 * game.position)
        return self._act(game, "defend" if agreed else "attack")

    def _step(self, view: ChainView, claim: Claim, game: Game) -> Move | None:
        """Have L1 execute the step, on whichever side the truth is ours."""
        truth = self._truth(view, claim.batch)
        wrong = game.node != truth.steps.node(0, game.position)
        if wrong != (game.challenger == self._me):
            return None
        # INVARIANT: what a challenger agreed to is the right tree's, and what an honest proposer defends is too.
        path = truth.steps.path(game.position - 1)[: game.agreed_level] if game.position else ()
        return self._act(
            game,
            "step",
            batch_words(truth.batch),
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
            if self._is_right(view, self.table.claim(claim.parent)) and not self._is_right(view, claim):
                receipt = self._send("challenge", number, value=self.table.constant("CHALLENGE_BOND"))
                yield self._told("challenge", number, receipt, {})

    def _challenged(self) -> set[int]:
        games = (self.table.read_game(number) for number in range(1, self.table.game_count() + 1))
        return {game.claim for game in games if game.challenger == self._me}

    def _is_right(self, view: ChainView, claim: Claim) -> bool:
        """Tell whether a claim says what follows from L1; with the right result, a root over wrong steps is wrong as well."""
        right = view.header(claim.batch).hash() == claim.header_hash
        return right and (claim.batch == 0 or claim.root == self._truth(view, claim.batch).steps.root)

    # Bonds

    def _bonds(self) -> Iterator[Move]:
        """Settle our own claims once their batches are final, then collect what is ours."""
        final = self.table.final_batch()
        for number in range(1, self.table.claim_count() + 1):
            claim = self.table.claim(number)
            over = claim.batch <= final and not (claim.open_games or claim.rejected or claim.settled)
            if over and claim.proposer == self._me:
                yield self._told("settle", number, self._send("settle", number), {})
        credit = self.table.credit(self._me)
        if credit:
            yield self._told("collect", 0, self._send("collect", self._me), {"wei": credit})

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

    def _act(self, game: Game, move: str, *args: Any) -> Move:
        receipt = self._send(move, game.number, *args)
        details: dict[str, object] = {"game": game.number, "level": game.level, "position": game.position}
        return self._told(move, game.claim, receipt, details)

    def _told(self, move: str, claim: int, receipt: Receipt, details: dict[str, object]) -> Move:
        made = Move(move, claim, receipt.gas_used, details)
        self.progress(f"{move} {details or ''}".strip(), 1, 1)
        return made

    def _send(self, function: str, *args: Any, value: int = 0) -> Receipt:
        return self.table.l1.transact(self.table.game, function, *args, value=value, cause="dispute")


def batch_words(batch: Batch) -> tuple[object, ...]:
    """Return the preimage of a batch's hash, as the contracts' struct `Batch`."""
    fixed = (batch.parent_hash, batch.number, batch.timestamp, batch.inbox_to, batch.rolling)
    return (*fixed, batch.payee, int(batch.kind), batch.data_hash)
