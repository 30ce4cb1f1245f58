"""What a run looks like while it goes on: chapters, lines, and a sign of life at least every two seconds.

On a terminal the last line lives; where output goes to a file or a pipe, every sign of life is a line of its own.
"""

import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

SILENCE: Final = 1.6
"""Seconds after which plain output says that work goes on: below two, with a margin for a busy machine."""
TICK: Final = 0.2
MARK_STYLES: Final = {"✔": "green", "·": "dim"}
INDENT: Final = "  "
PLAIN_WIDTH: Final = 110
NOTE_WIDTH: Final = 18
"""Columns kept free at the right for what a line cost."""


class Screen:
    """Prints; usable from any thread between `with` and its end.

    Parameters
    ----------
    console
        Where to; rich decides by it whether there is a terminal.
    silence
        Seconds without output after which plain output gets a sign of life.
    """

    def __init__(self, console: Console, *, silence: float = SILENCE) -> None:
        self._console = console
        self._silence = silence
        self._lock = threading.RLock()
        self._work: list[_Work] = []
        self._spoke = time.monotonic()
        self._over = threading.Event()
        self._heart = threading.Thread(target=self._beat, name="screen", daemon=True)
        self._live: Live | None = None

    def __enter__(self) -> Self:
        """Begin to show signs of life."""
        self._spoke = time.monotonic()
        if self._console.is_terminal:
            self._live = Live(_LastLine(self._work), console=self._console, refresh_per_second=8, transient=True)
            self._live.start()
        else:
            self._heart.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, and leave nothing of the live line."""
        self._over.set()
        if self._live is not None:
            self._live.stop()
        else:
            self._heart.join()

    # What stays

    def show(self, renderable: RenderableType = "") -> None:
        """Print anything."""
        with self._lock:
            self._spoke = time.monotonic()
            self._console.print(renderable, highlight=False)

    def title(self, text: str) -> None:
        """Print the first line."""
        self.show(Text(text, style="bold"))

    def chapter(self, number: int, text: str) -> None:
        """Open a chapter."""
        self.show()
        self.show(Text(f"{number}  {text}", style="bold cyan"))

    def line(self, text: str, note: str = "", *, mark: str = "·") -> None:
        """Print one fact, and at the right what it cost or took."""
        self.show(self._drawn(text, note, mark))

    def _drawn(self, text: str, note: str, mark: str) -> Text:
        head = f"{INDENT}{mark} "
        width = self._console.width
        room = width - len(head) - (NOTE_WIDTH if note else 0)
        lines = textwrap.wrap(text, max(room, NOTE_WIDTH)) or [""]
        drawn = Text(head, style=MARK_STYLES.get(mark, ""), no_wrap=True).append(lines[0], style="default")
        if note:
            gap = max(width - len(head) - len(lines[0]) - len(note), 1)
            drawn.append(" " * gap).append(note, style="dim")
        for line in lines[1:]:
            drawn.append("\n" + " " * len(head)).append(line, style="default")
        return drawn

    def held(self, text: str, note: str = "") -> None:
        """Print something that was checked and holds; whoever calls has checked it."""
        self.line(text, note, mark="✔")

    # What passes

    @contextmanager
    def working(self, what: str, *, heeds: bool = True, ask: Callable[[], str] | None = None) -> Iterator[None]:
        """Show that something is being done, until it is.

        Parameters
        ----------
        heeds
            Whether what `progress` is told meanwhile is shown too.
        ask
            Says how far it is while nobody has told; called from another thread.
        """
        work = _Work(what, heeds=heeds, ask=ask)
        with self._lock:
            self._work.append(work)
        try:
            yield
        finally:
            with self._lock:
                self._work.remove(work)

    def progress(self, what: str, done: int, total: int, rest: str = "") -> None:
        """Take news of the work under way, and how much is left of it; a `ports.settlement.Progress`, called from any thread."""
        with self._lock:
            if self._work and self._work[-1].heeds:
                news = what if total <= 1 else f"{what}, {done} of {total}"
                self._work[-1].news = f"{news}, {rest}" if rest else news

    def _beat(self) -> None:
        while not self._over.wait(TICK):
            with self._lock:
                if self._work and time.monotonic() - self._spoke >= self._silence:
                    self.line(f"… {self._work[-1].text()}", mark=" ")


class _Work:
    """Something under way."""

    def __init__(self, what: str, *, heeds: bool, ask: Callable[[], str] | None) -> None:
        self.what, self.heeds, self._ask = what, heeds, ask
        self.news = ""
        self._started = time.monotonic()

    def text(self) -> str:
        """Say what, how far, and since when."""
        seconds = time.monotonic() - self._started
        news = self.news or (self._ask() if self._ask else "")
        return f"{self.what}{f': {news}' if news else ''} ({seconds:.0f} s)"


class _LastLine:
    """The live line of a terminal: a spinner and the innermost work."""

    def __init__(self, work: list[_Work]) -> None:
        self._work = work
        self._spinner = Spinner("dots", style="cyan")

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it; nothing while nothing is under way."""
        work = self._work[-1:]
        if work:
            self._spinner.update(text=Text(work[0].text(), style="dim", no_wrap=True, overflow="ellipsis"))
            yield Text(INDENT, end="")
            yield self._spinner


def console() -> Console:
    """Return the standard output; where it is no terminal, wide enough that few lines break."""
    return Console() if sys.stdout.isatty() else Console(width=PLAIN_WIDTH)


def gas(amount: int) -> str:
    """Write an amount of gas."""
    return f"{amount:,} gas"


def ether(wei: int) -> str:
    """Write wei as ether, without zeros at the end."""
    whole, part = divmod(wei, 10**18)
    return f"{whole}.{part:018}".rstrip("0").rstrip(".") + " ETH"
