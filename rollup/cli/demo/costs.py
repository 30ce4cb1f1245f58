"""L1 gas by what it was for, out of the ledger in which every connection books its receipts."""

from collections.abc import Iterator, Sequence
from typing import Final, Protocol, cast

from rollup.ports.l1 import L1


class Cost(Protocol):
    """What the demonstration reads of a ledger's line; `l1bridge.ledger.Cost` has it."""

    what: str
    sender: bytes
    block: int
    gas: int
    blob_gas: int
    wei: int


class Ledger(Protocol):
    """Lines in the order of their receipts."""

    def __iter__(self) -> Iterator[Cost]:
        """Yield every line."""
        ...


class Booked(Protocol):
    """An L1 connection that keeps a ledger."""

    ledger: Ledger


CAUSES: Final = {
    "deposit": "deposits",
    "post_blob": "data",
    "post_calldata": "data",
    "propose": "claim",
    "finalise": "finality",
    "settle": "bond",
    "collect": "bond",
    "release": "withdrawal",
    "withdraw": "withdrawal",
    "initialize": "deployment",
}
"""From the contract's function to the cause; deployments have none, and all others are moves of a dispute."""
SETTLING: Final = ("data", "claim", "finality", "bond")
"""What settling a batch costs when nobody lies."""


class Meter:
    """Reads a ledger from where it read last.

    Parameters
    ----------
    l1
        Any connection to the L1; all of them share the ledger.
    """

    def __init__(self, l1: L1) -> None:
        self._ledger = cast("Booked", l1).ledger
        self._read = len(tuple(self._ledger))

    def take(self) -> tuple[Cost, ...]:
        """Return the lines since the last call."""
        lines = tuple(self._ledger)[self._read :]
        self._read += len(lines)
        return lines

    def latest(self) -> str:
        """Say what was done last since then; empty if nothing was."""
        lines = tuple(self._ledger)[self._read :]
        return f"{lines[-1].what}, {len(lines)} transactions so far" if lines else ""


def cause_of(cost: Cost) -> str:
    """Return what a transaction was for."""
    if cost.what.startswith("deployment of "):
        return "deployment"
    return CAUSES.get(function_of(cost), "dispute")


def function_of(cost: Cost) -> str:
    """Return the contract's function that a transaction called."""
    return cost.what.rpartition(".")[2]


def gas_by_cause(costs: Sequence[Cost]) -> dict[str, int]:
    """Sum gas by cause, in the order in which causes first came up."""
    sums: dict[str, int] = {}
    for cost in costs:
        sums[cause_of(cost)] = sums.get(cause_of(cost), 0) + cost.gas
    return sums


def gas_of(costs: Sequence[Cost], function: str) -> int:
    """Return the gas of all calls of a function."""
    return sum(cost.gas for cost in costs if function_of(cost) == function)


def spent(costs: Sequence[Cost], sender: bytes) -> int:
    """Return the wei that an account paid in fees."""
    return sum(cost.wei for cost in costs if cost.sender == sender)
