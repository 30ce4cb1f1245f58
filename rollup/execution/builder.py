"""Making a batch, one transaction at a time: what a sequencer does. Nothing is hashed into the tree before the batch is sealed."""

from collections.abc import Sequence
from dataclasses import dataclass

from rollup.batch.batch import Batch
from rollup.batch.inbox import Message
from rollup.batch.moment import Moment
from rollup.batch.parcel import Parcel, elements_of
from rollup.batch.receipt import Receipt
from rollup.batch.transaction import Transaction
from rollup.errors import PeerError
from rollup.execution import interpreter
from rollup.execution.engine import Runner, header_after, run_task, step_order
from rollup.execution.task import Task, fee_task, inbox_task, transaction_task
from rollup.ir.image import Image
from rollup.params import TABLE_ACCOUNTS, AccountAttribute, DataKind, Reason, Status
from rollup.state.header import Header, StepHeader
from rollup.state.leaf import Attributes
from rollup.state.tree import StateReader, Tree


class TransactionRefusedError(PeerError):
    """A transaction that a batch would skip, so that nobody would pay for it.

    Attributes
    ----------
    reason
        Why it would be skipped.
    """

    def __init__(self, transaction: Transaction, reason: Reason) -> None:
        super().__init__(f"transaction of account {transaction.sender}: {reason.name.lower().replace('_', ' ')}")
        self.reason = reason


class BatchFullError(PeerError):
    """The batch has no room left; it must be sealed first."""


@dataclass(frozen=True, slots=True)
class Increment:
    """What steps brought since somebody last asked: receipts, and the records they left, by tree index (`()` if absent)."""

    receipts: tuple[Receipt, ...]
    records: dict[int, Attributes]


@dataclass(frozen=True, slots=True)
class Draft:
    """A sealed batch that L1 does not know yet.

    Attributes
    ----------
    number, timestamp, inbox_from, messages, payee, domain
        As in `Batch`.
    elements
        Its data, as few elements as hold the transactions.
    header
        After it.
    receipts
        Of all its steps, the fee step last.
    state
        A fork of the tree it was built on, with its changes.
    """

    number: int
    timestamp: int
    inbox_from: int
    messages: tuple[Message, ...]
    payee: int
    domain: int
    elements: tuple[int, ...]
    header: Header
    receipts: tuple[Receipt, ...]
    state: Tree

    def batch(self, parent_hash: bytes, rolling: bytes, kind: DataKind, data_hash: bytes) -> Batch:
        """Return the batch that this becomes when it is posted so."""
        return Batch(
            number=self.number,
            parent_hash=parent_hash,
            timestamp=self.timestamp,
            inbox_from=self.inbox_from,
            inbox_to=self.inbox_from + len(self.messages),
            rolling=rolling,
            payee=self.payee,
            kind=kind,
            data_hash=data_hash,
            domain=self.domain,
            elements=self.elements,
            messages=self.messages,
        )


