"""Write the figures of a demo run into README.md, between its markers: `python docs/generate.py`.

The figures are what `tandem demo --json docs/demo.json` wrote, so no number in README.md is typed by hand.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, cast

DOCS: Final = Path(__file__).parent
FIGURES: Final = DOCS / "demo.json"
README: Final = DOCS.parent / "README.md"
BEGIN: Final = "<!-- demo:begin -->"
END: Final = "<!-- demo:end -->"

CHAINS: Final = {"optimistic": "fraud proof", "validity": "validity proof"}


def _yes(value: object) -> str:
    return "yes" if value else "**no**"


def _whole(value: float | None) -> str:
    return "–" if value is None else f"{round(value):,}"


def _decimal(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}"


ROWS: Final[Mapping[str, tuple[str, Callable[[Any], str]]]] = {
    "final": ("final on L1", _yes),
    "gas_total": ("L1 gas in all", _whole),
    "gas_per_tx": ("L1 gas a transaction", _whole),
    "bytes_per_tx": ("bytes on L1 a transaction", _decimal),
    "seconds_to_prove": ("seconds to prove", _decimal),
    "withdrawal_paid": ("withdrawal paid on L1", _yes),
}


def table(figures: Mapping[str, Any]) -> str:
    """Return the Markdown table of a demo's figures: a row a measure, a column a chain.

    Raises
    ------
    KeyError
        A chain or one of its measures is missing: then the demo and this page no longer fit each other.
    """
    chains = [figures["chains"][name] for name in CHAINS]
    lines = ["| | " + " | ".join(CHAINS.values()) + " |", "|---|" + "--:|" * len(CHAINS)]
    for key, (label, form) in ROWS.items():
        lines.append(f"| {label} | " + " | ".join(form(chain[key]) for chain in chains) + " |")
    return "\n".join(lines)


def fill(page: str, block: str) -> str:
    """Return `page` with what stands between the markers replaced by `block`."""
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page lacks {BEGIN} or {END}")
    return f"{head}{begin}\n{block}\n{end}{tail}"


def main() -> None:
    """Bring README.md up to date with `docs/demo.json`."""
    figures = cast("Mapping[str, Any]", json.loads(FIGURES.read_text(encoding="utf-8")))
    README.write_text(fill(README.read_text(encoding="utf-8"), table(figures)), encoding="utf-8")


if __name__ == "__main__":
    main()
