"""A player of the dispute game: proposer and challenger in one (docs/spec/contracts.md). How it answers to a claim stands in `rules`.

What the player does follows from L1 and from the derived chain alone: at every head it reads the claims, computes what is right, and
makes the moves that are its own to make. So a restart loses nothing, and no move is made twice. It remembers only what need
not be read or computed again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from provers.optimistic.one_step import BlobOpener
from provers.optimistic.pending import Pending
from provers.optimistic.rules import Defence, Reply, Situation, honest, reply
from provers.optimistic.table import Claim, Stage, Table
from provers.optimistic.terms import Terms
from provers.optimistic.truth import Truth
from rollup.errors import DecodeError, OutsideError
from rollup.ports.l1 import L1Reverted
from rollup.ports.settlement import ChainView, Move, Progress, silent

TRUTHS = 16
"""Batches whose execution is kept."""


@dataclass
class Player:
    """Answers to every claim that concerns an L1 account.

    Attributes
    ----------
    table
        The contracts, through a connection that signs for the account.
    terms
        Of the game contract.
    opener
        Opens posted blobs for one-step proofs.
    defence
        From which steps its own claims were made.
    challenges
        Whether it doubts wrong claims; a mere proposer only defends.
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
    _truths: dict[tuple[bytes, int], Truth] = field(default_factory=dict)

    def play(self, view: ChainView, now: int) -> list[Move]:
        """Make every move that is due at L1's time `now`, in seconds; return them in order."""
        claims = [self.table.claim(number) for number in self._claims.up_to(self.table.claim_count())]
        # Answers first, for their clocks run; then bonds, which pay for questions.
        moves = [move for stage in (Stage.ASKED, Stage.SHOWN) for move in self._answer(view, claims, stage, now)]
        moves += self._take_bonds(claims)
        moves += self._answer(view, claims, Stage.OPEN, now)
        self._forget(claims)
        return moves

    def _answer(self, view: ChainView, claims: list[Claim], stage: Stage, now: int) -> Iterator[Move]:
        """Move wherever a rule says so among the claims at a stage."""
        final = self.table.final_batch()
        for claim in claims:
            if (
                claim.stage is not stage
                or not final < claim.batch <= view.derived()
                or not self._is_on_truth(view, claim)
            ):
                continue
            answer = reply(self._situation(view, claim, now))
            if answer is not None:
                yield self._make(claim, answer)

    def _is_on_truth(self, view: ChainView, claim: Claim) -> bool:
        """Tell whether a claim stands on a right result. One that does not may have no wrong step, and needs none: its parent will fall."""
        parent = self.table.claim(claim.parent)
        return view.header(parent.batch).hash() == parent.header_hash

    def _situation(self, view: ChainView, claim: Claim, now: int) -> Situation:
        return Situation(
            claim=claim,
            me=self._me,
            now=now,
            terms=self.terms,
            truth=self._truth(view, claim.batch),
            shown=lambda: self.table.steps(claim),
            defence=self.defence,
            opener=self.opener,
            challenges=self.challenges,
        )

    def _make(self, claim: Claim, answer: Reply) -> Move:
        own = self.table.l1.balance() if answer.value else answer.value
        if own < answer.value:
            # Whoever makes many wrong claims at once may exhaust us for a while; what we win comes back.
            short: dict[str, object] = {
                "reason": "not enough ether for the bond",
                "needed": answer.value,
                "balance": own,
            }
            return self._told(Move(f"{answer.move} refused", claim.number, 0, short))
        details: dict[str, object] = {"position": answer.args[1]} if answer.move == "refute" else {}
        return self._send(
            answer.move, claim.number, *answer.args, claim=claim.number, value=answer.value, details=details
        )

    def vouches(self, view: ChainView, number: int) -> bool:
        """Tell whether a claim was made from the steps that it should have been: the right ones, or one's own."""
        claim = self.table.claim(number)
        truth = self._truth(view, claim.batch)
        steps = self.defence(claim, truth) if claim.proposer == self._me else truth.steps
        return claim.steps == steps.commitment

    # Bonds

    def _take_bonds(self, claims: list[Claim]) -> Iterator[Move]:
        """Settle what brings us a bond once its batch is final, then collect what is ours."""
        final = self.table.final_batch()
        for number in (claim.number for claim in claims if claim.batch <= final):
            claim = self.table.claim(number)
            if claim.stage in (Stage.OPEN, Stage.SHOWN) and self._me in self._heirs(self.table, claim):
                yield self._send("settle", number, claim=number)
        credit = self.table.credit(self._me)
        if credit:
            yield self._send("collect", self._me, details={"wei": credit})

    @staticmethod
    def _heirs(table: Table, claim: Claim) -> tuple[bytes, ...]:
        """Return who gets something when a claim about a final batch is settled."""
        right = table.claim(table.final_claim(claim.batch))
        if claim.header_hash == right.header_hash:
            return claim.proposer, claim.shower
        return right.proposer, claim.asker

    # Memory

    def _truth(self, view: ChainView, number: int) -> Truth:
        """Compute a batch once; the hash in the key keeps a reorganised batch from passing for the old one."""
        key = (view.batch(number).hash(), number)
        if key not in self._truths:
            self._truths[key] = Truth.of(view, number)
            for old in list(self._truths)[:-TRUTHS]:
                del self._truths[old]
        return self._truths[key]

    def _forget(self, claims: list[Claim]) -> None:
        """Stop reading what is decided, and finalised on L1, so that no reorganisation brings it back."""
        final = self.table.final_batch()
        decided = [claim for claim in claims if not claim.is_here or claim.is_over or claim.batch <= final]
        if not decided:
            return
        finalised = replace(self.table, block="finalized")
        try:
            for claim in decided:
                if self._is_done(finalised, finalised.claim(claim.number)):
                    self._claims.close(claim.number)
        except (DecodeError, OutsideError):
            return  # L1 has finalised nothing yet that holds these contracts

    def _is_done(self, finalised: Table, claim: Claim) -> bool:
        if not claim.is_made:
            return False  # finalised L1 does not know it yet
        if not claim.is_here or claim.is_over:
            return True
        return claim.batch <= finalised.final_batch() and self._me not in self._heirs(finalised, claim)

    # Moves

    @property
    def _me(self) -> bytes:
        return self.table.l1.address

    def _send(
        self, move: str, *args: Any, claim: int = 0, value: int = 0, details: dict[str, object] | None = None
    ) -> Move:
        """Make a move. One that L1 refuses is told, not raised: others may have moved first, and other claims wait."""
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
