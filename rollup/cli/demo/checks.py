"""What must hold for the demonstration to call itself a success."""

from typing import Final

from rollup.errors import UNSET, InternalError


class DemoFailedError(InternalError):
    """Something that the demonstration shows did not happen."""


_NOT_GIVEN: Final = UNSET


def hold(truth: object, what: str, *, expected: object = _NOT_GIVEN, got: object = _NOT_GIVEN) -> None:
    """Go on if `truth` is true.

    Raises
    ------
    DemoFailedError
        If it is not; so nothing after it is printed.
    """
    if not truth:
        raise DemoFailedError(f"demo: it does not hold that {what}", expected=expected, got=got)


def same(what: str, expected: object, got: object) -> None:
    """Go on if two values are equal; `DemoFailedError` if they are not."""
    hold(expected == got, what, expected=expected, got=got)
