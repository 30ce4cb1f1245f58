"""The committed clients are what the generator writes: typed, formatted, and the same every time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from examples.tokens import Tokens
from examples.voting import Voting
from rollup import U8, U32, AccountId, Program, Record, Table, Transaction, action
from rollup.cli import app
from rollup.client.brackets import LINE, Brackets
from rollup.client.source import client_source
from rollup.errors import AuthorError
from tests.programs.market import Market

CLIENTS = Path(__file__).parents[2] / "clients"
PROGRAMS: dict[str, type[Program]] = {"tokens": Tokens, "market": Market, "voting": Voting}


@pytest.mark.parametrize("name", PROGRAMS)
def test_client_is_the_committed_one(name: str) -> None:
    path, text = CLIENTS / f"{name}_client.py", client_source(PROGRAMS[name])
    if os.environ.get("TANDEM_WRITE_GOLDEN"):
        path.write_text(text)
    assert text == path.read_text(), "the client changed: see it with git diff after TANDEM_WRITE_GOLDEN=1 pytest"


def test_clients_are_as_the_formatter_leaves_them_and_strictly_typed() -> None:
    files = [str(CLIENTS / f"{name}_client.py") for name in PROGRAMS]
    for command in (["ruff", "format", "--check"], ["ruff", "check"], ["mypy", "--strict"]):
        done = subprocess.run([sys.executable, "-m", *command, *files], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_brackets_stand_on_one_line_up_to_its_last_column() -> None:
    fits = Brackets("f(", ["x" * (LINE - 7), "y"])
    assert len(fits.text(0)) == LINE - 1
    assert fits.text(1) == f" {fits.flat}".strip()
    assert fits.text(2).splitlines()[1:] == [f"      {'x' * (LINE - 7)},", "      y,", "  )"]
    assert Brackets.tuple_of(["1"]).text(0) == "(1,)"
    assert Brackets("f(", ["1"]).text(0) == "f(1)"
    assert Brackets("f(", []).text(LINE) == "f()"


def named_account() -> type[Program]:
    class Account(Record):
        points: U32

    class Named(Program):
        points = Table(Account, key=AccountId)

        @action
        def give(self, tx: Transaction, amount: U8) -> None:
            r"""Say "\\" and go."""
            self.points[tx.sender].points += amount

    return Named


def test_record_called_account_keeps_its_name_and_a_docstring_cannot_end_early() -> None:
    text = client_source(named_account())
    scope: dict[str, object] = {"__name__": "named_client"}
    exec(compile(text, "named_client.py", "exec", dont_inherit=True), scope)
    assert "class AccountRecord:" in text
    assert "def points(self, key: int, /) -> Account:" in text
    assert "def accounts(self, key: int, /) -> AccountRecord:" in text


def test_two_records_of_one_name_are_refused() -> None:
    class Other(named_account()):  # type: ignore[misc]
        class Account(Record):
            other: U8

        others = Table(Account, key=U8)

    with pytest.raises(AuthorError, match="two classes called Account"):
        client_source(Other)


def test_method_for_calls_from_l1_must_not_have_the_name_of_another() -> None:
    class Clash(Program):
        @action(from_l1=True)
        def go(self, tx: Transaction) -> None:
            """Go."""

        @action
        def go_from_l1(self, tx: Transaction) -> None:
            """Go too."""

    with pytest.raises(AuthorError, match="go_from_l1"):
        client_source(Clash)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[object, str, str]:
    with pytest.raises(SystemExit) as stopped:
        app.main(("client", *words))
    said = capsys.readouterr()
    return stopped.value.code, said.out, said.err


def test_command_prints_writes_and_checks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expected, out = (CLIENTS / "tokens_client.py").read_text(), tmp_path / "client.py"
    assert run(capsys, "examples.tokens:Tokens") == (0, expected, "")
    assert run(capsys, "examples.tokens:Tokens", "--out", str(out))[0] == 0
    assert out.read_text() == expected
    assert run(capsys, "examples.tokens:Tokens", "--check", str(out))[0] == 0
    out.write_text(expected + "\n")
    code, _, err = run(capsys, "examples.tokens:Tokens", "--check", str(out))
    assert (code, "write it again: tandem client examples.tokens:Tokens --out" in err) == (1, True)
    assert run(capsys, "examples.tokens:Tokens", "--check", str(tmp_path / "none.py"))[0] == 1
    code, _, err = run(capsys, "examples.tokens:Tokens", "--out", str(tmp_path / "no" / "client.py"))
    assert (code, "mkdir -p" in err) == (1, True)
