"""The rules of the dispute game as a model: what the contract does, without L1 (contracts/settlement/dispute_game.vy).

Tests drive both in lock-step. Whether a step is right, the model is told: on L1 the stepper says so.
"""

from dataclasses import dataclass, field

from provers.optimistic.table import Stage
from provers.optimistic.terms import Terms
from rollup.errors import PeerError
from rollup.state.header import Header

NOBODY = bytes(20)


class GameRefusedError(PeerError):
    """A move that is against the rules; it says what the contract says."""


@dataclass
class ClaimModel:
    """A claim; as `table.Claim`, and the header that it claims."""

    proposer: bytes
    batch: int
    header: Header
    made: int
    stage: Stage = Stage.OPEN
    moved: int = 0
    asker: bytes = NOBODY
    shower: bytes = NOBODY


@dataclass
class Game:
    """All claims of a contract, and the money.

    Attributes
    ----------
    terms
        Bonds and times.
    claims
        By number.
    final
        The claim that is final, by batch: the rollup's to say.
    credit
        Wei that can be collected, by address.
    burnt
        Wei that nobody gets.
    """

    terms: Terms
    claims: dict[int, ClaimModel] = field(default_factory=dict)
    final: dict[int, int] = field(default_factory=dict)
    credit: dict[bytes, int] = field(default_factory=dict)
    burnt: int = 0

    # Moves; each raises `GameRefusedError` where the contract reverts

    def open(self, number: int, claim: ClaimModel) -> None:
        """Take a claim with its bond."""
        claim.moved = claim.made
        self.claims[number] = claim

    def ask(self, number: int, who: bytes, now: int) -> None:
        """Doubt a claim."""
        claim = self.claims[number]
        _require(claim.stage is Stage.OPEN, "not open to questions")
        _require(self.verdict(number, now) == "pending", "window is over")
        claim.asker = who
        self._move(claim, Stage.ASKED, now)

    def show(self, number: int, who: bytes, now: int) -> None:
        """Show its steps."""
        claim = self.claims[number]
        _require(claim.stage is Stage.ASKED, "nobody asked")
        _require(now <= claim.moved + self.terms.clock, "time is up")
        claim.shower = who
        self._move(claim, Stage.SHOWN, now)

    def refute(self, number: int, who: bytes, now: int, *, wrong: bool) -> None:
        """Have a step executed."""
        claim = self.claims[number]
        _require(claim.stage is Stage.SHOWN, "steps are not shown")
        _require(self.verdict(number, now) == "pending", "window is over")
        _require(wrong, "the step is right")
        self._fall(claim, who, now)

    def expire(self, number: int, now: int) -> None:
        """Call time on a question."""
        claim = self.claims[number]
        _require(claim.stage is Stage.ASKED, "nobody asked")
        _require(now > claim.moved + self.terms.clock, "time is not up")
        self._fall(claim, claim.asker, now)

    def finalise(self, number: int) -> None:
        """Note what the rollup made final."""
        self.final[self.claims[number].batch] = number

    def settle(self, number: int, now: int) -> None:
        """Give bonds back, or away."""
        claim = self.claims[number]
        _require(claim.stage in (Stage.OPEN, Stage.SHOWN), "no bond to settle")
        _require(claim.batch in self.final, "batch is not final")
        winner = self.claims[self.final[claim.batch]]
        if claim.header != winner.header:
            self._fall(claim, winner.proposer, now)
            return
        self._pay(claim.proposer, self.terms.claim_bond)
        if claim.stage is Stage.SHOWN:
            reward = self.terms.question_bond // 2
            self._pay(claim.shower, reward)
            self.burnt += self.terms.question_bond - reward
        self._move(claim, Stage.PAID, now)

    def collect(self, who: bytes) -> None:
        """Pay somebody out."""
        _require(self.credit.get(who, 0) > 0, "no credit")
        del self.credit[who]

    # What follows

    def verdict(self, number: int, now: int) -> str:
        """Return what is known of a claim at a time."""
        claim = self.claims[number]
        if claim.stage is Stage.FALLEN:
            return "rejected"
        is_over = now > claim.made + self.terms.window
        stands = {
            Stage.PAID: True,
            Stage.OPEN: is_over,
            Stage.SHOWN: is_over and now > claim.moved + self.terms.clock,
        }
        return "accepted" if stands.get(claim.stage) else "pending"

    def staked(self) -> int:
        """Return the wei in bonds that are still at stake."""
        live = [claim for claim in self.claims.values() if claim.stage in (Stage.OPEN, Stage.ASKED, Stage.SHOWN)]
        asked = sum(claim.stage is not Stage.OPEN for claim in live)
        return len(live) * self.terms.claim_bond + asked * self.terms.question_bond

    def _fall(self, claim: ClaimModel, by: bytes, now: int) -> None:
        """Half of the bond is for asker and refuter, or whoever was right; half is burnt."""
        share = self.terms.share
        if claim.asker != NOBODY:
            self._pay(claim.asker, self.terms.question_bond + share)
            self._pay(by, share)
            self.burnt += self.terms.claim_bond - 2 * share
        else:
            self._pay(by, self.terms.claim_bond // 2)
            self.burnt += self.terms.claim_bond - self.terms.claim_bond // 2
        self._move(claim, Stage.FALLEN, now)

    def _pay(self, who: bytes, wei: int) -> None:
        if wei:
            self.credit[who] = self.credit.get(who, 0) + wei

    @staticmethod
    def _move(claim: ClaimModel, stage: Stage, now: int) -> None:
        claim.stage, claim.moved = stage, now


def _require(holds: bool, what: str) -> None:  # noqa: FBT001 - a condition
    if not holds:
        raise GameRefusedError(what)
