"""JSON that somebody else wrote, read so that it cannot take the process down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from rollup.errors import DecodeError, OutsideError

MAX_BYTES: Final = 1 << 28
MAX_DEPTH: Final = 32
"""Of arrays and objects within each other; no file of ours or of snarkjs' has more than four."""

QUOTE, BACKSLASH, OPENING, CLOSING = ord('"'), ord("\\"), b"[{", b"]}"


def read_json(path: Path | str, limit: int = MAX_BYTES) -> Any:  # noqa: ANN401 - whatever the file holds
    """Read a file of at most `limit` bytes.

    Raises
    ------
    OutsideError
        It cannot be read, or is larger.
    DecodeError
        It is no JSON, too deep, or has a name twice in one object.
    """
    try:
        size = Path(path).stat().st_size
        if size > limit:
            raise OutsideError(f"{path} is too large", expected=f"<= {limit} bytes", got=size)
        data = Path(path).read_bytes()
    except OSError as error:
        raise OutsideError(f"{path} cannot be read: {error.strerror}") from error
    return parse_json(data, str(path))


def parse_json(data: bytes, where: str) -> Any:  # noqa: ANN401 - whatever the bytes hold
    """Read bytes, which errors call `where`; `DecodeError` as `read_json`."""
    # SAFETY: py-ecc raises the interpreter's limit of recursion beyond what the stack holds, so the decoder would not stop in time.
    if _depth(data) > MAX_DEPTH:
        raise DecodeError(f"{where} is not JSON that we read: too deep", expected=f"<= {MAX_DEPTH} levels")
    try:
        return json.loads(data, object_pairs_hook=_once)
    except DecodeError as error:
        raise DecodeError(f"{where} is not JSON that we read: {error}") from error
    except ValueError as error:
        raise DecodeError(f"{where} is not JSON") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise DecodeError(f"{next(name for name in names if names.count(name) > 1)!r} stands twice in one object")
    return found


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
