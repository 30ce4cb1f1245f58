"""A client of the program Market, written by `tandem client`: change the program and write it again, not this file."""

import dataclasses
import enum
from collections.abc import Sequence
from typing import Final

from rollup import client as tandem


class Grade(enum.IntEnum):
    """Of goods; the numbers have gaps."""

    NONE = 0
    FINE = 3
    ROUGH = 5


@dataclasses.dataclass(frozen=True, slots=True)
class Price:
    """Nested in others."""

    whole: int
    """U32"""
    part: int
    """U8"""


@dataclasses.dataclass(frozen=True, slots=True)
class Order:
    """Written once: the limit is two attributes, the sizes three."""

    owner: int
    """AccountId"""
    grade: Grade
    """Grade"""
    limit: Price
    """Price"""
    sizes: tuple[int, ...]
    """Array[U16, 3]"""


@dataclasses.dataclass(frozen=True, slots=True)
class Book:
    """What is known of a side."""

    best: Price
    """Price"""
    counts: tuple[int, ...]
    """Array[U32, 3]"""
    seal: int
    """Field"""
    open: bool
    """Bool"""


class Side(enum.IntEnum):
    """Of an order."""

    BUY = 0
    SELL = 1


@dataclasses.dataclass(frozen=True, slots=True)
class Account:
    """What every program has of an account."""

    key_x: int
    """Field"""
    key_y: int
    """Field"""
    l1_address: int
    """L1Address"""
    nonce: int
    """Field"""
    balance: int
    """U64"""


INTERFACE: Final = tandem.Interface(
    name="Market",
    program_id=bytes.fromhex("a0cb8ff5702b92201186618328f19ba44475893946c78bd1524bdb65c39ac530"),
    layout=tandem.Layout(
        account_bits=4,
        tables=(
            tandem.TableLayout(
                "accounts",
                (4,),
                (("key_x", 0), ("key_y", 0), ("l1_address", 160), ("nonce", 0), ("balance", 64)),
            ),
            tandem.TableLayout(
                "orders",
                (8,),
                (
                    ("owner", 4),
                    ("grade", 3),
                    ("limit.whole", 32),
                    ("limit.part", 8),
                    ("sizes.0", 16),
                    ("sizes.1", 16),
                    ("sizes.2", 16),
                ),
            ),
            tandem.TableLayout(
                "books",
                (1,),
                (
                    ("best.whole", 32),
                    ("best.part", 8),
                    ("counts.0", 32),
                    ("counts.1", 32),
                    ("counts.2", 32),
                    ("seal", 0),
                    ("open", 1),
                ),
            ),
        ),
        argument_bits=224,
        stride=9,
        actions=4,
        capacity=8,
        inbox_cap=32,
        table_bits=2,
        calls=(),
    ),
    actions=(
        tandem.Action("withdraw", (("recipient", 160), ("amount", 64))),
        tandem.Action(
            "place",
            (
                ("number", 8),
                ("side", 1),
                ("grade", 3),
                ("limit.whole", 32),
                ("limit.part", 8),
                ("sizes.0", 16),
                ("sizes.1", 16),
                ("sizes.2", 16),
            ),
        ),
        tandem.Action("fill", (("number", 8), ("side", 1), ("level", 8), ("amount", 16), ("to", 4), ("far", 1))),
        tandem.Action("open", (("side", 1), ("opened", 1))),
    ),
)


class MarketClient(tandem.Client):
    """The actions of Market, and its records."""

    def __init__(
        self, connection: tandem.Connection, wallet: tandem.Wallet | None = None, *, fee: int | None = None
    ) -> None:
        """Connect; without a wallet, to look only. `fee` is in gwei, by default what the chain asks for."""
        super().__init__(INTERFACE, connection, wallet, fee=fee)

    def accounts(self, key: int, /) -> Account:
        """An account, by its number.

        key: AccountId
        """
        values = self._read(0, key)
        return Account(key_x=values[0], key_y=values[1], l1_address=values[2], nonce=values[3], balance=values[4])

    def orders(self, key: int, /) -> Order:
        """A record of `orders`; zeros if it is absent.

        key: U8
        """
        values = self._read(1, key)
        return Order(
            owner=values[0],
            grade=Grade(values[1]),
            limit=Price(whole=values[2], part=values[3]),
            sizes=values[4:7],
        )

    def books(self, key: Side, /) -> Book:
        """A record of `books`; zeros if it is absent.

        key: Side
        """
        values = self._read(2, key)
        return Book(
            best=Price(whole=values[0], part=values[1]),
            counts=values[2:5],
            seal=values[5],
            open=bool(values[6]),
        )

    def withdraw(self, *, recipient: int, amount: int) -> tandem.Receipt:
        """Pay out native balance on L1; action 1 of every program.

        recipient: L1Address
        amount: U64
        """
        return self._send(1, recipient, amount)

    def place(self, *, number: int, side: Side, grade: Grade, limit: Price, sizes: Sequence[int]) -> tandem.Receipt:
        """Place an order once, and count what it wants.

        number: U8
        side: Side
        grade: Grade
        limit: Price
        sizes: Array[U16, 3]
        """
        return self._send(2, number, side, grade, limit.whole, limit.part, *tandem.within(sizes, 3, "sizes"))

    def fill(self, *, number: int, side: Side, level: int, amount: int, to: int, far: Side) -> tandem.Receipt:
        """Take from one level; it looks at an order and a side that it may also change.

        number: U8
        side: Side
        level: U8
        amount: U16
        to: AccountId
        far: Side
        """
        return self._send(3, number, side, level, amount, to, far)

    def open(self, *, side: Side, opened: bool) -> tandem.Receipt:
        """Open or close a side; for one account.

        side: Side
        opened: Bool
        """
        return self._send(4, side, opened)
