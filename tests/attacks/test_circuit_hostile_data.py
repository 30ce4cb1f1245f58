"""SOUNDNESS 3, 5, 12: whatever a sequencer or a depositor posts has a proof. Data without one would stop the chain for good."""

import random
from collections.abc import Iterator
from functools import cache

import pytest

from provers.validity.arithmetise.chunk_input import chunks_of
from provers.validity.arithmetise.circuits import ProgramCircuits
from rollup import (
    U8,
    U16,
    U64,
    U128,
    AccountId,
    Bool,
    Field,
    L1Address,
    Program,
    Record,
    Table,
    action,
    require,
    send_to_l1,
)
from rollup.batch.batch import Batch
from rollup.batch.inbox import Message
from rollup.batch.packed_fee import decode_fee
from rollup.batch.parcel import Parcel, elements_of
from rollup.batch.slots import bits_of, slots_from_bits
from rollup.batch.transaction import Transaction as Call
from rollup.crypto import eddsa, jubjub
from rollup.crypto.fr import R
from rollup.execution.step_trace import trace_batch
from rollup.ir.bounds import of_width
from rollup.params import FULL, SLOT_BITS, ChunkKind, DataKind
from rollup.program.program import Transaction
from rollup.state.header import Header, StepHeader
from rollup.state.tree import Tree
from tests.attacks.circuit_liar import Liar
from tests.unit.validity.arithmetise.chain import GOLD, MINT, Z, holds, small_chain, zc

DOMAIN = R - 1
KEYS = [eddsa.generate(bytes([number]) * 32) for number in range(1, 8)]
TORSION = jubjub.multiply(jubjub.ORDER, jubjub.FULL_GENERATOR)
BAD_KEYS = [(0, 0), (0, 1), (0, R - 1), (5, 5), (R - 1, R - 1), tuple(TORSION)]


class Tag(Record):
    """The smallest record."""

    a: U8


class Sheet(Record):
    """Attributes of every kind."""

    a: Field
    b: U16
    c: U64
    d: U128
    e: Bool
    f: AccountId
    g: L1Address


class Everything(Program):
    """Actions with none and eight arguments, records of every kind, all slots there are, two withdrawals at once."""

    account_bits = 3
    capacity = 8
    max_tables = 8
    inbox_cap = 20
    tags = Table(Tag, key=AccountId)
    sheets = Table(Sheet, key=(U8, U8))

    @action
    def nothing(self, tx: Transaction) -> None:
        """Take a nonce and a fee."""

    @action
    def wide(  # noqa: PLR0917  (as many as an action may have)
        self, tx: Transaction, a: Field, b: Field, c: Field, d: Field, e: Field, f: Field, g: Field, h: Field
    ) -> None:
        """Compute with elements."""
        sheet = self.sheets[0, 0]
        sheet.a = a * b - c + d * e * f + g - h
        sheet.c += 1

    @action
    def slots(self, tx: Transaction, x: AccountId, y: AccountId, k: U8, amount: U128) -> None:
        """Open records that may be one and the same, and send to L1."""
        one, two, sheet, fixed = self.tags[x], self.tags[y], self.sheets[k, k], self.sheets[1, 1]
        require(sheet.d <= amount, "too little")
        sheet.d = amount
        one.a += 1
        two.a -= 1
        sheet.c += 2**63
        fixed.f = x
        fixed.e = one.a > two.a
        send_to_l1(sheet.g, sheet.c)
        send_to_l1(0xAA, 1)

    @action
    def clear(self, tx: Transaction, k: U8) -> None:
        """Leave a record of zeros."""
        sheet = self.sheets[k, k]
        sheet.a = sheet.a - sheet.a
        sheet.b -= sheet.b
        sheet.c -= sheet.c
        sheet.d -= sheet.d


IMAGE = Everything.image()
LAYOUT = IMAGE.layout
ACCOUNTS = 1 << LAYOUT.account_bits


@cache
def circuits() -> ProgramCircuits:
    return ProgramCircuits(IMAGE, 4)


