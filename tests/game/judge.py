"""The stepper of a chain, asked directly: what a dispute about any step of a batch would end with."""

from l1bridge import kzg
from l1bridge.compiler import contract
from provers.optimistic.truth import Truth
from rollup.batch.inbox import EMPTY_ROLLING, rolling_hash
from rollup.params import Reason, Status
from rollup.ports.l1 import Contract
from rollup.state.header import StepHeader
from tests.game.chain import Chain

Verdict = tuple[Status, Reason]


def judged(chain: Chain, number: int, position: int) -> Verdict:
    """Have L1 execute a step; it must lead where the engine says. Return what became of it."""
    truth = Truth.of(chain, number)
    before, evidence = truth.before(position), truth.evidence(position, kzg).to_abi()
    stepper = Contract("stepper", chain.l1.call(chain.game, "STEPPER"), contract("stepper").abi)
    words, status, reason = chain.l1.call(stepper, "step", context(chain, truth, before), before.words(), evidence)
    assert StepHeader.from_words(words).hash() == truth.steps.leaves[position], "L1 and the engine disagree"
    return Status(status), Reason(reason)


def context(chain: Chain, truth: Truth, before: StepHeader) -> tuple[object, ...]:
    """Return what the game would read of the rollup."""
    batch, index = truth.batch, before.inbox_index
    rolling = [rolling_hash(chain.inbox[:count], EMPTY_ROLLING) for count in (index, index + 1)]
    return (batch.domain, batch.inbox_to, batch.payee, *batch.moment, int(batch.kind), batch.data_hash, *rolling)
