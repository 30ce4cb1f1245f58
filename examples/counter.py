"""A counter an account: the smallest rollup."""

from rollup import U32, AccountId, Program, Record, Table, action


class Count(Record):
    """How far an account has counted."""

    value: U32


class Counter(Program):
    """One count an account."""

    counts = Table(Count, key=AccountId)

    @action
    def add(self, tx, step: U32):
        """Add to the sender's count."""
        self.counts[tx.sender].value += step


# The language needs the types of arguments only, so nothing else is annotated here.
# ruff: noqa: ANN001, ANN201
# mypy: allow-untyped-defs, allow-incomplete-defs
