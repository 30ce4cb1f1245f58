"""Limit orders of one pair: each is a record with what it needs put aside, and anybody may bring two that meet together."""

from rollup import (
    U32,
    U64,
    AccountId,
    Enum,
    Program,
    Record,
    Table,
    action,
    conserves,
    invariant,
    minimum,
    require,
    select,
    when,
)


class Side(Enum):
    """Of an order."""

    BUY = 0
    SELL = 1


class Order(Record):
    """To trade up to `amount` of the base, each for at least or at most `price` of the quote; `held` is quote for a buyer, and base for a seller."""

    owner: AccountId
    side: Side
    price: U32
    amount: U64
    held: U64


class Balance(Record):
    """What an account can spend of both."""

    base: U64
    quote: U64


class OrderBook(Program):
    """Orders by number; each number is used once."""

    orders = Table(Order, key=U32)
    balances = Table(Balance, key=AccountId)

    wealth = conserves("balances.base", "balances.quote", "orders.held", except_in="mint")

    @invariant(orders)
    def is_covered(self, order):
        """What is put aside is what the order may take: nobody trades with what he lacks."""
        buys, sells = order.side == 0, order.side == 1
        return (buys & (order.held == order.price * order.amount)) | (sells & (order.held == order.amount))

    @action
    def mint(self, tx, base: U64, quote: U64):  # a faucet: this is an example
        """Create both for the sender."""
        mine = self.balances[tx.sender]
        mine.base += base
        mine.quote += quote

    @action
    def place(self, tx, number: U32, side: Side, price: U32, amount: U64):
        """Put an order in the book."""
        order, mine = self.orders[number], self.balances[tx.sender]
        require((order.owner == AccountId(0)) & (order.held == 0), "this number is taken")
        require((price != 0) & (amount != 0), "an order for nothing")
        held = select(side == Side.BUY, amount * price, amount)
        with when(side == Side.BUY):
            mine.quote -= held
        with when(side == Side.SELL):
            mine.base -= held
        order.owner, order.side, order.price, order.amount, order.held = tx.sender, side, price, amount, held

    @action
    def match(self, tx, buy: U32, sell: U32):
        """Bring two orders together, at the seller's price: as much as both want."""
        buyer, seller = self.orders[buy], self.orders[sell]
        require((buyer.side == Side.BUY) & (seller.side == Side.SELL), "a buyer and a seller are wanted")
        require(buyer.price >= seller.price, "these orders do not meet")
        traded = minimum(buyer.amount, seller.amount)
        require(traded != 0, "an order is filled")
        paid, reserved = traded * seller.price, traded * buyer.price
        theirs, others = self.balances[buyer.owner], self.balances[seller.owner]
        buyer.amount -= traded
        buyer.held -= reserved
        seller.amount -= traded
        seller.held -= traded
        theirs.base += traded
        theirs.quote += reserved - paid
        others.quote += paid

    @action
    def cancel(self, tx, number: U32):
        """Take an order out, and what it held back."""
        order, mine = self.orders[number], self.balances[tx.sender]
        require(order.owner == tx.sender, "not your order")
        with when(order.side == Side.BUY):
            mine.quote += order.held
        with when(order.side == Side.SELL):
            mine.base += order.held
        order.amount, order.held = 0, 0


# The language needs the types of arguments only, so nothing else is annotated here.
# ruff: noqa: ANN001, ANN201, ARG002 -- an action takes its transaction whether it reads it or not
# Assignment converts when an action is traced.
# mypy: allow-untyped-defs, allow-incomplete-defs, disable-error-code="assignment, no-untyped-call"
