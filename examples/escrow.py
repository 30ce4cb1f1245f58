"""Money that waits until a deal is done: the buyer lets it go to the seller, the seller gives it back, and where they quarrel a third decides."""

from rollup import U32, U64, AccountId, Enum, Program, Record, Table, action, conserves, require, when


class State(Enum):
    """Of a deal."""

    NONE = 0
    OPEN = 1
    DONE = 2


class Deal(Record):
    """Who agreed, and on what."""

    buyer: AccountId
    seller: AccountId
    arbiter: AccountId
    amount: U64
    state: State


class Balance(Record):
    """What an account can spend here."""

    amount: U64


class Escrow(Program):
    """Deals by number; each is opened once."""

    deals = Table(Deal, key=U32)
    balances = Table(Balance, key=AccountId)

    money = conserves("balances.amount", "deals.amount", except_in="mint")

    @action
    def mint(self, tx, amount: U64):  # a faucet: this is an example
        """Create money for the sender."""
        self.balances[tx.sender].amount += amount

    @action
    def open(self, tx, number: U32, seller: AccountId, arbiter: AccountId, amount: U64):
        """Put an amount aside for a seller."""
        deal = self.deals[number]
        require((deal.state == State.NONE) & (deal.amount == 0), "this number is taken")
        require((arbiter != tx.sender) & (arbiter != seller), "the arbiter is a party")
        self.balances[tx.sender].amount -= amount
        deal.buyer, deal.seller, deal.arbiter = tx.sender, seller, arbiter
        deal.amount, deal.state = amount, State.OPEN

    @action
    def close(self, tx, number: U32, to: AccountId):
        """Let the money go: a party to the other, or the arbiter to either."""
        deal, receiver = self.deals[number], self.balances[to]
        require(deal.state == State.OPEN, "there is no such deal")
        is_buyer, is_seller = tx.sender == deal.buyer, tx.sender == deal.seller
        require(is_buyer | is_seller | (tx.sender == deal.arbiter), "not your deal")
        require((to == deal.buyer) | (to == deal.seller), "not a party")
        with when(is_buyer):
            require(to == deal.seller, "a buyer pays the seller only")
        with when(is_seller):
            require(to == deal.buyer, "a seller gives back only")
        receiver.amount += deal.amount
        deal.amount, deal.state = 0, State.DONE


# The language needs the types of arguments only, so nothing else is annotated here.
# ruff: noqa: ANN001, ANN201
# Assignment converts when an action is traced.
# mypy: allow-untyped-defs, allow-incomplete-defs, disable-error-code="assignment, no-untyped-call"
