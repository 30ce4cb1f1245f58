"""From the rollup contract's events to inputs of derivation, and to batches. It believes headers and hashes, nothing else."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rollup.batch.batch import Batch
from rollup.batch.blob import to_data
from rollup.batch.derivation import BatchLog, MessageLog, Position, Rules, derive
from rollup.errors import OutsideError
from rollup.ir.layout import Layout
from rollup.nodes.scan import Event, Scanner
from rollup.params import DataKind, MessageKind
from rollup.ports.da import Blobs, DataLayer
from rollup.ports.l1 import L1, Contract
from rollup.ports.store import L1Point


@dataclass(frozen=True, slots=True)
class Posted:
    """A batch as derived, and the L1 transaction that posted it."""

    batch: Batch
    point: L1Point
    transaction_hash: bytes


@dataclass(frozen=True, slots=True)
class Derived:
    """What one L1 block brought: messages to the inbox, and batches."""

    point: L1Point
    messages: tuple[MessageLog, ...]
    batches: tuple[Posted, ...]


class Follower:
    """Follows a rollup contract. It keeps nothing: whoever asks says where it stands.

    Parameters
    ----------
    l1
        Only read from.
    rollup
        The rollup contract.
    rules
        Of the chain; see `chain_rules`.
    layers
        Where the data of each kind lies.
    start
        The L1 block that created the contract: nothing before it concerns the chain.
    """

    def __init__(
        self, l1: L1, rollup: Contract, rules: Rules, layers: Mapping[DataKind, DataLayer], start: L1Point
    ) -> None:
        self._l1 = l1
        self.rollup, self.rules, self.start = rollup, rules, start
        self._layers = layers
        self.scanner = Scanner(l1, rollup)

    def after(self, point: L1Point, position: Position, inbox: Sequence[MessageLog]) -> Iterator[Derived]:
        """Yield what each L1 block after `point` brought.

        Parameters
        ----------
        position
            Where derivation stood after `point`.
        inbox
            The messages up to `point` that it had not consumed yet, from number `position.inbox_index` on.

        Raises
        ------
        L1Reorganised
            If a block is no longer in the chain.
        DerivationError, MissingDataError, DecodeError
            As `rollup.batch.derivation.derive`.
        L1Error
            If nobody has the data of a batch.
        OutsideError
            If another epoch begins, whose rules this follower does not have.
        """
        waiting = list(inbox)
        for at, events in self.scanner.after(point):
            _require_same_epoch(events)
            messages = tuple(_MESSAGES[event.name](event) for event in events if event.name in _MESSAGES)
            waiting += messages
            batches = tuple(self._batches(at, events, position, waiting))
            yield Derived(at, messages, batches)
            if batches:
                position = position.after(batches[-1].batch)
                waiting = [log for log in waiting if log.index >= position.inbox_index]

    def _batches(
        self, at: L1Point, events: Sequence[Event], position: Position, waiting: Sequence[MessageLog]
    ) -> Iterator[Posted]:
        posted = [event for event in events if event.name == "BatchPosted"]
        logs = [_batch(event) for event in posted]
        contents = dict(self._contents(log, event) for log, event in zip(logs, posted, strict=True))
        for batch, event in zip(derive(self.rules, position, waiting, logs, contents), posted, strict=True):
            yield Posted(batch, at, event.transaction_hash)

    def _contents(self, log: BatchLog, event: Event) -> tuple[bytes, bytes]:
        """Fetch the data of a batch; derivation checks it again."""
        kind = DataKind(log.kind)
        elements = self._layers[kind].fetch(self._l1, (log.data_hash,), event.transaction_hash)
        return log.data_hash, to_data(kind, elements)


def _require_same_epoch(events: Sequence[Event]) -> None:
    """SAFETY: under the rules of an epoch that is over, the next batch would come to something that nobody else sees."""
    for event in events:
        if event.name == "Began":
            epoch, first = event.values["epoch"], event.values["first"]
            raise OutsideError(
                f"follower: from batch {first} on this chain runs under other rules (epoch {epoch}), which this version cannot follow",
                remedy="use a version of Tandem that follows upgrades; everything before is kept",
            )


def chain_rules(layout: Layout, domain: int, blobs: Blobs) -> Rules:
    """Return what derivation must know of a chain, with versioned hashes as of EIP-4844."""

    def blob_hash(blob: bytes) -> bytes:
        return b"\x01" + hashlib.sha256(blobs.commitment(blob)).digest()[1:]

    return Rules(layout, domain, blob_hash)


def _deposit(event: Event) -> MessageLog:
    return _message(event, MessageKind.DEPOSIT, event.values["key_x"], event.values["key_y"])


def _call(event: Event) -> MessageLog:
    values = event.values
    return _message(event, MessageKind.CALL + values["tag"], values["word_0"], values["word_1"])


def _message(event: Event, kind: int, first: int, second: int) -> MessageLog:
    values = event.values
    l1_address = int.from_bytes(values["l1_address"], "big")
    words = (int(kind), values["account"], first, second, l1_address, values["amount"])
    return MessageLog(values["index"], words, values["rolling"])


_MESSAGES: Final[Mapping[str, Callable[[Event], MessageLog]]] = {"Deposit": _deposit, "Called": _call}
"""By the name of an event, how the message that it announces is read."""


def _batch(event: Event) -> BatchLog:
    return BatchLog(**event.values)
