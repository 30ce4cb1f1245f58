"""The demonstration as a user starts it, on both L1s: what it prints, what it writes, and that it never falls silent."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from docs import generate
from l1bridge import anvil

PROGRAM = "from rollup.cli.app import main; main()"
LONGEST_SILENCE = 6.0
"""Seconds of computing between two lines: two seconds are promised, a prover computes on two cores, and a third for margin. Where the
machine does not count them, seconds."""
CPU_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Shown:
    """What a run printed, and the most it computed without printing anything."""

    code: int
    lines: list[str] = field(default_factory=list)
    silence: float = 0.0

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def run(*words: str) -> Shown:
    command = [sys.executable, "-u", "-c", PROGRAM, "demo", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        shown, spoke = Shown(0), computed(process.pid)
        for line in process.stdout:
            now = computed(process.pid)
            shown.silence, spoke = max(shown.silence, now - spoke), now
            shown.lines.append(line.rstrip("\n"))
    shown.code = process.returncode
    return shown


def computed(process: int) -> float:
    """Return the seconds that a process has computed, which other work on the machine does not prolong."""
    try:
        # proc(5): times in user mode and in the kernel are fields 14 and 15; field 2, the name, may hold anything in its brackets.
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return time.monotonic()
    return (int(fields[11]) + int(fields[12])) / CPU_TICKS


@contextmanager
def l1(name: str) -> Iterator[list[str]]:
    """Give the words that choose an L1."""
    if name == "in process":
        yield []
        return
    if anvil.find() is None:
        pytest.skip("anvil is not installed")
    with anvil.running("osaka") as client:
        yield ["--l1", client.connection.where]


@pytest.mark.parametrize(("where", "data"), [("in process", "blob"), ("anvil", "blob")])
def test_demo_when_run_settles_both_chains_and_refuses_what_is_wrong(where: str, data: str, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    with l1(where) as words:
        shown = run("--transactions", "16", "--chunk", "4", "--data", data, "--json", str(report), *words)
    assert shown.code == 0, shown.text
    figures = json.loads(report.read_text(encoding="utf-8"))
    check_chains(figures)
    check_fraud(figures["fraud"])
    check_refusals(figures["refused"])
    assert generate.table(figures).count("| yes | yes |") == 2
    assert shown.silence < LONGEST_SILENCE


def check_chains(figures: dict[str, Any]) -> None:
    optimistic, validity = figures["chains"]["optimistic"], figures["chains"]["validity"]
    for chain in (optimistic, validity):
        assert chain["final"]
        assert chain["withdrawal_paid"]
        assert chain["transactions"]["total"] == 16
        assert sum(chain["transactions"]["failed"].values()) == 2
        assert set(chain["transactions"]["skipped"]) == {
            "undecodable",
            "unknown_account",
            "bad_signature",
            "cannot_pay",
        }
        assert chain["gas_total"] == sum(chain["gas"].get(cause, 0) for cause in ("data", "claim", "finality", "bond"))
        assert chain["gas_per_tx"] == pytest.approx(chain["gas_total"] / 16, abs=0.1)
    # 16 transactions of 13 slots of 63 bits, four slots to an element of 32 bytes.
    assert optimistic["bytes_per_tx"] == validity["bytes_per_tx"] == 104.0
    assert optimistic["seconds_to_finality"] > 7 * 86_400 > 3_600 > validity["seconds_to_finality"]
    assert optimistic["seconds_to_prove"] is None
    assert validity["seconds_to_prove"] > 0
    assert validity["development_keys"]


def check_fraud(fraud: dict[str, Any]) -> None:
    assert fraud["claim_rejected"]
    assert fraud["to_challenger"] * 2 == fraud["bond"] > 0
    assert fraud["right_claim_final"]
    moves = [(move["who"], move["what"]) for move in fraud["moves"]]
    assert moves == [("challenger", "ask"), ("liar", "show"), ("challenger", "refute"), ("challenger", "collect")]
    assert fraud["moves"][-2]["position"] == fraud["step"]
    assert fraud["gas"] > fraud["gas_one_step_proof"] > 0


def check_refusals(refused: list[dict[str, Any]]) -> None:
    said = {refusal["what"]: refusal["reason"] for refusal in refused}
    assert list(said) == [
        "a proof with one bit changed",
        "a proof for other data",
        "a proof for another program",
        "a replayed proof",
    ]
    assert all(reason.startswith("validity: ") for reason in said.values()), said
    assert all(refusal["gas"] > 21_000 for refusal in refused)


def test_demo_when_nobody_listens_at_the_url_says_so_and_exits_with_1() -> None:
    shown = run("--l1", "http://127.0.0.1:1")
    assert shown.code == 1
    assert "error: L1: http://127.0.0.1:1 does not answer" in shown.text
    assert "✔ all of this" not in shown.text
