import sys
from dataclasses import replace

import pytest

from examples.tokens import Tokens
from rollup.audit.auditor import TWICE, _invariant, audit
from rollup.audit.formula import formula_of
from rollup.audit.of_author import invariant_of
from rollup.audit.of_frame import Granted, NativeBalance
from rollup.audit.replay import seek
from rollup.audit.report import Finding, Report, Verdict
from rollup.audit.solver import INSTALL, Answer, Limits, load_z3
from rollup.batch.packed_fee import encode_fee
from rollup.errors import OutsideError
from rollup.execution import interpreter
from rollup.ir.graph import Graph, Instruction
from rollup.ir.image import Image
from rollup.ir.primitives import Primitive
from rollup.params import AccountAttribute
from rollup.program.declaration import declare
from rollup.program.invariants import Conserves
from rollup.program.program import Program
from tests.programs.audited import Fees, Hashes, Impossible, Inflated, Payer, Pools
from tests.programs.market import Market

LIMITS = Limits(seconds=60)
NATIVE = NativeBalance().name
V = Verdict


def audited(cls: type[Program]) -> Report:
    return audit(cls, LIMITS)


def verdicts(report: Report, name: str) -> dict[str, Verdict]:
    return {f.action: f.verdict for f in report.findings if f.about == "invariant" and f.what == name}


def conserving(cls: type[Program], except_in: tuple[str, ...]) -> Conserves:
    (declared,) = declare(cls).invariants
    assert isinstance(declared, Conserves)
    return replace(declared, except_in=except_in)


def checks(report: Report, action: str) -> list[tuple[str, Verdict]]:
    return [(f.what, f.verdict) for f in report.findings if f.about == "check" and f.action == action]


def one(report: Report, about: str, action: str, what: str = "") -> Finding:
    (found,) = (f for f in report.findings if (f.about, f.action, f.what) == (about, action, what))
    return found


def test_tokens_conserve_each_token_but_where_they_are_minted() -> None:
    report = audited(Tokens)
    assert verdicts(report, "supply") == {"withdraw": V.PROVED, "transfer": V.PROVED}
    assert verdicts(report, NATIVE) == dict.fromkeys(("withdraw", "mint", "transfer", "DEPOSIT", "FEES"), V.PROVED)
    assert not report.is_bad


def test_tokens_minted_when_not_excepted_are_a_counterexample() -> None:
    image = Tokens.image()
    supply = invariant_of(image, conserving(Tokens, except_in=()))
    found = _invariant(supply, formula_of(image, image.action("mint")), LIMITS)
    assert found.verdict is V.REFUTED
    assert found.example is not None
    amount, token = (found.example["inputs"][name] for name in ("amount", "token"))
    assert amount > 0
    assert found.why == f"the sum of balances.amount changes by {amount} where part 1 of the key is {token}"


def test_checks_of_tokens_are_shown_to_fail_or_proved_never_to() -> None:
    report = audited(Tokens)
    assert checks(report, "transfer") == [
        ("insufficient balance", V.CAN_FAIL),
        ("U128 underflow in -", V.NEVER_FAILS),
        ("U128 overflow in +", V.CAN_FAIL),
        ("a record is borrowed twice", V.CAN_FAIL),
    ]
    found = one(report, "check", "mint", "U128 overflow in +")
    assert found.example is not None
    assert (found.example["status"], found.example["failed_check"]) == ("failed", "U128 overflow in +")
    (balance,) = (record for record in found.example["records"] if record["table"] == "balances")
    assert balance["before"]["amount"] + found.example["inputs"]["amount"] >= 1 << 128
    assert balance["after"] == balance["before"]
    assert balance["key"] == [found.example["inputs"]["sender"], found.example["inputs"]["token"]]


def test_inflation_when_planted_is_refuted_by_a_transaction_that_happens() -> None:
    found = one(audited(Inflated), "invariant", "transfer", "supply")
    assert found.verdict is V.REFUTED
    assert found.example is not None
    assert found.example["inputs"]["amount"] == 77_777
    assert found.example["status"] == "applied"
    assert found.why == "the sum of balances.amount changes by 1"
    sums = [sum(r[when]["amount"] for r in found.example["records"] if r["table"] == "balances") for when in ("before", "after")]  # fmt: skip
    assert sums[1] == sums[0] + 1


def test_example_when_run_again_by_the_interpreter_does_the_same() -> None:
    image = Tokens.image()
    formula = formula_of(image, image.action("transfer"))
    example = seek(formula, formula.applied, lambda _: True, LIMITS).example
    assert example is not None
    records = example.run.records_before
    again = interpreter.run(formula.graph, image.layout, example.inputs, lambda slot, _: records[slot])
    assert again == example.run
    (verified,) = (i for i, item in enumerate(formula.graph.instructions) if item.op is Primitive.VERIFY_SIGNATURE)
    assert again.registers[verified] == 1


def test_invariants_of_pools_are_proved_or_refuted() -> None:
    report = audited(Pools)
    others = dict.fromkeys(("withdraw", "cut"), V.PROVED)
    assert verdicts(report, "all_of_it") == others | {"exchange": V.PROVED, "swap": V.PROVED}
    assert verdicts(report, "each_token") == others | {"exchange": V.REFUTED}
    assert verdicts(report, "k_never_falls") == {"swap": V.PROVED, "cut": V.PROVED}
    assert verdicts(report, "x_never_moves") == {"swap": V.REFUTED, "cut": V.PROVED}
    nobody = "records nobody has written"
    assert verdicts(report, "parts_are_parts") == {nobody: V.PROVED, "swap": V.PROVED, "cut": V.PROVED}
    assert verdicts(report, "y_is_one") == {nobody: V.REFUTED, "swap": V.REFUTED, "cut": V.PROVED}
    assert report.is_bad
    swapped = one(report, "invariant", "swap", "y_is_one").example
    assert swapped is not None
    (pool,) = (record for record in swapped["records"] if record["table"] == "pools")
    assert pool["before"]["y"] == 1 != pool["after"]["y"]


