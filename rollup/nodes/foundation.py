"""What a sequencer builds on: the chain as L1 has it, and on top of that the batches it sealed that L1 does not have yet."""

from collections.abc import Iterator, Sequence

from rollup.batch.derivation import MessageLog
from rollup.batch.epoch import Epoch
from rollup.batch.epochs import Epochs
from rollup.batch.inbox import Message
from rollup.batch.receipt import Receipt
from rollup.execution.builder import Draft
from rollup.execution.engine import Runner, execute
from rollup.ir.image import Image
from rollup.nodes.l1_clock import L1Clock
from rollup.nodes.outbox import Outbox, Sealed
from rollup.nodes.programs import Programs
from rollup.ports.store import ChainStore
from rollup.state.tree import Tree


class Foundation:
    """The newest header to build on, its state, and whether L1 still agrees with what led there.

    Parameters
    ----------
    programs
        Of the chain's epochs.
    clock
        L1's time: batches can become too late for it.
    store
        The chain as a full node derived it.
    outbox
        Where sealed batches are kept.
    runner
        An interpreter of graphs.

    Attributes
    ----------
    header, state, timestamp
        To build on: of the newest batch; `load` and `extend` change them.
    """

    def __init__(self, programs: Programs, clock: L1Clock, store: ChainStore, outbox: Outbox, runner: Runner) -> None:
        self._programs, self._clock, self._runner = programs, clock, runner
        self._store, self._outbox = store, outbox
        self._return()

    def _return(self) -> None:
        """Stand on what L1 has."""
        self._epochs = self._read_epochs()
        self._derived = self._store.newest()
        self.header = self._anchor = self._store.header(self._derived)
        self.state = self._store.state(self._derived)
        position = self._store.position(self._derived)
        self._rolling, self.timestamp = position.rolling, position.timestamp
        self._last = self._epochs.of(self._derived)
        self._promised: dict[int, Sealed] = {}
        self._is_forked = False

    # Moving on

    def load(self, now: int) -> Iterator[tuple[Sealed, tuple[Receipt, ...]]]:
        """Stand on what L1 has and on the sealed batches; yield each of these, executed again.

        From the first on that can no longer be posted with the result it had, at L1's time `now`, they are forgotten.
        """
        self._return()
        for sealed in self._outbox.after(self._derived):
            state = self.state.fork()
            epoch = None if self._clock.is_late(sealed.timestamp, now) else self._epoch_of(sealed, now)
            receipts = None if epoch is None else self._run(sealed, epoch, state)
            if epoch is None or receipts is None:
                break
            self._stand_on(sealed, epoch, state)
            yield sealed, receipts
        self._outbox.drop_from(self.header.batch_number + 1)

    def extend(self, draft: Draft, messages: Sequence[MessageLog], epoch: Epoch) -> Sealed:
        """Put a batch that was built in an epoch into the outbox, and stand on it.

        SAFETY: it is durable when this returns, so what is announced afterwards is what is posted, whatever crashes.
        """
        sealed = Sealed(
            number=draft.number,
            epoch=epoch.fingerprint(),
            parent=self.header.hash(),
            timestamp=draft.timestamp,
            inbox_from=draft.inbox_from,
            inbox_to=draft.inbox_from + len(draft.messages),
            rolling=self._after(messages),
            payee=draft.payee,
            header=draft.header,
            elements=draft.elements,
        )
        self._outbox.put(sealed)
        self._stand_on(sealed, epoch, draft.state)
        return sealed

    def rebase(self) -> bool:
        """Take the state from the store, once that holds it, instead of one fork upon another; False if there is nothing to do."""
        if not self._is_forked or self._store.newest() != self.header.batch_number:
            return False
        self.state, self._is_forked = self._store.state(self.header.batch_number), False
        return True

    def _stand_on(self, sealed: Sealed, epoch: Epoch, state: Tree) -> None:
        self._promised[sealed.number] = sealed
        self._last = epoch
        self.header, self.state, self._rolling, self._is_forked = sealed.header, state, sealed.rolling, True
        self.timestamp = sealed.timestamp

    def _run(self, sealed: Sealed, epoch: Epoch, state: Tree) -> tuple[Receipt, ...] | None:
        """Execute a sealed batch again; None if L1 has other messages, or something else comes of it."""
        logs = self._store.messages(self.header.inbox_index)[: sealed.inbox_to - sealed.inbox_from]
        follows = sealed.parent == self.header.hash() and sealed.inbox_from + len(logs) == sealed.inbox_to
        if not follows or self._after(logs) != sealed.rolling:
            return None
        image, domain = self._programs.image(epoch.program_id), self._programs.domain(epoch.program_id)
        batch = sealed.batch(domain, read(logs, image))
        result = execute(image, self.header, batch, state, self._runner)
        return result.receipts if result.header == sealed.header else None

    # Epochs

    @property
    def epoch(self) -> Epoch:
        """The epoch that the next batch is to be built in."""
        return self._epochs.next_of(self._last, self.header.inbox_index)

    def ending(self, now: int) -> Epoch | None:
        """Return the epoch of the newest batch if another waits and L1, at its time `now`, still takes batches of this one; else None."""
        follower = self._epochs.after(self._last)
        if follower is None or (self.header.inbox_index >= follower.inbox_from and now > follower.until):
            return None
        return self._last

    def is_ending(self, epoch: Epoch) -> bool:
        """Tell whether L1 has applied an epoch after this one, as `is_void` saw it last."""
        return self._epochs.after(epoch) is not None

    def _read_epochs(self) -> Epochs:
        """Return the epochs as L1 has them; `OutsideError`, before anything is changed, if the next batch may need a program that is not here."""
        epochs = Epochs(self._store.epochs())
        if epochs.waiting is not None:
            last = epochs.of(self._store.newest())
            self._programs.successor(last.program_id, epochs.waiting.program_id)
        return epochs

    def _epoch_of(self, sealed: Sealed, now: int) -> Epoch | None:
        """Return the epoch in which L1 can still take a batch; None if it cannot."""
        return self._epochs.open_for(sealed.epoch, sealed.number, sealed.inbox_from, sealed.inbox_to, now)

    # The inbox

    def messages(self, epoch: Epoch) -> tuple[MessageLog, ...]:
        """Return the inbox messages that the next batch can take in an epoch: up to the cap, and to where the epoch after it begins."""
        start = self.header.inbox_index
        follower = self._epochs.after(epoch)
        cap = self._programs.image(epoch.program_id).layout.inbox_cap
        return self._store.messages(start)[: cap if follower is None else min(cap, follower.inbox_from - start)]

    def waiting(self, taken: int) -> int:
        """Return how many messages wait beside the first `taken`."""
        return len(self._store.messages(self.header.inbox_index + taken))

    def _after(self, messages: Sequence[MessageLog]) -> bytes:
        """Return the inbox's rolling hash after these messages, the next ones."""
        return messages[-1].rolling if messages else self._rolling

    # Whether it holds

    def is_void(self, messages: Sequence[MessageLog], epoch: Epoch, now: int) -> bool:
        """Tell whether L1 no longer says what led here, or says something after it, or cannot take what follows.

        Parameters
        ----------
        messages, epoch
            Those taken since, and the epoch that the open batch was begun in.
        now
            L1's time.
        """
        self._epochs = self._read_epochs()
        newest = self._store.newest()
        if newest < self._derived or self._store.header(self._derived) != self._anchor:
            return True  # L1 lost a batch
        posted = [number for number in self._promised if number <= newest]
        if any(self._store.header(number) != self._promised[number].header for number in posted):
            return True  # somebody else's stands where ours was to be
        for number in posted:
            del self._promised[number]
        self._derived, self._anchor = newest, self._store.header(newest)
        if newest > self.header.batch_number:
            return True  # somebody else posted one after it
        if any(self._epoch_of(sealed, now) is None for sealed in self._promised.values()):
            return True  # L1 changed, or has become too late for, the epoch that it was built in
        start = self.header.inbox_index
        end = start + len(messages)
        if self._epochs.open_for(epoch.fingerprint(), self.header.batch_number + 1, start, end, now) is None:
            return True
        return self._rolling_at(end) != self._after(messages)

    def oldest(self) -> int | None:
        """Return the timestamp of the first sealed batch that L1 does not have, as `is_void` saw it last; None if there is none."""
        return min((sealed.timestamp for sealed in self._promised.values()), default=None)

    def _rolling_at(self, count: int) -> bytes | None:
        """Return the inbox's rolling hash after `count` messages, as L1 has it now; None if it has fewer."""
        if count == self._anchor.inbox_index:
            return self._store.position(self._derived).rolling
        found = self._store.messages(count - 1)
        return found[0].rolling if found else None


def read(logs: Sequence[MessageLog], image: Image) -> tuple[Message, ...]:
    """Return messages as a program executes them."""
    return tuple(Message.from_words(log.words, image.layout.account_bits) for log in logs)
