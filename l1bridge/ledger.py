"""What L1 cost, transaction by transaction, and why."""

import functools
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from rollup.ports.l1 import Receipt


@dataclass(frozen=True, slots=True)
class Cost:
    """One transaction. Prices in wei per gas and per blob gas; `calldata` in bytes; `cause` is the caller's word for it."""

    cause: str
    what: str
    sender: bytes
    block: int
    succeeded: bool
    calldata: int
    gas: int
    gas_price: int
    blob_gas: int
    blob_gas_price: int

    @property
    def wei(self) -> int:
        """Both fees together."""
        return self.gas * self.gas_price + self.blob_gas * self.blob_gas_price


@dataclass(frozen=True, slots=True)
class Total:
    """Several transactions of one cause."""

    transactions: int = 0
    calldata: int = 0
    gas: int = 0
    blob_gas: int = 0
    wei: int = 0

    def __add__(self, cost: Cost) -> "Total":
        return Total(
            self.transactions + 1,
            self.calldata + cost.calldata,
            self.gas + cost.gas,
            self.blob_gas + cost.blob_gas,
            self.wei + cost.wei,
        )


class GasLedger:
    """Every transaction sent through the connections that share it, failed ones too, in the order of their receipts."""

    def __init__(self) -> None:
        self._costs: list[Cost] = []

    def record(self, receipt: Receipt, *, cause: str, what: str, sender: bytes, calldata: int) -> Cost:
        """Book a receipt."""
        cost = Cost(
            cause=cause,
            what=what,
            sender=sender,
            block=receipt.block_number,
            succeeded=receipt.status,
            calldata=calldata,
            gas=receipt.gas_used,
            gas_price=receipt.effective_gas_price,
            blob_gas=receipt.blob_gas_used,
            blob_gas_price=receipt.blob_gas_price,
        )
        self._costs.append(cost)
        return cost

    def __iter__(self) -> Iterator[Cost]:
        return iter(tuple(self._costs))

    def __len__(self) -> int:
        return len(self._costs)

    def total(self, cause: str | None = None) -> Total:
        """Sum what had one cause, or everything."""
        return functools.reduce(Total.__add__, (cost for cost in self if cause in (None, cost.cause)), Total())

    def by_cause(self) -> dict[str, Total]:
        """Sum by cause, in the order in which causes first came up."""
        return {cause: self.total(cause) for cause in dict.fromkeys(cost.cause for cost in self)}

    def to_json(self) -> list[dict[str, object]]:
        """Return one dictionary a transaction, the sender as hex."""
        return [asdict(cost) | {"sender": "0x" + cost.sender.hex()} for cost in self]
