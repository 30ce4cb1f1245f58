"""Another program for a chain of counters: the same tables and actions, and every step counts twice."""

from rollup import U32, AccountId, Program, Record, Table, action


class Count(Record):
    value: U32


class CounterV2(Program):
    """Counts by two."""

    counts = Table(Count, key=AccountId)

    @action
    def add(self, tx, step: U32):
        self.counts[tx.sender].value += step + step


# ruff: noqa: ANN001, ANN201
# mypy: allow-untyped-defs, allow-incomplete-defs
