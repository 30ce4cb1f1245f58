"""Passes keep every register's value, for every graph; and each of their rules does what it is for."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given

from rollup.errors import InternalError
from rollup.execution.interpreter import Run, run
from rollup.ir.builder import Builder
from rollup.ir.check import check, check_rules
from rollup.ir.graph import Check, Graph
from rollup.ir.passes import pipeline
from rollup.ir.passes.pipeline import PASSES, Pass, optimise
from rollup.ir.passes.rewriting import Rewritten
from rollup.ir.prefix import shared_prefix
from rollup.ir.primitives import PRIMITIVES, Primitive
from rollup.params import Output
from tests.programs.graphs import INPUTS, LAYOUT, Case, cases

P = Primitive
FLAG, NIBBLE, BYTE, WORD, WIDE, FULL_ELEMENT = 0, 1, 3, 4, 5, 7
"""Inputs by what they hold: 1, 4, 8, 64 and 128 bits, and a full element."""


def run_case(case: Case, graph: Graph) -> Run:
    return run(graph, LAYOUT, case.inputs, lambda slot, _: case.records[slot])


@pytest.mark.parametrize("one", [*PASSES.values(), optimise], ids=[*PASSES, "all"])
@given(case=cases())
def test_each_register_that_is_left_holds_what_it_did_and_is_allowed_no_more(one: Pass, case: Case) -> None:
    after = one(case.graph, LAYOUT)
    old, new = run_case(case, case.graph), run_case(case, after.graph)
    assert (old.indices, old.records_after, old.outputs) == (new.indices, new.records_after, new.outputs)
    assert (old.failed_check is None) == (new.failed_check is None)
    bounds, tighter = check(case.graph, LAYOUT), check_rules(after.graph, LAYOUT)
    for register, renamed in enumerate(after.renamed):
        if renamed is not None:
            assert old.registers[register] == new.registers[renamed]
            assert bounds[register] >= tighter[renamed]


@given(cases())
def test_optimising_twice_changes_nothing_more(case: Case) -> None:
    once = optimise(case.graph, LAYOUT).graph
    assert optimise(once, LAYOUT).graph == once


@given(cases())
def test_code_never_grows(case: Case) -> None:
    assert len(optimise(case.graph, LAYOUT).graph.instructions) <= len(case.graph.instructions)


Write = Callable[[Builder], int]


def of(op: Primitive, *operands: Write | int, imm: int = 0) -> Write:
    """Return what writes a primitive of other expressions; a plain number is an input."""

    def write(b: Builder) -> int:
        return b.emit(op, *(b.input(x) if isinstance(x, int) else x(b) for x in operands), imm=imm)

    return write


def const(value: int) -> Write:
    return lambda b: b.const(value)


def graph_of(expression: Write, checks: Sequence[Write] = ()) -> Graph:
    builder = Builder(LAYOUT, INPUTS)
    found = [Check(check(builder), "false", "", 0) for check in checks]
    builder.output(Output.FEES, expression(builder))
    parts = (tuple(builder.constants), tuple(builder.instructions), (), tuple(found))
    return Graph("example", 1, (8,), ("x",), INPUTS, *parts)


def text_of(graph: Graph) -> str:
    """Return what the output is, as an expression over inputs and numbers."""

    def show(register: int) -> str:
        instruction = graph.instructions[register]
        if instruction.op is P.CONST:
            return str(graph.constants[instruction.a])
        if instruction.op is P.INPUT:
            return f"i{instruction.a}"
        imm = [f"#{instruction.imm}"] if PRIMITIVES[instruction.op].uses_imm else []
        return f"{instruction.op.name.lower()}({' '.join([*imm, *map(show, instruction.registers)])})"

    return show(graph.instructions[-1].a)


RULES: dict[str, list[tuple[Write, str]]] = {
    "folding": [
        (of(P.ADD, const(3), const(4)), "7"),
        (of(P.SELECT, of(P.LT, const(3), const(4)), const(8), const(9)), "8"),
        (of(P.DIV, const(9), const(0)), "0"),
        (of(P.NARROW, const(300), imm=8), "0"),
        # A difference is a full element, and the number that it is would be an integer.
        (of(P.SUB, const(9), const(4)), "sub(9 4)"),
        (of(P.ADD, const(3), BYTE), "add(3 i3)"),
    ],
    "ranges": [
        (of(P.RANGE, BYTE, imm=8), "1"),
        (of(P.RANGE, BYTE, imm=7), "range(#7 i3)"),
        (of(P.NARROW, BYTE, imm=8), "i3"),
        (of(P.NARROW, of(P.NARROW, WORD, imm=9), imm=8), "narrow(#8 i4)"),
        (of(P.RANGE, of(P.NARROW, WORD, imm=8), imm=8), "1"),
        (of(P.AND, of(P.RANGE, WORD, imm=9), of(P.RANGE, WORD, imm=8)), "range(#8 i4)"),
        (of(P.AND, of(P.RANGE, WORD, imm=8), of(P.RANGE, WIDE, imm=9)), "and(range(#8 i4) range(#9 i5))"),
        (of(P.LT, BYTE, const(256)), "1"),
        (of(P.LT, BYTE, const(255)), "lt(i3 255)"),
        (of(P.LT, const(255), BYTE), "0"),
        (of(P.LT, const(254), BYTE), "lt(254 i3)"),
        (of(P.EQ, BYTE, const(256)), "0"),
        (of(P.EQ, BYTE, const(255)), "eq(i3 255)"),
        (of(P.MINUS, BYTE, const(255)), "0"),
        (of(P.MINUS, BYTE, const(254)), "minus(i3 254)"),
        (of(P.DIV, BYTE, const(256)), "0"),
        (of(P.DIV, BYTE, const(255)), "div(i3 255)"),
        (of(P.MOD, BYTE, const(256)), "i3"),
        (of(P.MOD, BYTE, const(255)), "mod(i3 255)"),
        (of(P.MOD, BYTE, const(0)), "mod(i3 0)"),
        (of(P.SHR, BYTE, imm=8), "0"),
        (of(P.SHR, BYTE, imm=7), "shr(#7 i3)"),
    ],
    "reduction": [
        (of(P.ADD, const(0), BYTE), "i3"),
        (of(P.SUB, FULL_ELEMENT, const(0)), "i7"),
        (of(P.SUB, BYTE, const(0)), "sub(i3 0)"),
        (of(P.MINUS, BYTE, const(0)), "i3"),
        (of(P.MINUS, BYTE, BYTE), "0"),
        (of(P.MUL, BYTE, const(1)), "i3"),
        (of(P.MUL, BYTE, const(0)), "0"),
        (of(P.MUL, FULL_ELEMENT, const(0)), "mul(i7 0)"),
        (of(P.LT, BYTE, BYTE), "0"),
        (of(P.EQ, FULL_ELEMENT, FULL_ELEMENT), "1"),
        (of(P.EQ, FLAG, const(1)), "i0"),
        (of(P.EQ, const(0), FLAG), "not(i0)"),
        (of(P.EQ, BYTE, const(1)), "eq(i3 1)"),
        (of(P.AND, FLAG, FLAG), "i0"),
        (of(P.AND, FLAG, const(1)), "i0"),
        (of(P.AND, FLAG, const(0)), "0"),
        (of(P.AND, FLAG, of(P.NOT, FLAG)), "0"),
        (of(P.OR, FLAG, FLAG), "i0"),
        (of(P.OR, FLAG, const(0)), "i0"),
        (of(P.OR, FLAG, const(1)), "1"),
        (of(P.OR, of(P.NOT, FLAG), FLAG), "1"),
        (of(P.NOT, of(P.NOT, FLAG)), "i0"),
        (of(P.SELECT, FLAG, BYTE, BYTE), "i3"),
        (of(P.SELECT, const(0), BYTE, WORD), "i4"),
        (of(P.SELECT, const(1), BYTE, WORD), "i3"),
        (of(P.SELECT, FLAG, const(1), const(0)), "i0"),
        (of(P.SELECT, FLAG, const(0), const(1)), "not(i0)"),
        (of(P.SELECT, of(P.NOT, FLAG), BYTE, WORD), "select(i0 i4 i3)"),
        (of(P.DIV, WORD, const(8)), "shr(#3 i4)"),
        (of(P.DIV, WORD, const(1)), "i4"),
        (of(P.DIV, WORD, const(6)), "div(i4 6)"),
        (of(P.DIV, WORD, const(0)), "div(i4 0)"),
        (of(P.MOD, WORD, const(1)), "0"),
        (of(P.BIT_AND, WORD, const(15)), "mod(i4 16)"),
        (of(P.BIT_AND, WORD, const(14)), "bit_and(i4 14)"),
        (of(P.BIT_AND, WORD, const(0)), "0"),
        (of(P.BIT_AND, WORD, WORD), "i4"),
        (of(P.BIT_AND, 6, const(15)), "bit_and(i6 15)"),
        (of(P.BIT_AND, WIDE, const(2**128 - 1)), "bit_and(i5 340282366920938463463374607431768211455)"),
        (of(P.BIT_OR, WORD, const(0)), "i4"),
        (of(P.BIT_OR, WORD, WORD), "i4"),
        (of(P.BIT_XOR, WORD, const(0)), "i4"),
        (of(P.BIT_XOR, WORD, WORD), "0"),
        (of(P.SHR, WORD, imm=0), "i4"),
        (of(P.SHR, of(P.SHR, WORD, imm=3), imm=4), "shr(#7 i4)"),
        (of(P.SHR, of(P.SHR, WORD, imm=250), imm=4), "shr(#4 shr(#250 i4))"),
    ],
}


@pytest.mark.parametrize(
    ("name", "expression", "expected"),
    [pytest.param(name, *row, id=f"{name}-{i}") for name, rows in RULES.items() for i, row in enumerate(rows)],
)
def test_rule_gives_what_it_is_for_and_stops_at_its_edge(name: str, expression: Write, expected: str) -> None:
    after = PASSES[name](graph_of(expression), LAYOUT)
    assert text_of(after.graph) == expected
    check(after.graph, LAYOUT)


def test_the_same_expressions_share_a_register_whatever_the_order_of_commutative_operands() -> None:
    def twice(b: Builder) -> int:
        items = [b.input(WORD), b.input(BYTE)]
        apart = [b.emit(P.ADD, *items), b.emit(P.ADD, *items)]
        return b.emit(P.MUL, *(b.emit(P.RANGE, x, imm=64) for x in apart))

    graph = graph_of(twice)
    again = [*graph.instructions]
    # The builder shares too, so write the sum once more by hand, its operands the other way round.
    place = next(i for i, instruction in enumerate(again) if instruction.op is P.MUL)
    total = next(i for i, instruction in enumerate(again) if instruction.op is P.ADD)
    doubled = [*again[:place], replace(again[total], a=again[total].b, b=again[total].a)]
    doubled += [replace(again[place], a=place, b=total), replace(again[-1], a=place + 1)]
    after = PASSES["sharing"](replace(graph, instructions=tuple(doubled)), LAYOUT).graph
    assert text_of(after) == "mul(add(i4 i3) add(i4 i3))"
    assert [i.op for i in after.instructions].count(P.ADD) == 1


def test_hashes_are_shared_only_with_the_items_they_take() -> None:
    def hashes(b: Builder) -> int:
        one, other = (b.hash(8, [b.input(BYTE), b.input(x)]) for x in (WORD, WIDE))
        return b.emit(P.EQ, one, other)

    graph = graph_of(hashes)
    assert [i.op for i in PASSES["sharing"](graph, LAYOUT).graph.instructions].count(P.HASH) == 2
    # Where the second takes what the first takes, it is the first.
    second = [i for i, instruction in enumerate(graph.instructions) if instruction.op is P.ARG][1]
    same = list(graph.instructions)
    same[second] = same[second - 3] if same[second - 3].op is P.ARG else next(i for i in same if i.op is P.ARG)
    shared = PASSES["sharing"](replace(graph, instructions=tuple(same)), LAYOUT).graph
    ops = [i.op for i in shared.instructions]
    assert (ops.count(P.HASH), ops.count(P.ARG)) == (1, 1)


def test_what_nobody_reads_is_removed_with_what_only_it_reads_and_what_a_check_reads_is_kept() -> None:
    def expression(b: Builder) -> int:
        b.hash(8, [b.const(77), b.input(BYTE)])
        return b.emit(P.NOT, b.input(FLAG))

    after = PASSES["dead code"](graph_of(expression, [of(P.LT, NIBBLE, BYTE)]), LAYOUT).graph
    assert [i.op for i in after.instructions] == [P.INPUT, P.INPUT, P.LT, P.INPUT, P.NOT, P.OUTPUT]
    assert after.constants == ()
    assert after.checks[0].register == 2


def test_check_that_cannot_fail_is_kept_and_says_so() -> None:
    after = optimise(graph_of(const(5), [of(P.LT, BYTE, const(256))]), LAYOUT).graph
    (kept,) = after.checks
    assert after.constants[after.instructions[kept.register].a] == 1


def test_pass_that_breaks_code_or_lets_a_register_grow_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = graph_of(of(P.NARROW, WORD, imm=8))
    wider = replace(
        graph, instructions=(*graph.instructions[:1], replace(graph.instructions[1], imm=9), *graph.instructions[2:])
    )
    broken = replace(graph, instructions=graph.instructions[1:])
    everything = tuple(range(len(graph.instructions)))
    for bad, why in ((wider, "may be larger"), (broken, "is refused")):
        monkeypatch.setattr(pipeline, "PASSES", {"bad": lambda *_, bad=bad: Rewritten(bad, everything)})
        with pytest.raises(InternalError, match=why):
            optimise(graph, LAYOUT)


def test_same_operation_on_same_operands_is_one_register() -> None:
    builder = Builder(LAYOUT, INPUTS)
    a, b = builder.input(3), builder.input(4)
    assert builder.emit(P.ADD, a, b) == builder.emit(P.ADD, b, a)
    assert builder.emit(P.LT, a, b) != builder.emit(P.LT, b, a)
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
