"""A program small enough to fill its batches in a test; the others come from `examples`."""

from rollup.program import U8, U64, Program, Record, Table, Transaction, action, require


class Count(Record):
    """A number."""

    value: U64


class Counter(Program):
    """Everybody adds to one counter."""

    capacity = 8
    counts = Table(Count, key=(U8,))

    @action
    def add(self, tx: Transaction, by: U64) -> None:
        """Add to counter 0."""
        require(by != 0, "nothing to add")
        self.counts[0].value += by
