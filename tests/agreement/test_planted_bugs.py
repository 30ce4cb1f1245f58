"""The tests of this folder would notice: a bug planted in any rule of any table makes a machine disagree."""

from collections.abc import Callable, Sequence

import pytest

from l1bridge.client import L1Client
from provers.validity.arithmetise import graphs, rules
from rollup.execution import interpreter, native_program
from rollup.ir.primitives import Primitive
from rollup.ports.l1 import Contract, L1Reverted
from tests.agreement.bare import (
    Case,
    Outcome,
    as_state,
    by_constraints,
    by_kernels,
    by_native,
    by_reference,
    signatures_of,
)
from tests.agreement.corpus import corpus
from tests.agreement.mutants import CONSTRAINTS, NATIVE, ON_L1, REFERENCE, UNPROVED
from tests.agreement.on_l1 import Bare, interpreter_contract
from tests.agreement.weaving import Mutation

Text = Sequence[tuple[Primitive, Mutation]]
Mutant = Callable[[Text, int], Bare]
TEXTS: list[Text] = [[(op, mutations[k]) for op, mutations in ON_L1.items() if k < len(mutations)] for k in range(2)]
"""Two, since some lines have two mutations."""
WOKEN = [(text, number) for text in TEXTS for number in range(1, len(text) + 1)]


def notices(primitive: Primitive, machine: Callable[[Case], object], expected: Callable[[Case], object]) -> bool:
    """Tell whether a machine differs from what is expected, or refuses, on any case of a primitive."""
    return any(differs(machine, case, expected(case)) for case in corpus(primitive))


def differs(machine: Callable[[Case], object], case: Case, expected: object) -> bool:
    try:
        return machine(case) != expected
    except (AssertionError, L1Reverted):
        return True


def outcome(case: Case) -> Outcome:
    return by_reference(case).outcome


def test_bugs_are_planted_in_every_rule_of_every_table() -> None:
    assert set(REFERENCE) == set(NATIVE) == set(CONSTRAINTS) == set(ON_L1) == set(Primitive)


@pytest.mark.parametrize("primitive", Primitive)
def test_bug_in_a_rule_of_the_reference_is_noticed(monkeypatch: pytest.MonkeyPatch, primitive: Primitive) -> None:
    monkeypatch.setattr(interpreter, "RULES", {**interpreter.RULES, primitive: REFERENCE[primitive]})
    assert notices(primitive, by_reference, by_kernels)


@pytest.mark.parametrize("primitive", Primitive)
def test_bug_in_a_rule_of_many_calls_is_noticed(monkeypatch: pytest.MonkeyPatch, primitive: Primitive) -> None:
    cases = [case for case in corpus(primitive) if signatures_of(case.graph) < 2]
    expected = [as_state(case, outcome(case)) for case in cases]
    mutant = {**native_program.RULES, primitive: NATIVE[primitive]}
    pairs = [(case, state) for case, state in zip(cases, expected, strict=True) if state is not None]
    assert not any(differs(by_native, case, state) for case, state in pairs)
    monkeypatch.setattr(native_program, "RULES", mutant)
    assert any(differs(by_native, case, state) for case, state in pairs)


@pytest.mark.parametrize("primitive", Primitive)
def test_bug_in_a_rule_of_the_constraints_is_noticed(monkeypatch: pytest.MonkeyPatch, primitive: Primitive) -> None:
    monkeypatch.setattr(rules, "RULES", {**rules.RULES, primitive: CONSTRAINTS[primitive]})
    assert notices(primitive, lambda case: by_constraints(case, determined=False), outcome)


@pytest.mark.parametrize("primitive", UNPROVED)
def test_rule_that_computes_and_does_not_prove_is_noticed(
    monkeypatch: pytest.MonkeyPatch, primitive: Primitive
) -> None:
    monkeypatch.setattr(rules, "RULES", {**rules.RULES, primitive: UNPROVED[primitive]})
    case = next(
        case
        for case in corpus(primitive)
        if not differs(lambda case: by_constraints(case, determined=False), case, outcome(case))
    )
    with pytest.raises(AssertionError, match="a prover can choose a wire"):
        by_constraints(case)


@pytest.mark.parametrize("primitive", [Primitive.STORE, Primitive.OUTPUT, Primitive.ARG, Primitive.HASH])
def test_effect_that_constraints_forget_is_noticed(monkeypatch: pytest.MonkeyPatch, primitive: Primitive) -> None:
    monkeypatch.setattr(graphs, "_EFFECTS", {**graphs._EFFECTS, primitive: graphs._no_effect})
    assert notices(primitive, lambda case: by_constraints(case, determined=False), outcome)


@pytest.fixture(scope="module")
def mutant(l1: L1Client, poseidon2: Contract, eddsa_contract: Contract) -> Mutant:
    def wake(text: Text, number: int) -> Bare:
        artifact = interpreter_contract([mutation for _, mutation in text])
        return Bare(l1, l1.deploy(artifact, number), poseidon2, eddsa_contract)

    return wake


@pytest.mark.parametrize(("text", "number"), WOKEN, ids=[f"{text[k - 1][0].name}-{k}" for text, k in WOKEN])
def test_bug_in_the_interpreter_on_l1_is_noticed(mutant: Mutant, text: Text, number: int) -> None:
    primitive, _ = text[number - 1]
    assert notices(primitive, mutant(text, number).run, by_reference)


@pytest.mark.parametrize("text", TEXTS, ids=["first", "second"])
def test_text_with_all_mutations_asleep_agrees(mutant: Mutant, text: Text) -> None:
    asleep = mutant(text, 0)
    for primitive in Primitive:
        case = corpus(primitive)[0]
        assert asleep.run(case) == by_reference(case)