class Scene:
    """A state, messages and data, all drawn at the edges of what L1 and the parsers let through."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.next_account = self.draw.choice([1, 3, 4, ACCOUNTS])
        self.records = dict(self._records())
        self.nonces = {account: self.draw.choice([0, 0, R - 1]) for account in range(ACCOUNTS)}
        for account in range(1, self.next_account):
            good = KEYS[account - 1].public
            key = self.draw.choice([good, good, good, *BAD_KEYS[:: self.draw.choice([1, 2, 6])]])
            balance = self.draw.choice([0, 10**6, 2**64 - 1])
            self.records[LAYOUT.tree_index(0, account)] = (*key, 2**160 - 1, self.nonces[account], balance)

    def _records(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        for table, layout in enumerate(LAYOUT.tables[1:], 1):
            last = (1 << layout.key_bits) - 1
            for key in {0, 1, 0x101, last}:
                record = tuple(self.draw.choice([0, 1, of_width(width) - 1]) for width in layout.widths)
                if key <= last and any(record):
                    yield LAYOUT.tree_index(table, key), record

    def messages(self) -> tuple[Message, ...]:
        def message() -> Message:
            key = self.draw.choice([*BAD_KEYS, tuple(KEYS[0].public)])
            account = self.draw.choice([0, 0, 1, ACCOUNTS - 1])
            address, amount = self.draw.choice([0, 2**160 - 1]), self.draw.choice([0, 1, 2**64 - 1])
            return Message(1, account, key[0], key[1], address, amount)

        return tuple(message() for _ in range(self.draw.choice([0, 0, 1, 8, 9])))

    def elements(self) -> tuple[int, ...]:
        count = self.draw.choice([0, 1, 4, 5, LAYOUT.capacity, LAYOUT.capacity + 1])
        elements = list(elements_of([self._call() for _ in range(count)]))
        if elements and self.draw.random() < 0.3:
            elements[self.draw.randrange(len(elements))] = self.draw.choice([0, 2**252, R - 1])
        return (*elements, *(self.draw.choice([0, R - 1]) for _ in range(self.draw.choice([0, 5]))))

    def _call(self) -> Parcel:
        tag, sender = self.draw.randint(1, LAYOUT.actions), self.draw.choice([1, 1, 1, 1, 2, 2, 0, ACCOUNTS - 1])
        args = tuple(self._argument(width) for width in IMAGE.graph(tag).arguments)
        call = Call(tag, sender, self.draw.choice([0, 1, 1024, 2047 << 31]), args)
        signed = call.sign(KEYS[max(sender, 1) - 1], IMAGE, DOMAIN, self.nonces[sender])
        parcel = signed.parcel(IMAGE)
        if self.draw.random() < 0.3:
            return self._spoilt(parcel)
        self.nonces[sender] = (self.nonces[sender] + 1) % R
        return parcel

    def _argument(self, width: int) -> int:
        last = of_width(width) - 1
        return min(last, self.draw.choice([0, 1, 2, last - 1, last]))

    def _spoilt(self, parcel: Parcel) -> Parcel:
        """Put an edge where a part stands, or flip a bit, or fill everything but the tag with ones."""
        if self.draw.random() < 0.2:
            return parcel._replace(r_y=self.draw.choice((0, 1, R - 1)))
        text, length = bits_of(parcel.slots), SLOT_BITS * LAYOUT.stride
        at, width, values = self.draw.choice(
            [
                (LAYOUT.s_offset, 252, (0, jubjub.ORDER - 1, jubjub.ORDER, 2**252 - 1)),
                (LAYOUT.fee_offset, 16, (2047, 1 << 11, 31 << 11 | 1023, 31 << 11 | 1024, 65535)),
                (LAYOUT.arguments_offset, FULL, (R - 1, R, 2**FULL - 1)),
                (self.draw.randrange(8, length), 1, (0, 1)),
                (8, length - 8, (0, 2 ** (length - 8) - 1)),
            ]
        )
        mask = (1 << width) - 1
        return parcel._replace(
            slots=slots_from_bits(text & ~(mask << at) | self.draw.choice(values) << at, LAYOUT.stride)
        )


@pytest.mark.parametrize("seed", range(10))
def test_whatever_is_posted_has_a_proof_of_what_the_engine_makes_of_it(seed: int) -> None:
    scene = Scene(seed)
    tree = Tree.of(LAYOUT.depth, scene.records)
    first = scene.draw.choice([0, 2**64 - 100])
    header = Header(tree.root, R - 1, scene.draw.choice([0, 2**63]), first, scene.next_account, 7)
    messages = scene.messages()
    batch = Batch(
        number=8,
        parent_hash=bytes(32),
        timestamp=0,
        inbox_from=first,
        inbox_to=first + len(messages),
        rolling=bytes(32),
        payee=scene.draw.randrange(ACCOUNTS),
        kind=DataKind.BLOB,
        data_hash=bytes(32),
        domain=DOMAIN,
        elements=scene.elements(),
        messages=messages,
    )
    traces = trace_batch(IMAGE, StepHeader.start(header), batch, tree)
    for number, chunk in enumerate(chunks_of(LAYOUT, batch, traces, 4)):
        if chunk.kind is not ChunkKind.TAIL:
            honest = Liar(chunk.public_inputs(Z, zc(number)), ())
            circuits().build(honest, chunk.kind, chunk)
            assert honest.broken == 0, (number, chunk.kind)


FEES = [(2, 1 << 11 | 1), (1024 << 3, 4 << 11 | 512), (0, 31 << 11)]
"""A fee, and another way to write it: a smaller mantissa with a larger exponent."""


@pytest.mark.parametrize(("fee", "packed"), FEES)
def test_a_fee_that_is_signed_and_written_in_another_way_is_skipped_provably(fee: int, packed: int) -> None:
    """Whoever relays a call could else write it in several ways."""
    chain = small_chain()
    at = chain.image.layout.fee_offset
    (parcel,) = chain.parcels([chain.call(MINT, 1, 0, GOLD, 1, fee=fee)])
    text = bits_of(parcel.slots) & ~(0xFFFF << at) | packed << at
    assert decode_fee(packed) == (fee, False)
    (chunk,) = chain.chunks(elements_of([parcel._replace(slots=slots_from_bits(text, len(parcel.slots)))]))
    assert chain.outcomes[0] == "undecodable"
    assert holds(chunk)


@pytest.mark.parametrize("high", [2**252, 6 * 2**252])
@pytest.mark.parametrize("place", [4, 5, 6])
def test_a_call_in_elements_above_2_to_252_is_read_from_their_low_bits_provably(place: int, high: int) -> None:
    """Whoever posts it may write other bits there: they are no part of any transaction."""
    chain = small_chain()
    elements = list(elements_of(chain.parcels([chain.call(MINT, 1, 0, GOLD, 1)])))
    elements[place] += high
    (chunk,) = chain.chunks(elements)
    assert chain.outcomes[0] == "applied"
    assert holds(chunk)


def test_the_scenes_reach_every_action_and_most_of_what_can_become_of_it() -> None:
    seen: set[tuple[str, str]] = set()
    for seed in range(40):
        scene = Scene(seed)
        tree = Tree.of(LAYOUT.depth, scene.records)
        header = Header(tree.root, 0, 0, 0, scene.next_account, 0)
        messages = scene.messages()
        batch = Batch(
            1,
            bytes(32),
            0,
            0,
            len(messages),
            bytes(32),
            1,
            DataKind.BLOB,
            bytes(32),
            DOMAIN,
            scene.elements(),
            messages,
        )
        for trace in trace_batch(IMAGE, StepHeader.start(header), batch, tree):
            assert trace.receipt is not None
            seen.add((trace.receipt.action, trace.receipt.reason or trace.receipt.status.name))
    assert {name for name, status in seen if status == "APPLIED"} >= {
        "withdraw",
        "nothing",
        "wide",
        "clear",
        "DEPOSIT",
        "FEES",
    }
    assert {status for _, status in seen} >= {"bad_signature", "undecodable", "unknown_account", "cannot_pay"}
