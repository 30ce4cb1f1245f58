"""Every primitive means the same in all machines, at every number at which something changes."""

import pytest

from provers.validity.arithmetise import rules
from rollup.execution import interpreter, native_program
from rollup.ir.check import check
from rollup.ir.primitives import PRIMITIVES, Primitive
from tests.agreement.bare import LAYOUT, as_state, by_constraints, by_kernels, by_native, by_reference, signatures_of
from tests.agreement.corpus import CORPORA, corpus
from tests.agreement.on_l1 import LIBRARY, Bare

TABLES = {
    "reference": interpreter.RULES,
    "native": native_program.RULES,
    "constraints": rules.RULES,
    "corpora": CORPORA,
}


@pytest.mark.parametrize("table", TABLES)
def test_table_of_every_machine_is_total(table: str) -> None:
    assert set(TABLES[table]) == set(Primitive) == set(PRIMITIVES)


def test_every_primitive_stands_in_the_dispatch_on_l1() -> None:
    # `mul`, `range`, `and`, `not` and `mod` are what is left of their branch; the library's own tests show that each is reached.
    named = {op for op in Primitive if f"numbers.OP_{op.name}" in LIBRARY}
    assert set(Primitive) - named == {Primitive.MUL, Primitive.RANGE, Primitive.AND, Primitive.NOT, Primitive.MOD}


@pytest.mark.parametrize("primitive", Primitive)
def test_corpus_is_of_its_primitive_and_checked(primitive: Primitive) -> None:
    for case in corpus(primitive):
        check(case.graph, LAYOUT)
        assert any(item.op is primitive for item in case.graph.instructions)


@pytest.mark.parametrize("primitive", Primitive)
def test_primitive_means_the_same_in_python_and_kernels(primitive: Primitive) -> None:
    for case in corpus(primitive):
        assert by_kernels(case) == by_reference(case)


@pytest.mark.parametrize("primitive", Primitive)
def test_primitive_means_the_same_where_many_calls_run(primitive: Primitive) -> None:
    compared = 0
    for case in corpus(primitive):
        expected = as_state(case, by_reference(case).outcome)
        if expected is not None and signatures_of(case.graph) < 2:
            assert by_native(case) == expected
            compared += 1
    assert compared


@pytest.mark.parametrize("primitive", Primitive)
def test_primitive_means_the_same_in_constraints_and_leaves_no_choice(primitive: Primitive) -> None:
    for number, case in enumerate(corpus(primitive)):
        determined = number < 2 or not signatures_of(case.graph)
        assert by_constraints(case, determined=determined) == by_reference(case).outcome


def test_signatures_of_the_vectors_are_valid_or_not_as_they_say() -> None:
    for case in corpus(Primitive.VERIFY_SIGNATURE):
        got, expected, *_ = by_reference(case).outcome.words
        assert got == expected


@pytest.mark.parametrize("primitive", Primitive)
def test_primitive_means_the_same_on_l1(bare: Bare, primitive: Primitive) -> None:
    for case in corpus(primitive):
        assert bare.run(case) == by_reference(case)
