"""What the sequencer said of each batch, put together from the stream, and held against what came of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from rollup.batch.receipt import Receipt
from rollup.nodes.alarm import Alarm
from rollup.nodes.stream import StreamReader
from rollup.ports.store import Block
from rollup.state.header import Header

SEQUENCER = "the sequencer"


@dataclass
class Said:
    """Receipts of a batch's steps so far, and the header that it would lead to, if it was sealed."""

    receipts: list[Receipt] = field(default_factory=list)
    sealed: Header | None = None


class Witnessed:
    """A reader of the stream that remembers what was said until it can be judged."""

    def __init__(self, stream: StreamReader) -> None:
        self._stream = stream
        self._sequence = -1
        self._said: dict[int, Said] = {}

    def read(self) -> None:
        """Take in what is new on the stream."""
        for block in self._stream.after(self._sequence):
            self._sequence = block.sequence
            if block.restarts:
                self._said = {number: said for number, said in self._said.items() if number < block.batch}
            said = self._said.setdefault(block.batch, Said())
            said.receipts += block.receipts
            said.sealed = block.sealed or said.sealed

    def judge(self, block: Block) -> Iterator[Alarm]:
        """Yield the first thing that was said of a batch and is not so, and forget what was said of it."""
        said = self._said.pop(block.batch.number, None)
        found = None if said is None else _difference(said, block)
        if found is not None:
            yield Alarm(SEQUENCER, block.batch.number, *found)


def _difference(said: Said, block: Block) -> tuple[str, object, object] | None:
    """Return what differs, what it is, and what was said.

    A batch that was never said to be sealed may have been posted by anybody once the sequencer fell silent; then its promises are
    broken where a receipt differs or is missing.
    """
    for place, got in enumerate(said.receipts):
        expected = block.receipts[place] if place < len(block.receipts) else None
        if got != expected:
            return f"step {place} has another receipt", _brief(expected), _brief(got)
    if said.sealed is not None and said.sealed != block.header:
        return "it leads to another header", block.header, said.sealed
    return None


def _brief(receipt: Receipt | None) -> str:
    if receipt is None:
        return "no such step"
    what = f"{receipt.action}{receipt.args} of account {receipt.sender}: {receipt.status.name.lower()}"
    return f"{what} ({receipt.reason})" if receipt.reason else what
