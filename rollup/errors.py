"""Every error of Tandem names its culprit.

::

    TandemError                 anything that we raise on purpose
     +-- AuthorError            the program's author: carries file, line and source text
     +-- OutsideError           the world: an L1 that does not answer, a full disk, a dead network
     +-- PeerError              what somebody sent us or posted on L1
     |    +-- DecodeError       bytes that are no encoding of what they should be
     +-- InternalError          us: an invariant of our own does not hold

Whoever catches one can act on the class alone: show an `AuthorError` at its line, retry an `OutsideError`, refuse the
peer of a `PeerError`, report an `InternalError`. The values that disagreed are attributes, `expected` and `got`.
"""

from typing import Final

__all__ = ["UNSET", "AuthorError", "DecodeError", "InternalError", "OutsideError", "PeerError", "TandemError"]


class _Unset:
    """The type of `UNSET`; apart from None, which is a value that may be expected or got."""

    def __repr__(self) -> str:
        return "UNSET"

    def __reduce__(self) -> str:
        return "UNSET"


UNSET: Final = _Unset()


class TandemError(Exception):
    """What happened; what was expected and what came; what to do.

    Parameters
    ----------
    what
        What happened, naming the thing it happened to; no full stop.
    expected, got
        The values that disagree; left out of the text where not given.
    remedy
        What the reader can do, as an instruction; where not given, the class's own.
    """

    default_remedy: str = ""

    def __init__(self, what: str, *, expected: object = UNSET, got: object = UNSET, remedy: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.expected = expected
        self.got = got
        self.remedy = self.default_remedy if remedy is None else remedy

    def __str__(self) -> str:
        return "; ".join(part for part in (self.what, self._difference(), self.remedy) if part)

    def _difference(self) -> str:
        named = (("expected", self.expected), ("got", self.got))
        return ", ".join(f"{name} {value}" for name, value in named if value is not UNSET)

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions pickle by their positional arguments and so would lose the keywords on the way between processes.
        return (_revive, (type(self), self.args, self.__dict__))


def _revive(kind: type[TandemError], args: tuple[object, ...], attributes: dict[str, object]) -> TandemError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(attributes)
    return error


class AuthorError(TandemError):
    """The program cannot be what its author wrote.

    Parameters
    ----------
    file, line
        Where the author wrote it; the line counts from 1.
    source
        The text of that line.
    """

    def __init__(
        self,
        what: str,
        *,
        file: str | None = None,
        line: int | None = None,
        source: str | None = None,
        expected: object = UNSET,
        got: object = UNSET,
        remedy: str | None = None,
    ) -> None:
        super().__init__(what, expected=expected, got=got, remedy=remedy)
        self.file = file
        self.line = line
        self.source = source

    @property
    def location(self) -> str:
        """`file:line`, the file alone, or nothing."""
        return ":".join(str(part) for part in (self.file, self.line) if part is not None)

    def __str__(self) -> str:
        text = super().__str__()
        if self.location:
            text = f"{self.location}: {text}"
        return f"{text}\n    {self.source.strip()}" if self.source else text


class OutsideError(TandemError):
    """The L1, the disk or the network did not do its part; trying again may help."""


class PeerError(TandemError):
    """Somebody sent or posted what the rules do not allow; trying again will not help."""


class DecodeError(PeerError):
    """Bytes that are no encoding of what they should be."""


class InternalError(TandemError):
    """An invariant of Tandem's own does not hold."""

    default_remedy = "this is a bug in Tandem: please report it with the command that led here"
