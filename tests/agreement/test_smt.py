"""The terms of z3 mean what the reference does, of every primitive and of drawn graphs; and a bug planted in any rule is noticed."""

from collections.abc import Callable, Mapping
from math import isqrt

import pytest
from hypothesis import HealthCheck, given, settings

from rollup.audit import rules
from rollup.audit.rules import Scope
from rollup.audit.solver import Answer, Limits, Term, ask
from rollup.ir.builder import Builder
from rollup.ir.graph import Graph, Instruction
from rollup.ir.primitives import Primitive
from tests.agreement.bare import INPUTS, LAYOUT, Case
from tests.agreement.corpus import corpus
from tests.agreement.drawn import cases
from tests.agreement.smt import agrees

P = Primitive
drawing = settings(suppress_health_check=list(HealthCheck))


def holds(case: Case) -> bool:
    return agrees(case.graph, LAYOUT, case.inputs, case.records)


def _wrong_slot(scope: Scope, item: Instruction) -> Term:
    scope.after[0][item.imm] = scope.number(item.b)
    return scope.z3.IntVal(0)


def _wrong_index(scope: Scope, item: Instruction) -> Term:
    rules._open(scope, item)
    scope.indices[-1] = scope.number(item.a)
    return scope.indices[-1]


def _queue_in_another_order(scope: Scope, item: Instruction) -> Term:
    scope.queue += [scope.number(register) for register in (item.b, item.a, item.c)]
    return scope.z3.IntVal(0)


def _hash_of_fewer(scope: Scope, item: Instruction) -> Term:
    return rules._hash(scope, Instruction(P.HASH, item.imm, max(item.a - 1, 0)))


def _another_signature(scope: Scope, item: Instruction) -> Term:
    return rules._verify_signature(scope, Instruction(P.VERIFY_SIGNATURE, item.imm, item.c, item.b, item.a))


def _wrong_output(scope: Scope, item: Instruction) -> Term:
    scope.outputs[0] = scope.number(item.a)
    return scope.z3.IntVal(0)


def _root_of_more(scope: Scope, item: Instruction) -> Term:
    rules._isqrt(scope, item)
    return scope.calls[-1].term + 1


def _pair(scope: Scope, item: Instruction) -> tuple[Term, Term]:
    a, b = scope.numbers(item)
    return a, b


MUTANTS: Mapping[Primitive, Callable[[Scope, Instruction], Term]] = {
    P.CONST: lambda s, i: s.z3.IntVal(s.graph.constants[0]),
    P.INPUT: lambda s, i: s.inputs[0],
    P.OPEN: _wrong_index,
    P.LOAD: lambda s, i: s.before[0][i.imm],
    P.STORE: _wrong_slot,
    P.ADD: lambda s, i: sum(_pair(s, i)),
    P.SUB: lambda s, i: _pair(s, i)[0] - _pair(s, i)[1],
    P.MUL: lambda s, i: _pair(s, i)[0] * _pair(s, i)[1],
    P.MINUS: lambda s, i: _pair(s, i)[0] - _pair(s, i)[1],
    P.LT: lambda s, i: _pair(s, i)[0] <= _pair(s, i)[1],
    P.RANGE: lambda s, i: s.number(i.a) <= 1 << i.imm,
    P.NARROW: lambda s, i: s.number(i.a) % (1 << i.imm),
    P.EQ: lambda s, i: _pair(s, i)[0] <= _pair(s, i)[1],
    P.AND: lambda s, i: s.truth(i.a),
    P.OR: lambda s, i: s.z3.Xor(*s.truths(i)),
    P.NOT: lambda s, i: s.truth(i.a),
    P.SELECT: lambda s, i: s.z3.If(s.truth(i.a), s.number(i.c), s.number(i.b)),
    P.ARG: _queue_in_another_order,
    P.HASH: _hash_of_fewer,
    P.VERIFY_SIGNATURE: _another_signature,
    P.OUTPUT: _wrong_output,
    P.DIV: lambda s, i: _pair(s, i)[0] / _pair(s, i)[1],
    P.MOD: lambda s, i: _pair(s, i)[0] % (_pair(s, i)[1] + 1),
    P.BIT_AND: rules._either,
    P.BIT_OR: lambda s, i: sum(_pair(s, i)),
    P.BIT_XOR: rules._either,
    P.ISQRT: _root_of_more,
    P.SHR: lambda s, i: s.number(i.a) / (1 << min(i.imm, 252)),
}


