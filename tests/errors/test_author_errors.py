"""What an author reads: each `*.case` is a program, a line of `=`, and the whole text of the error it gets.

`TANDEM_WRITE_GOLDEN=1 pytest tests/errors` writes what is said now; read the difference before committing it.
"""

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from rollup.errors import AuthorError
from rollup.program import Program

CASES = sorted(Path(__file__).parent.glob("*.case"))
LINE = "=" * 80


def split(case: Path) -> tuple[str, str]:
    program, _, expected = case.read_text().partition(f"{LINE}\n")
    return program, expected


@pytest.fixture
def module_name(request: pytest.FixtureRequest) -> Iterator[str]:
    name = f"case_{abs(hash(request.node.name))}"
    yield name
    sys.modules.pop(name, None)


def compile_file(path: Path, name: str) -> None:
    """Import a file as an author's module and compile the last program that it declares."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    programs = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Program)]
    programs[-1].image()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_error_of_an_author_says_what_where_and_what_to_write_instead(
    case: Path, tmp_path: Path, module_name: str
) -> None:
    program, expected = split(case)
    path = tmp_path / "program.py"
    path.write_text(program)
    with pytest.raises(AuthorError) as caught:
        compile_file(path, module_name)
    said = str(caught.value).replace(f"{tmp_path}{os.sep}", "") + "\n"
    if os.environ.get("TANDEM_WRITE_GOLDEN"):
        case.write_text(program + f"{LINE}\n{said}")
        return
    assert said == expected
    assert (caught.value.file, caught.value.line is not None) == (str(path), True)
    assert caught.value.source == program.splitlines()[(caught.value.line or 0) - 1].strip()


def test_there_are_cases() -> None:
    assert len(CASES) >= 40
