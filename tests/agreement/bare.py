"""One graph, run alone by each machine on the same inputs and records, and what it did in a form that can be compared.

A graph reads and writes the same things in all of them: inputs and records in, records and outputs out. Registers are no part of it: an optimiser may
drop one. Graphs made for these tests put what they want to be seen into a record or an output.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from provers.validity.arithmetise.graphs import PROVED_OUTPUTS, merge
from provers.validity.arithmetise.rules import Scope
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from provers.validity.constraints.r1cs import ints_of
from rollup.crypto.limbs import ints_from_words, words_from_ints
from rollup.execution import interpreter
from rollup.execution.compiled import CompiledInterpreter
from rollup.execution.engine import Runner
from rollup.execution.native import Calls, NativeExecutor, NativeState
from rollup.execution.native_program import NativeProgram
from rollup.ir.graph import Graph
from rollup.ir.layout import Layout, TableLayout, accounts_table
from rollup.ir.primitives import Primitive
from rollup.params import FULL, MAX_ATTRIBUTES, Output
from tests.unit.validity.constraints.harness import Built, build, undetermined

LAYOUT = Layout(
    account_bits=5,
    tables=(
        accounts_table(5),
        TableLayout("cells", (5, 4), (("small", 8), ("full", 0), ("flag", 1), ("wide", 253), ("word", 64))),
        TableLayout("elements", (8,), tuple((f"e{k}", 0) for k in range(MAX_ATTRIBUTES))),
        TableLayout("integers", (8,), tuple((f"i{k}", 253) for k in range(MAX_ATTRIBUTES))),
        TableLayout("halves", (8,), tuple((f"h{k}", 128) for k in range(MAX_ATTRIBUTES))),
        TableLayout("dividends", (8,), tuple((f"d{k}", 248) for k in range(MAX_ATTRIBUTES))),
        TableLayout("flags", (3,), tuple((f"f{k}", 1) for k in range(MAX_ATTRIBUTES))),
    ),
    argument_bits=263,
    stride=9,
    actions=1,
    table_bits=3,
)
ACCOUNTS, CELLS, ELEMENTS, INTEGERS, HALVES, DIVIDENDS, FLAGS = range(len(LAYOUT.tables))
INPUTS = (1, 5, 8, 9, 64, 252, 253, FULL)
"""The widths of the inputs of every graph here."""
UNWRITTEN = (101, 102, 103, 104, 105, 106)
"""What an output is that a graph does not write."""
COMPILED = CompiledInterpreter()


@dataclass(frozen=True)
class Case:
    """A graph that the checker accepts, its inputs, and the records that it opens, by slot."""

    graph: Graph
    inputs: tuple[int, ...]
    records: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What a graph did: the tree index of each slot, the records after it, and the four outputs that headers hold."""

    indices: tuple[int, ...]
    records: tuple[tuple[int, ...], ...]
    words: tuple[int, ...]


@dataclass(frozen=True)
class Verdict:
    """An outcome with status and reason, which no proof shows."""

    outcome: Outcome
    verdict: tuple[int, ...]


def by_reference(case: Case, runner: Runner | None = None) -> Verdict:
    """Run a case by the reference interpreter, or by a twin of it."""
    run = (runner or interpreter.run)(case.graph, LAYOUT, case.inputs, lambda slot, _: case.records[slot])
    outputs = tuple(run.outputs.get(output, UNWRITTEN[output]) for output in Output)
    words, verdict = outputs[: len(PROVED_OUTPUTS)], outputs[len(PROVED_OUTPUTS) :]
    return Verdict(Outcome(run.indices, run.records_after, words), verdict)


def by_kernels(case: Case) -> Verdict:
    """Run a case by the compiled interpreter."""
    return by_reference(case, COMPILED)


def by_native(case: Case) -> dict[str, object]:
    """Run a case by the kernel that runs many calls, as the only one: the records that are not absent, by tree index, and the first outputs."""
    program = NativeProgram.of([case.graph], LAYOUT, chained=False)
    indices = by_reference(case).outcome.indices
    state = NativeState(LAYOUT, {i: record for i, record in zip(indices, case.records, strict=True) if any(record)})
    words = words_from_ints(UNWRITTEN[: len(PROVED_OUTPUTS)], 4)
    NativeExecutor(program).run(Calls.of(program, [(0, case.inputs)]), state, words)
    return {"records": dict(state.items()), "words": tuple(ints_from_words(words))}


def as_state(case: Case, outcome: Outcome) -> dict[str, object] | None:
    """Return an outcome as `by_native` does; None if the case has two records at one tree index, which no state has."""
    records = dict(zip(outcome.indices, case.records, strict=True))
    if [records[index] for index in outcome.indices] != list(case.records):
        return None
    # SPEC: machine.md §5, Records: slots in the order 1, 2, …, n, 0.
    for slot in (*range(1, len(outcome.indices)), *range(min(1, len(outcome.indices)))):
        records[outcome.indices[slot]] = outcome.records[slot]
    return {"records": {index: record for index, record in records.items() if any(record)}, "words": outcome.words}


def by_constraints(case: Case, *, determined: bool = True) -> Outcome:
    """Compute a case as a prover does, prove it, and make sure that nothing else could be proved.

    Parameters
    ----------
    determined
        Whether to look for wires that a prover could choose, which takes a second for each signature.
    """
    family = merge([case.graph], LAYOUT, len(INPUTS))
    (effects,) = family.effects
    loads = [value for record in case.records for value in record]

    def gadget(b: Builder, given: Sequence[Term]) -> list[Term]:
        inputs: dict[tuple[int, ...], Term] = {(0, k): term for k, term in enumerate(given[: len(INPUTS)])}
        scope = Scope(b, LAYOUT, family, inputs, _named_loads(case.graph, given[len(INPUTS) :]), {})
        scope.lower()
        places = [index for _, index in effects.slots]
        places += [effects.stores[key] for key in sorted(effects.stores)]
        places += [effects.outputs[key] for key in sorted(effects.outputs)]
        # Pinned to wires of their own, so that a result which reads a wire that is free is not determined either.
        return b.pin_all([scope.terms[place] for place in places])

    built = build(gadget, *case.inputs, *loads)
    assert built.holds, "what an honest prover computes is not satisfied"
    if determined:
        _require_determined(built)
    values = iter(built.outputs)
    indices = tuple(next(values) for _ in effects.slots)
    records = [list(record) for record in case.records]
    for slot, attribute in sorted(effects.stores):
        records[slot][attribute] = next(values)
    words = list(UNWRITTEN[: len(PROVED_OUTPUTS)])
    for output in sorted(effects.outputs):
        words[output] = next(values)
    return Outcome(indices, tuple(map(tuple, records)), tuple(words))


def _named_loads(graph: Graph, terms: Sequence[Term]) -> dict[tuple[int, int, int], Term]:
    given = iter(terms)
    return {
        (slot, table, attribute): next(given)
        for slot, table in enumerate(graph.slots)
        for attribute in range(len(LAYOUT.tables[table].attributes))
    }


def _require_determined(built: Built) -> None:
    shape = built.shape
    chosen = undetermined(built.system, ints_of(built.witness), range(1 + shape.public))
    assert chosen <= set(shape.free), "a prover can choose a wire"


def signatures_of(graph: Graph) -> int:
    """Return how many signatures a graph verifies, which makes it costly to prove."""
    return sum(instruction.op is Primitive.VERIFY_SIGNATURE for instruction in graph.instructions)
