"""JSON that somebody else wrote, read so that it cannot take the process down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from rollup.errors import DecodeError, OutsideError

MAX_DEPTH: Final = 32
"""Of arrays and objects within each other; no file of ours or of snarkjs' has more than four."""

QUOTE, BACKSLASH, OPENING, CLOSING = ord('"'), ord("\\"), b"[{", b"]}"


def read_json(path: Path | str) -> Any:  # noqa: ANN401 - whatever the file holds
    """Read a file.

    Raises
    ------
    OutsideError
        It cannot be read.
    DecodeError
        It is no JSON, or too deep.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise OutsideError(f"{path} cannot be read: {error.strerror}") from error
    # SAFETY: py-ecc raises the interpreter's limit of recursion beyond what the stack holds, so the decoder would not stop in time.
    if _depth(data) > MAX_DEPTH:
        raise DecodeError(f"{path} is not JSON that we read: too deep", expected=f"<= {MAX_DEPTH} levels")
    try:
        return json.loads(data)
    except ValueError as error:
        raise DecodeError(f"{path} is not JSON") from error


def _depth(data: bytes) -> int:
    """The most arrays and objects within each other; of what is no JSON, the depth up to where the decoder gives up, or more."""
    depth = deepest = 0
    in_string = escaped = False
    for byte in data:
        if in_string:
            in_string, escaped = escaped or byte != QUOTE, not escaped and byte == BACKSLASH
        elif byte == QUOTE:
            in_string = True
        elif byte in OPENING:
            depth += 1
            deepest = max(deepest, depth)
        elif byte in CLOSING:
            depth -= 1
    return deepest
