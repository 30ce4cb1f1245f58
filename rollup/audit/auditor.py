"""An audit: every question of every graph of a program, in order."""

from collections.abc import Callable, Iterator
from itertools import combinations

from rollup.audit.formula import Formula, formula_of
from rollup.audit.invariants import Invariant
from rollup.audit.of_author import OfRecords, invariant_of
from rollup.audit.of_frame import Granted, NativeBalance
from rollup.audit.replay import Example, seek
from rollup.audit.report import Finding, Report, Verdict, shown
from rollup.audit.solver import Answer, Limits, ask
from rollup.execution.interpreter import Run
from rollup.ir.graph import Check
from rollup.params import Output, Reason, Status
from rollup.program.declaration import declare
from rollup.program.program import Program

Progress = Callable[[str], None]
TWICE = "a record is changed through two slots"


def audit(cls: type[Program], limits: Limits, progress: Progress = lambda _: None) -> Report:
    """Ask whether each action can be applied, which checks can fail, and which invariants hold.

    Parameters
    ----------
    progress
        Is told what is asked next.

    Raises
    ------
    AuthorError
        If the program does not compile.
    OutsideError
        If z3 is not installed.
    """
    image = cls.image()
    report = Report(cls.__name__, str(limits))
    kept: list[Invariant] = [
        Granted(),
        NativeBalance(),
        *(invariant_of(image, each) for each in declare(cls).invariants),
    ]
    formulas = [formula_of(image, graph) for graph in (*image.actions, *image.calls, image.deposit, image.fees)]
    for formula in formulas:
        if formula.is_called:
            progress(f"{formula.graph.name}: can it be applied")
            report.findings.append(_applies(formula, limits))
            for number, check in enumerate(formula.graph.checks):
                progress(f'{formula.graph.name}: "{check.message}"')
                report.findings.append(_check(formula, number, limits))
    for invariant in kept:
        report.findings.extend(_of_nothing(invariant))
        for formula in formulas:
            if invariant.concerns(formula):
                progress(f"{invariant.name}: {formula.graph.name}")
                report.findings.append(_invariant(invariant, formula, limits))
    return report


def _place(check: Check) -> str:
    return f"{check.file}:{check.line}" if check.file else ""


def _applies(formula: Formula, limits: Limits) -> Finding:
    def expected(example: Example) -> bool:
        return example.run.outputs[Output.STATUS] == Status.APPLIED

    name = formula.graph.name
    sought = seek(formula, formula.applied, expected, limits)
    if sought.example is not None:
        return Finding("action", name, "", "", Verdict.CAN_APPLY, example=shown(formula, sought.example))
    if sought.answer is Answer.UNSATISFIABLE:
        return Finding("action", name, "", "", Verdict.NEVER_APPLIES, _never_met(formula, limits))
    return Finding("action", name, "", "", Verdict.UNKNOWN, sought.why)


def _never_met(formula: Formula, limits: Limits) -> str:
    """Name the first check that cannot hold where those before it do."""
    for number, check in enumerate(formula.graph.checks):
        reply = ask([*formula.facts, formula.holds_before(number + 1)], limits)
        if reply.answer is Answer.UNSATISFIABLE:
            return " ".join(
                filter(None, (f'"{check.message}"', _place(check), "always fails where what comes before it holds"))
            )
        if reply.answer is Answer.UNKNOWN:
            break
    return "its checks cannot all hold"


def _check(formula: Formula, number: int, limits: Limits) -> Finding:
    check = formula.graph.checks[number]

    def expected(example: Example) -> bool:
        run = example.run
        first = next((k for k, each in enumerate(formula.graph.checks) if not run.registers[each.register]), None)
        return run.outputs.get(Output.REASON, Reason.NONE) == Reason.NONE and first == number

    head = ("check", formula.graph.name, check.message, _place(check))
    sought = seek(formula, formula.fails_first(number), expected, limits)
    if sought.example is not None:
        return Finding(*head, Verdict.CAN_FAIL, example=shown(formula, sought.example))
    if sought.answer is Answer.UNSATISFIABLE:
        return Finding(*head, Verdict.NEVER_FAILS, "where what comes before it holds")
    return Finding(*head, Verdict.UNKNOWN, sought.why)


def _invariant(invariant: Invariant, formula: Formula, limits: Limits) -> Finding:
    def broken(example: Example) -> str | None:
        return TWICE if _changed_twice(example.run) else invariant.broken(formula, example.inputs, example.run)

    head = ("invariant", formula.graph.name, invariant.name, invariant.where)
    violated = formula.scope.z3.Or(formula.changed_twice, invariant.violated(formula))
    sought = seek(formula, violated, lambda example: broken(example) is not None, limits)
    if sought.example is not None:
        return Finding(*head, Verdict.REFUTED, broken(sought.example) or "", shown(formula, sought.example))
    if sought.answer is Answer.UNSATISFIABLE:
        return Finding(*head, Verdict.PROVED)
    return Finding(*head, Verdict.UNKNOWN, sought.why)


def _of_nothing(invariant: Invariant) -> Iterator[Finding]:
    """Give a finding about what every record is, of a record nobody has written."""
    if isinstance(invariant, OfRecords) and not invariant.declared.of_steps:
        why = invariant.of_nothing()
        verdict = Verdict.PROVED if why is None else Verdict.REFUTED
        yield Finding("invariant", "records nobody has written", invariant.name, invariant.where, verdict, why or "")


def _changed_twice(run: Run) -> bool:
    changed = [slot for slot, record in enumerate(run.records_before) if record != run.records_after[slot]]
    return any(run.indices[a] == run.indices[b] for a, b in combinations(changed, 2))
