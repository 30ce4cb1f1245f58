"""Where a key comes from, in a file beside it: the contributions of the ceremony that made it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rollup.errors import DecodeError
from rollup.json_file import read_json

_FILE: Final = "ceremony.json"
_FORMAT: Final = "tandem-ceremony-record-1"


@dataclass(frozen=True)
class Record:
    """Of a finished ceremony.

    Attributes
    ----------
    transcript
        Its last hash, hexadecimal.
    contributions
        Name and hash of each.
    development
        Whether its powers of tau were made by one process.
    """

    transcript: str
    contributions: tuple[tuple[str, str], ...]
    development: bool

    def save(self, directory: Path) -> None:
        """Write it beside a key."""
        content = {
            "format": _FORMAT,
            "transcript": self.transcript,
            "contributions": [list(each) for each in self.contributions],
            "development": self.development,
        }
        (directory / _FILE).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, directory: Path) -> Record | None:
        """Read what stands beside a key, None where it is nobody's ceremony; DecodeError if it is no such record."""
        path = directory / _FILE
        if not path.exists():
            return None
        try:
            content = read_json(path)
            pairs = tuple((str(name), str(value)) for name, value in content["contributions"])
            known, mark = content["format"] == _FORMAT, content["development"]
            record = cls(str(content["transcript"]), pairs, mark is not False)
        except (ValueError, KeyError, TypeError) as error:
            raise DecodeError(f"groth16: {path} is no record of a ceremony: {error}") from error
        if not known or not isinstance(mark, bool):
            raise DecodeError(f"groth16: {path} is no record of a ceremony", expected=_FORMAT)
        return record

    def require(self, *, development: bool) -> None:
        """Raise DecodeError unless a key beside it is marked as it is."""
        if development is not self.development or not self.contributions:
            raise DecodeError(
                "groth16: a key's mark of development is not that of the ceremony beside it",
                expected=self.development,
                got=development,
            )
