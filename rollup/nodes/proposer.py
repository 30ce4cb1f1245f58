"""The proposer: claims what batches came to, on the right claim about the batch before, and makes accepted claims final."""

from collections.abc import Sequence

from rollup.nodes.alarm import Alarm, OnAlarm
from rollup.nodes.claimant import Claimant
from rollup.nodes.claims import GENESIS_CLAIM, Claim, Claims
from rollup.nodes.settlements import Settlements
from rollup.ports.l1 import L1, Receipt
from rollup.ports.settlement import ChainView, Submission, batch_struct

ACCEPTED, REJECTED = 1, 2
"""SPEC: ISettlement.verdict."""


class Proposer:
    """Claims and finalises.

    Parameters
    ----------
    l1
        Signs for its account, and pays bonds.
    view
        The chain as derived and executed here.
    claims
        What others claimed.
    settlements
        Whose contracts judge claims.
    claimant
        What to claim.
    on_alarm
        Told of accepted claims that are wrong: the backend is broken, or this node is.
    """

    def __init__(
        self,
        l1: L1,
        view: ChainView,
        claims: Claims,
        settlements: Settlements,
        claimant: Claimant,
        *,
        on_alarm: OnAlarm | None = None,
    ) -> None:
        self._l1, self._view, self._claims, self._settlements, self._claimant = l1, view, claims, settlements, claimant
        self._on_alarm = on_alarm
        self._warned: set[Claim] = set()

    def propose(self) -> tuple[int, ...]:
        """Claim what nobody has rightly claimed yet, batch by batch, as far as payloads are ready; return the claims' numbers.

        Raises
        ------
        L1Reverted
            If the contract refuses a claim.
        OutsideError
            If a payload cannot be made.
        """
        self._claims.sync()
        made: list[int] = []
        for number in range(self._claims.final_batch + 1, self._view.derived() + 1):
            if self._standing(number) is not None:
                continue
            parent = self._standing(number - 1)
            submission = None if parent is None else self._claimant.submission(self._view, number)
            if parent is None or submission is None:
                break
            made.append(self._propose(number, parent, submission))
        return tuple(made)

    def finalise(self) -> tuple[int, ...]:
        """Make right claims final whose verdict allows it, in order; return their numbers."""
        self._claims.sync()
        done: list[int] = []
        while (claim := self._accepted()) is not None:
            header = self._claimant.header(self._view, claim.batch)
            self._l1.transact(self._view.rollup, "finalise", claim.id, header.words(), cause="finalise")
            self._claims.sync()
            done.append(claim.id)
        return tuple(done)

    def _propose(self, number: int, parent: int, submission: Submission) -> int:
        headers = [self._claimant.header(self._view, at).words() for at in (number - 1, number)]
        batch = batch_struct(self._view.batch(number))
        receipt = self._l1.transact(
            self._view.rollup,
            "propose",
            batch,
            parent,
            *headers,
            submission.payload,
            value=submission.value,
            cause="propose",
        )
        self._claims.sync()
        return self._claim_of(receipt)

    def _claim_of(self, receipt: Receipt) -> int:
        """Return the claim that a transaction made."""
        rollup = self._view.rollup
        events = [self._l1.decode(rollup, log) for log in receipt.logs if log.address == rollup.address]
        return int(next(values["claim_id"] for name, values in events if name == "Claimed"))

    # Which claims are right

    def _standing(self, number: int) -> int | None:
        """Return the claim about a batch that can be built on: right, on right claims only, and not rejected; None if there is none.

        INVARIANT: a claim on a wrong parent is never built on, whatever it says itself (SOUNDNESS 10); nor is one whose result alone is right.
        Whoever waited for such a claim could be made to wait again and again.
        """
        final = self._claims.final_claim(number)
        if final is not None:
            return final if self._is_right(final) else None
        found = (claim.id for claim in self._claims if claim.batch == number)
        return next((claim for claim in found if self._stands(claim)), None)

    def _stands(self, claim: int) -> bool:
        """Tell whether a claim is right in all that it could fall for, and so are those it stands on, up to the final one."""
        if not self._is_right(claim):
            return False
        if claim == GENESIS_CLAIM or self._claims[claim].batch <= self._claims.final_batch:
            return True
        found = self._claims[claim]
        vouches = self._settlements.of(found.batch).backend.vouches(self._view, claim)
        return vouches and self._verdict(claim) != REJECTED and self._stands(found.parent)

    def _is_right(self, claim: int) -> bool:
        if claim == GENESIS_CLAIM:
            return True
        found = self._claims[claim]
        known = found.batch <= self._view.derived()
        return known and found.header == self._claimant.header(self._view, found.batch) and self._is_right(found.parent)

    def _accepted(self) -> Claim | None:
        """Return the claim that can be made final next; None if there is none."""
        number = self._claims.final_batch + 1
        if number > self._view.derived():
            return None
        parent = self._claims.final_claim(number - 1)
        for claim in self._candidates(number, parent):
            if self._is_right(claim.id):
                return claim
            self._warn(claim)
        return None

    def _candidates(self, number: int, parent: int | None) -> Sequence[Claim]:
        claims = [claim for claim in self._claims if (claim.batch, claim.parent) == (number, parent)]
        return [claim for claim in claims if self._verdict(claim.id) == ACCEPTED]

    def _warn(self, claim: Claim) -> None:
        if claim in self._warned:
            return
        self._warned.add(claim)
        if self._on_alarm is not None:
            expected = self._claimant.header(self._view, claim.batch)
            what = f"claim {claim.id} is accepted and wrong"
            self._on_alarm(Alarm(f"proposer 0x{claim.proposer.hex()}", claim.batch, what, expected, claim.header))

    def _verdict(self, claim: int) -> int:
        """Ask the contract of the epoch that the claim's batch belongs to; the batch is derived."""
        settlement = self._settlements.of(self._claims[claim].batch).settlement
        verdict: int = self._l1.call(settlement, "verdict", claim)
        return verdict