class BatchBuilder:
    """A batch in the making.

    Parameters
    ----------
    image, domain
        The program and the chain.
    parent, state
        The header to build on and its tree, which stays as it is and must not change meanwhile.
    timestamp
        With which it will be posted.
    messages
        From the inbox, from number `parent.inbox_index` on; delivered at once, before any transaction (spec §4).
    payee
        Account that gets the fees.
    runner
        An interpreter of graphs.
    """

    def __init__(
        self,
        image: Image,
        domain: int,
        parent: Header,
        state: Tree,
        timestamp: int,
        *,
        messages: Sequence[Message] = (),
        payee: int = 0,
        runner: Runner = interpreter.run,
    ) -> None:
        assert state.root == parent.state_root, "the state is not that of the header"
        assert len(messages) <= image.layout.inbox_cap, "a batch consumes no more messages than the cap"
        self._image, self._domain, self._parent, self._state = image, domain, parent, state
        self._messages, self._payee, self._runner = tuple(messages), payee, runner
        self._moment = Moment(timestamp, parent.batch_number + 1)
        self._records = _Pending(state)
        # INVARIANT: the root in this header is the parent's until the batch is sealed; no step reads it.
        self._header = StepHeader.start(parent)
        self._parcels: list[Parcel] = []
        self._receipts: list[Receipt] = []
        self._drained = 0
        for message in messages:
            self._take(inbox_task(image, self._header, self._moment, message))

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """The receipts of all steps so far."""
        return tuple(self._receipts)

    @property
    def timestamp(self) -> int:
        """With which it will be posted."""
        return self._moment.timestamp

    @property
    def room(self) -> int:
        """How many more transactions fit."""
        return self._image.layout.capacity - len(self._parcels)

    @property
    def next_account(self) -> int:
        """The id that the next registration would take."""
        return self._header.next_account

    @property
    def records(self) -> StateReader:
        """All records as they are after the steps so far."""
        return self._records

    def nonce(self, account: int) -> int:
        """Return the nonce that the next transaction of an account must be signed with."""
        record = self._records.get(self._image.layout.tree_index(TABLE_ACCOUNTS, account))
        return record[AccountAttribute.NONCE] if record else 0

    def add(self, transaction: Transaction) -> Receipt:
        """Run a signed transaction on the pending state and keep it; it is applied or failed.

        Raises
        ------
        TransactionRefusedError
            If it would be skipped.
        BatchFullError
            If no room is left.
        PeerError
            If it is unsigned, unknown to the program or cannot be written.
        """
        if not self.room:
            raise BatchFullError("batch: no room left", expected=f"<= {self._image.layout.capacity} transactions")
        parcel = transaction.parcel(self._image)
        task = transaction_task(self._image, self._header, self._domain, self._moment, parcel)
        run, receipt = run_task(self._image, self._header, task, self._records, self._runner)
        if receipt.status is Status.SKIPPED:
            raise TransactionRefusedError(transaction, receipt.skip)
        self._keep(task, run, receipt)
        self._parcels.append(parcel)
        return receipt

    def drain(self) -> Increment:
        """Return what happened since the last call: what a mini-block says."""
        receipts, self._drained = tuple(self._receipts[self._drained :]), len(self._receipts)
        return Increment(receipts, self._records.drain())

    def seal(self) -> Draft:
        """Pay the fees out, hash the records into a fork of the tree, and return the batch; the builder is used up."""
        self._take(fee_task(self._image, self._header, self._payee))
        state = self._state.fork()
        state.update_many(self._records.changed)
        words = self._header.words()
        return Draft(
            number=self._moment.batch_number,
            timestamp=self._moment.timestamp,
            inbox_from=self._parent.inbox_index,
            messages=self._messages,
            payee=self._payee,
            domain=self._domain,
            elements=elements_of(self._parcels),
            header=self._parent.after(StepHeader.from_words((state.root, *words[1:]))),
            receipts=self.receipts,
            state=state,
        )

    def _take(self, task: Task) -> None:
        self._keep(task, *run_task(self._image, self._header, task, self._records, self._runner))

    def _keep(self, task: Task, run: interpreter.Run, receipt: Receipt) -> None:
        for slot in step_order(run):
            self._records.put(run.indices[slot], run.records_after[slot])
        self._header = header_after(self._header, task, run, self._header.state_root)
        self._receipts.append(receipt)


class _Pending:
    """Records over a state that they do not touch."""

    def __init__(self, base: StateReader) -> None:
        self._base = base
        self.changed: dict[int, Attributes] = {}
        self._fresh: dict[int, Attributes] = {}

    def get(self, index: int) -> Attributes:
        return self.changed[index] if index in self.changed else self._base.get(index)

    def put(self, index: int, attributes: Attributes) -> None:
        record = attributes if any(attributes) else ()
        if record != self.get(index):
            self.changed[index] = self._fresh[index] = record

    def drain(self) -> dict[int, Attributes]:
        fresh, self._fresh = self._fresh, {}
        return fresh
