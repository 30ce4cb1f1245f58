"""A batch: transactions in order, and how far it reads the inbox (spec §6)."""

from dataclasses import dataclass, field
from functools import cached_property

from rollup.batch.inbox import Message
from rollup.batch.moment import Moment
from rollup.batch.parcel import Parcel, parcel_at
from rollup.crypto.keccak import keccak256
from rollup.encoding import uint_to_bytes
from rollup.params import DataKind


@dataclass(frozen=True)
class Batch:
    """What L1 fixed of a batch, and what it stands for.

    Attributes
    ----------
    number
        From 1; batch 0 is genesis.
    parent_hash
        Of batch `number - 1`, 32 bytes; the program's id for batch 1.
    timestamp
        In seconds, as posted.
    inbox_from, inbox_to
        It consumes the messages [inbox_from, inbox_to).
    rolling
        The inbox's rolling hash after message `inbox_to - 1`, 32 bytes.
    payee
        Account that gets the fees.
    kind, data_hash
        How its data was posted, and the versioned hash or keccak256 of it.
    domain
        What signatures of this chain are bound to; the same for all its batches and no part of the hash.
    elements
        Its data, in [0, R); what is not there reads as 0.
    messages
        Those it consumes, in order.
    """

    number: int
    parent_hash: bytes
    timestamp: int
    inbox_from: int
    inbox_to: int
    rolling: bytes
    payee: int
    kind: DataKind
    data_hash: bytes
    domain: int
    elements: tuple[int, ...] = field(repr=False)
    messages: tuple[Message, ...] = field(repr=False)

    def __post_init__(self) -> None:
        assert len(self.messages) == self.inbox_to - self.inbox_from, "a batch carries the messages that it consumes"

    @cached_property
    def _hash(self) -> bytes:
        numbers = b"".join(uint_to_bytes(word, 32) for word in (self.number, self.timestamp, self.inbox_to))
        tail = uint_to_bytes(self.payee, 32) + uint_to_bytes(self.kind, 32)
        return keccak256(self.parent_hash, numbers, self.rolling, tail, self.data_hash)

    def hash(self) -> bytes:
        """Return the batch hash: keccak256 of eight words."""
        return self._hash

    @property
    def moment(self) -> Moment:
        """Its time and number, which its steps read."""
        return Moment(self.timestamp, self.number)

    def message(self, index: int) -> Message:
        """Return the inbox message number `index`, one of those that this batch consumes."""
        assert self.inbox_from <= index < self.inbox_to, f"batch {self.number} does not consume message {index}"
        return self.messages[index - self.inbox_from]

    def parcel(self, stride: int, number: int) -> Parcel:
        """Return transaction `number` of the data, whatever stands there."""
        return parcel_at(self.elements, stride, number)
