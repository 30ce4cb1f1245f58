"""A new program is one that compiles, is audited, and whose test passes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rollup.audit.auditor import audit
from rollup.audit.report import Verdict
from rollup.audit.solver import Limits
from rollup.cli import app
from rollup.cli.new import write
from rollup.errors import AuthorError
from rollup.program.loading import load_program


def run(*words: str) -> int | str | None:
    with pytest.raises(SystemExit) as stopped:
        app.main(("new", *words))
    return stopped.value.code


def test_new_program_passes_its_own_test_and_its_audit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("top_scores", "--path", str(tmp_path)) == 0
    folder = tmp_path / "top_scores"
    assert f"wrote {folder / 'top_scores.py'}\n" in capsys.readouterr().out
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout
    program = load_program(str(folder / "top_scores.py"))
    assert program.__name__ == "TopScores"
    report = audit(program, Limits(seconds=5))
    found = {finding.verdict for finding in report.findings if finding.what == "giving_is_never_forgotten"}
    assert found == {Verdict.PROVED}


def test_json_names_the_program_and_the_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("market", "--path", str(tmp_path), "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["program"] == f"{tmp_path / 'market' / 'market.py'}:Market"
    assert all(Path(file).is_file() for file in said["files"])


@pytest.mark.parametrize("name", ["Market", "1market", "mar-ket", "", "class", "a/b", "märkt", "rollup"])
def test_name_that_is_none_is_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(AuthorError, match="name"):
        write(name, tmp_path)
    assert not list(tmp_path.iterdir())


def test_folder_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "market").mkdir()
    with pytest.raises(AuthorError, match="is there already"):
        write("market", tmp_path)
    assert not list((tmp_path / "market").iterdir())
    with pytest.raises(AuthorError, match="there is no folder"):
        write("market", tmp_path / "nowhere")
