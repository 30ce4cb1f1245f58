"""Settlement by validity proof: final as soon as the proofs are mined."""

import time

from rollup.cli.demo.checks import same
from rollup.cli.demo.costs import gas_by_cause, gas_of
from rollup.cli.demo.figures import ChainFigures
from rollup.cli.demo.measures import figures_of, seconds_between
from rollup.cli.demo.opening import Opened, pay_withdrawals
from rollup.cli.demo.screen import Screen, gas
from rollup.devnet import Devnet

LOOK = 0.1
"""Seconds between looks at a job."""


def settle(screen: Screen, opened: Opened) -> ChainFigures:
    """Prove the batch, claim it with the proofs, make it final, pay the withdrawal; return what it cost."""
    chain = opened.chain
    wait_for_proofs(screen, chain)
    submission = chain.backend.fetch(chain.backend.submit(chain.node, opened.batch.batch.number))
    chunks = submission.details["chunks"]
    screen.held(f"{chunks} chunks of the batch proved, each checked off chain", f"{submission.seconds:.1f} s")
    with screen.working("claiming, with the proofs"):
        claims = chain.propose()
    same("the batch has one claim", 1, len(claims))
    costs = opened.meter.take()
    screen.held(
        f"claim {claims[0]}: L1 checked all proofs, bound to the posted data, in one pairing",
        gas(gas_of(costs, "propose")),
    )
    with screen.working("making the claim final"):
        same("the claim became final at once", claims, chain.finalise())
    costs += opened.meter.take()
    same("L1 has the result as final", chain.node.derived(), chain.l1.call(chain.rollup, "final_batch"))
    seconds = seconds_between(chain, opened.batch.posted.number, costs)
    screen.held(f"claim {claims[0]} is final; nobody had to wait", gas(gas_of(costs, "finalise")))
    pay_withdrawals(screen, opened)
    costs += opened.meter.take()
    sums = gas_by_cause(costs)
    figures = figures_of(chain, opened, sums, seconds, claim=claims[0], seconds_to_prove=round(submission.seconds, 1))
    screen.line(of_keys(development=figures.development_keys))
    return figures


def of_keys(*, development: bool) -> str:
    """Say what the contract says of its keys."""
    if development:
        return "the contract says that its keys are for development: whoever made them, on this machine, could forge proofs"
    return "the contract says that its keys are not for development: a ceremony made them, and all its contributors together could forge proofs"


def wait_for_proofs(screen: Screen, chain: Devnet) -> None:
    """Start the proofs of all batches that are not final, and show how they come along."""
    with screen.working("proving"):
        while True:
            jobs = list(chain.prover.work(chain.claims.final_batch).values())
            failed = [job.error for job in jobs if job.state == "failed"]
            same("every proof can be made", [], failed)
            if all(job.state == "done" for job in jobs):
                return
            done, total = sum(job.done for job in jobs), sum(job.total for job in jobs)
            left = [job.seconds_left for job in jobs if job.seconds_left is not None]
            screen.progress("chunks proved", done, total, f"about {sum(left):.0f} s left" if left else "")
            time.sleep(LOOK)
