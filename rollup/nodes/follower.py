"""From the rollup contract's events to inputs of derivation, and to batches. It believes headers and hashes, nothing else."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rollup.batch.batch import Batch
from rollup.batch.blob import to_data
from rollup.batch.derivation import BatchLog, DerivationError, MessageLog, Position, Rules, derive
from rollup.batch.epoch import Epoch
from rollup.batch.epochs import Epochs
from rollup.nodes.programs import Programs
from rollup.nodes.scan import Event, Scanner
from rollup.params import DataKind, MessageKind
from rollup.ports.da import Blobs, DataLayer
from rollup.ports.l1 import L1, Contract
from rollup.ports.store import L1Point


@dataclass(frozen=True, slots=True)
class Posted:
    """A batch as derived, the epoch that it belongs to, and the L1 transaction that posted it."""

    batch: Batch
    epoch: Epoch
    point: L1Point
    transaction_hash: bytes


@dataclass(frozen=True, slots=True)
class Derived:
    """What one L1 block brought: messages to the inbox, batches, and epochs that were applied or began, as they stand after it."""

    point: L1Point
    messages: tuple[MessageLog, ...]
    batches: tuple[Posted, ...]
    epochs: tuple[Epoch, ...]


class Follower:
    """Follows a rollup contract. It keeps nothing: whoever asks says where it stands.

    Parameters
    ----------
    l1
        Only read from.
    rollup
        The rollup contract.
    programs
        Of the chain's epochs.
    blobs
        Commits to blobs.
    layers
        Where the data of each kind lies.
    start
        The L1 block that created the contract: nothing before it concerns the chain.
    """

    def __init__(
        self,
        l1: L1,
        rollup: Contract,
        programs: Programs,
        blobs: Blobs,
        layers: Mapping[DataKind, DataLayer],
        start: L1Point,
    ) -> None:
        self._l1 = l1
        self.rollup, self.programs, self.start = rollup, programs, start
        self._blobs, self._layers = blobs, layers
        self.scanner = Scanner(l1, rollup)

    def after(
        self, point: L1Point, position: Position, inbox: Sequence[MessageLog], epochs: Sequence[Epoch]
    ) -> Iterator[Derived]:
        """Yield what each L1 block after `point` brought.

        Parameters
        ----------
        position
            Where derivation stood after `point`.
        inbox
            The messages up to `point` that it had not consumed yet, from number `position.inbox_index` on.
        epochs
            All that were applied up to `point`, in order.

        Raises
        ------
        L1Reorganised
            If a block is no longer in the chain.
        DerivationError, MissingDataError, DecodeError
            As `rollup.batch.derivation.derive`.
        L1Error
            If nobody has the data of a batch.
        OutsideError
            If an epoch begins whose program is not here, or cannot go on with the state.
        """
        walk = _Walk(self, position, list(inbox), list(epochs))
        for at, events in self.scanner.after(point):
            yield walk.take(at, events)

    def rules(self, epoch: Epoch) -> Rules:
        """Return what derivation must know in an epoch; `OutsideError` if its program is not here."""
        layout = self.programs.image(epoch.program_id).layout
        return Rules(layout, self.programs.domain(epoch.program_id), self._versioned_hash)

    def contents(self, log: BatchLog, event: Event) -> tuple[bytes, bytes]:
        """Fetch the data of a batch; derivation checks it again."""
        kind = DataKind(log.kind)
        elements = self._layers[kind].fetch(self._l1, (log.data_hash,), event.transaction_hash)
        return log.data_hash, to_data(kind, elements)

    def _versioned_hash(self, blob: bytes) -> bytes:
        """SPEC: EIP-4844, `kzg_to_versioned_hash`."""
        return b"\x01" + hashlib.sha256(self._blobs.commitment(blob)).digest()[1:]


@dataclass
class _Walk:
    """Where derivation stands within L1, from event to event.

    Attributes
    ----------
    waiting
        Messages that no batch has consumed.
    epochs
        All that were applied so far.
    """

    follower: Follower
    position: Position
    waiting: list[MessageLog]
    epochs: list[Epoch]

    def take(self, at: L1Point, events: Sequence[Event]) -> Derived:
        """Take in the events of the next block."""
        queued = self.position.inbox_index + len(self.waiting)
        messages = tuple(_MESSAGES[event.name](event) for event in events if event.name in _MESSAGES)
        self.waiting += messages
        batches: list[Posted] = []
        posted: list[Event] = []
        changed: dict[int, Epoch] = {}
        for event in events:
            if event.name in _MESSAGES:
                queued += 1
            elif event.name == "BatchPosted":
                posted.append(event)
            elif event.name == "Applied":
                epoch = self._apply(event, queued)
                changed[epoch.index] = epoch
            elif event.name == "Began":
                # INVARIANT: the contract logs this right before the epoch's first batch, so what came before is of the old one.
                batches += self._derive(at, posted)
                posted = []
                epoch = self._begin(event)
                changed[epoch.index] = epoch
        batches += self._derive(at, posted)
        return Derived(at, messages, tuple(batches), tuple(changed.values()))

    def _apply(self, event: Event, queued: int) -> Epoch:
        """Note an epoch that begins behind the `queued` messages so far."""
        values = event.values
        epoch = Epoch(
            values["epoch"], values["program_id"], values["settlement"], values["inbox_from"], values["until"]
        )
        if epoch.index != len(self.epochs) or Epochs(self.epochs).waiting is not None:
            expected = "the next, once the last has begun"
            raise DerivationError("derivation: an epoch is applied out of turn", expected=expected, got=epoch.index)
        if epoch.inbox_from != queued:
            what = f"derivation: epoch {epoch.index} does not begin behind the messages queued before it"
            raise DerivationError(what, expected=queued, got=epoch.inbox_from)
        self.epochs.append(epoch)
        return epoch

    def _begin(self, event: Event) -> Epoch:
        waiting = Epochs(self.epochs).waiting
        if waiting is None or event.values["epoch"] != waiting.index:
            got = event.values["epoch"]
            raise DerivationError("derivation: an epoch begins that was not applied", expected=waiting, got=got)
        epoch = waiting.begin(event.values["first"])
        # SAFETY: under another program, or one that looks for records elsewhere, batches come to what nobody else sees.
        self.follower.programs.successor(self.epochs[-2].program_id, epoch.program_id)
        self.position = self.position.entering(epoch)
        self.epochs[-1] = epoch
        return epoch

    def _derive(self, at: L1Point, events: Sequence[Event]) -> Iterator[Posted]:
        """Yield the batches that these events announce, all of the last epoch that has begun; messages are checked even if there are none."""
        epochs = Epochs(self.epochs)
        epoch, waits = epochs.of(self.position.number + 1), epochs.waiting
        logs = [_batch(event) for event in events]
        contents = dict(self.follower.contents(log, event) for log, event in zip(logs, events, strict=True))
        boundary = None if waits is None else waits.inbox_from
        batches = derive(self.follower.rules(epoch), self.position, self.waiting, logs, contents, boundary)
        for batch, event in zip(batches, events, strict=True):
            yield Posted(batch, epoch, at, event.transaction_hash)
        for batch in batches:
            self.position = self.position.after(batch)
        self.waiting = [log for log in self.waiting if log.index >= self.position.inbox_index]


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
