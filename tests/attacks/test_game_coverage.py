"""Every rule of soundness that settlement by games touches is attacked by a test that names it."""

import ast
import re
from pathlib import Path

TOUCHED = {1, 3, 4, 5, 6, 8, 9, 10, 11, 12, 15, 16, 17, 18, 19, 22}


def named(path: Path) -> set[int]:
    """The rules that the docstrings of a file's tests name."""
    tests = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
    texts = [ast.get_docstring(test) or "" for test in tests if test.name.startswith("test_")]
    lists = [match for text in texts for match in re.findall(r"SOUNDNESS (\d+(?:, \d+)*)", text)]
    return {int(rule) for rules in lists for rule in rules.split(", ")}


def test_each_rule_is_named_by_a_test_that_attacks_it() -> None:
    files = [*Path(__file__).parent.glob("test_game_*.py"), *Path(__file__).parent.glob("test_signature_*.py")]
    assert set.union(*map(named, files)) >= TOUCHED
