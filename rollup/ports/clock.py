"""Time, as every role reads it; so that a devnet can travel a week in a test."""

from typing import Protocol


class Clock(Protocol):
    """A clock that may run ahead of the wall's."""

    def now(self) -> float:
        """Return the time in seconds since 1970-01-01 UTC; never less than an earlier answer."""
        ...

    def sleep(self, seconds: float) -> None:
        """Return when `now()` has grown by `seconds`, or earlier if somebody advanced the clock past that."""
        ...