def test_action_that_nobody_can_do_is_named_with_the_check_that_forbids_it() -> None:
    report = audited(Impossible)
    found = one(report, "action", "never")
    assert found.verdict is V.NEVER_APPLIES
    assert found.why.startswith('"less" audited.py:')
    assert report.is_bad
    assert one(report, "action", "withdraw").verdict is V.CAN_APPLY


def test_example_that_needs_the_machines_hash_is_found_and_one_that_needs_a_collision_is_not() -> None:
    report = audited(Hashes)
    opened = one(report, "action", "open")
    assert opened.verdict is V.CAN_APPLY
    collided = one(report, "action", "collide")
    assert (collided.verdict, collided.why) == (V.UNKNOWN, "what z3 found does not happen on the interpreter")
    assert not report.is_bad


def test_action_that_wants_a_fee_is_shown_with_one_that_can_be_written() -> None:
    found = one(audited(Fees), "action", "hurry").example
    assert found is not None
    assert encode_fee(found["inputs"]["fee"]) > 500


def test_native_balance_when_paid_and_sent_in_one_action_is_conserved() -> None:
    assert set(verdicts(audited(Payer), NATIVE).values()) == {V.PROVED}


def test_market_is_audited_without_a_question_left_open() -> None:
    report = audited(Market)
    assert {f.verdict for f in report.findings} == {V.PROVED, V.CAN_FAIL, V.NEVER_FAILS, V.CAN_APPLY}


IMAGE = Payer.image()


def changed(graph: Graph, at: int, instruction: Instruction) -> Graph:
    instructions = list(graph.instructions)
    instructions[at] = instruction
    return replace(graph, instructions=tuple(instructions))


@pytest.mark.parametrize("graph", [*IMAGE.actions, IMAGE.deposit, IMAGE.fees], ids=lambda graph: graph.name)
def test_native_balance_when_a_graph_forgets_to_store_it_is_refuted(graph: Graph) -> None:
    code = list(enumerate(graph.instructions))
    store = next(
        i for i, item in code if item.op is Primitive.STORE and item.a == 0 and item.imm == AccountAttribute.BALANCE
    )
    load = next(
        i for i, item in code if item.op is Primitive.LOAD and item.a == 0 and item.imm == AccountAttribute.BALANCE
    )
    bad = changed(graph, store, replace(graph.instructions[store], b=load))
    assert _invariant(NativeBalance(), formula_of(IMAGE, graph), LIMITS).verdict is V.PROVED
    assert _invariant(NativeBalance(), formula_of(IMAGE, bad), LIMITS).verdict is V.REFUTED


def test_deposit_that_forgets_to_ask_for_room_is_refuted() -> None:
    graph = IMAGE.deposit
    room = next(i for i, item in enumerate(graph.instructions) if item.op is Primitive.RANGE and item.imm == 20)
    bad = changed(graph, room, Instruction(Primitive.EQ, a=0, b=0))
    assert _invariant(Granted(), formula_of(IMAGE, graph), LIMITS).verdict is V.PROVED
    found = _invariant(Granted(), formula_of(IMAGE, bad), LIMITS)
    assert (found.verdict, found.why) == (V.REFUTED, "account 0 gets a record")


def test_record_changed_through_two_slots_when_the_frame_forgets_to_look_is_refuted() -> None:
    image: Image = Inflated.image()
    graph = image.action("transfer")
    apart = graph.checks[-1].register
    bad = changed(graph, apart, Instruction(Primitive.EQ, a=0, b=0))
    supply = invariant_of(image, conserving(Inflated, except_in=("transfer",)))
    assert not supply.concerns(formula_of(image, bad))
    assert _invariant(NativeBalance(), formula_of(image, graph), LIMITS).verdict is V.PROVED
    found = _invariant(NativeBalance(), formula_of(image, bad), LIMITS)
    assert (found.verdict, found.why) == (V.REFUTED, TWICE)


def test_question_when_out_of_time_is_unknown_and_nothing_is_called_proved() -> None:
    report = audit(Tokens, Limits(seconds=60, resources=1))
    unknown = [f for f in report.findings if f.verdict is V.UNKNOWN]
    assert {f.why for f in unknown} == {"no answer within 1 units of z3"}
    # The check for underflow is the very one before it, which needs no search.
    assert [(f.what, f.verdict) for f in report.findings if f not in unknown] == [
        ("U128 underflow in -", V.NEVER_FAILS)
    ]
    assert not report.is_bad


def test_model_when_the_interpreter_does_not_confirm_it_is_no_example() -> None:
    image = Tokens.image()
    formula = formula_of(image, image.action("mint"))
    sought = seek(formula, formula.applied, lambda _: False, LIMITS)
    assert (sought.answer, sought.example) == (Answer.UNKNOWN, None)


def test_z3_when_not_installed_is_named_with_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    with pytest.raises(OutsideError) as caught:
        load_z3()
    assert caught.value.remedy == INSTALL
