"""A contract's events, block by block, from headers that link and receipts that are proved."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rollup.ports.l1 import L1, Block, Contract, L1Reorganised
from rollup.ports.store import L1Point


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a contract.

    Attributes
    ----------
    name, values
        By the contract's ABI.
    transaction_hash
        The provider's word (`ports.l1.Log`).
    """

    name: str
    values: Mapping[str, Any]
    transaction_hash: bytes


class Scanner:
    """Reads the events of one contract.

    Parameters
    ----------
    l1
        Only read from.
    contract
        Whose events.
    """

    def __init__(self, l1: L1, contract: Contract) -> None:
        self._l1 = l1
        self._contract = contract

    def after(self, point: L1Point) -> Iterator[tuple[L1Point, tuple[Event, ...]]]:
        """Yield each block after `point` with its events, up to the present head.

        Raises
        ------
        L1Reorganised
            If `point`, or a block yielded since, is no longer in the chain.
        """
        head = self._l1.head()
        for block in self._l1.blocks(self._held(point, head), head.number):
            yield L1Point(block.number, block.hash), self._events(block)

    def holds(self, point: L1Point) -> bool:
        """Tell whether the chain still contains a block."""
        head = self._l1.head()
        return point.number <= head.number and self._l1.block(point.number).hash == point.hash

    def _held(self, point: L1Point, head: Block) -> Block:
        found = self._l1.block(point.number) if point.number <= head.number else None
        if found is None or found.hash != point.hash:
            raise L1Reorganised(
                f"L1: block {point.number}, which was built on, is no longer in the chain",
                expected=point.hash.hex(),
                got="no such block" if found is None else found.hash.hex(),
            )
        return found

    def _events(self, block: Block) -> tuple[Event, ...]:
        logs = self._l1.logs(block, self._contract.address)
        return tuple(Event(*self._l1.decode(self._contract, log), log.transaction_hash) for log in logs)
