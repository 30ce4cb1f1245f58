import json
import subprocess
import sys
from pathlib import Path

import pytest

from rollup.audit.solver import INSTALL
from rollup.cli import app
from rollup.errors import AuthorError
from rollup.program.loading import load_program

ROOT = Path(__file__).parents[3]
TOKENS = ROOT / "examples" / "tokens.py"
AUDITED = ROOT / "tests" / "programs" / "audited.py"


def run(*words: str) -> int | str | None:
    with pytest.raises(SystemExit) as stopped:
        app.main(("audit", *words))
    return stopped.value.code


def test_program_that_keeps_what_it_declares_exits_with_0_and_says_what_was_proved(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("examples.tokens:Tokens") == 0
    text = capsys.readouterr().out
    assert "Tokens, at most 10 s a question\n" in text
    assert "invariant supply tokens.py:" in text
    assert "  ✔ in transfer proved\n" in text
    assert '  · "U128 overflow in +" tokens.py:29 can fail\n' in text
    assert text.endswith("12 proved, 5 can fail, 1 never fails, 3 can be applied\n")


def test_program_that_breaks_its_invariant_exits_with_1_and_shows_how(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(f"{AUDITED}:Inflated") == 1
    text = capsys.readouterr().out
    assert "  ✗ in transfer refuted: the sum of balances.amount changes by 1\n" in text
    assert "amount = 77777 → applied\n" in text


def test_program_of_an_action_that_nobody_can_do_exits_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("tests.programs.audited:Impossible") == 1
    assert '✗ never can never be applied: "less" audited.py:' in capsys.readouterr().out


def test_json_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(f"{AUDITED}:Inflated", "--json", "--timeout", "30") == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["program"], report["limit"], report["bad"]) == ("Inflated", "30 s", True)
    (refuted,) = (finding for finding in report["findings"] if finding["verdict"] == "refuted")
    assert refuted["example"]["inputs"]["amount"] == 77777
    assert refuted["example"]["records"][1]["table"] == "balances"


def test_time_that_is_too_short_leaves_a_question_open(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("tests.programs.audited:Pools", "--timeout", "0.001") in (0, 1)
    text = capsys.readouterr().out
    assert "? in swap unknown: no answer within 0.001 s\n" in text


def test_help_shows_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    assert "tandem audit market.py:Market --timeout 60" in capsys.readouterr().out


def test_z3_when_not_installed_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    assert run("examples.tokens:Tokens") == 1
    assert capsys.readouterr().err == f"error: audit: z3 is not installed; {INSTALL}\n"


def test_language_does_not_need_z3() -> None:
    program = "import sys, examples.tokens as t; t.Tokens.image(); print('z3' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert said == "False\n"


FILES = {
    "none.py": "x = 1\n",
    "two.py": "from rollup import Program\nclass A(Program): pass\nclass B(Program): pass\n",
    "wrong.py": "def f(:\n",
    "raises.py": "x = 1\ny = x / 0\n",
    "imports.py": "import nothing_of_the_sort\n",
}
FORMS = "write module:Class, FILE.py:Class, or FILE.py if it declares one program; parameters after it: FILE.py,FEE=30"
ERRORS = {
    "tokens": f"'tokens' names no program; {FORMS}",
    "": f"'' names no program; {FORMS}",
    "no_such_module:A": f"there is no module no_such_module; {FORMS}",
    "examples.nothing:A": f"there is no module examples.nothing; {FORMS}",
    "..:A": f"'..' is no name of a module; {FORMS}",
    "examples.tokens:Token": "examples.tokens has no Token; it declares Tokens",
    "examples.tokens:Balance": "examples.tokens:Balance is no program; give a subclass of rollup.Program",
    "examples.tokens:Program": "examples.tokens:Program is no program; give a subclass of rollup.Program",
    "missing.py": f"there is no file missing.py; {FORMS}",
    "none.py": "none.py declares no program; declare one: class Tokens(Program)",
    "two.py": "two.py declares 2 programs; name one of two.py:A, two.py:B",
    "none.py:A": "none.py has no A; it declares no program",
    "wrong.py": "wrong.py:1: no Python: invalid syntax\n    def f(:",
    "raises.py": "raises.py:2: raises.py raised ZeroDivisionError: division by zero\n    y = x / 0",
    "imports.py": "imports.py:1: imports.py raised ModuleNotFoundError: No module named 'nothing_of_the_sort'\n    import nothing_of_the_sort",
}


@pytest.mark.parametrize("text", ERRORS)
def test_name_of_no_program_is_refused_with_what_there_is(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, source in FILES.items():
        (tmp_path / name).write_text(source)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AuthorError) as caught:
        load_program(text)
    assert str(caught.value).replace(f"{tmp_path}/", "") == ERRORS[text]


def test_program_of_a_module_in_the_folder_one_is_in_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    (tmp_path / "here_and_now.py").write_text(FILES["two.py"])
    monkeypatch.chdir(tmp_path)
    assert load_program("here_and_now:B").__name__ == "B"
    assert load_program("here_and_now.py:A").__name__ == "A"


def test_only_program_of_a_file_is_found() -> None:
    assert load_program(str(TOKENS)).__name__ == "Tokens"
