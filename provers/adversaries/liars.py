"""Liars of the dispute game: claims with one wrong step, in every other respect as good as the right one.

A lie is told at one step: after it the state holds a record that no step wrote, or the header a word; all steps after that follow
from it by the rules. So nobody can tell a lie from the truth but who executes that step. The liar can play to the end: he knows
all his steps, and shows them when he is asked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from provers.optimistic.backend import payload_of
from provers.optimistic.table import Claim
from provers.optimistic.truth import Truth, runner
from rollup.execution.engine import step
from rollup.ir.image import Image
from rollup.params import MAX_STEPS, TABLE_ACCOUNTS, AccountAttribute
from rollup.ports.settlement import ChainView, Submission
from rollup.state.header import Header, StepHeader
from rollup.state.steps import Steps
from rollup.state.tree import Tree

Forgery = Callable[[Image, StepHeader, Tree], StepHeader]
"""Changes a header and, in place, its state: from the right ones after a step to those that are claimed."""

STOLEN = 10**9
"""Gwei that a liar gives himself unless told otherwise: one ether."""


def credit(account: int, gwei: int = STOLEN) -> Forgery:
    """Return the forgery that adds to the native balance of an account; one that does not exist comes into being."""

    def forge(image: Image, header: StepHeader, state: Tree) -> StepHeader:
        index = image.layout.tree_index(TABLE_ACCOUNTS, account)
        record = list(state.get(index) or (0,) * len(AccountAttribute))
        record[AccountAttribute.BALANCE] = (record[AccountAttribute.BALANCE] + gwei) % (1 << 64)
        state.update(index, record)
        return replace(header, state_root=state.root)

    return forge


def words(**changes: int) -> Forgery:
    """Return the forgery that overwrites words of the step header, e.g. `withdrawals=1`."""

    def forge(_image: Image, header: StepHeader, _state: Tree) -> StepHeader:
        return replace(header, **changes)

    return forge


@dataclass(frozen=True)
class Lie:
    """A wrong claim, ready to be proposed and defended.

    Attributes
    ----------
    header
        What it says follows from the batch.
    steps
        What it says the steps are.
    payload
        For `rollup.propose`, with the claim bond.
    step
        The first that is wrong.
    """

    header: Header
    steps: Steps
    payload: bytes
    step: int

    def defence(self, claim: Claim, truth: Truth) -> Steps:
        """Defend this claim by its own steps, and any other by the right ones: an `optimistic.rules.Defence`."""
        return self.steps if claim.steps == self.steps.commitment else truth.steps


def lie_at(view: ChainView, number: int, step: int, forgery: Forgery | None = None) -> Lie:
    """Return the claim for batch `number` that is right up to step `step`, and wrong there.

    Parameters
    ----------
    view
        The chain as it is.
    step
        From 0. Past the last step of the batch it is a lie about what follows the end.
    forgery
        What is wrong; by default the batch's payee, or account 1, gains `STOLEN` gwei.
    """
    assert 0 <= step < MAX_STEPS, f"no batch has a step {step}"
    truth = Truth.of(view, number)
    forge = forgery or credit(truth.batch.payee or 1)
    headers = lying_steps(truth, step, forge)
    return lie_of(truth.parent.after(headers[-1]), Steps.of(headers), headers[-1], step)


def lie_of(header: Header, steps: Steps, terminal: StepHeader, step: int) -> Lie:
    """Return a lie made by hand."""
    return Lie(header, steps, payload_of(terminal, steps), step)


def lying_steps(truth: Truth, at: int, forge: Forgery) -> tuple[StepHeader, ...]:
    """Return the step headers that a liar claims: right before step `at`, forged there, consistent after it, terminal at the end."""
    state, header = truth.state.fork(), StepHeader.start(truth.parent)
    headers: list[StepHeader] = []
    while len(headers) <= at or not header.is_terminal:
        header = step(truth.image, header, truth.batch, state, runner()).header
        if len(headers) == at:
            header = forge(truth.image, header, state)
        headers.append(header)
    return tuple(headers)


@dataclass(frozen=True)
class LyingClaimant:
    """A proposer's mind: lies about some batches, tells the truth of others without claiming it; a `nodes.claimant.Claimant`.

    Attributes
    ----------
    lies
        By the number of the batch.
    bond
        What L1 wants staked on a claim, in wei.
    """

    lies: Mapping[int, Lie]
    bond: int

    def header(self, view: ChainView, number: int) -> Header:
        """Return the header to claim, or to hold a claim right by."""
        return self.lies[number].header if number in self.lies else view.header(number)

    def submission(self, view: ChainView, number: int) -> Submission | None:  # noqa: ARG002 - as the protocol has it
        """Return what goes with a lie; None where there is none to tell."""
        return Submission(self.lies[number].payload, self.bond) if number in self.lies else None

    def defence(self, claim: Claim, truth: Truth) -> Steps:
        """Defend every lie by its own steps: an `optimistic.rules.Defence`."""
        told = {lie.steps.commitment: lie.steps for lie in self.lies.values()}
        return told.get(claim.steps, truth.steps)
