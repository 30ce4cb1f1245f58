"""Dead code: what nobody reads is not computed."""

from rollup.ir.graph import Graph, Instruction
from rollup.ir.layout import Layout
from rollup.ir.passes.rewriting import TAKES_QUEUE, Rewritten, name_anew, of_parts
from rollup.ir.primitives import EFFECTS, Primitive


def remove_dead_code(graph: Graph, layout: Layout) -> Rewritten:
    """Remove the instructions that neither an effect nor a check depends on; the order of the others stays.

    The pool is in the order of first use, so what two graphs begin with also shares its constants.
    """
    del layout
    alive = _alive(graph)
    renamed: list[int | None] = []
    pool: dict[int, int] = {}
    kept: list[Instruction] = []
    for instruction, lives in zip(graph.instructions, alive, strict=True):
        renamed.append(len(kept) if lives else None)
        if not lives:
            continue
        if instruction.op is Primitive.CONST:
            kept.append(Instruction(Primitive.CONST, a=pool.setdefault(graph.constants[instruction.a], len(pool))))
        else:
            # INVARIANT: an `arg` that is not full has zeros at its end; they mark register 0 as read, and so it keeps its number.
            kept.append(name_anew(instruction, renamed))
    return Rewritten(of_parts(graph, kept, tuple(pool), renamed), tuple(renamed))


def _alive(graph: Graph) -> list[bool]:
    alive = [instruction.op in EFFECTS for instruction in graph.instructions]
    for check in graph.checks:
        alive[check.register] = True
    queue_alive = False
    for i in range(len(alive) - 1, -1, -1):
        instruction = graph.instructions[i]
        # INVARIANT: `arg`s stand just before the instruction that takes them, so they live exactly if it does.
        if instruction.op is Primitive.ARG:
            alive[i] = queue_alive
        elif instruction.op in TAKES_QUEUE:
            queue_alive = alive[i]
        if alive[i]:
            for register in instruction.registers:
                alive[register] = True
    return alive
