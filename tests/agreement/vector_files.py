"""The vectors as tests read them: integers instead of decimal strings."""

import json
from typing import Any

from tests.agreement.vectors.words import FOLDER


def load(name: str) -> Any:
    """Return a file of vectors; strings of digits alone are numbers, all others stay as they are."""
    return _numbers(json.loads((FOLDER / f"{name}.json").read_text()))


def _numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: item if key in _TEXT else _numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    return int(value) if isinstance(value, str) and value.isdigit() else value


_TEXT = frozenset(
    {
        *("source", "name", "case", "hash", "rollup", "program_id", "seed", "leaf", "code_root"),
        *("encoded_constants", "encoded_code"),
    }
)
