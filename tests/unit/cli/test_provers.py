import json
from collections.abc import Callable
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from rollup.cli import app, provers
from rollup.ports.settlement import Context, Properties


class Plain:
    """A backend that needs nothing to say what it is."""

    name = "plain"
    version = 7
    withholds_signatures = True
    properties = Properties("at once", "nobody", "none", "none", "rain")

    def __init__(self, context: Context) -> None:
        self.context = context


class Greedy(Plain):
    """A backend that asks L1 while it is made."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.chain = context.l1.chain_id


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def install(**names: str) -> None:
        points = [EntryPoint(name, f"{__name__}:{target}", provers.GROUP) for name, target in names.items()]
        monkeypatch.setattr(provers, "entry_points", lambda group: points)

    return install


def run(*words: str) -> int | str | None:
    with pytest.raises(SystemExit) as stopped:
        app.main(["provers", *words])
    return stopped.value.code


def test_provers_when_listed_are_those_of_this_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--json") == 0
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    assert {"groth16", "optimistic"} <= {row["name"] for row in rows}
    assert [row for row in rows if "error" in row] == []
    assert all({"version", "data", "finality", "trust", "liveness", "setup", "weakness"} <= set(row) for row in rows)


def test_prover_when_printed_says_what_to_know_of_it(
    installed: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    installed(plain="Plain")
    assert run() == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "plain  7"
    assert "  weakness    rain" in lines
    assert f"  data        {provers.WITHHOLDS}" in lines


@pytest.mark.parametrize("target", ["Missing", "Greedy"])
def test_prover_when_it_cannot_be_loaded_is_listed_with_the_reason(
    installed: Callable[..., None], capsys: pytest.CaptureFixture[str], target: str
) -> None:
    installed(plain="Plain", broken=target)
    assert run() == 0
    printed = capsys.readouterr().out
    assert "cannot be loaded" in printed
    assert "weakness    rain" in printed


def test_provers_when_none_is_installed_says_so(
    installed: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    installed()
    assert run() == 0
    assert "no settlement backend is installed" in capsys.readouterr().out
