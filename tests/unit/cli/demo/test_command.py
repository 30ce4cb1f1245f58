import json
import subprocess
import sys
from pathlib import Path

import pytest

from rollup.cli import app
from rollup.cli.demo import scenario
from rollup.cli.demo.checks import DemoFailedError, hold, same
from rollup.cli.demo.screen import Screen
from rollup.cli.demo.settings import Settings
from tests.unit.cli.demo.figures import figures


def run(*words: str) -> int | str | None:
    with pytest.raises(SystemExit) as stopped:
        app.main(["demo", *words])
    return stopped.value.code


def test_demo_when_all_holds_writes_its_figures_and_exits_with_0(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[Settings] = []

    def play(screen: Screen, settings: Settings) -> object:
        asked.append(settings)
        return figures()

    monkeypatch.setattr(scenario, "run", play)
    target = tmp_path / "report.json"
    words = ["--transactions", "40", "--data", "calldata", "--pairing", "py-ecc"]
    more = ["--chunk", "8", "--scheduler", "processes", "--workers", "3"]
    assert run("--json", str(target), *words, *more) == 0
    assert asked == [Settings(40, "calldata", None, "py-ecc", 8, "processes", 3)]
    assert json.loads(target.read_text(encoding="utf-8")) == json.loads(json.dumps(figures().to_json()))
    assert "all of this was checked" in capsys.readouterr().out


def test_demo_when_a_chunk_does_not_divide_a_batch_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(scenario, "run", lambda *_: pytest.fail("it ran"))
    assert run("--chunk", "12") == 2
    assert "12 does not divide a batch, which holds 128" in capsys.readouterr().err


def test_demo_when_something_does_not_hold_exits_with_1_and_prints_no_success(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(screen: Screen, settings: Settings) -> object:
        same("the bond went to the challenger", 10, 9)
        return figures()

    monkeypatch.setattr(scenario, "run", fail)
    target = tmp_path / "report.json"
    assert run("--json", str(target)) == 1
    printed = capsys.readouterr()
    assert "it does not hold that the bond went to the challenger; expected 10, got 9" in printed.err
    assert "all of this was checked" not in printed.out
    assert not target.exists()


def test_demo_when_the_file_cannot_be_written_says_so_before_it_works(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(scenario, "run", lambda *_: pytest.fail("it ran"))
    assert run("--json", str(tmp_path / "missing" / "report.json")) == 2
    assert "missing" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("--transactions", "15"), ("--transactions", "129"), ("--data", "carrier-pigeon")])
def test_demo_when_asked_for_what_it_cannot_do_exits_with_2(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words) == 2
    assert words[0] in capsys.readouterr().err


def test_help_of_the_demo_when_printed_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    # Typer breaks what is wider than its terminal.
    assert run("--help") == 0
    text = capsys.readouterr().out
    assert "tandem demo --json report.json" in text
    assert "tandem demo --l1 http://127.0.0.1:8545" in text


def test_help_when_printed_imports_no_heavy_library() -> None:
    program = "import sys, rollup.cli.app as a; a.build(['demo', 'provers', '--help']); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert {"numba", "numpy", "web3", "vyper", "sqlalchemy", "rich"} & set(loaded) == set()


def test_check_when_it_holds_goes_on_and_else_raises() -> None:
    hold(truth=True, what="the sky is blue")
    with pytest.raises(DemoFailedError, match="it does not hold that the sky is green"):
        hold(truth=False, what="the sky is green")
