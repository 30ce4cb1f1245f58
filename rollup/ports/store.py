"""What a node keeps, so that a crash at any instant loses nothing that it acknowledged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from rollup.batch.batch import Batch
from rollup.batch.derivation import MessageLog, Position
from rollup.batch.epoch import Epoch
from rollup.batch.receipt import Receipt
from rollup.state.header import Header, StepHeader
from rollup.state.leaf import Attributes
from rollup.state.tree import NodeKey, Tree


@dataclass(frozen=True, slots=True)
class L1Point:
    """A block of L1: its number, and its hash of 32 bytes."""

    number: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Block:
    """A batch with its result, as a node keeps it.

    Attributes
    ----------
    batch
        As derived from L1.
    posted
        The L1 block that holds it.
    transaction_hash
        Of the L1 transaction that posted it, 32 bytes.
    header
        After it.
    step_headers, receipts
        One a step.
    """

    batch: Batch
    posted: L1Point
    transaction_hash: bytes
    header: Header
    step_headers: tuple[StepHeader, ...]
    receipts: tuple[Receipt, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What a batch changed in the tree: `Tree.changes()` of the fork it ran on."""

    nodes: Mapping[NodeKey, int]
    records: Mapping[int, Attributes]

    @classmethod
    def of(cls, fork: Tree) -> "Changes":
        """Take them from a fork."""
        return cls(*fork.changes())


class ChainStore(Protocol):
    """The chain as derived from L1, and the transactions that wait for it. Every call that changes something is one transaction."""

    def advance(
        self,
        point: L1Point,
        messages: Sequence[MessageLog],
        blocks: Sequence[tuple[Block, Changes]],
        epochs: Sequence[Epoch] = (),
    ) -> None:
        """Keep everything that L1 brought up to a block, all or nothing; transactions that ran in a batch no longer wait.

        `epochs` are those that were applied or began, as they stand after it.
        """
        ...

    def rewind(self, l1_number: int) -> int:
        """Forget everything that L1 blocks after this number brought; return the number of the last batch left.

        It goes back to the last `point` that is not after it. Transactions of forgotten batches wait again.
        """
        ...

    def point(self) -> L1Point | None:
        """Return the L1 block up to which the chain has been followed; None before the first."""
        ...

    def newest(self) -> int:
        """Return the number of the last batch; 0 at genesis."""
        ...

    def header(self, number: int) -> Header:
        """Return the header after a batch, or genesis for 0; `KeyError` if it is not held."""
        ...

    def position(self, number: int) -> Position:
        """Return where derivation stands after a batch; `KeyError` if it is not held."""
        ...

    def block(self, number: int) -> Block:
        """Return a batch with its result; `KeyError` if it is not held."""
        ...

    def epochs(self) -> tuple[Epoch, ...]:
        """Return all epochs that L1 has applied, in order; the first is that of genesis."""
        ...

    def messages(self, start: int) -> tuple[MessageLog, ...]:
        """Return the inbox messages from number `start` on."""
        ...

    def state(self, number: int) -> Tree:
        """Return the tree after a batch; writes to it stay in memory. `KeyError` if the batch is not held."""
        ...

    def find_transaction(self, transaction_hash: bytes) -> tuple[int, int] | None:
        """Return batch and position of the step that ran a transaction, else of the first that skipped it; None if no batch holds it."""
        ...

    def receipts_of(self, account: int, limit: int) -> tuple[tuple[int, Receipt], ...]:
        """Return the newest receipts of a sender or depositor, with the number of their batch, newest first."""
        ...

    def add_pending(self, transaction_hash: bytes, data: bytes) -> bool:
        """Keep a transaction that waits for a batch; False if it waits already."""
        ...

    def pending(self) -> tuple[tuple[bytes, bytes], ...]:
        """Return hash and bytes of all transactions that wait, in the order in which they came."""
        ...

    def drop_pending(self, transaction_hashes: Sequence[bytes]) -> None:
        """Forget transactions that wait."""
        ...
