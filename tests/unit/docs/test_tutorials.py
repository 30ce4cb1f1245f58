"""What the tutorials tell to write and to run is written and run, and prints what they say."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TUTORIALS = sorted((Path(__file__).parents[3] / "docs" / "tutorial").glob("*.md"))
FENCE = re.compile(r"^```(\w+) ?(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXIT = "exit "


def blocks(page: str) -> Iterator[tuple[str, list[str], str]]:
    """Yield language, words behind it, and text of each block."""
    for language, words, text in FENCE.findall(page):
        yield language, words.split(), text


def write(folder: Path, words: list[str], text: str) -> None:
    """Write a file, or replace in it what stands before a line of dashes by what stands behind."""
    path = folder / words[0]
    path.parent.mkdir(parents=True, exist_ok=True)
    if words[1:] == ["replace"]:
        old, new = text.split("---\n")
        assert path.read_text().count(old) == 1, f"{words[0]} has no line to replace"
        text = path.read_text().replace(old, new)
    path.write_text(text)


def run(folder: Path, text: str) -> None:
    """Run the commands of a block, each behind `$`; a line of `…` stands for any others, and `$ exit 1` says how the last one ended."""
    commands = [part.split("\n", 1) for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]]
    while commands:
        command, expected = commands.pop(0)
        status = int(commands.pop(0)[0].removeprefix(EXIT)) if commands and commands[0][0].startswith(EXIT) else 0
        environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(
            command.split(), cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == status, done.stdout + done.stderr
        lines = [re.escape(line.strip()).replace("…", ".*") for line in expected.strip().splitlines()]
        pattern = r"\n".join(lines).replace(r".*\n", r"(.*\n)*?").removesuffix(r"(.*\n)*?.*")
        printed = "\n".join(line.strip() for line in done.stdout.splitlines()) + "\n"
        assert re.search(pattern, printed), f"{command} printed\n{printed}"


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_tutorial_does_what_it_says(path: Path, tmp_path: Path) -> None:
    steps = 0
    for language, words, text in blocks(path.read_text(encoding="utf-8")):
        if words:
            write(tmp_path, words, text)
        else:
            assert language == "console"
            run(tmp_path, text)
        steps += 1
    assert steps > 4


def test_prover_of_the_tutorial_is_the_package_among_the_examples() -> None:
    package = Path(__file__).parents[3] / "examples" / "my_prover"
    page = (TUTORIALS[0].parent / "prover.md").read_text(encoding="utf-8")
    files = {words[0]: text for _, words, text in blocks(page) if len(words) == 1}
    assert set(files) == {"notary/notary.vy", "notary/backend.py", "notary/__init__.py", "pyproject.toml"}
    assert {name: (package / name).read_text(encoding="utf-8") for name in files} == files
