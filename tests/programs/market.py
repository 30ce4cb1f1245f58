"""A market that nobody would open: it uses whatever the language has besides arithmetic and tables."""

from typing import Literal

from rollup import (
    U8,
    U16,
    U32,
    AccountId,
    Array,
    Bool,
    Enum,
    Field,
    Program,
    Record,
    Table,
    Transaction,
    absolute_difference,
    action,
    digest,
    maximum,
    minimum,
    pay,
    require,
    send_to_l1,
    when,
)


class Side(Enum):
    """Of an order."""

    BUY = 0
    SELL = 1


class Grade(Enum):
    """Of goods; the numbers have gaps."""

    NONE = 0
    FINE = 3
    ROUGH = 5


class Price(Record):
    """Nested in others."""

    whole: U32
    part: U8


class Order(Record):
    """Written once: the limit is two attributes, the sizes three."""

    owner: AccountId
    grade: Grade
    limit: Price
    sizes: Array[U16, Literal[3]]


class Book(Record):
    """What is known of a side."""

    best: Price
    counts: Array[U32, Literal[3]]
    seal: Field
    open: Bool


class Market(Program):
    """Orders by number, and a book for each side."""

    account_bits = 4
    capacity = 8
    ADMIN = 1
    orders = Table(Order, key=U8, append_only=True)
    books = Table(Book, key=Side)

    @action
    def place(
        self, tx: Transaction, number: U8, side: Side, grade: Grade, limit: Price, sizes: Array[U16, Literal[3]]
    ) -> None:
        """Place an order once, and count what it wants."""
        order, book = self.orders[number], self.books[side]
        require(grade != Grade.NONE, "goods have a grade")
        order.owner = tx.sender
        order.grade = grade
        order.limit = limit
        order.sizes = sizes
        for level, size in enumerate(sizes):
            book.counts[level] += size
        with when((side == Side.BUY) & (limit.whole > book.best.whole)):
            book.best = limit
        with when(side == Side.SELL):
            with when(limit.whole < book.best.whole):
                book.best = limit
            with when(book.open):
                require(limit.part != 0, "an open book has no whole prices")
        book.seal = digest(order, book.best)

    @action
    def fill(self, tx: Transaction, number: U8, side: Side, level: U8, amount: U16, to: AccountId, far: Side) -> None:
        """Take from one level; it looks at an order and a side that it may also change."""
        order, other = self.orders.read(number), self.books.read(far)
        book = self.books[side]
        taken = minimum(amount, order.sizes[level], 1000)
        require(taken != 0, "nothing to fill")
        book.counts[level] -= taken
        with when(order.grade == Grade.FINE):
            pay(to, maximum(taken, 5))
            book.best.part = U8(absolute_difference(book.best.part, other.best.part))
        with when(book.open):
            pay(self.ADMIN, 1)
        with when(other.counts.contains(7)):
            send_to_l1(0xA1, taken)
        with when(side == far):
            book.seal = other.seal + 1

    @action(only="ADMIN")
    def open(self, tx: Transaction, side: Side, opened: Bool) -> None:
        """Open or close a side; for one account."""
        del tx
        self.books[side].open = opened
