"""Runs `tandem` in this process."""

import json
from pathlib import Path
from typing import Any

import pytest

from rollup.cli import app


def run(*words: str | Path) -> int | str | None:
    """Run a command line and return its exit code."""
    with pytest.raises(SystemExit) as stopped:
        app.main([str(word) for word in words])
    return stopped.value.code


class Tandem:
    """Runs command lines and keeps what they print."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def succeeds(self, *words: str | Path) -> str:
        """The output of a command that must succeed."""
        code, printed = run(*words), self._capsys.readouterr()
        assert code == 0, printed.out + printed.err
        return printed.out

    def json(self, *words: str | Path) -> Any:
        """The same, read as JSON."""
        return json.loads(self.succeeds(*words, "--json"))

    def fails(self, *words: str | Path) -> str:
        """What a command that must fail says on the error output."""
        code, printed = run(*words), self._capsys.readouterr()
        assert code == 1, printed.out + printed.err
        assert printed.err.startswith("error: ")
        return printed.err
