"""What installed packages offer, by entry point (DESIGN §9)."""

import os
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from rollup.errors import OutsideError
from rollup.ports.l1 import L1


def load(group: str, name: str) -> Any:  # noqa: ANN401 - each group says what its objects are
    """Return what is registered as `name` in a group; `OutsideError` if nothing is, with what there is instead."""
    found = entry_points(group=group)
    for point in found:
        if point.name == name:
            return point.load()
    there = ", ".join(sorted(point.name for point in found)) or "nothing"
    raise OutsideError(
        f"plug-ins: nothing is called {name} in {group}",
        expected=there,
        got=name,
        remedy="install the package that has it",
    )


def connect(l1: L1 | str | None, key: bytes) -> L1:
    """Return a connection that signs with `key`: to a chain started in this process, to a URL, or the one given."""
    if l1 is None or isinstance(l1, str):
        found: L1 = load("tandem.l1", "tester")(key=key) if l1 is None else load("tandem.l1", "url")(l1, key=key)
        return found
    return l1.as_account(key)


def cache_folder() -> Path:
    """Return `$TANDEM_CACHE`, or `~/.cache/tandem`."""
    return Path(os.environ.get("TANDEM_CACHE") or Path.home() / ".cache" / "tandem")
