"""The constraints of every primitive against the reference interpreter."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provers.validity.arithmetise.graphs import Family, _Reader
from provers.validity.arithmetise.rules import RULES, Scope
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from rollup.crypto import eddsa
from rollup.crypto.fr import R
from rollup.execution import interpreter
from rollup.ir.builder import Builder as GraphBuilder
from rollup.ir.graph import Graph
from rollup.ir.primitives import EFFECTS, PRIMITIVES, Primitive
from rollup.params import FULL, SCALAR_BITS, SIGN_BITS
from tests.programs.graphs import INPUTS, LAYOUT, Case, cases, values_of
from tests.unit.validity.constraints.harness import Gadget, run

SILENT = EFFECTS | {Primitive.ARG}


def lowering(graph: Graph, records: Sequence[int]) -> Gadget:
    """Return a gadget on the graph's inputs and then all attributes of its records, whose outputs are the graph's registers."""
    nodes: dict[object, int] = {}
    reader = _Reader(graph, LAYOUT, len(graph.inputs), nodes)  # type: ignore[arg-type]
    effects = reader.read()
    family = Family(tuple(nodes), tuple(range(len(nodes))), (effects,))  # type: ignore[arg-type]

    def gadget(b: Builder, x: Sequence[Term]) -> list[Term]:
        inputs: dict[tuple[int, ...], Term] = {(0, number): term for number, term in enumerate(x[: len(graph.inputs)])}
        attributes = iter(x[len(graph.inputs) :])
        loads = {
            (slot, table, i): next(attributes)
            for slot, (table, size) in enumerate(zip(graph.slots, records, strict=True))
            for i in range(size)
        }
        scope = Scope(b, LAYOUT, family, inputs, loads, {})
        scope.lower()
        return [scope.terms[place] for place in reader.places]

    return gadget


def agrees(graph: Graph, inputs: Sequence[int], records: Sequence[Sequence[int]]) -> bool:
    expected = interpreter.run(graph, LAYOUT, inputs, lambda slot, _: records[slot]).registers
    gadget = lowering(graph, [len(record) for record in records])
    return run(gadget, *inputs, *(attribute for record in records for attribute in record)) == expected


def test_the_table_has_a_rule_for_every_primitive() -> None:
    assert set(RULES) == set(Primitive)


@settings(deadline=None)
@given(cases())
def test_random_graphs_agree_with_the_interpreter_in_every_register(case: Case) -> None:
    assert agrees(case.graph, case.inputs, case.records)


def graph_of(builder: GraphBuilder) -> Graph:
    return Graph(
        "one", 1, (), (), builder.inputs, tuple(builder.constants), tuple(builder.instructions), tuple(builder.slots)
    )


WIDE = st.one_of(st.sampled_from([0, 1, 2**64 - 1, 2**64, 2**128, 2**253 - 1]), values_of(253))
TESTED = [
    op for op in Primitive if op not in SILENT | {Primitive.CONST, Primitive.INPUT, Primitive.LOAD, Primitive.HASH}
]


@pytest.mark.parametrize("op", [op for op in TESTED if op is not Primitive.VERIFY_SIGNATURE])
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_each_primitive_agrees_with_the_interpreter_at_the_edges(op: Primitive, data: st.DataObject) -> None:
    boolean = op in {Primitive.AND, Primitive.OR, Primitive.NOT}
    width = 1 if boolean else 253
    widths = (1, width, width) if op is Primitive.SELECT else (width, width)
    if op in {Primitive.ADD, Primitive.MUL}:
        widths = (FULL, 253)
    if op in {Primitive.DIV, Primitive.MOD, Primitive.ISQRT}:
        widths = (248, 128)
    builder = GraphBuilder(LAYOUT, widths)
    arity, imm = len(PRIMITIVES[op].registers), 0
    if PRIMITIVES[op].uses_imm and op is not Primitive.OPEN:
        imm = data.draw(st.sampled_from([0, 1, 64, 252, 253]))
    builder.emit(op, *(builder.input(i) for i in range(arity)), imm=imm)
    inputs = [data.draw(values_of(w) if w < 253 or w == FULL else WIDE) for w in widths]
    if data.draw(st.booleans()):
        inputs[-1] = inputs[0] % 2 if widths[-1] == 1 else min(inputs[0], 2 ** widths[-1] - 1)
    assert agrees(graph_of(builder), inputs, [])


@pytest.mark.parametrize("forge", [0, 1])
@pytest.mark.parametrize("items", [1, 2, 5])
def test_verify_signature_in_a_body_agrees_with_the_interpreter(items: int, forge: int) -> None:
    """Its scalar is an input whose bits nobody has decoded before."""
    secret = eddsa.generate(b"x" * 32)
    message = list(range(7, 7 + items))
    signature = eddsa.sign(secret, message)
    builder = GraphBuilder(LAYOUT, (FULL, FULL, FULL, SIGN_BITS, SCALAR_BITS, *[FULL] * items))
    key_x, key_y, r_y, r_sign, s, *signed = (builder.input(i) for i in range(5 + items))
    builder.verify_signature((key_x, key_y), signed, r_y, r_sign, s)
    assert agrees(graph_of(builder), [*secret.public, *signature, *message[:-1], message[-1] + forge], [])


def test_an_integer_at_its_bound_does_not_wrap() -> None:
    builder = GraphBuilder(LAYOUT, INPUTS)
    wide = builder.input(6)
    for imm in (1, 252, 253):
        builder.emit(Primitive.RANGE, wide, imm=imm)
        builder.emit(Primitive.NARROW, wide, imm=imm)
    builder.emit(Primitive.LT, wide, builder.const(2**253 - 1))
    builder.emit(Primitive.MINUS, builder.const(0), wide)
    builder.emit(Primitive.SUB, builder.const(0), wide)
    assert agrees(graph_of(builder), [0, 0, 0, 0, 0, 0, 2**253 - 1, R - 1], [])