def test_table_of_terms_and_that_of_its_bugs_are_total() -> None:
    assert set(rules.RULES) == set(MUTANTS) == set(Primitive)


@pytest.mark.parametrize("primitive", Primitive)
def test_primitive_means_the_same_as_a_term(primitive: Primitive) -> None:
    assert [number for number, case in enumerate(corpus(primitive)) if not holds(case)] == []


@pytest.mark.parametrize("primitive", Primitive)
def test_bug_in_a_rule_of_terms_is_noticed(monkeypatch: pytest.MonkeyPatch, primitive: Primitive) -> None:
    monkeypatch.setattr(rules, "RULES", {**rules.RULES, primitive: MUTANTS[primitive]})
    assert not all(holds(case) for case in corpus(primitive))


def test_fact_that_is_not_true_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def narrow(scope: Scope, name: str, bound: int) -> Term:
        term = scope.z3.Int(name)
        scope.facts += [term >= 0, term < bound - 1]
        return term

    monkeypatch.setattr(Scope, "variable", narrow)
    assert not all(holds(case) for case in corpus(P.LOAD))


@pytest.mark.parametrize("mask", [0, 1, 0b1011, 0xF0F0, 1 << 252, (1 << 253) - 1, (1 << 200) - (1 << 64)])
@pytest.mark.parametrize("primitive", [P.BIT_AND, P.BIT_OR, P.BIT_XOR])
def test_bits_of_a_constant_mean_the_same_as_terms(primitive: Primitive, mask: int) -> None:
    for value in (0, 1, 0b0110, 0xFFFF, (1 << 253) - 1, 0x123456789ABCDEF << 190):
        b = Builder(LAYOUT, INPUTS)
        b.emit(primitive, b.input(6), b.const(mask))
        graph = Graph("bits", 1, (), (), b.inputs, tuple(b.constants), tuple(b.instructions), ())
        assert agrees(graph, LAYOUT, (0, 0, 0, 0, 0, 0, value, 0), ())


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 99, 100, 2**128 - 1, 2**128, 2**248 - 1])
def test_facts_of_a_root_are_true_of_no_other_number(number: int) -> None:
    b = Builder(LAYOUT, INPUTS)
    b.emit(P.ISQRT, b.const(number))
    code = (tuple(b.constants), tuple(b.instructions), ())
    scope = rules.translate(Graph("root", 1, (), (), b.inputs, *code), LAYOUT)
    facts, z3 = scope.z3.And(*scope.facts), scope.z3
    (call,) = scope.calls
    assert ask([facts, call.term == isqrt(number)], Limits()).answer is Answer.SATISFIABLE
    assert ask([facts, call.term != isqrt(number)], Limits()).answer is Answer.UNSATISFIABLE
    assert z3.is_int(call.term)


def test_root_that_is_taken_twice_and_hashed_between_means_the_same_as_terms() -> None:
    """Two registers hold one term, and the hash of the first is known by what it was applied to."""
    b = Builder(LAYOUT, INPUTS)
    index = b.input(0)
    b.open(6, index)
    b.hash(0, [b.emit(P.ISQRT, len(b.instructions) - 1)])
    b.open(6, index)
    b.emit(P.ISQRT, len(b.instructions) - 1)
    graph = Graph("roots", 1, (), (), b.inputs, tuple(b.constants), tuple(b.instructions), tuple(b.slots))
    assert [item.op for item in graph.instructions].count(P.ISQRT) == 2
    width = len(LAYOUT.tables[6].attributes)
    assert agrees(graph, LAYOUT, (0,) * len(INPUTS), ((0,) * width,) * 2)


@settings(drawing, max_examples=40)
@given(cases(length=40))
def test_drawn_graph_means_the_same_as_terms(case: Case) -> None:
    assert holds(case)


@pytest.mark.long
@settings(drawing, max_examples=3_000)
@given(cases(length=60))
def test_many_drawn_graphs_mean_the_same_as_terms(case: Case) -> None:
    assert holds(case)


@settings(drawing, max_examples=5)
@given(cases(signatures=2, length=8))
def test_drawn_graph_that_verifies_signatures_means_the_same_as_terms(case: Case) -> None:
    assert holds(case)
