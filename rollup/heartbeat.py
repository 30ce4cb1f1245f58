"""Signs of life on the error output, at least every two seconds of work."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import IO, Final, Self

SILENCE: Final = 1.6
"""Seconds between two lines: below two, with a margin for a busy machine."""
TICK: Final = 0.2


class Heartbeat:
    """Between `with` and its end, says what it was told last; `progress` may be called from any thread."""

    def __init__(self, what: str, out: IO[str] | None = None, *, silence: float = SILENCE) -> None:
        self._news, self._out, self._silence = what, out or sys.stderr, silence
        self._started = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End."""
        self._over.set()
        self._thread.join()

    def progress(self, what: str, done: int, total: int) -> None:
        """Take news; a `ports.settlement.Progress`."""
        self._news = what if total <= 1 else f"{what}, {done} of {total}"

    def _beat(self) -> None:
        spoke = self._started
        while not self._over.wait(min(TICK, self._silence)):
            now = time.monotonic()
            if now - spoke >= self._silence:
                spoke = now
                self._out.write(f"… {self._news} ({now - self._started:.0f} s)\n")
                self._out.flush()
