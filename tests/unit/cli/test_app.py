import subprocess
import sys
from importlib.metadata import EntryPoint, entry_points

import pytest
import typer

from rollup import __version__
from rollup.cli import app
from rollup.errors import OutsideError


def refuse() -> None:
    raise OutsideError("the disk is full", expected=10, got=0, remedy="free some space")


def greet(name: str) -> None:
    sys.stdout.write(f"hello {name}")


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {"refuse": app.Row(f"{__name__}:refuse", "Fail."), "greet": app.Row(f"{__name__}:greet", "Greet.")}
    monkeypatch.setattr(app, "COMMANDS", rows)


def run(*words: str) -> int | str | None:
    with pytest.raises(SystemExit) as stopped:
        app.main(words)
    return stopped.value.code


@pytest.mark.usefixtures("command")
def test_error_of_ours_when_raised_by_a_command_prints_one_line_and_exits_with_1(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("refuse") == 1
    assert capsys.readouterr().err == "error: the disk is full; expected 10, got 0; free some space\n"


@pytest.mark.usefixtures("command")
def test_error_of_ours_when_debugging_keeps_its_stack_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(app.DEBUG_VARIABLE, "1")
    with pytest.raises(OutsideError, match="disk is full"):
        app.main(["refuse"])


@pytest.mark.usefixtures("command")
def test_command_when_named_gets_its_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("greet", "ada") == 0
    assert capsys.readouterr().out == "hello ada"


@pytest.mark.usefixtures("command")
def test_command_when_an_argument_has_the_name_of_another_still_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("greet", "refuse") == 0
    assert capsys.readouterr().out == "hello refuse"


def test_command_when_unknown_exits_with_2_and_suggests_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("demoo") == 2
    assert "'demo'" in capsys.readouterr().err


def group() -> typer.Typer:
    made = typer.Typer()
    made.command("hello")(greet)
    made.command("refuse")(refuse)
    return made


GROUP = group()


def test_plug_in_when_an_application_of_several_commands_is_a_group(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    point = EntryPoint("salute", f"{__name__}:GROUP", "tandem.commands")
    monkeypatch.setattr(app, "entry_points", lambda group: [point] if group == point.group else [])
    assert run("salute", "hello", "ada") == 0
    assert capsys.readouterr().out == "hello ada"
    assert run("salute", "refuse") == 1
    assert capsys.readouterr().err == "error: the disk is full; expected 10, got 0; free some space\n"
    assert run("--help") == 0
    assert "salute   From a plug-in." in capsys.readouterr().out


def test_plug_ins_of_this_distribution_have_a_line_each_in_the_help() -> None:
    ours = {
        point.name
        for point in entry_points(group="tandem.commands")
        if point.dist and point.dist.name == app.DISTRIBUTION
    }
    assert ours == set(app.PROVERS)
    assert {name: row.summary for name, row in app.plugged_in().items() if name in ours} == dict(app.PROVERS)


def test_help_when_printed_lists_every_command_and_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    text = capsys.readouterr().out
    assert [row.summary for row in app.COMMANDS.values() if row.summary not in text] == []
    assert "tandem demo --json report.json" in text


def test_version_when_asked_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    assert capsys.readouterr().out == f"tandem {__version__}\n"


def test_plug_in_when_installed_is_a_command_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    point = EntryPoint("salute", f"{__name__}:greet", "tandem.commands")
    monkeypatch.setattr(app, "entry_points", lambda group: [point] if group == point.group else [])
    assert run("salute", "ada") == 0
    assert capsys.readouterr().out == "hello ada"


def test_help_when_printed_imports_no_heavy_library() -> None:
    # What makes `--help` slow is imports; a clock would measure the machine.
    program = "import sys, rollup.cli.app as a; a.build(['--help']); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert {"numba", "numpy", "web3", "vyper", "sqlalchemy", "rich"} & set(loaded) == set()
