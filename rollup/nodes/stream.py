"""The stream: what the sequencer says happened, before L1 knows of it. Many read it, each at a pace of its own."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from rollup.batch.receipt import Receipt
from rollup.errors import PeerError
from rollup.state.header import Header
from rollup.state.leaf import Attributes


@dataclass(frozen=True)
class MiniBlock:
    """Some steps of a batch in the making.

    Attributes
    ----------
    batch
        Number of that batch.
    restarts
        Whether all that was said of this batch and later ones before is void (a reorganisation of L1, or a batch that somebody else
        posted).
    transactions
        As wallets handed them in, in order.
    receipts
        Of all steps since the last mini-block of this batch: of inbox messages, of `transactions`, and of the fees if it is sealed.
    records
        By tree index, as those steps left them; `()` if absent.
    sealed
        The header after the batch, if this mini-block ends it.
    sequence
        From 0, without gaps; given by the stream.
    """

    batch: int
    restarts: bool = False
    transactions: tuple[bytes, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    records: Mapping[int, Attributes] = field(default_factory=dict)
    sealed: Header | None = None
    sequence: int = -1


class StreamReader(Protocol):
    """Whatever hands out mini-blocks in order."""

    def after(self, sequence: int) -> Iterator[MiniBlock]:
        """Yield the mini-blocks with a greater sequence number that are there; -1 for all."""
        ...


class Stream:
    """A stream within one process; any thread may publish or read.

    Parameters
    ----------
    keep
        How many mini-blocks are kept for readers that come late.
    """

    def __init__(self, keep: int = 100_000) -> None:
        self._keep = keep
        self._first = 0
        self._blocks: list[MiniBlock] = []
        self._changed = threading.Condition()

    def __len__(self) -> int:
        """How many mini-blocks were ever published."""
        with self._changed:
            return self._first + len(self._blocks)

    def publish(self, block: MiniBlock) -> MiniBlock:
        """Append a mini-block, and return it with its sequence number."""
        with self._changed:
            place = self._first + len(self._blocks)
            numbered = replace(block, records=dict(block.records), sequence=place)
            self._blocks.append(numbered)
            surplus = len(self._blocks) - self._keep
            if surplus > 0:
                del self._blocks[:surplus]
                self._first += surplus
            self._changed.notify_all()
            return numbered

    def after(self, sequence: int) -> Iterator[MiniBlock]:
        """Yield what came after a sequence number; `PeerError` if some of that is no longer kept."""
        with self._changed:
            start = sequence + 1
            if start < self._first:
                raise PeerError(
                    "stream: mini-blocks that were asked for are gone", expected=f">= {self._first}", got=start
                )
            found = self._blocks[start - self._first :]
        yield from found

    def wait(self, sequence: int, timeout: float) -> bool:
        """Wait until there is something after a sequence number; False if `timeout` seconds pass first."""
        with self._changed:
            return self._changed.wait_for(lambda: self._first + len(self._blocks) > sequence + 1, timeout)
