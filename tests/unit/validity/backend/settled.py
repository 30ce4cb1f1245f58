"""A chain on an L1 of its own, posted to and settled as its roles would, with every hook that an attack needs."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from l1bridge import kzg
from l1bridge.client import L1Client
from rollup.batch.batch import Batch
from rollup.batch.blob import to_blob, to_words
from rollup.batch.derivation import BatchLog, MessageLog, Position, Rules, derive
from rollup.batch.parcel import elements_of
from rollup.batch.transaction import Transaction
from rollup.crypto import eddsa
from rollup.crypto.eddsa import SecretKey
from rollup.execution.engine import Execution, execute
from rollup.ir.image import Image
from rollup.params import TABLE_ACCOUNTS, AccountAttribute, DataKind
from rollup.ports.l1 import Compiler, Contract, Receipt
from rollup.ports.settlement import SettlementBackend, Submission
from rollup.state.header import Header
from rollup.state.tree import Tree

GWEI = 10**9
DAY = 86_400


def secret(account: int) -> SecretKey:
    """The key that account number `account` registers with."""
    return eddsa.generate(account.to_bytes(32, "big"))


@dataclass
class SettledChain:
    """A program on L1 with its settlement; satisfies `ports.settlement.ChainView`.

    What it knows of batches it derives from L1's logs; the state after each is kept, so that any batch can be proved again.
    """

    l1: L1Client
    compiler: Compiler
    image: Image
    poseidon2: Contract
    rollup: Contract = field(init=False)
    settlement: Contract = field(init=False)
    backend: SettlementBackend = field(init=False)
    domain: int = field(init=False)
    batches: list[Batch] = field(default_factory=list)
    headers: list[Header] = field(default_factory=list)
    executions: list[Execution] = field(default_factory=list)
    states: list[Tree] = field(default_factory=list)

    def __post_init__(self) -> None:
        image, layout = self.image, self.image.layout
        state = Tree(layout.depth)
        self.headers.append(Header.genesis(state.root))
        self.states.append(state)
        shape = (layout.account_bits, layout.capacity, layout.stride, layout.inbox_cap)
        words = (image.program_id, *shape, state.root, 1, self.poseidon2.address, self.l1.address)
        times = (DAY, DAY, DAY, bytes(20), 3 * DAY)
        self.rollup = self.l1.deploy(self.compiler.contract("rollup"), *words, *times)
        self.domain = int(self.l1.call(self.rollup, "domain_of", image.program_id))

    def settle_by(self, backend: SettlementBackend) -> "SettledChain":
        """Deploy a backend whose program is prepared."""
        self.backend = backend
        self.settlement = backend.deploy(self.rollup)
        self.l1.transact(self.rollup, "initialize", self.settlement.address)
        return self

    # ChainView

    def program_of(self, number: int) -> Image:
        assert 0 < number <= self.derived(), number
        return self.image

    def derived(self) -> int:
        return len(self.batches)

    def batch(self, number: int) -> Batch:
        return dict(enumerate(self.batches, 1))[number]

    def header(self, number: int) -> Header:
        return self.headers[number]

    def state_before(self, number: int) -> Tree:
        return self.states[number - 1].fork()

    # What users and the sequencer do

    def deposit(self, account: int, gwei: int, key: tuple[int, int] = (0, 0)) -> Receipt:
        """Queue a message."""
        return self.l1.transact(self.rollup, "deposit", account, *key, value=gwei * GWEI)

    def register(self, *amounts: int) -> None:
        """Queue the registration of the next accounts."""
        first = int(self.l1.call(self.rollup, "inbox_count")) + 1
        for account, amount in enumerate(amounts, first):
            self.deposit(0, amount, secret(account).public)

    def call(self, account: int, action: str, *args: int, fee: int = 0, nonce: int | None = None) -> Transaction:
        """A call signed for the account's nonce before this batch, or another."""
        unsigned = Transaction(self.image.action(action).tag, account, fee, args)
        due = self.attribute(account, AccountAttribute.NONCE) if nonce is None else nonce
        return unsigned.sign(secret(account), self.image, self.domain, due)

    def attribute(self, account: int, attribute: AccountAttribute) -> int:
        """An account's attribute at the head."""
        record = self.states[-1].get(self.image.layout.tree_index(TABLE_ACCOUNTS, account))
        return record[attribute] if record else 0

    def packed(self, *transactions: Transaction) -> tuple[int, ...]:
        """The elements that carry transactions."""
        return elements_of([transaction.parcel(self.image) for transaction in transactions])

    def post(
        self,
        elements: Sequence[int] = (),
        kind: DataKind = DataKind.BLOB,
        payee: int = 0,
        inbox_to: int | None = None,
    ) -> Batch:
        """Post a batch, read it back from the logs, and execute it."""
        position = self.position()
        reached = int(self.l1.call(self.rollup, "inbox_count")) if inbox_to is None else inbox_to
        rolling = self.l1.call(self.rollup, "rolling", reached)
        words = (position.batch_hash, self.l1.head().timestamp, reached, rolling, payee)
        if kind is DataKind.BLOB:
            data = to_blob(elements)
            receipt = self.l1.transact(self.rollup, "post_blob", *words, blobs=[data])
        else:
            data = to_words(elements)
            receipt = self.l1.transact(self.rollup, "post_calldata", *words, data)
        batch = self._derived(receipt, position, data)
        state = self.states[-1].fork()
        self.executions.append(execute(self.image, self.headers[-1], batch, state))
        self.batches.append(batch)
        self.headers.append(self.executions[-1].header)
        self.states.append(state)
        return batch

    def position(self) -> Position:
        """Where derivation stands."""
        if not self.batches:
            return Position.genesis(self.image.program_id)
        last = self.batches[-1]
        return Position(last.number, last.hash(), last.timestamp, last.inbox_to, last.rolling)

    def _derived(self, receipt: Receipt, position: Position, data: bytes) -> Batch:
        events = [self.l1.decode(self.rollup, log)[1] for log in receipt.logs]
        posted = [BatchLog(**{name: event[name] for name in BatchLog.__slots__}) for event in events]
        rules = Rules(self.image.layout, self.domain, kzg.hash_of)
        (batch,) = derive(rules, position, self._inbox(position.inbox_index), posted, {posted[0].data_hash: data})
        return batch

    def _inbox(self, start: int) -> list[MessageLog]:
        found: list[MessageLog] = []
        for number in range(self.l1.head().number + 1):
            for log in self.l1.logs(self.l1.block(number), self.rollup.address):
                name, event = self.l1.decode(self.rollup, log)
                if name == "Deposit" and event["index"] >= start:
                    names = ("account", "key_x", "key_y", "l1_address", "amount")
                    words = (1, *(_integer(event[each]) for each in names))
                    found.append(MessageLog(event["index"], words, event["rolling"]))
        return found

    # What provers and proposers do

    def submission(self, number: int) -> Submission:
        """The payload for a batch."""
        return self.backend.fetch(self.backend.submit(self, number))

    def propose(
        self,
        number: int,
        payload: bytes,
        *,
        l1: L1Client | None = None,
        parent: int | None = None,
        parent_header: Header | None = None,
        header: Header | None = None,
        value: int = 0,
        gas: int | None = None,
    ) -> Receipt:
        """Claim what the batch leads to."""
        arguments = (
            batch_words(self.batch(number)),
            number - 1 if parent is None else parent,
            (parent_header or self.header(number - 1)).words(),
            (header or self.header(number)).words(),
            payload,
        )
        return (l1 or self.l1).transact(self.rollup, "propose", *arguments, value=value, gas=gas, cause="propose")

    def settle(self, number: int) -> Receipt:
        """Prove, propose and finalise a batch; returns the receipt of the proposal."""
        receipt = self.propose(number, self.submission(number).payload)
        self.l1.transact(self.rollup, "finalise", self.claims(), self.header(number).words())
        return receipt

    def claims(self) -> int:
        """How many claims there are."""
        return int(self.l1.call(self.rollup, "claim_count"))


def batch_words(batch: Batch) -> tuple[object, ...]:
    """A batch as the contracts' struct."""
    numbers = (batch.number, batch.timestamp, batch.inbox_to)
    return (batch.parent_hash, *numbers, batch.rolling, batch.payee, int(batch.kind), batch.data_hash)


def _integer(value: int | bytes | str) -> int:
    return (
        value
        if isinstance(value, int)
        else int.from_bytes(value, "big")
        if isinstance(value, bytes)
        else int(value, 16)
    )
