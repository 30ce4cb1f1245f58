"""Figures: what was measured, beside what it was measured against and what it was meant to reach."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.table import Table

Goal = Literal["at most", "at least"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of a benchmark.

    Attributes
    ----------
    name
        What was measured.
    value, unit
        Its median.
    limit, direction
        What it is to reach: the ratio if there is a peer, else the value.
    peer
        The peer's median in the same unit, measured in the same run; None without a peer.
    peer_name
        Who that is.
    note
        What a reader must know beside it.
    """

    name: str
    value: float
    unit: str
    limit: float
    direction: Goal = "at most"
    peer: float | None = None
    peer_name: str = ""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours over the peer's."""
        return None if self.peer is None else self.value / self.peer

    @property
    def met(self) -> bool:
        """Whether the goal is reached."""
        reached = self.value if self.ratio is None else self.ratio
        return reached <= self.limit if self.direction == "at most" else reached >= self.limit

    @property
    def goal(self) -> str:
        """The goal in words."""
        unit = f" {self.unit}" if self.peer is None and self.unit else ""
        of = f" of {self.peer_name}" if self.peer is not None else ""
        return f"{self.direction} {_number(self.limit)}{unit}{of}"

    def to_json(self) -> dict[str, object]:
        """Return the row as the JSON file has it."""
        return {
            "figure": self.name,
            "value": self.value,
            "unit": self.unit,
            "peer": self.peer,
            "peer_name": self.peer_name,
            "ratio": self.ratio,
            "goal": self.goal,
            "met": self.met,
            "note": self.note,
        }


def show(title: str, figures: Sequence[Figure]) -> None:
    """Print a table."""
    table = Table(title=title, title_justify="left")
    for name in ("figure", "measured", "peer", "ratio", "goal", "met"):
        table.add_column(name, justify="left" if name in ("figure", "goal", "met") else "right")
    for figure in figures:
        peer = "" if figure.peer is None else f"{_number(figure.peer)} {figure.unit}"
        ratio = "" if figure.ratio is None else f"{figure.ratio:.3f}"
        measured = f"{_number(figure.value)} {figure.unit}"
        table.add_row(figure.name, measured, peer, ratio, figure.goal, "yes" if figure.met else "[red]no[/red]")
    console = Console()
    console.print(table)
    for figure in figures:
        if figure.note:
            console.print(f"{figure.name}: {figure.note}", highlight=False, soft_wrap=True)


def write(path: Path, figures: Sequence[Figure]) -> None:
    """Write the rows as JSON."""
    path.write_text(json.dumps([figure.to_json() for figure in figures], indent=1) + "\n", encoding="utf-8")


def _number(value: float) -> str:
    """Three significant digits, or all of an integer."""
    if value == 0 or not math.isfinite(value):
        return str(value)
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{digits}f}"
