"""Programs with small trees and short batches, so that circuits are small, and a state for each."""

from functools import lru_cache

from examples.counter import Counter
from examples.payments import Payments
from examples.tokens import Tokens
from provers.validity.arithmetise.circuits import Compiled, ProgramCircuits
from provers.validity.constraints.r1cs import R1CS
from rollup import (
    U8,
    U64,
    U128,
    AccountId,
    Bool,
    Field,
    L1Address,
    Program,
    Record,
    Table,
    Transaction,
    action,
    digest,
    pay,
    require,
    select,
    send_to_l1,
)
from rollup.crypto import eddsa
from rollup.crypto.fr import R
from rollup.ir.image import Image
from rollup.params import ChunkKind
from rollup.state.tree import Tree

TRANSACTIONS = 4
"""Of a `DATA` chunk."""
KEYS = tuple(eddsa.generate(bytes([number]) * 32) for number in range(16))
RICH, POOR, NEARLY_FULL, OFF_CURVE, SMALL_ORDER = range(1, 6)
"""The accounts of every state; the last two have keys that cannot sign."""
NEXT_ACCOUNT = 6
GOLD = 5


class Counting(Counter):
    """One batch, one chunk."""

    account_bits = 4
    capacity = 4


class SmallTokens(Tokens):
    """Two chunks a batch."""

    account_bits = 4
    capacity = 8


class Paying(Payments):
    """A third account from one action only; and the tree has a level below those of which a circuit keeps the nodes."""

    account_bits = 4
    max_tables = 4
    capacity = 4

    @action
    def share(self, tx: Transaction, one: AccountId, other: AccountId, amount: U64, owner: L1Address) -> None:
        """Pay two accounts, one of them twice, and L1."""
        pay(one, amount)
        send_to_l1(owner, 1)
        pay(other, amount)
        pay(one, 7)


class Note(Record):
    """Two attributes."""

    text: Field
    flag: Bool


class Thing(Record):
    """Five attributes, so that its leaf takes another number of blocks than a note's."""

    sum: U128
    code: Field
    kind: U8
    seen: Bool
    owner: L1Address


class Mixed(Program):
    """Every type, tables of different widths in the same slots, and every primitive."""

    account_bits = 4
    capacity = 4
    notes = Table(Note, key=U8)
    things = Table(Thing, key=(AccountId, U8))

    @action
    def note(self, tx: Transaction, place: U8, text: Field, flag: Bool) -> None:
        """Leave a note once."""
        note = self.notes[place]
        require(~note.flag, "there is a note")
        note.text = text - 1
        note.flag = flag

    @action
    def work(
        self, tx: Transaction, to: AccountId, kind: U8, amount: U64, code: Field, owner: L1Address, much: Bool
    ) -> None:
        """Do a bit of everything."""
        mine, other, note = self.things[tx.sender, kind], self.things[to, kind], self.notes[kind]
        require(amount != 0, "nothing to do")
        require((code != note.text) | much, "it was noted")
        mine.sum += U128(amount) * 3
        other.sum = select(much & ~other.seen, other.sum + amount, other.sum)
        other.code = digest(code, note.text, amount, owner)
        other.seen = other.seen | (amount > 100)
        other.kind = U8(amount)
        mine.owner = owner
        send_to_l1(owner, amount - 1)


class Visit(Record):
    """What there is to know of a step, and what a caller says."""

    at: U64
    batch: U64
    note: Field
    weight: U8
    from_l1: Bool


class Calling(Program):
    """What is called from L1, and time."""

    account_bits = 4
    capacity = 4
    visits = Table(Visit, key=AccountId)

    @action(from_l1=True)
    def visit(self, tx: Transaction, note: Field, weight: U8, until: U64) -> None:
        """Arguments of both words of a message, one of them across the border."""
        require(tx.timestamp <= until, "too late")
        visit = self.visits[tx.sender]
        visit.at, visit.batch, visit.note = tx.timestamp, tx.batch_number, note
        visit.weight += weight
        visit.from_l1 = tx.from_l1

    @action(only=1, from_l1=True)
    def leave(self, tx: Transaction, to: AccountId, owner: L1Address, amount: U64) -> None:
        """Spend what the call brings, and more."""
        send_to_l1(owner, amount)
        pay(to, amount)

    @action
    def rest(self, tx: Transaction) -> None:
        """Be called by transactions only, without arguments."""
        self.visits[tx.sender].at = tx.timestamp


COUNTING, TOKENS, MIXED, PAYING = Counting.image(), SmallTokens.image(), Mixed.image(), Paying.image()
CALLING = Calling.image()


@lru_cache(maxsize=4)
def circuits(image: Image) -> ProgramCircuits:
    """Return the circuits of a program."""
    return ProgramCircuits(image, TRANSACTIONS)


@lru_cache(maxsize=16)
def compiled(image: Image, kind: ChunkKind) -> Compiled:
    """Return a circuit, built in this process: no test depends on what a disk keeps."""
    return circuits(image).compile(kind)


def system(image: Image, kind: ChunkKind) -> R1CS:
    """Return its constraints."""
    return compiled(image, kind).system


def genesis(image: Image) -> Tree:
    """Return a state with the five accounts, and some records that are near their limits."""
    keys = [*(KEYS[account].public for account in (RICH, POOR, NEARLY_FULL)), (5, 6), (0, 1)]
    balances = (10**6, 3, 2**64 - 100, 10**6, 10**6)
    index = image.layout.tree_index
    records: dict[int, tuple[int, ...]] = {
        index(0, account): (*key, 0xA0 + account, 7 * account, balance)
        for account, (key, balance) in enumerate(zip(keys, balances, strict=True), 1)
    }
    if [table.name for table in image.layout.tables] == ["accounts", "balances"]:
        records[index(1, image.layout.key(1, RICH, GOLD))] = (1000,)
        records[index(1, image.layout.key(1, POOR, GOLD))] = (2**128 - 1,)
    if [table.name for table in image.layout.tables] == ["accounts", "notes", "things"]:
        records[index(2, image.layout.key(2, POOR, 9))] = (2**128 - 1, R - 1, 255, 0, 0)
    return Tree.of(image.layout.depth, records)
