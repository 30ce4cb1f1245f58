"""A player of dispute games: proposer and challenger in one (docs/spec/contracts.md). How it answers in a game stands in `rules`.

What the player does follows from L1 and from the derived chain alone: at every head it reads the games, computes what is right, and
makes the moves that are its own to make. So a restart loses nothing, and no move is made twice. It remembers only what need
not be read or computed again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from provers.optimistic.one_step import BlobOpener
from provers.optimistic.pending import Pending
from provers.optimistic.rules import Defence, Situation, honest, reply
from provers.optimistic.table import Claim, Game, Table, Turn
from provers.optimistic.terms import Terms
from provers.optimistic.truth import Truth
from rollup.errors import DecodeError, OutsideError
from rollup.ports.l1 import L1Reverted
from rollup.ports.settlement import ChainView, Move, Progress, silent

TRUTHS = 16
"""Batches whose execution is kept."""


@dataclass
class Player:
    """Plays every open game that concerns an L1 account.

    Attributes
    ----------
    table
        The contracts, through a connection that signs for the account.
    terms
        Of the game contract.
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
    terms: Terms
    opener: BlobOpener
    defence: Defence = honest
    challenges: bool = True
    progress: Progress = silent
    _claims: Pending = field(default_factory=Pending)
    _games: Pending = field(default_factory=Pending)
    _truths: dict[tuple[bytes, int], Truth] = field(default_factory=dict)

    def play(self, view: ChainView, now: int) -> list[Move]:
        """Make every move that is due at L1's time `now`, in seconds; return them in order."""
        moves: list[Move] = []
        games = [self.table.read_game(number) for number in self._games.up_to(self.table.game_count())]
        claims = [self.table.claim(number) for number in self._claims.up_to(self.table.claim_count())]
        # Games first, for their clocks run; then bonds, which pay for stakes.
        moves += self._play_games(view, games, now)
        moves += self._take_bonds(claims)
        if self.challenges:
            moves += self._challenge_claims(view, claims, games, now)
        self._forget(claims, games)
        return moves

    # Games

    def _play_games(self, view: ChainView, games: list[Game], now: int) -> Iterator[Move]:
        for number in (game.number for game in games if game.turn is not Turn.OVER):
            # A move made just now may have ended this game, or decided its claim.
            game = self.table.read_game(number)
            claim = self.table.claim(game.claim)
            if game.turn is Turn.OVER or claim.batch > view.derived() or not self._concerns_me(claim, game):
                continue
            answer = reply(self._situation(view, claim, game, now))
            if answer is not None:
                details: dict[str, object] = {"game": number, "level": game.level, "position": game.position}
                yield self._send(answer.move, number, *answer.args, claim=game.claim, details=details)

    def _concerns_me(self, claim: Claim, game: Game) -> bool:
        return self._me in (claim.proposer, game.challenger)

    def _situation(self, view: ChainView, claim: Claim, game: Game, now: int) -> Situation:
        def compute() -> Truth:
            return self._truth(view, claim.batch)

        return Situation(game, claim, self._me, now, self.terms.clock, compute, self.defence, self.opener)

    # Claims

    def _challenge_claims(self, view: ChainView, claims: list[Claim], games: list[Game], now: int) -> Iterator[Move]:
        """Challenge a claim that is wrong although what it stands on is right."""
        final, tried = self.table.final_batch(), {game.claim for game in games if self._tried(game)}
        for claim in claims:
            decided = claim.rejected or claim.settled or now > claim.opened + self.terms.window
            if decided or claim.number in tried or not final < claim.batch <= view.derived():
                continue
            if claim.proposer != self._me and self._can_be_refuted(view, claim):
                yield self._challenge(claim)

    def _challenge(self, claim: Claim) -> Move:
        bond, own = self.terms.challenge_bond, self.table.l1.balance()
        if own < bond:
            # Whoever makes many wrong claims at once may exhaust us for a while; what we win comes back.
            short: dict[str, object] = {"reason": "not enough ether for the stake", "needed": bond, "balance": own}
            return self._told(Move("challenge refused", claim.number, 0, short))
        return self._send("challenge", claim.number, claim.root, claim=claim.number, value=bond)

    def _tried(self, game: Game) -> bool:
        """Tell whether a game of our own stands in the way of another about the same claim.

        One that is open does. So does one that ended at a single step: L1 saw that step otherwise than we do. One that ended
        before was lost by silence, say while we were down, and is worth another stake.
        """
        return game.challenger == self._me and (game.turn is not Turn.OVER or game.level == 0)

    def _can_be_refuted(self, view: ChainView, claim: Claim) -> bool:
        """Tell whether a claim has a wrong step that we can show.

        On a parent with a wrong header it may have none, and needs none: the parent will fall. A right result over wrong steps is
        refuted as well: an honest proposer would not have made it.
        """
        parent = self.table.claim(claim.parent)
        on_truth = view.header(parent.batch).hash() == parent.header_hash
        return on_truth and claim.root != self._truth(view, claim.batch).steps.root

    # Bonds

    def _take_bonds(self, claims: list[Claim]) -> Iterator[Move]:
        """Settle what brings us a bond once its batch is final, then collect what is ours."""
        final = self.table.final_batch()
        for number in (claim.number for claim in claims if claim.batch <= final):
            claim = self.table.claim(number)
            settled = claim.open_games or claim.rejected or claim.settled
            if not settled and self.table.heir(claim) == self._me:
                yield self._send("settle", number, claim=number)
        credit = self.table.credit(self._me)
        if credit:
            yield self._send("collect", self._me, details={"wei": credit})

    # Memory

    def _truth(self, view: ChainView, number: int) -> Truth:
        """Compute a batch once; the hash in the key keeps a reorganised batch from passing for the old one."""
        key = (view.batch(number).hash(), number)
        if key not in self._truths:
            self._truths[key] = Truth.of(view, number)
            for old in list(self._truths)[:-TRUTHS]:
                del self._truths[old]
        return self._truths[key]

    def _forget(self, claims: list[Claim], games: list[Game]) -> None:
        """Stop reading what is decided, and finalised on L1, so that no reorganisation brings it back."""
        settled = [
            claim
            for claim in claims
            if not claim.is_here or claim.rejected or claim.settled or claim.batch <= self.table.final_batch()
        ]
        over = [game for game in games if game.turn is Turn.OVER]
        if not settled and not over:
            return
        finalised = replace(self.table, block="finalized")
        try:
            for claim in settled:
                if self._is_done(finalised, finalised.claim(claim.number)):
                    self._claims.close(claim.number)
            for game in over:
                done = finalised.read_game(game.number).turn is Turn.OVER
                if done and game.claim not in self._claims:
                    self._games.close(game.number)
        except (DecodeError, OutsideError):
            return  # L1 has finalised nothing yet that holds these contracts

    def _is_done(self, finalised: Table, claim: Claim) -> bool:
        if not claim.is_made:
            return False  # finalised L1 does not know it yet
        if not claim.is_here:
            return True
        lost = claim.batch <= finalised.final_batch() and finalised.heir(claim) != self._me
        return claim.rejected or claim.settled or lost

    # Moves

    @property
    def _me(self) -> bytes:
        return self.table.l1.address

    def _send(
        self, move: str, *args: Any, claim: int = 0, value: int = 0, details: dict[str, object] | None = None
    ) -> Move:
        """Make a move. One that L1 refuses is told, not raised: others may have moved first, and other games wait."""
        details = details or {}
        self.progress(f"{move} {details or ''}".strip(), 0, 1)
        try:
            receipt = self.table.l1.transact(self.table.game, move, *args, value=value, cause="dispute")
            made = Move(move, claim, receipt.gas_used, details)
        except L1Reverted as refused:
            gas = refused.receipt.gas_used if refused.receipt else 0
            made = Move(f"{move} refused", claim, gas, {**details, "reason": refused.reason})
        return self._told(made)

    def _told(self, made: Move) -> Move:
        self.progress(f"{made.what} {made.details or ''}".strip(), 1, 1)
        return made
