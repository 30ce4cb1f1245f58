"""The table at the end: both chains side by side, from receipts."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from rich.table import Table
from rich.text import Text

from rollup.cli.demo.figures import ChainFigures, Figures
from rollup.cli.demo.screen import Screen

HEADINGS: Final = {"optimistic": "fraud proof", "validity": "validity proof"}
HOUR, DAY = 3_600, 86_400


def whole(value: float | None) -> str:
    """Write a number without decimals; a dash for none."""
    return "–" if value is None else f"{round(value):,}"


def duration(seconds: float) -> str:
    """Write a time in the unit that fits it."""
    if seconds >= DAY:
        return f"{seconds / DAY:.1f} days"
    return f"{seconds:,.0f} s" if seconds < HOUR else f"{seconds / HOUR:.1f} h"


def rows(figures: Figures) -> dict[str, Callable[[ChainFigures], str]]:
    """Return the table's rows: a label, and what stands there for a chain."""
    disputed = None if figures.fraud is None else figures.fraud.gas

    def caused(cause: str) -> Callable[[ChainFigures], str]:
        return lambda chain: whole(chain.gas.get(cause))

    return {
        "transactions": lambda chain: whole(chain.transactions.total),
        "final on L1": lambda chain: "yes" if chain.final else "no",
        "withdrawal paid on L1": lambda chain: "yes" if chain.withdrawal_paid else "no",
        "time to finality, on L1's clock": lambda chain: duration(chain.seconds_to_finality),
        "time to prove, on this machine": lambda chain: (
            "–" if chain.seconds_to_prove is None else f"{chain.seconds_to_prove:.1f} s"
        ),
        "L1 gas: the data": caused("data"),
        "L1 gas: the claim, with its proofs": caused("claim"),
        "L1 gas: finality": caused("finality"),
        "L1 gas: the bond, taken back": caused("bond"),
        "L1 gas in all": lambda chain: whole(chain.gas_total),
        "L1 gas a transaction": lambda chain: whole(chain.gas_per_tx),
        "L1 gas of a dispute, if somebody lies": lambda chain: whole(
            disputed if chain.backend == "optimistic" else None
        ),
        "blob gas, beside that": lambda chain: whole(chain.blob_gas),
        "bytes of data a transaction": lambda chain: f"{chain.bytes_per_tx:,.1f}",
        "bytes of the claim": lambda chain: whole(chain.bytes_claim),
    }


def show(screen: Screen, figures: Figures) -> None:
    """Print the table and what must be known about it."""
    screen.chapter(6, "Side by side")
    screen.show(table(figures.chains, rows(figures)))
    screen.show()
    for note in notes(figures):
        screen.line(note)


def notes(figures: Figures) -> Iterator[str]:
    """Yield what the table does not say."""
    if len({chain.bytes_per_tx for chain in figures.chains.values()}) == 1:
        yield "both chains publish every signature, so their data is the same; a larger batch makes each transaction cheaper"
    for name, chain in figures.chains.items():
        if chain.weakness:
            yield f"what {HEADINGS[name]}s here do not resist: {chain.weakness}"
    if any(chain.development_keys for chain in figures.chains.values()):
        yield "development keys: one machine made them and could have kept their secret; a real chain needs a ceremony"


def table(chains: Mapping[str, ChainFigures], labelled: Mapping[str, Callable[[ChainFigures], str]]) -> Table:
    """Return a table with a row a measure and a column a chain."""
    made = Table(box=None, pad_edge=False, padding=(0, 2))
    made.add_column("")
    for name in chains:
        made.add_column(Text(HEADINGS[name]), justify="right")
    for label, form in labelled.items():
        made.add_row("   " + label, *(form(chain) for chain in chains.values()))
    return made
