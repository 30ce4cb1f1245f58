"""What became of a step, for people; nothing of it enters a header."""

from dataclasses import dataclass
from typing import Literal

from rollup.ir.layout import Layout
from rollup.params import Reason, Status

StepKind = Literal["inbox", "transaction", "fees"]


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """An amount in gwei that leaves for an L1 address (160 bits)."""

    recipient: int
    amount: int


@dataclass(frozen=True, slots=True)
class Touched:
    """A record that a step opened: the number of its table, and its key with all parts concatenated."""

    table: int
    key: int

    @classmethod
    def at(cls, layout: Layout, index: int) -> "Touched":
        """Return the record at a tree index."""
        return cls(index >> layout.key_bits, index & ((1 << layout.key_bits) - 1))


@dataclass(frozen=True, slots=True)
class Receipt:
    """The outcome of one step.

    Attributes
    ----------
    position
        Which step of its batch this is, from 0.
    kind
        What it executed.
    status
        Applied, failed or skipped; an inbox message that could not be delivered has failed, fees that were burnt too.
    skip
        Why it was skipped, `Reason.NONE` if it was not.
    reason
        The same for people, or the message of the check that failed; empty if applied.
    action, tag
        Name and tag of the graph.
    sender
        The account that signed, was credited or got the fees.
    args
        Of the action; of a message its words from `account` on; of the fee step what was collected.
    fee
        In gwei, what was signed; paid unless skipped.
    touched
        The records opened, in the order of their slots.
    withdrawals
        What leaves for L1, in the order in which the accumulator took it.
    transaction
        Its hash (`batch.transaction.hash_of`); empty for the other kinds.
    """

    position: int
    kind: StepKind
    status: Status
    skip: Reason
    reason: str
    action: str
    tag: int
    sender: int
    args: tuple[int, ...]
    fee: int
    touched: tuple[Touched, ...]
    withdrawals: tuple[Withdrawal, ...]
    transaction: bytes = b""
