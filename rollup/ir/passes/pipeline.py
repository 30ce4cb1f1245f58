"""All passes in their order, and the checker after each."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from rollup.errors import InternalError, PeerError
from rollup.ir.check import check_rules
from rollup.ir.graph import Graph
from rollup.ir.layout import Layout
from rollup.ir.passes.dead_code import remove_dead_code
from rollup.ir.passes.folding import fold_constants
from rollup.ir.passes.ranges import merge_ranges
from rollup.ir.passes.reduction import reduce_strength
from rollup.ir.passes.rewriting import Rewritten
from rollup.ir.passes.sharing import share

Pass = Callable[[Graph, Layout], Rewritten]

PASSES: Final = MappingProxyType(
    {
        "folding": fold_constants,
        "ranges": merge_ranges,
        "reduction": reduce_strength,
        "sharing": share,
        "dead code": remove_dead_code,
    }
)
"""Every pass by its name, in the order in which they run."""
ROUNDS: Final = 4
"""How often all passes run at most; they end sooner once nothing changes."""


def optimise(graph: Graph, layout: Layout) -> Rewritten:
    """Run all passes until nothing changes.

    Raises
    ------
    InternalError
        If after a pass the checker refuses the code, or allows a register more than it did before.
    """
    so_far = Rewritten(graph, tuple(range(len(graph.instructions))))
    for _ in range(ROUNDS):
        before = so_far.graph
        for name, one in PASSES.items():
            step = one(so_far.graph, layout)
            _require_sound(name, so_far.graph, step, layout)
            so_far = so_far.then(step)
        if so_far.graph == before:
            break
    return so_far


def _require_sound(name: str, before: Graph, after: Rewritten, layout: Layout) -> None:
    if before == after.graph:
        return
    try:
        old, new = check_rules(before, layout), check_rules(after.graph, layout)
    except PeerError as error:
        raise InternalError(f"passes: after {name}, {before.name} is refused") from error
    for register, renamed in enumerate(after.renamed):
        if renamed is not None and new[renamed] > old[register]:
            raise InternalError(f"passes: after {name}, register {renamed} of {before.name} may be larger than it was")
