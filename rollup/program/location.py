"""Where an author wrote something, and errors that say so."""

import inspect
import linecache
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import Final, NamedTuple

from rollup.errors import UNSET, AuthorError

_OURS: Final = str(Path(__file__).parent) + os.sep


class Location(NamedTuple):
    """A line of source; "" and 0 for code of the frame's own."""

    file: str
    line: int

    @property
    def source(self) -> str:
        """The text of the line; "" if it cannot be read."""
        return linecache.getline(self.file, self.line).strip()

    @property
    def short(self) -> str:
        """The file's name without its folders, as receipts have it."""
        return Path(self.file).name


NOWHERE: Final = Location("", 0)


def here() -> Location:
    """Return the author's line that is running: the innermost one outside this package, but not beyond `boundary`."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 -- the one way to a line without building all frames, as inspect.stack does
    while frame is not None:
        if not frame.f_code.co_filename.startswith(_OURS):
            return Location(frame.f_code.co_filename, frame.f_lineno)
        if frame.f_code is boundary.__code__:
            return NOWHERE
        frame = frame.f_back
    return NOWHERE


def boundary(function: Callable[..., object], *arguments: object) -> object:
    """Call an author's function; `here` does not look past this call."""
    return function(*arguments)


def of_function(function: Callable[..., object]) -> Location:
    """Return the line of a function's `def`, below its decorators."""
    code = inspect.unwrap(function).__code__
    line = code.co_firstlineno
    while re.match(r"\s*@", linecache.getline(code.co_filename, line)):
        line += 1
    return Location(code.co_filename, line)


def of_class(cls: type, name: str = "") -> Location:
    """Return the line of a class, or the one in it on which `name` is first bound; `NOWHERE` if its source cannot be read."""
    with suppress(OSError, TypeError):
        lines, first = inspect.getsourcelines(cls)
        file = inspect.getsourcefile(cls) or ""
        pattern = rf"\s+{re.escape(name)}\s*[:=]" if name else r"\s*class\b"
        for offset, text in enumerate(lines):
            if re.match(pattern, text):
                return Location(file, first + offset)
        return Location(file, first)
    return NOWHERE


def of_traceback(traceback: TracebackType | None) -> Location:
    """Return the innermost line of a traceback that is not in this package."""
    found = NOWHERE
    while traceback is not None:
        if not traceback.tb_frame.f_code.co_filename.startswith(_OURS):
            found = Location(traceback.tb_frame.f_code.co_filename, traceback.tb_lineno)
        traceback = traceback.tb_next
    return found


def author_error(
    what: str,
    remedy: str | None = None,
    *,
    at: Location | None = None,
    expected: object = UNSET,
    got: object = UNSET,
) -> AuthorError:
    """Make the error of an author's line, by default the one that is running; without a line where there is none."""
    place = here() if at is None else at
    if place == NOWHERE:
        return AuthorError(what, expected=expected, got=got, remedy=remedy)
    return AuthorError(
        what, file=place.file, line=place.line, source=place.source, expected=expected, got=got, remedy=remedy
    )
