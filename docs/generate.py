"""Write measured figures into pages, between their markers: `python docs/generate.py`.

The figures are what `tandem demo --json docs/demo.json`, `make bench-proving JSON=docs/proving.json` and `make bench-dispute JSON=docs/dispute.json` wrote, so no
number there is typed by hand.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

DOCS: Final = Path(__file__).parent
README: Final = DOCS.parent / "README.md"

CHAINS: Final = {"optimistic": "fraud proof", "validity": "validity proof"}
WHERE: Final = {"blob": "a blob", "calldata": "calldata"}
DAY: Final = 86_400
MINUTE: Final = 60


def _yes(value: object) -> str:
    return "yes" if value else "**no**"


def _whole(value: float | None) -> str:
    return "–" if value is None else f"{round(value):,}"


def _decimal(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}"


def _duration(seconds: float) -> str:
    if seconds < 2 * MINUTE:
        return f"{round(seconds)} s"
    return f"{seconds / DAY:.1f} days" if seconds >= DAY else f"{seconds / MINUTE:.1f} min"


ROWS: Final[Mapping[str, tuple[str, Callable[[Any], str]]]] = {
    "final": ("final on L1", _yes),
    "withdrawal_paid": ("withdrawal paid on L1", _yes),
    "seconds_to_finality": ("time to finality, on L1's clock", _duration),
    "seconds_to_prove": ("seconds to prove, two cores", _decimal),
    "gas_total": ("L1 gas in all", _whole),
    "gas_per_tx": ("L1 gas a transaction", _whole),
    "bytes_per_tx": ("bytes on L1 a transaction", _decimal),
}


def block(figures: Mapping[str, Any]) -> str:
    """Return what stands between the markers: the table, and what it does not say."""
    return f"{table(figures)}\n\n{below(figures)}"


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


def below(figures: Mapping[str, Any]) -> str:
    """Return the sentences below the table: how large the batch was, what a lie costs, what was refused."""
    fraud, chain = figures["fraud"], figures["chains"]["optimistic"]
    moves, refused = len(fraud["moves"]), len(figures["refused"])
    blob = f" ({_whole(chain['blob_gas'])} blob gas beside that)" if chain["blob_gas"] else ""
    return (
        f"On both chains a batch of {chain['transactions']['total']} transactions in {WHERE[figures['data']]}{blob}, "
        "signatures included. "
        f"A lie is thrown out after {moves} moves and {_whole(fraud['gas'])} gas, of which L1 spends "
        f"{_whole(fraud['gas_one_step_proof'])} on executing the one step in dispute; half of the liar's bond goes to the challenger, the rest is burnt. "
        f"{refused} forged or replayed proofs were sent to the other chain's contract, and refused. "
        "Its keys are development keys, which the demo says too."
    )


def proving(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the Markdown table of a benchmark's figures, and below it their notes."""
    lines = ["| figure | measured | peer | ratio | goal | met |", "|---|--:|--:|--:|---|---|"]
    for row in rows:
        peer = "" if row["peer"] is None else f"{_digits(row['peer'])} {row['unit']}"
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.3f}"
        measured = f"{_digits(row['value'])} {row['unit']}".rstrip()
        lines.append(f"| {row['figure']} | {measured} | {peer} | {ratio} | {row['goal']} | {_yes(row['met'])} |")
    notes = [f"- {row['figure']}: {row['note']}" for row in rows if row["note"]]
    return "\n".join([*lines, "", *notes])


LENGTHS: Final = {
    "steps": "steps",
    "moves": "moves",
    "propose": "claim",
    "ask": "ask",
    "show": "show",
    "refute": "refute",
    "dispute": "all three",
}
ATTACKERS: Final = {
    "attackers": "wrong claims",
    "fallen": "fallen",
    "staked": "at stake, attackers",
    "challenger": "at stake, challenger",
    "proposer": "at stake, proposer",
    "gas": "gas, challenger",
    "gained": "won by the challenger",
    "burnt": "burnt",
    "delay": "right claim final after",
}
ETHER: Final = 10**18
WEI: Final = ("staked", "challenger", "proposer", "gained", "burnt")


def disputes(figures: Mapping[str, Any]) -> str:
    """Return the two Markdown tables of `benchmarks.disputes`: by the number of steps, and of attackers."""

    def form(name: str, value: int) -> str:
        if name == "delay":
            return _duration(value)
        return f"{value / ETHER:,.2f} ETH" if name in WEI else _whole(value)

    tables = []
    for part, columns in (("steps", LENGTHS), ("attackers", ATTACKERS)):
        lines = ["| " + " | ".join(columns.values()) + " |", "|" + "--:|" * len(columns)]
        lines += ["| " + " | ".join(form(name, row[name]) for name in columns) + " |" for row in figures[part]]
        tables.append("\n".join(lines))
    return "\n\n".join(tables)


def _digits(value: float) -> str:
    """Three significant digits, or all of an integer's."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


@dataclass(frozen=True)
class Place:
    """Where figures stand: between `<!-- NAME:begin -->` and `<!-- NAME:end -->` of a page, as `form` writes what a file holds."""

    name: str
    page: Path
    figures: Path
    form: Callable[[Any], str]

    @property
    def begin(self) -> str:
        """The marker before them."""
        return f"<!-- {self.name}:begin -->"

    @property
    def end(self) -> str:
        """The marker behind them."""
        return f"<!-- {self.name}:end -->"

    def filled(self) -> str:
        """Return the page as it should be."""
        figures = json.loads(self.figures.read_text(encoding="utf-8"))
        return self.fill(self.page.read_text(encoding="utf-8"), self.form(figures))

    def fill(self, page: str, text: str) -> str:
        """Return `page` with what stands between the markers replaced by `text`."""
        head, begin, rest = page.partition(self.begin)
        _, end, tail = rest.partition(self.end)
        if not (begin and end):
            raise ValueError(f"the page lacks {self.begin} or {self.end}")
        return f"{head}{begin}\n{text}\n{end}{tail}"


DEMO: Final = Place("demo", README, DOCS / "demo.json", block)
PROVING: Final = Place("proving", DOCS / "proving.md", DOCS / "proving.json", proving)
DISPUTES: Final = Place("disputes", DOCS / "spec" / "dispute.md", DOCS / "dispute.json", disputes)


def main() -> None:
    """Bring the pages up to date with the files."""
    for place in (DEMO, PROVING, DISPUTES):
        place.page.write_text(place.filled(), encoding="utf-8")


if __name__ == "__main__":
    main()
