"""What an audit found, for people and for programs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from rollup.audit.formula import Formula
from rollup.audit.replay import Example, named_inputs
from rollup.execution.interpreter import Run
from rollup.params import Output, Status


class Verdict(Enum):
    """What is known of one question; only what z3 has refuted the contrary of is called proved, and what an example shows, the interpreter has run."""

    PROVED = "proved"
    REFUTED = "refuted"
    CAN_FAIL = "can fail"
    NEVER_FAILS = "never fails"
    CAN_APPLY = "can be applied"
    NEVER_APPLIES = "can never be applied"
    UNKNOWN = "unknown"


BAD: Final = frozenset({Verdict.REFUTED, Verdict.NEVER_APPLIES})
"""Verdicts for which the command fails."""
MARKS: Final = {Verdict.UNKNOWN: "?", Verdict.REFUTED: "✗", Verdict.NEVER_APPLIES: "✗", Verdict.CAN_FAIL: "·"}

ACCOUNTS: Final = "accounts"
HIDDEN: Final = ("key_x", "key_y", "l1_address")
"""Attributes of accounts of which people are told nothing."""


@dataclass(frozen=True)
class Finding:
    """One question and its answer.

    Parameters
    ----------
    about
        `action`, `check` or `invariant`.
    action
        Of the graph that was asked.
    what
        A check's message, or an invariant's name; "" for an action as such.
    where
        `file:line`; "" for what is the frame's.
    why
        What a proof or a refutation rests on, or what stood in the way.
    example
        As `shown` has it; None where there is none.
    """

    about: str
    action: str
    what: str
    where: str
    verdict: Verdict
    why: str = ""
    example: dict[str, Any] | None = None


@dataclass
class Report:
    """Everything that was asked of a program."""

    program: str
    limit: str
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_bad(self) -> bool:
        """Whether an invariant is refuted, or a requirement can never be met."""
        return any(finding.verdict in BAD for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        findings = [
            {"about": f.about, "action": f.action, "what": f.what, "where": f.where, "verdict": f.verdict.value, "why": f.why, "example": f.example}
            for f in self.findings
        ]  # fmt: skip
        return {"program": self.program, "limit": self.limit, "bad": self.is_bad, "findings": findings}

    def lines(self) -> Iterator[str]:
        """Give it line by line."""
        yield f"{self.program}, at most {self.limit} a question"
        for action in dict.fromkeys(f.action for f in self.findings if f.about != "invariant"):
            yield ""
            for finding in self.findings:
                if finding.action == action and finding.about != "invariant":
                    yield from _told(finding, "  " if finding.about == "check" else "")
        for name in dict.fromkeys(f.what for f in self.findings if f.about == "invariant"):
            group = [f for f in self.findings if f.about == "invariant" and f.what == name]
            yield ""
            yield " ".join(filter(None, ("invariant", name, group[0].where)))
            for finding in group:
                yield from _told(finding, "  ")
        yield ""
        yield self.summary()

    def summary(self) -> str:
        """Count the verdicts."""
        counts = {verdict: sum(f.verdict is verdict for f in self.findings) for verdict in Verdict}
        return ", ".join(f"{count} {verdict.value}" for verdict, count in counts.items() if count)


def _told(finding: Finding, indent: str) -> Iterator[str]:
    subject = f'"{finding.what}"' if finding.about == "check" else f"in {finding.action}"
    if finding.about == "action":
        subject = finding.action
    where = finding.where if finding.about != "invariant" else ""
    why = f": {finding.why}" if finding.why else ""
    head = " ".join(filter(None, (MARKS.get(finding.verdict, "✔"), subject, where, finding.verdict.value)))
    yield f"{indent}{head}{why}"
    if finding.example is not None:
        yield from (f"{indent}    {line}" for line in described(finding.example))


def described(example: dict[str, Any]) -> Iterator[str]:
    """Give an example line by line: the call, and each record with what changes."""
    given = ", ".join(f"{name} = {value}" for name, value in example["inputs"].items())
    failed = f", since {example['failed_check']}" if example["failed_check"] else ""
    yield f"{given} → {example['status']}{failed}"
    for record in example["records"]:
        parts = []
        for name, old in record["before"].items():
            new = record["after"][name]
            if (old or new) and not (record["table"] == ACCOUNTS and name in HIDDEN):
                parts.append(f"{name} {old}" + (f" → {new}" if new != old else ""))
        key = ", ".join(str(part) for part in record["key"])
        nothing = "all 0" if any(record["before"].values()) else "absent"
        yield f"{record['table']}[{key}]: {', '.join(parts) or nothing}"


def shown(formula: Formula, example: Example) -> dict[str, Any]:
    """Return an example as JSON has it: inputs by name, what became of it, and the records before and after."""
    run, layout = example.run, formula.image.layout
    records = []
    for slot, number in enumerate(formula.graph.slots):
        table = layout.tables[number]
        names = [name for name, _ in table.attributes]
        before, after = (
            dict(zip(names, values, strict=True)) for values in (run.records_before[slot], run.records_after[slot])
        )
        key = _parts(run.indices[slot] & (1 << layout.key_bits) - 1, table.key_widths)
        records.append({"table": table.name, "key": key, "before": before, "after": after})
    return {
        "inputs": named_inputs(formula, example.inputs),
        "status": Status(run.outputs[Output.STATUS]).name.lower(),
        "failed_check": run.failed_check.message if _failed(run) and run.failed_check else None,
        "records": records,
    }


def _failed(run: Run) -> bool:
    return run.outputs[Output.STATUS] == Status.FAILED


def _parts(key: int, widths: Sequence[int]) -> list[int]:
    parts = []
    for width in reversed(widths):
        parts.append(key & (1 << width) - 1)
        key >>= width
    return parts[::-1]
