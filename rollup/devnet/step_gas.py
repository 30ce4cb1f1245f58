"""What L1 spends to execute one transaction of an action, the last move of a dispute about it; measured in a dispute."""

from rollup.devnet.devnet import Devnet
from rollup.devnet.liar import Liar
from rollup.devnet.plugins import load
from rollup.errors import InternalError
from rollup.ir.graph import Graph
from rollup.ports.settlement import Move, Progress, silent
from rollup.program import Program

LAST_MOVE = "refute"


def step_gas(program: type[Program], progress: Progress = silent) -> dict[str, int]:
    """Return, by the name of an action, the gas used by the one-step proof of a transaction that calls it with zeros.

    For each action a chain of its own is started, the transaction posted in a blob, a lie told about its step, and the dispute played to its end. Code has no branches, so a
    transaction that fails costs what one that is applied does, but for the bytes that differ.

    Parameters
    ----------
    program
        Every action of it is measured.
    progress
        Told of each action.

    Raises
    ------
    InternalError
        If L1 did not reject the lie.
    """
    actions = program.image().actions
    found: dict[str, int] = {}
    for place, graph in enumerate(actions, start=1):
        progress(f"disputing a transaction of {graph.name}", place, len(actions))
        found[graph.name] = _measure(program, graph)
    return found


def _measure(program: type[Program], graph: Graph) -> int:
    with Devnet(program, "optimistic", accounts=1) as chain:
        receipt = chain.send(chain.account(0), graph.name, *[0] * len(graph.arguments))
        block = chain.post()
        assert block is not None, "a transaction was there to post"
        number = block.batch.number
        lie = load("tandem.adversaries", "lie_at")(chain.node, number, receipt.position)
        bond = int(chain.l1.call(chain.deployment.settlement, "CLAIM_BOND"))
        liar = chain.rival(lambda _: Liar(lie, number, bond), {"defence": lie.defence})
        (claim,) = liar.proposer.propose()
        moves: list[Move] = []
        while fresh := [*chain.challenger.react(), *liar.defender.react()]:
            moves += fresh
        if chain.challenger_backend.describe(claim)["verdict"] != "rejected":
            raise InternalError(f"step gas: a lie about {graph.name} was not rejected on L1")
        return sum(move.gas for move in moves if move.what == LAST_MOVE)
