"""The most expensive action that the language allows: the widest key, the most records, attributes and arguments, and a body that hashes."""

from rollup.program import U8, U32, AccountId, Field, Program, Record, Table, action, digest
from rollup.program import Transaction as Call

DIGESTS = 14
"""Each hashes 49 elements in 18 operations; another would exceed the 300 of a body."""


class Wide(Record):
    a0: Field
    a1: Field
    a2: Field
    a3: Field
    a4: Field
    a5: Field
    a6: Field
    a7: Field
    a8: Field
    a9: Field
    a10: Field
    a11: Field
    a12: Field
    a13: Field
    a14: Field
    a15: Field


class Largest(Program):
    """A tree of depth 31, seven records of 16 attributes, 8 full elements for arguments."""

    rows = Table(Wide, key=(AccountId, U32, U8))

    @action
    def churn(  # noqa: PLR0917 -- as many as an action may have
        self, tx: Call, a: Field, b: Field, c: Field, d: Field, e: Field, f: Field, g: Field, h: Field
    ) -> None:
        """Change seven records to the last of a chain of digests; as many as a body may have."""
        rows = [self.rows[tx.sender, U32(2**32 - 1 - k), U8(k)] for k in range(7)]
        value = a
        for _ in range(DIGESTS):
            value = digest(value, *(a, b, c, d, e, f, g, h) * 6)
        for row in rows:
            row.a15 = value
