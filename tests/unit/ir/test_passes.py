from dataclasses import replace

from hypothesis import given

from rollup.execution.interpreter import run
from rollup.ir.builder import Builder
from rollup.ir.check import check
from rollup.ir.graph import Check
from rollup.ir.passes import prune, shared_prefix
from rollup.ir.primitives import Primitive
from rollup.params import Output
from tests.programs.graphs import INPUTS, LAYOUT, Case, cases


@given(cases())
def test_pruned_code_does_what_it_did(case: Case) -> None:
    pruned = prune(case.builder.instructions, case.builder.constants)
    checks = tuple(Check(pruned.renamed[c.register], c.message, c.file, c.line) for c in case.graph.checks)
    shorter = replace(case.graph, instructions=pruned.instructions, constants=pruned.constants, checks=checks)
    check(shorter, LAYOUT)
    before, after = (
        run(graph, LAYOUT, case.inputs, lambda slot, _: case.records[slot]) for graph in (case.graph, shorter)
    )
    assert (before.indices, before.records_after, before.outputs) == (after.indices, after.records_after, after.outputs)
    assert [before.registers[old] for old in pruned.renamed] == list(after.registers)


@given(cases())
def test_pruning_twice_changes_nothing_more(case: Case) -> None:
    once = prune(case.builder.instructions, case.builder.constants)
    twice = prune(once.instructions, once.constants)
    assert (twice.instructions, twice.constants) == (once.instructions, once.constants)


def test_what_nobody_reads_is_removed_with_what_only_it_reads() -> None:
    builder = Builder(LAYOUT, INPUTS)
    kept = builder.emit(Primitive.NOT, builder.input(0))
    builder.hash(8, [builder.const(77), builder.input(3)])
    builder.output(Output.STATUS, kept)
    pruned = prune(builder.instructions, builder.constants)
    assert [i.op for i in pruned.instructions] == [Primitive.INPUT, Primitive.NOT, Primitive.OUTPUT]
    assert pruned.constants == ()


def test_same_operation_on_same_operands_is_one_register() -> None:
    builder = Builder(LAYOUT, INPUTS)
    a, b = builder.input(3), builder.input(4)
    assert builder.emit(Primitive.ADD, a, b) == builder.emit(Primitive.ADD, b, a)
    assert builder.emit(Primitive.LT, a, b) != builder.emit(Primitive.LT, b, a)
    assert builder.hash(8, [a, b]) == builder.hash(8, [a, b])
    assert builder.hash(8, [a, b]) != builder.hash(8, [b, a])
    assert builder.hash(8, [a]) != builder.hash(8, [a, a])
    assert builder.const(5) == builder.const(5)


def test_double_negation_is_the_condition_itself() -> None:
    builder = Builder(LAYOUT, INPUTS)
    flag = builder.input(0)
    assert builder.negate(builder.negate(flag)) == flag


@given(cases())
def test_prefix_ends_where_two_graphs_read_inputs_of_other_widths(case: Case) -> None:
    wider = replace(case.graph, inputs=(2, *INPUTS[1:]))
    assert shared_prefix([case.graph, case.graph]) == len(case.graph.instructions)
    assert shared_prefix([case.graph, wider]) == 0
