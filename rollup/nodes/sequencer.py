"""The sequencer: orders transactions, executes them on the pending state, says at once what came of them, and seals batches.

It reads L1 through the store that a full node keeps, speaks through the stream, and leaves sealed batches in the outbox.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rollup.batch.derivation import MessageLog
from rollup.batch.inbox import Message
from rollup.batch.receipt import Receipt
from rollup.batch.transaction import Transaction
from rollup.crypto.jubjub import Point
from rollup.errors import PeerError
from rollup.execution import interpreter
from rollup.execution.builder import BatchBuilder, TransactionRefusedError
from rollup.execution.engine import Runner, execute
from rollup.execution.fees import fee_to_sign, next_base_fee
from rollup.ir.image import Image
from rollup.nodes.mempool import Mempool
from rollup.nodes.outbox import Outbox, Sealed
from rollup.nodes.stream import MiniBlock, Stream
from rollup.params import TABLE_ACCOUNTS, AccountAttribute, Reason
from rollup.ports.store import ChainStore
from rollup.state.header import Header
from rollup.state.tree import StateReader, Tree


class FeeTooLowError(PeerError):
    """A transaction offers less than the sequencer asks for at present."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What no rule of the chain says.

    Attributes
    ----------
    payee
        Account that gets the fees; 0 burns them.
    floor
        The least base fee, in gwei.
    limit
        Transactions that a batch may hold, if its data layer takes fewer than the program allows.
    """

    payee: int = 0
    floor: int = 1
    limit: int | None = None


DEFAULT_POLICY = Policy()


class Sequencer:
    """Makes batches.

    Parameters
    ----------
    image, domain
        The program and the chain.
    store
        Kept by a full node; acknowledged transactions go there first.
    outbox
        For sealed batches.
    stream
        For mini-blocks.
    policy
        What is this sequencer's to choose.
    runner
        An interpreter of graphs.
    """

    def __init__(
        self,
        image: Image,
        domain: int,
        store: ChainStore,
        outbox: Outbox,
        stream: Stream,
        *,
        policy: Policy = DEFAULT_POLICY,
        runner: Runner = interpreter.run,
    ) -> None:
        self._image, self._domain, self._store, self._outbox, self._stream = image, domain, store, outbox, stream
        self._policy, self._runner = policy, runner
        self._capacity = min(image.layout.capacity, policy.limit or image.layout.capacity)
        self._mempool = Mempool(image.layout, domain)
        self._derived, self._anchor = 0, store.header(0)
        self._promised: dict[int, Header] = {}
        self.base_fee = policy.floor
        self.dropped: list[bytes] = []
        self._resume(restarts=False)

    # What wallets ask

    @property
    def fee(self) -> int:
        """The fee to sign at present, in gwei."""
        return fee_to_sign(self.base_fee)

    @property
    def records(self) -> StateReader:
        """All records as of now."""
        return self._builder.records

    @property
    def next_account(self) -> int:
        """The id that the next registration takes."""
        return self._builder.next_account

    @property
    def batch_number(self) -> int:
        """Number of the batch in the making."""
        return self._header.batch_number + 1

    @property
    def waiting(self) -> int:
        """How many inbox messages no batch has taken yet."""
        return len(self._store.messages(self._header.inbox_index + len(self._messages)))

    @property
    def domain(self) -> int:
        """What signatures of this chain are bound to."""
        return self._domain

    def nonce(self, account: int) -> int:
        """Return the nonce that an account's next transaction must be signed with."""
        return self._builder.nonce(account)

    # Transactions

    def submit(self, transaction: Transaction) -> Receipt | None:
        """Execute a signed transaction and return its receipt; None if it is signed for a later nonce, until when it is held.

        When this returns a receipt, the transaction is in the store: no crash makes the sequencer forget it.

        Raises
        ------
        FeeTooLowError
            If it offers less than `fee`.
        TransactionRefusedError
            If a batch would skip it.
        PeerError
            If it is unsigned, unknown to the program or cannot be written.
        """
        if transaction.fee < self.base_fee:
            what = f"sequencer: transaction of account {transaction.sender} offers too little"
            raise FeeTooLowError(what, expected=f">= {self.base_fee} gwei", got=transaction.fee)
        try:
            receipt = self._run(transaction)
        except TransactionRefusedError as refused:
            if refused.reason is Reason.BAD_SIGNATURE and self._hold(transaction):
                return None
            raise
        self._run_held(transaction.sender)
        return receipt

    def enqueue(self, transaction: Transaction) -> None:
        """Queue a transaction for `work`; `MempoolFullError` if there is no room."""
        self._mempool.push(transaction)

    def work(self) -> list[Receipt]:
        """Execute what is queued, oldest first; what is refused is dropped."""
        receipts: list[Receipt] = []
        while (transaction := self._mempool.pop()) is not None:
            try:
                receipt = self.submit(transaction)
            except PeerError:
                continue
            receipts += [receipt] if receipt is not None else []
        return receipts

    def _run(self, transaction: Transaction) -> Receipt:
        if not self._room:
            self.seal()
        receipt = self._builder.add(transaction)
        data = transaction.to_bytes(self._image)
        try:
            self._store.add_pending(receipt.transaction, data)
        except BaseException:
            # What is not durable must not be in the batch either: go back to what is.
            self._resume(restarts=True)
            raise
        self._publish((data,))
        return receipt

    @property
    def _room(self) -> int:
        """How many more transactions the open batch takes."""
        return self._builder.room - (self._image.layout.capacity - self._capacity)

    def _hold(self, transaction: Transaction) -> bool:
        index = self._image.layout.tree_index(TABLE_ACCOUNTS, transaction.sender)
        record = self.records.get(index)
        if not record:
            return False
        key = Point(record[AccountAttribute.KEY_X], record[AccountAttribute.KEY_Y])
        return self._mempool.hold(transaction, key, self.nonce(transaction.sender)) is not None

    def _run_held(self, account: int) -> None:
        while (transaction := self._mempool.take(account, self.nonce(account))) is not None:
            try:
                self._run(transaction)
            except TransactionRefusedError:
                return

    # Batches

    def seal(self) -> Sealed | None:
        """End the batch, leave it in the outbox and open the next; None if it holds nothing."""
        if not self._builder.receipts:
            return None
        used = self._capacity - self._room
        draft = self._builder.seal()
        sealed = Sealed(
            number=draft.number,
            parent=self._header.hash(),
            inbox_from=draft.inbox_from,
            inbox_to=draft.inbox_from + len(draft.messages),
            rolling=self._last_rolling(),
            payee=draft.payee,
            header=draft.header,
            elements=draft.elements,
        )
        # SAFETY: durable before anybody hears of it, so after a crash the same batch is posted that was announced.
        self._outbox.put(sealed)
        self._publish(sealed=draft.header)
        self.base_fee = next_base_fee(self.base_fee, used, self._capacity, self._policy.floor)
        self._promised[sealed.number] = sealed.header
        self._begin(draft.header, draft.state, sealed.rolling)
        return sealed

    def refresh(self) -> None:
        """Take in what the full node learnt from L1: messages to deliver, batches that were posted, a reorganisation."""
        if self._is_void():
            self._resume(restarts=True)
        elif self._is_untouched() and (self._has_news() or self._can_rebase()):
            state = self._store.state(self._header.batch_number) if self._can_rebase() else self._state
            self._begin(self._header, state, self._rolling, said=len(self._messages))

    def _is_untouched(self) -> bool:
        """Tell whether the open batch holds nothing that would have to be run again."""
        return len(self._builder.receipts) == len(self._messages)

    def _has_news(self) -> bool:
        """Tell whether a message waits that this batch could still take."""
        return len(self._messages) < self._image.layout.inbox_cap and self.waiting > 0

    def _can_rebase(self) -> bool:
        """Tell whether the store holds the state that is built on, which so far is one fork upon another."""
        return self._is_forked and self._store.newest() == self._header.batch_number

    def _is_void(self) -> bool:
        """Tell whether what this sequencer builds on is no longer what L1 says."""
        newest = self._store.newest()
        posted = [number for number in self._promised if number <= newest]
        if newest < self._derived or self._store.header(self._derived) != self._anchor:
            return True  # L1 lost a batch
        if any(self._store.header(number) != self._promised[number] for number in posted):
            return True  # somebody else's stands where ours was to be
        for number in posted:
            del self._promised[number]
        self._derived, self._anchor = newest, self._store.header(newest)
        if newest > self._header.batch_number:
            return True  # somebody else posted a batch
        return self._rolling_at(self._header.inbox_index + len(self._messages)) != self._last_rolling()

    def _last_rolling(self) -> bytes:
        return self._messages[-1].rolling if self._messages else self._rolling

    def _rolling_at(self, count: int) -> bytes | None:
        """Return the inbox's rolling hash after `count` messages; None if L1 has fewer now."""
        if count == self._store.header(self._store.newest()).inbox_index:
            return self._store.position(self._store.newest()).rolling
        found = self._store.messages(count - 1)
        return found[0].rolling if found else None

    # Starting, and starting again

    def _resume(self, *, restarts: bool) -> None:
        """Build on what the store holds: the chain, the batches sealed since, and the transactions acknowledged since."""
        self._derived = self._store.newest()
        self._promised = {}
        header, state = self._store.header(self._derived), self._store.state(self._derived)
        self._anchor = header
        rolling = self._store.position(self._derived).rolling
        done: set[bytes] = set()
        if restarts:
            self._stream.publish(MiniBlock(header.batch_number + 1, restarts=True))
        for sealed in self._outbox.after(self._derived):
            fork = state.fork()
            receipts = self._rerun(sealed, header, fork)
            if receipts is None:
                self._outbox.drop_from(sealed.number)
                break
            done.update(receipt.transaction for receipt in receipts)
            self._stream.publish(MiniBlock(sealed.number, receipts=receipts, sealed=sealed.header))
            self._promised[sealed.number] = sealed.header
            header, state, rolling = sealed.header, fork, sealed.rolling
        self._begin(header, state, rolling)
        self._replay(done)

    def _rerun(self, sealed: Sealed, header: Header, state: Tree) -> tuple[Receipt, ...] | None:
        """Execute a sealed batch again; None if it can no longer be posted with that result."""
        logs = self._store.messages(header.inbox_index)[: sealed.inbox_to - sealed.inbox_from]
        reached = logs[-1].rolling if logs else None
        follows = sealed.parent == header.hash() and sealed.inbox_from + len(logs) == sealed.inbox_to
        if not follows or (logs and reached != sealed.rolling):
            return None
        result = execute(self._image, header, sealed.batch(self._domain, self._read(logs)), state, self._runner)
        return result.receipts if result.header == sealed.header else None

    def _replay(self, done: set[bytes]) -> None:
        """Run the acknowledged transactions that are in no batch yet; what L1 has made impossible is dropped, and listed."""
        for transaction_hash, data in self._store.pending():
            if transaction_hash in done:
                continue
            try:
                if not self._room:
                    self.seal()
                self._builder.add(Transaction.from_bytes(data, self._image))
            except TransactionRefusedError:
                self._store.drop_pending([transaction_hash])
                self.dropped.append(transaction_hash)
            else:
                self._publish((data,))

    def _begin(self, header: Header, state: Tree, rolling: bytes, said: int = 0) -> None:
        """Open a batch on a header, with all the messages that wait, up to the cap; of the first `said` the stream knows."""
        self._header, self._state, self._rolling = header, state, rolling
        self._is_forked = header.batch_number != self._store.newest()
        self._messages = self._store.messages(header.inbox_index)[: self._image.layout.inbox_cap]
        self._builder = BatchBuilder(
            self._image,
            self._domain,
            header,
            state,
            messages=self._read(self._messages),
            payee=self._policy.payee,
            runner=self._runner,
        )
        self._publish(said=said)

    def _read(self, logs: Sequence[MessageLog]) -> tuple[Message, ...]:
        return tuple(Message.from_words(log.words, self._image.layout.account_bits) for log in logs)

    def _publish(self, transactions: tuple[bytes, ...] = (), sealed: Header | None = None, said: int = 0) -> None:
        """Say what happened since the last mini-block, if anything did, but for the first `said` steps."""
        fresh = self._builder.drain()
        if fresh.receipts[said:] or sealed is not None:
            self._stream.publish(
                MiniBlock(
                    batch=self._header.batch_number + 1,
                    transactions=transactions,
                    receipts=fresh.receipts[said:],
                    records=dict(fresh.records),
                    sealed=sealed,
                )
            )
