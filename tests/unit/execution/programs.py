"""The programs that these tests run: the counter first, then tokens as in the design."""

from rollup.program import U8, U64, U128, AccountId, Program, Record, Table, Transaction, action, require


class Count(Record):
    """A number."""

    value: U64


class Counter(Program):
    """Everybody adds to one counter."""

    capacity = 8
    counts = Table(Count, key=(U8,))

    @action
    def add(self, tx: Transaction, by: U64) -> None:
        """Add to counter 0."""
        require(by != 0, "nothing to add")
        self.counts[0].value += by


class Balance(Record):
    """What an account has of a token."""

    amount: U128


class Tokens(Program):
    """Tokens that anybody mints and their owners transfer."""

    balances = Table(Balance, key=(AccountId, U8))

    @action
    def mint(self, tx: Transaction, token: U8, amount: U64) -> None:
        """Make tokens from nothing."""
        self.balances[tx.sender, token].amount += amount

    @action
    def transfer(self, tx: Transaction, to: AccountId, token: U8, amount: U64) -> None:
        """Give tokens away."""
        source = self.balances[tx.sender, token]
        target = self.balances[to, token]
        require(source.amount >= amount, "insufficient balance")
        source.amount -= amount
        target.amount += amount
