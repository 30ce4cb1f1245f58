"""What a sequencer builds on: the chain as L1 has it, and on top of that the batches it sealed that L1 does not have yet."""

from collections.abc import Callable, Iterator, Sequence

from rollup.batch.derivation import MessageLog
from rollup.batch.inbox import Message
from rollup.batch.receipt import Receipt
from rollup.execution.builder import Draft
from rollup.execution.engine import Runner, execute
from rollup.ir.image import Image
from rollup.nodes.outbox import Outbox, Sealed
from rollup.ports.store import ChainStore
from rollup.state.tree import Tree


class Foundation:
    """The newest header to build on, its state, and whether L1 still agrees with what led there.

    Parameters
    ----------
    image, domain
        The program and the chain.
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

    def __init__(self, image: Image, domain: int, store: ChainStore, outbox: Outbox, runner: Runner) -> None:
        self._image, self._domain, self._runner = image, domain, runner
        self._store, self._outbox = store, outbox
        self._return()

    def _return(self) -> None:
        """Stand on what L1 has."""
        self._derived = self._store.newest()
        self.header = self._anchor = self._store.header(self._derived)
        self.state = self._store.state(self._derived)
        position = self._store.position(self._derived)
        self._rolling, self.timestamp = position.rolling, position.timestamp
        self._promised: dict[int, Sealed] = {}
        self._is_forked = False

    # Moving on

    def load(self, is_late: Callable[[int], bool]) -> Iterator[tuple[Sealed, tuple[Receipt, ...]]]:
        """Stand on what L1 has and on the sealed batches; yield each of these, executed again.

        From the first on that can no longer be posted with the result it had, they are forgotten.

        Parameters
        ----------
        is_late
            Tells of a timestamp whether L1 has become too late for it.
        """
        self._return()
        for sealed in self._outbox.after(self._derived):
            state = self.state.fork()
            receipts = None if is_late(sealed.timestamp) else self._run(sealed, state)
            if receipts is None:
                break
            self._stand_on(sealed, state)
            yield sealed, receipts
        self._outbox.drop_from(self.header.batch_number + 1)

    def extend(self, draft: Draft, messages: Sequence[MessageLog]) -> Sealed:
        """Put a batch into the outbox, and stand on it.

        SAFETY: it is durable when this returns, so what is announced afterwards is what is posted, whatever crashes.
        """
        sealed = Sealed(
            number=draft.number,
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
        self._stand_on(sealed, draft.state)
        return sealed

    def rebase(self) -> bool:
        """Take the state from the store, once that holds it, instead of one fork upon another; False if there is nothing to do."""
        if not self._is_forked or self._store.newest() != self.header.batch_number:
            return False
        self.state, self._is_forked = self._store.state(self.header.batch_number), False
        return True

    def _stand_on(self, sealed: Sealed, state: Tree) -> None:
        self._promised[sealed.number] = sealed
        self.header, self.state, self._rolling, self._is_forked = sealed.header, state, sealed.rolling, True
        self.timestamp = sealed.timestamp

    def _run(self, sealed: Sealed, state: Tree) -> tuple[Receipt, ...] | None:
        """Execute a sealed batch again; None if L1 has other messages, or something else comes of it."""
        logs = self._store.messages(self.header.inbox_index)[: sealed.inbox_to - sealed.inbox_from]
        follows = sealed.parent == self.header.hash() and sealed.inbox_from + len(logs) == sealed.inbox_to
        if not follows or self._after(logs) != sealed.rolling:
            return None
        batch = sealed.batch(self._domain, self.read(logs))
        result = execute(self._image, self.header, batch, state, self._runner)
        return result.receipts if result.header == sealed.header else None

    # The inbox

    def messages(self) -> tuple[MessageLog, ...]:
        """Return the inbox messages that the next batch can take, up to the cap."""
        return self._store.messages(self.header.inbox_index)[: self._image.layout.inbox_cap]

    def waiting(self, taken: int) -> int:
        """Return how many messages wait beside the first `taken`."""
        return len(self._store.messages(self.header.inbox_index + taken))

    def read(self, logs: Sequence[MessageLog]) -> tuple[Message, ...]:
        """Return messages as they are executed."""
        return tuple(Message.from_words(log.words, self._image.layout.account_bits) for log in logs)

    def _after(self, messages: Sequence[MessageLog]) -> bytes:
        """Return the inbox's rolling hash after these messages, the next ones."""
        return messages[-1].rolling if messages else self._rolling

    # Whether it holds

    def is_void(self, messages: Sequence[MessageLog]) -> bool:
        """Tell whether L1 no longer says what led here, or says something after it; `messages` are those taken since."""
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
        return self._rolling_at(self.header.inbox_index + len(messages)) != self._after(messages)

    def oldest(self) -> int | None:
        """Return the timestamp of the first sealed batch that L1 does not have, as `is_void` saw it last; None if there is none."""
        return min((sealed.timestamp for sealed in self._promised.values()), default=None)

    def _rolling_at(self, count: int) -> bytes | None:
        """Return the inbox's rolling hash after `count` messages, as L1 has it now; None if it has fewer."""
        if count == self._anchor.inbox_index:
            return self._store.position(self._derived).rolling
        found = self._store.messages(count - 1)
        return found[0].rolling if found else None
