"""A chain without an L1: accounts with keys, and batches on top of each other."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rollup.batch.batch import Batch
from rollup.batch.inbox import EMPTY_ROLLING, Message, rolling_hash
from rollup.batch.transaction import Transaction
from rollup.crypto import eddsa
from rollup.crypto.eddsa import SecretKey
from rollup.execution.engine import Execution, domain, execute
from rollup.ir.image import Image
from rollup.params import DataKind
from rollup.state.header import Header
from rollup.state.tree import Tree

KEYS = [eddsa.generate(bytes([i]) * 32) for i in range(4)]


def deposit(key: SecretKey, amount: int, account: int = 0) -> Message:
    """A deposit as L1 would queue it; the depositor's address tells the tests who it was."""
    return Message(1, account, key.public.x, key.public.y, 0xA000 + amount % 100, amount)


@dataclass
class Chain:
    """The head of a chain and its whole state."""

    image: Image
    state: Tree = field(init=False)
    header: Header = field(init=False)
    parent_hash: bytes = field(init=False)
    domain: int = field(init=False)
    rolling: bytes = EMPTY_ROLLING

    def __post_init__(self) -> None:
        self.state = Tree(self.image.layout.depth)
        self.header = Header.genesis(self.state.root)
        self.parent_hash = self.image.program_id
        self.domain = domain(31337, b"\x11" * 20, self.image.program_id)

    @property
    def timestamp(self) -> int:
        """Of the next batch."""
        return 1000 + self.header.batch_number

    def batch(self, elements: Sequence[int] = (), messages: Sequence[Message] = (), payee: int = 0) -> Batch:
        """The next batch, as derivation would give it; the data's hash is not looked at here."""
        return Batch(
            number=self.header.batch_number + 1,
            parent_hash=self.parent_hash,
            timestamp=self.timestamp,
            inbox_from=self.header.inbox_index,
            inbox_to=self.header.inbox_index + len(messages),
            rolling=rolling_hash(messages, self.rolling),
            payee=payee,
            kind=DataKind.CALLDATA,
            data_hash=bytes(32),
            domain=self.domain,
            elements=tuple(elements),
            messages=tuple(messages),
        )

    def apply(self, batch: Batch) -> Execution:
        """Execute a batch and move the head."""
        execution = execute(self.image, self.header, batch, self.state)
        self.header, self.parent_hash, self.rolling = execution.header, batch.hash(), batch.rolling
        return execution

    def fund(self, *amounts: int) -> Execution:
        """Register accounts 1, 2, … with the keys of `KEYS` and these amounts."""
        messages = [deposit(key, amount) for key, amount in zip(KEYS, amounts, strict=False)]
        return self.apply(self.batch(messages=messages))

    def nonce(self, account: int) -> int:
        """The nonce that an account must sign with."""
        return (self.state.get(account) or (0,) * 5)[3]

    def balance(self, account: int) -> int:
        """Native balance in gwei."""
        return (self.state.get(account) or (0,) * 5)[4]

    def call(self, account: int, action: str, *args: int, fee: int = 0, nonce: int | None = None) -> Transaction:
        """A transaction signed by an account for its present nonce."""
        unsigned = Transaction(self.image.action(action).tag, account, fee, args)
        due = self.nonce(account) if nonce is None else nonce
        return unsigned.sign(KEYS[account - 1], self.image, self.domain, due)
