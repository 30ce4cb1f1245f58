"""From L1's data to batches: one pure function, on which everybody who follows the chain agrees (SOUNDNESS 15, 17).

It repeats the checks that the rollup contract made when a batch was posted, all but those against L1's own clock (the drift of the timestamp, the
inclusion window and the last second of an old epoch), which decided whether it was posted and not what it means. A contract that works never lets one
fail; so a failure means that the L1 connection lied or left something out, and the error names the log or the data in question.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from rollup.batch.batch import Batch
from rollup.batch.blob import from_blob, from_words
from rollup.batch.epoch import Epoch
from rollup.batch.inbox import EMPTY_ROLLING, Message, roll
from rollup.crypto.keccak import keccak256
from rollup.errors import UNSET, OutsideError, PeerError
from rollup.ir.layout import Layout
from rollup.params import DataKind


class DerivationError(PeerError):
    """L1 data that no rollup contract of this program can have accepted."""


class MissingDataError(OutsideError):
    """The contents of a batch were not given.

    Attributes
    ----------
    data_hash
        Under which L1 fixed them.
    """

    def __init__(self, number: int, data_hash: bytes) -> None:
        super().__init__(f"derivation: the data of batch {number} is missing", expected=data_hash.hex())
        self.data_hash = data_hash


@dataclass(frozen=True, slots=True)
class MessageLog:
    """What L1 logged when a message entered the inbox: its number, its six words, and the rolling hash after it."""

    index: int
    words: tuple[int, ...]
    rolling: bytes


@dataclass(frozen=True, slots=True)
class BatchLog:
    """What L1 logged when a batch was posted; as in `Batch`, with the hash that the contract computed."""

    number: int
    parent_hash: bytes
    timestamp: int
    inbox_to: int
    rolling: bytes
    payee: int
    kind: int
    data_hash: bytes
    batch_hash: bytes


@dataclass(frozen=True, slots=True)
class Position:
    """How far a chain has been derived: the last batch, and the inbox as far as batches consumed it.

    Attributes
    ----------
    number, batch_hash, timestamp
        Of the last batch; 0, the program's id and 0 at genesis. Where an epoch begins, the hash is what its first batch names as its parent.
    inbox_index, rolling
        How many messages are consumed, and the rolling hash after them.
    """

    number: int
    batch_hash: bytes
    timestamp: int
    inbox_index: int
    rolling: bytes

    @classmethod
    def genesis(cls, program_id: bytes) -> "Position":
        """Return the position before batch 1."""
        return cls(0, program_id, 0, 0, EMPTY_ROLLING)

    def after(self, batch: Batch) -> "Position":
        """Return the position after the next batch."""
        return Position(batch.number, batch.hash(), batch.timestamp, batch.inbox_to, batch.rolling)

    def entering(self, epoch: Epoch) -> "Position":
        """Return the position from which the first batch of an epoch follows; `DerivationError` if it cannot begin here."""
        what = f"derivation: epoch {epoch.index} begins"
        if epoch.first != self.number + 1:
            raise DerivationError(f"{what} with another batch than the next", expected=self.number + 1, got=epoch.first)
        if epoch.inbox_from != self.inbox_index:
            raise DerivationError(
                f"{what} before all messages of the one before are read",
                expected=epoch.inbox_from,
                got=self.inbox_index,
            )
        return replace(self, batch_hash=epoch.link(self.batch_hash))


@dataclass(frozen=True, slots=True)
class Rules:
    """What derivation must know of a chain, in one epoch.

    Attributes
    ----------
    layout
        Of the program.
    domain
        Of the signatures.
    blob_hash
        From the 131,072 bytes of a blob to its versioned hash (KZG, which is the data layer's business).
    """

    layout: Layout
    domain: int
    blob_hash: Callable[[bytes], bytes]


def derive(
    rules: Rules,
    origin: Position,
    inbox: Sequence[MessageLog],
    posted: Sequence[BatchLog],
    contents: Mapping[bytes, bytes],
    boundary: int | None = None,
) -> tuple[Batch, ...]:
    """Return the batches that `posted` announces, in order; all are of one epoch.

    Parameters
    ----------
    origin
        After which batch they follow.
    inbox
        Every message from number `origin.inbox_index` on, as far as known.
    contents
        Blobs and calldata by `data_hash`.
    boundary
        Number of the first message that the next epoch reads, if one is applied.

    Raises
    ------
    DerivationError
        If a log contradicts another, the data or the rules.
    MissingDataError
        If the contents of a batch are not among those given.
    DecodeError
        If a message or an element is outside its range.
    """
    batches: list[Batch] = []
    queue = _Inbox(rules.layout, origin, inbox)
    for log in posted:
        _check_sequence(rules, origin, log)
        if boundary is not None and log.inbox_to > boundary:
            _refuse(log, "reads messages of the epoch after it", f"<= {boundary}", log.inbox_to)
        messages = queue.until(origin.inbox_index, log)
        batch = _build(rules, origin, log, messages, contents)
        _agree(log, "hash", batch.hash(), log.batch_hash)
        batches.append(batch)
        origin = origin.after(batch)
    return tuple(batches)


class _Inbox:
    """The messages given, checked against their own rolling hashes."""

    def __init__(self, layout: Layout, origin: Position, logs: Sequence[MessageLog]) -> None:
        self._start = origin.inbox_index
        self._messages: list[Message] = []
        self._rolling = [origin.rolling]
        for place, log in enumerate(logs, self._start):
            if log.index != place:
                raise DerivationError(
                    "derivation: an inbox message is missing or out of order", expected=place, got=log.index
                )
            self._append(log, Message.from_words(log.words, layout.account_bits))

    def _append(self, log: MessageLog, message: Message) -> None:
        rolling = roll(self._rolling[-1], message.hash())
        if rolling != log.rolling:
            what = f"derivation: inbox message {log.index} does not give the rolling hash logged with it"
            raise DerivationError(what, expected=log.rolling.hex(), got=rolling.hex())
        self._messages.append(message)
        self._rolling.append(rolling)

    def until(self, start: int, log: BatchLog) -> tuple[Message, ...]:
        first, last = start - self._start, log.inbox_to - self._start
        if last > len(self._messages):
            what = f"derivation: batch {log.number} consumes inbox messages that were not given"
            raise DerivationError(what, expected=log.inbox_to, got=self._start + len(self._messages))
        _agree(log, "rolling hash of the inbox", self._rolling[last], log.rolling)
        return tuple(self._messages[first:last])


def _check_sequence(rules: Rules, origin: Position, log: BatchLog) -> None:
    """Check what the contract checks without looking at data or messages."""
    _agree(log, "number", origin.number + 1, log.number)
    _agree(log, "parent's hash", origin.batch_hash, log.parent_hash)
    if log.timestamp < origin.timestamp:
        _refuse(log, "is older than its parent", f">= {origin.timestamp}", log.timestamp)
    if not origin.inbox_index <= log.inbox_to <= origin.inbox_index + rules.layout.inbox_cap:
        limits = f"{origin.inbox_index} … {origin.inbox_index + rules.layout.inbox_cap}"
        _refuse(log, "reads the inbox backwards or beyond the cap", limits, log.inbox_to)
    if not 0 <= log.payee < 1 << rules.layout.account_bits:
        _refuse(log, "pays an impossible account", f"< 2**{rules.layout.account_bits}", log.payee)
    if log.kind not in tuple(DataKind):
        _refuse(log, "has data of an unknown kind", "1 or 2", log.kind)


def _build(
    rules: Rules, origin: Position, log: BatchLog, messages: tuple[Message, ...], contents: Mapping[bytes, bytes]
) -> Batch:
    kind = DataKind(log.kind)
    return Batch(
        number=log.number,
        parent_hash=log.parent_hash,
        timestamp=log.timestamp,
        inbox_from=origin.inbox_index,
        inbox_to=log.inbox_to,
        rolling=log.rolling,
        payee=log.payee,
        kind=kind,
        data_hash=log.data_hash,
        domain=rules.domain,
        elements=_elements(rules, log, kind, contents),
        messages=messages,
    )


def _elements(rules: Rules, log: BatchLog, kind: DataKind, contents: Mapping[bytes, bytes]) -> tuple[int, ...]:
    if log.data_hash not in contents:
        raise MissingDataError(log.number, log.data_hash)
    data = contents[log.data_hash]
    if kind is DataKind.BLOB:
        elements = from_blob(data)
        _agree(log, "versioned hash", rules.blob_hash(data), log.data_hash)
        return elements
    _agree(log, "hash of its calldata", keccak256(data), log.data_hash)
    return from_words(data, rules.layout.data_elements)


def _agree(log: BatchLog, name: str, expected: int | bytes, got: int | bytes) -> None:
    if expected != got:
        _refuse(log, f"has another {name}", _show(expected), _show(got))


def _refuse(log: BatchLog, what: str, expected: object = UNSET, got: object = UNSET) -> None:
    raise DerivationError(f"derivation: batch {log.number} {what}", expected=expected, got=got)


def _show(value: int | bytes) -> object:
    return value.hex() if isinstance(value, bytes) else value
