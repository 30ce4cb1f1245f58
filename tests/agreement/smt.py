"""One graph as terms of z3, with inputs and records put in: what they come to is held against the reference."""

from collections.abc import Iterable

from rollup.audit.rules import Scope, translate
from rollup.audit.solver import Term
from rollup.execution import interpreter
from rollup.ir.check import KEY_ITEMS
from rollup.ir.graph import Graph
from rollup.ir.layout import Layout
from rollup.ir.primitives import Primitive


def agrees(graph: Graph, layout: Layout, inputs: tuple[int, ...], records: tuple[tuple[int, ...], ...]) -> bool:
    """Tell whether the terms are what the reference computes, of registers, tree indices, records and outputs, and every fact is true.

    Hashes and signatures are functions of which the terms know nothing: they are asked what they are applied to, and are what the reference makes of it.
    """
    run = interpreter.run(graph, layout, inputs, lambda slot, _: records[slot])
    scope = translate(graph, layout)
    variables = [*scope.inputs, *(term for record in scope.before for term in record)]
    values = [*inputs, *(value for record in records for value in record)]
    known = Known(scope, [(term, scope.z3.IntVal(value)) for term, value in zip(variables, values, strict=True)])
    for call in scope.calls:
        expected = queued(graph, call.register, run)
        if len(call.arguments) != len(expected) or not known.are(zip(call.arguments, expected, strict=True)):
            return False
        value = run.registers[call.register]
        is_bool = scope.z3.is_bool(call.term)
        known.learn(call.term, scope.z3.BoolVal(bool(value)) if is_bool else scope.z3.IntVal(value))
    if scope.outputs.keys() != run.outputs.keys():
        return False
    pairs = [(scope.number(register), value) for register, value in enumerate(run.registers)]
    pairs += zip(scope.indices, run.indices, strict=True)
    for terms, record in zip(scope.after, run.records_after, strict=True):
        pairs += zip(terms, record, strict=True)
    pairs += [(term, run.outputs[output]) for output, term in scope.outputs.items()]
    return known.are([*pairs, *((scope.as_number(fact), 1) for fact in scope.facts)])


class Known:
    """What variables are, and what functions are of what they are applied to."""

    def __init__(self, scope: Scope, variables: list[tuple[Term, Term]]) -> None:
        self.scope, self.variables = scope, variables
        self.calls: list[tuple[Term, Term]] = []

    def learn(self, term: Term, value: Term) -> None:
        """Remember what a call comes to.

        INVARIANT: each call stands once, where it was made first, so before all that are applied to it: of one term that two registers hold, the second would be
        replaced inside others, which then were not found.
        """
        if not any(term.eq(other) for other, _ in self.calls):
            self.calls.append((term, value))

    def are(self, pairs: Iterable[tuple[Term, int]]) -> bool:
        """Tell whether terms come to these numbers."""
        z3 = self.scope.z3
        term = z3.And(*(term == value for term, value in pairs))
        # The innermost last: what a hash is applied to may hold another.
        for call in reversed(self.calls):
            term = z3.substitute(term, call)
        return bool(z3.is_true(z3.simplify(z3.substitute(term, *self.variables))))


def queued(graph: Graph, register: int, run: interpreter.Run) -> list[int]:
    """Return what the reference applied a hash or a signature to."""
    instruction, first = graph.instructions[register], register
    if instruction.op is Primitive.ISQRT:
        return [run.registers[instruction.a]]
    while first and graph.instructions[first - 1].op is Primitive.ARG:
        first -= 1
    items = [run.registers[at] for arg in graph.instructions[first:register] for at in arg.operands]
    if instruction.op is Primitive.HASH:
        return items[: instruction.a]
    return [*items[: KEY_ITEMS + instruction.imm], *(run.registers[at] for at in instruction.operands)]
