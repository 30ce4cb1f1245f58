"""Which withdrawals a run added to the accumulator, read off its registers."""

from rollup.batch.receipt import Withdrawal
from rollup.crypto.poseidon2 import Domain
from rollup.errors import InternalError
from rollup.execution.interpreter import Run
from rollup.ir.graph import Graph
from rollup.ir.primitives import Primitive
from rollup.params import Output


def withdrawals_of(graph: Graph, run: Run, before: int) -> tuple[Withdrawal, ...]:
    """Return what leads from the accumulator `before` to the one that the run put out, oldest first.

    SPEC: §3, withdrawals' = hash_items(WITHDRAWAL, [withdrawals, recipient, amount]). Going back from the result, each value of the
    accumulator is the hash of exactly one such triple in the registers, since nobody finds two.
    """
    at = run.outputs.get(Output.WITHDRAWALS, before)
    found: list[Withdrawal] = []
    links = _links(graph, run) if at != before else {}
    while at != before:
        if at not in links:
            raise InternalError(f"withdrawals: {graph.name} put out an accumulator that it did not hash", got=hex(at))
        at, withdrawal = links[at]
        found.append(withdrawal)
    return tuple(reversed(found))


def _links(graph: Graph, run: Run) -> dict[int, tuple[int, Withdrawal]]:
    """Return, by its result, what every hash of a withdrawal was made from."""
    links: dict[int, tuple[int, Withdrawal]] = {}
    for register, instruction in enumerate(graph.instructions):
        if instruction.op is Primitive.HASH and instruction.imm == Domain.WITHDRAWAL:
            # INVARIANT: the one `arg` that three items need stands just before its `hash` (the checker's rule).
            previous, recipient, amount = (run.registers[at] for at in graph.instructions[register - 1].operands)
            links[run.registers[register]] = previous, Withdrawal(recipient, amount)
    return links
