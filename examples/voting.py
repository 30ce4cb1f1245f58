"""Proposals and votes: one an account, counted as they come, until time is up. The chair may be a contract on L1."""

from rollup import U32, U64, AccountId, Bool, Field, Parameter, Program, Record, Table, action, invariant, require, when


class Proposal(Record):
    """What is voted on, by the hash of its text, and until when, in seconds."""

    text: Field
    until: U64
    yes: U32
    no: U32
    is_accepted: Bool


class Ballot(Record):
    """That an account has voted; how, the counts do not say."""

    is_cast: Bool


class Voting(Program):
    """Proposals by number, which the chair opens."""

    CHAIR = Parameter(AccountId, default=1)

    proposals = Table(Proposal, key=U32)
    ballots = Table(Ballot, key=(U32, AccountId), append_only=True)

    @invariant(proposals)
    def counts_never_fall(self, old, new):
        """No vote is taken back."""
        return (new.yes >= old.yes) & (new.no >= old.no)

    @action(only="CHAIR", from_l1=True)
    def propose(self, tx, number: U32, text: Field, lasts: U32):
        """Open a vote for so many seconds."""
        proposal = self.proposals[number]
        require(proposal.text == 0, "this number is taken")
        require(text != 0, "the hash of a text is not 0")
        proposal.text, proposal.until = text, tx.timestamp + lasts

    @action
    def vote(self, tx, number: U32, approve: Bool):
        """Vote, once."""
        proposal = self.proposals[number]
        require(tx.timestamp < proposal.until, "this vote is not open")
        self.ballots[number, tx.sender].is_cast = True
        with when(approve):
            proposal.yes += 1
        with when(~approve):
            proposal.no += 1

    @action
    def close(self, tx, number: U32):
        """Say what came of a vote whose time is up; more than half of the votes accept."""
        proposal = self.proposals[number]
        require(proposal.text != 0, "there is no such vote")
        require(tx.timestamp >= proposal.until, "this vote is still open")
        proposal.is_accepted = proposal.yes > proposal.no


# The language needs the types of arguments only, so nothing else is annotated here.
# ruff: noqa: ANN001, ANN201 -- an action takes its transaction whether it reads it or not
# Assignment converts when an action is traced.
# mypy: allow-untyped-defs, allow-incomplete-defs, disable-error-code="assignment, no-untyped-call"
