"""A small program, a state, and batches made by hand: what steps on L1 are tried on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from l1bridge import kzg
from rollup.batch.batch import Batch
from rollup.batch.blob import to_data
from rollup.batch.inbox import EMPTY_ROLLING, Message, rolling_hash
from rollup.batch.parcel import Parcel, elements_of
from rollup.batch.transaction import Transaction
from rollup.crypto import eddsa
from rollup.crypto.eddsa import SecretKey
from rollup.crypto.keccak import keccak256
from rollup.ir.image import Image
from rollup.params import DataKind
from rollup.program import U8, U64, AccountId, Field, Program, Record, Table, action, require
from rollup.program import Transaction as Call
from rollup.state.header import StepHeader
from rollup.state.tree import Tree

DOMAIN = 0x7A6D
ALICE, BOB, CAROL = 1, 2, 3
FEE = 5
RICH = 1_000_000


class Balance(Record):
    amount: U64
    note: Field


class Tokens(Program):
    """Every account has a balance in each of 256 tokens; small enough to be quick, wide enough to touch three records."""

    account_bits = 8
    balances = Table(Balance, key=(AccountId, U8))

    @action
    def transfer(self, tx: Call, to: AccountId, token: U8, amount: U64) -> None:
        """Move an amount."""
        source, target = self.balances[tx.sender, token], self.balances[to, token]
        require(source.amount >= amount, "insufficient balance")
        source.amount -= amount
        target.amount += amount

    @action
    def annotate(self, tx: Call, token: U8, note: Field, other: Field) -> None:
        """Write full elements, which a hostile batch may make non-canonical."""
        self.balances[tx.sender, token].note = note + other


TRANSFER, ANNOTATE = 2, 3


@cache
def secret(account: int) -> SecretKey:
    """Return an account's key."""
    return eddsa.generate(account.to_bytes(32, "big"))


def account(number: int, *, nonce: int = 0, balance: int = RICH) -> tuple[int, ...]:
    """Return the attributes of an account."""
    return (*secret(number).public, 0xA0 + number, nonce, balance)


def genesis(image: Image) -> Tree:
    """Return a state with two accounts, of which the first has 100 of token 7."""
    index = image.layout.tree_index
    records = {index(0, ALICE): account(ALICE), index(0, BOB): account(BOB, nonce=9)}
    if [table.name for table in image.layout.tables[1:]] == ["balances"]:
        records[index(1, image.layout.key(1, ALICE, 7))] = (100, 0)
    return Tree.of(image.layout.depth, records)


@dataclass(frozen=True)
class Scenario:
    """A step about to be taken: its header, its batch and the state before it."""

    image: Image
    header: StepHeader
    batch: Batch
    state: Tree
    rolling_before: bytes
    rolling_after: bytes

    @property
    def context(self) -> tuple[Any, ...]:
        """What the dispute contract reads from the rollup contract."""
        batch = self.batch
        posted = (batch.domain, batch.inbox_to, batch.payee, *batch.moment, int(batch.kind), batch.data_hash)
        return (*posted, self.rolling_before, self.rolling_after)


def signed(image: Image, call: Transaction, nonce: int = 0, domain: int = DOMAIN) -> Parcel:
    """Return a call, signed by its sender, as a batch carries it."""
    return call.sign(secret(call.sender), image, domain, nonce).parcel(image)


def transfer(amount: int = 30, *, to: int = BOB, sender: int = ALICE, fee: int = FEE) -> Transaction:
    """Return a transfer of token 7."""
    return Transaction(TRANSFER, sender, fee, (to, 7, amount))


def scenario(
    parcel: Parcel | None = None,
    messages: Sequence[Message] = (),
    *,
    before: int = 0,
    image: Image | None = None,
    state: Tree | None = None,
    elements: Sequence[int] | None = None,
    kind: DataKind = DataKind.CALLDATA,
    payee: int = BOB,
    **header: int,
) -> Scenario:
    """Return a step of a batch of a transaction, or elements, and messages; `header` overrides words of the step header.

    Parameters
    ----------
    before
        How many transactions of zeros stand in the data before it; the step is that after them, which are pretended.
    """
    image = image or Tokens.image()
    state = genesis(image) if state is None else state
    start = StepHeader(state.root, 0, 0, 0, 3, before, 0, before)
    nothing = Parcel(0, (0,) * image.layout.stride)
    parcels = [*[nothing] * before, *([parcel] if parcel else [])]
    data = tuple(elements_of(parcels) if elements is None else elements)
    encoded = to_data(kind, data)
    batch = Batch(
        number=1,
        parent_hash=image.program_id,
        timestamp=0,
        inbox_from=0,
        inbox_to=len(messages),
        rolling=rolling_hash(messages),
        payee=payee,
        kind=kind,
        data_hash=kzg.hash_of(encoded) if kind is DataKind.BLOB else keccak256(encoded),
        domain=DOMAIN,
        elements=data,
        messages=tuple(messages),
    )
    after = rolling_hash(messages[:1])
    return Scenario(image, replace(start, **header), batch, state, EMPTY_ROLLING, after)
