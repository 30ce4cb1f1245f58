"""Settlement by fraud proof when the proposer lies: he is asked for his steps, L1 executes the first wrong one, the truth becomes final."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from rollup.cli.demo.checks import hold, same
from rollup.cli.demo.costs import Meter, gas_by_cause, gas_of, spent
from rollup.cli.demo.figures import Fraud, Turn
from rollup.cli.demo.optimistic import wait_out_the_window
from rollup.cli.demo.screen import Screen, ether, gas
from rollup.cli.demo.transactions import ADA, BOB, CYD, DAN, EVE
from rollup.devnet import Devnet, Rival
from rollup.devnet.liar import Liar
from rollup.devnet.plugins import load
from rollup.ports.settlement import Move

STEP = 2
"""The lie is told at the third step of the batch, counted from 0."""
STOLEN = 10**9
"""Gwei that the lie makes out of nothing."""
WEI_PER_GWEI = 10**9


def dispute(screen: Screen, chain: Devnet, challenger: bytes) -> Fraud:
    """Post one more batch, have it claimed wrongly, and show what comes of that.

    Parameters
    ----------
    challenger
        The L1 address that must get half of the liar's bond, 20 bytes.
    """
    number = _one_more_batch(screen, chain)
    meter, had = Meter(chain.l1), chain.l1.balance(challenger)
    bond = int(chain.l1.call(chain.deployment.settlement, "CLAIM_BOND"))
    liar, wrong, lie = _lie(screen, chain, number, bond)
    screen.line(
        "the claim commits to what every step of the batch leads to: whoever doubts it asks, and the liar must show all of it"
    )
    turns = _play(screen, chain, liar)
    costs = meter.take()
    rejected = chain.challenger_backend.describe(wrong)["verdict"] == "rejected"
    hold(rejected, f"L1 rejected claim {wrong}")
    screen.held(f"L1 rejected claim {wrong}: that step, executed there, leads elsewhere", gas(gas_of(costs, "refute")))
    # What the challenger staked on its question came back, so what it gained beside its fees is of the liar's bond.
    gained = chain.l1.balance(challenger) - had + spent(costs, challenger)
    same("half of the liar's bond went to the challenger", bond // 2, gained)
    screen.held(
        f"the challenger has {ether(gained)} of the liar's {ether(bond)}, the rest is burnt; its own stake came back"
    )
    right = _settle_rightly(screen, chain, number)
    return Fraud(
        lie=lie,
        step=STEP,
        moves=turns,
        gas=gas_by_cause(costs)["dispute"],
        gas_one_step_proof=gas_of(costs, "refute"),
        claim_rejected=rejected,
        bond=bond,
        to_challenger=gained,
        right_claim_final=chain.l1.call(chain.rollup, "final_claim", number) == right,
    )


def _one_more_batch(screen: Screen, chain: Devnet) -> int:
    people = [chain.account(index) for index in (ADA, BOB, CYD, DAN, EVE)]
    with screen.working("posting one more batch"):
        for sender, receiver in pairwise(people):
            chain.send(sender, "transfer", receiver.id, 1, 60)
        block = chain.post()
    assert block is not None, "there was something to post"
    number = block.batch.number
    screen.line(f"batch {number} is posted: {len(people) - 1} transfers")
    return number


def _lie(screen: Screen, chain: Devnet, number: int, bond: int) -> tuple[Rival, int, str]:
    """Have a liar claim the batch; return it, its claim and what it says."""
    thief = chain.account(EVE).id
    forgery = load("tandem.adversaries", "credit")(thief, STOLEN)
    lie = load("tandem.adversaries", "lie_at")(chain.node, number, STEP, forgery)
    what = f"after step {STEP} of batch {number} Eve owns {ether(STOLEN * WEI_PER_GWEI)} that nobody gave her"
    liar = chain.rival(lambda _: Liar(lie, number, bond), {"defence": lie.defence})
    meter = Meter(chain.l1)
    with screen.working("claiming what is not so"):
        (wrong,) = liar.proposer.propose()
    cost = gas_of(meter.take(), "propose")
    screen.line(f"claim {wrong} is a lie: {what}; the liar stakes {ether(bond)}", gas(cost))
    return liar, wrong, what


def _play(screen: Screen, chain: Devnet, liar: Rival) -> tuple[Turn, ...]:
    """Let both sides move, as L1 lets them, until neither has a move left; show each move as it is made."""
    sides: Sequence[tuple[str, Callable[[], Sequence[Move]]]] = (
        ("challenger", chain.challenger.react),
        ("liar", liar.defender.react),
    )
    turns: list[Turn] = []
    while True:
        before = len(turns)
        for who, react in sides:
            with screen.working(f"the {who} looks for a move", heeds=False):
                moves = react()
            for move in moves:
                turns.append(_turn(who, move))
                _show(screen, turns[-1])
        if len(turns) == before:
            return tuple(turns)


def _turn(who: str, move: Move) -> Turn:
    position = move.details.get("position")
    assert position is None or isinstance(position, int), "positions are numbers"
    return Turn(who, move.what, position, move.gas)


def _show(screen: Screen, turn: Turn) -> None:
    where = "" if turn.position is None else f"step {turn.position}"
    screen.line(f"{turn.who:<10}  {turn.what:<9}  {where}", gas(turn.gas), mark=" ")


def _settle_rightly(screen: Screen, chain: Devnet, number: int) -> int:
    with screen.working("claiming what is so"):
        (right,) = chain.propose()
    wait_out_the_window(screen, chain)
    with screen.working("making the claim final"):
        same("the right claim became final", (right,), chain.finalise())
    same(
        "its header is the one that the full node computed",
        chain.node.header(number).hash(),
        _final_header(chain, right),
    )
    screen.held(f"claim {right}, with the right result, is final")
    return right


def _final_header(chain: Devnet, claim: int) -> bytes:
    header_hash: bytes = chain.l1.call(chain.rollup, "claim", claim)[0]
    return header_hash
