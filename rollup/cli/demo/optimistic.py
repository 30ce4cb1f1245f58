"""Settlement by fraud proof when nobody lies: a claim, a week, finality."""

from rollup.cli.demo.checks import hold, same
from rollup.cli.demo.costs import gas_by_cause, gas_of
from rollup.cli.demo.figures import ChainFigures
from rollup.cli.demo.measures import figures_of, seconds_between
from rollup.cli.demo.opening import Opened, pay_withdrawals
from rollup.cli.demo.screen import Screen, ether, gas
from rollup.devnet import Devnet

DAY = 86_400


def settle(screen: Screen, opened: Opened) -> ChainFigures:
    """Claim the batch, wait the window out, make it final, pay the withdrawal; return what it cost."""
    chain = opened.chain
    with screen.working("claiming"):
        claims = chain.propose()
    same("the batch has one claim", 1, len(claims))
    costs = opened.meter.take()
    bond = chain.l1.call(chain.deployment.settlement, "CLAIM_BOND")
    screen.held(
        f"claim {claims[0]}: the proposer says what the batch led to, and stakes {ether(bond)} on it",
        gas(gas_of(costs, "propose")),
    )
    with screen.working("looking for something to dispute"):
        moves = chain.react()
    same("an honest claim is not challenged", (), moves)
    wait_out_the_window(screen, chain)
    with screen.working("making the claim final"):
        same("the claim became final", claims, chain.finalise())
    costs += opened.meter.take()
    same("L1 has the result as final", chain.node.derived(), chain.l1.call(chain.rollup, "final_batch"))
    screen.held(f"claim {claims[0]} is final", gas(gas_of(costs, "finalise")))
    pay_withdrawals(screen, opened)
    with screen.working("taking the bond back"):
        chain.react()
    costs += opened.meter.take()
    seconds = seconds_between(chain, opened.batch.posted.number, costs)
    return figures_of(chain, opened, gas_by_cause(costs), seconds, claim=claims[0])


def wait_out_the_window(screen: Screen, chain: Devnet) -> None:
    """Check that nothing can become final before the dispute window is over, and let it pass."""
    same("nothing is final within the window", (), chain.finalise())
    window = int(chain.l1.call(chain.deployment.settlement, "WINDOW"))
    hold(window > 0, "there is a dispute window")
    chain.advance(seconds=window + 1)
    screen.line(f"nobody disputes it: {window / DAY:g} days pass on L1, skipped here")
