"""One graph as a formula of z3, with inputs and records fixed: what it leaves possible is held against the reference."""

from rollup.audit.rules import Scope, translate
from rollup.audit.solver import Answer, Limits, Solver
from rollup.execution import interpreter
from rollup.ir.graph import Graph
from rollup.ir.layout import Layout

LIMITS = Limits(seconds=60, resources=20_000_000)


def agrees(graph: Graph, layout: Layout, inputs: tuple[int, ...], records: tuple[tuple[int, ...], ...]) -> bool:
    """Tell whether the formula allows what the reference does, and nothing else: registers, tree indices, records and outputs.

    Hashes and signatures are functions of which the formula knows nothing, so it is told what the reference computes; that they are applied to the same arguments is
    part of the question.
    """
    run = interpreter.run(graph, layout, inputs, lambda slot, _: records[slot])
    scope = translate(graph, layout)
    variables = [*scope.inputs, *(term for record in scope.before for term in record)]
    values = [*inputs, *(value for record in records for value in record)]
    fixed = [term == value for term, value in zip(variables, values, strict=True)]
    solver = Solver([*scope.facts, *fixed, *(fact for call in scope.calls for fact in told(scope, call.register, run))], LIMITS)
    pairs = [(scope.number(register), value) for register, value in enumerate(run.registers)]
    pairs += zip(scope.indices, run.indices, strict=True)
    for terms, record in zip(scope.after, run.records_after, strict=True):
        pairs += zip(terms, record, strict=True)
    if scope.outputs.keys() != run.outputs.keys():
        return False
    pairs += [(term, run.outputs[output]) for output, term in scope.outputs.items()]
    if solver.ask() is not Answer.SATISFIABLE:
        return False
    return solver.ask(scope.z3.Or(*(term != value for term, value in pairs))) is Answer.UNSATISFIABLE


def told(scope: Scope, register: int, run: interpreter.Run) -> list[object]:
    """Say what a function gives on the arguments that the reference applied it to."""
    (call,) = (call for call in scope.calls if call.register == register)
    arguments = queued(scope.graph, register, run)
    function, value = call.term.decl(), run.registers[register]
    return [function(*arguments) == (bool(value) if scope.z3.is_bool(call.term) else value)]
