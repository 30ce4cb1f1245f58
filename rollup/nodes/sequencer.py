"""The sequencer: orders transactions, executes them on the pending state, says at once what came of them, and seals batches.

It reads L1 through the store that a full node keeps, speaks through the stream, and leaves sealed batches in the outbox.
"""

from dataclasses import dataclass

from rollup.batch.derivation import MessageLog
from rollup.batch.epoch import Epoch
from rollup.batch.receipt import Receipt
from rollup.batch.transaction import Transaction
from rollup.crypto.jubjub import Point
from rollup.errors import PeerError
from rollup.execution import interpreter
from rollup.execution.builder import BatchBuilder, TransactionRefusedError
from rollup.execution.engine import Runner
from rollup.execution.fees import fee_to_sign, next_base_fee
from rollup.ir.image import Image
from rollup.nodes.foundation import Foundation, read
from rollup.nodes.l1_clock import L1Clock
from rollup.nodes.mempool import Mempool
from rollup.nodes.outbox import Outbox, Sealed
from rollup.nodes.programs import Programs
from rollup.nodes.stream import MiniBlock, Stream
from rollup.params import GROUP, TABLE_ACCOUNTS, AccountAttribute, Reason
from rollup.ports.store import ChainStore
from rollup.state.header import Header
from rollup.state.tree import StateReader


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
    elements
        Field elements of data that a batch may have, if its data layer takes fewer than the program allows.
    """

    payee: int = 0
    floor: int = 1
    elements: int | None = None


DEFAULT_POLICY = Policy()


class Sequencer:
    """Makes batches.

    Parameters
    ----------
    programs
        Of the chain's epochs.
    clock
        L1's time: a batch is stamped when it is opened.
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

    Attributes
    ----------
    base_fee
        The least fee taken at present, in gwei.
    dropped
        Hashes of transactions that were acknowledged, and that L1 has made impossible: by a reorganisation, or because another program began
        before they were posted.
    """

    def __init__(
        self,
        programs: Programs,
        clock: L1Clock,
        store: ChainStore,
        outbox: Outbox,
        stream: Stream,
        *,
        policy: Policy = DEFAULT_POLICY,
        runner: Runner = interpreter.run,
    ) -> None:
        self._programs, self._store, self._stream = programs, store, stream
        self._policy, self._runner, self._clock = policy, runner, clock
        self._foundation = Foundation(programs, clock, store, outbox, runner)
        self._enter(self._foundation.epoch)
        self._mempool = Mempool(self._image, self._domain)
        self.base_fee = policy.floor
        self.dropped: list[bytes] = []
        self._messages: tuple[MessageLog, ...] = ()
        self._builder: BatchBuilder
        # INVARIANT: where `_resume` failed, as on a disk that is full, nothing is done before it succeeds.
        self._is_torn = False
        # What a sequencer before this one said on the stream, and did not make durable, is void.
        self._resume(restarts=len(stream) > 0)

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
        return self._foundation.header.batch_number + 1

    @property
    def waiting(self) -> int:
        """How many inbox messages no batch has taken yet."""
        return self._foundation.waiting(len(self._messages))

    @property
    def image(self) -> Image:
        """The program that the batch in the making runs."""
        return self._image

    @property
    def domain(self) -> int:
        """What signatures are bound to in the batch in the making."""
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
        self._mend()
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
        self._publish(self._builder, self.batch_number, transactions=(data,))
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
        self._mend()
        if not self._builder.receipts:
            return None
        try:
            sealed = self._close()
        except BaseException:
            self._resume(restarts=True)  # as in `_run`
            raise
        self._begin()
        return sealed

    def _close(self) -> Sealed:
        """End the batch and leave it in the outbox; its builder is used up, whatever comes of that."""
        number, used = self.batch_number, self._capacity - self._room
        builder, draft = self._builder, self._builder.seal()
        sealed = self._foundation.extend(draft, self._messages, self._epoch)
        self._publish(builder, number, sealed=sealed.header)
        self.base_fee = next_base_fee(self.base_fee, used, self._capacity, self._policy.floor)
        return sealed

    def refresh(self) -> None:
        """Take in what the full node learnt from L1: messages to deliver, batches that were posted, another epoch, a reorganisation.

        Raises
        ------
        OutsideError
            If an epoch is applied whose program is not here, or cannot go on with the state; nothing is changed then.
        """
        found, now = self._foundation, self._clock.now()
        if self._is_torn or found.is_void(self._messages, self._epoch, now) or self._is_late(now):
            self._resume(restarts=True)
            return
        if self._builder.receipts and self._clock.is_due(self._builder.timestamp, now):
            self.seal()
        is_untouched = len(self._builder.receipts) == len(self._messages)
        is_stale = not self._builder.receipts and (self._builder.timestamp < now or self._epoch != found.epoch)
        if is_untouched and (found.rebase() or self._has_news() or is_stale):
            self._begin(said=len(self._messages))
        # What is acknowledged still gets into the epoch that it was acknowledged in, and so do all messages before the next.
        while self._builder.receipts and found.is_ending(self._epoch):
            self.seal()

    def _is_late(self, now: int) -> bool:
        """Tell whether a batch that was made cannot be posted any more as it is, since L1's clock has moved on (SOUNDNESS 17)."""
        open_since = self._builder.timestamp if self._builder.receipts else None
        return any(
            stamp is not None and self._clock.is_late(stamp, now) for stamp in (self._foundation.oldest(), open_since)
        )

    def _has_news(self) -> bool:
        """Tell whether a message waits that the open batch could still take."""
        return len(self._foundation.messages(self._epoch)) > len(self._messages)

    def _mend(self) -> None:
        """Resume if that failed the last time."""
        if self._is_torn:
            self._resume(restarts=True)

    def _resume(self, *, restarts: bool) -> None:
        """Build on what is durable: the chain, the batches sealed since, and the transactions acknowledged since."""
        self._is_torn = True
        done: set[bytes] = set()
        if restarts:
            self._stream.publish(MiniBlock(self._store.newest() + 1, restarts=True))
        now = self._clock.now()
        for sealed, receipts in self._foundation.load(now):
            done.update(receipt.transaction for receipt in receipts)
            self._stream.publish(MiniBlock(sealed.number, receipts=receipts, sealed=sealed.header))
        while (ending := self._foundation.ending(now)) is not None:
            # Another epoch waits; what was acknowledged in this one still gets into it, and so do all messages before the next.
            self._begin(ending)
            self._replay(done, drops=False)
            if not self._builder.receipts:
                break
            self._close()
        self._begin()
        while self._replay(done, drops=True):
            self._close()
            self._begin()
        self._is_torn = False

    def _replay(self, done: set[bytes], *, drops: bool) -> bool:
        """Run the acknowledged transactions that are in no batch yet, and add them to `done`; return whether some are left, as the batch is full.

        What cannot run is left alone, or dropped and listed.
        """
        for transaction_hash, data in self._store.pending():
            if transaction_hash in done:
                continue
            if not self._room:
                return True
            try:
                self._builder.add(Transaction.from_bytes(data, self._image))
            except PeerError:  # another program may not even know what it says
                if drops:
                    self._store.drop_pending([transaction_hash])
                    self.dropped.append(transaction_hash)
            else:
                done.add(transaction_hash)
                self._publish(self._builder, self.batch_number, transactions=(data,))
        return False

    def _begin(self, epoch: Epoch | None = None, said: int = 0) -> None:
        """Open a batch in an epoch, the one that is due by default, with the messages that wait; of the first `said` the stream knows."""
        found = self._foundation
        epoch = epoch or found.epoch
        # INVARIANT: what was said of messages was said for the time at which they were delivered, so that stays.
        timestamp = self._builder.timestamp if said else max(self._clock.now(), found.timestamp)
        if epoch != self._epoch:
            before = self._domain
            self._enter(epoch)
            if self._domain != before:  # what waits for its nonce was signed for another program
                self._mempool = Mempool(self._image, self._domain)
        self._messages = found.messages(epoch)
        messages, payee = read(self._messages, self._image), self._policy.payee
        self._builder = BatchBuilder(
            self._image,
            self._domain,
            found.header,
            found.state,
            timestamp,
            messages=messages,
            payee=payee,
            runner=self._runner,
        )
        self._publish(self._builder, self.batch_number, said=said)

    def _enter(self, epoch: Epoch) -> None:
        """Go by the rules of an epoch from now on."""
        self._epoch = epoch
        self._image, self._domain = self._programs.image(epoch.program_id), self._programs.domain(epoch.program_id)
        layout, limit = self._image.layout, self._policy.elements
        self._capacity = layout.capacity
        if limit is not None:
            self._capacity = min(layout.capacity, limit // layout.group_elements * GROUP)

    def _publish(
        self,
        builder: BatchBuilder,
        number: int,
        *,
        transactions: tuple[bytes, ...] = (),
        sealed: Header | None = None,
        said: int = 0,
    ) -> None:
        """Say what happened in a batch since the last mini-block, if anything did, but for the first `said` steps."""
        fresh = builder.drain()
        if fresh.receipts[said:] or sealed is not None:
            receipts, records = fresh.receipts[said:], fresh.records
            self._stream.publish(
                MiniBlock(number, transactions=transactions, receipts=receipts, records=records, sealed=sealed)
            )
