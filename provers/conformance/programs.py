"""What the kit's chains run: tokens, and the same with one more table, for an upgrade."""

from rollup.program import U8, U64, U128, AccountId, Program, Record, Table, action, require


class Balance(Record):
    """What an account holds of one token."""

    amount: U128


class Burnt(Record):
    """What is gone of one token."""

    amount: U64


class Coins(Program):
    """Balances by account and token."""

    balances = Table(Balance, key=(AccountId, U8))

    @action
    def mint(self, tx, token: U8, amount: U64):
        """Create tokens for the sender."""
        self.balances[tx.sender, token].amount += amount

    @action
    def transfer(self, tx, to: AccountId, token: U8, amount: U64):
        """Send tokens."""
        source = self.balances[tx.sender, token]
        target = self.balances[to, token]
        require(source.amount >= amount, "insufficient balance")
        source.amount -= amount
        target.amount += amount


class MoreCoins(Program):
    """The same, and what is burnt; a mint gives twice as much."""

    balances = Table(Balance, key=(AccountId, U8))
    burnt = Table(Burnt, key=U8)

    @action
    def mint(self, tx, token: U8, amount: U64):
        """Create tokens for the sender."""
        self.balances[tx.sender, token].amount += U128(amount) * 2

    @action
    def transfer(self, tx, to: AccountId, token: U8, amount: U64):
        """Send tokens."""
        source = self.balances[tx.sender, token]
        target = self.balances[to, token]
        require(source.amount >= amount, "insufficient balance")
        source.amount -= amount
        target.amount += amount

    @action(from_l1=True)
    def burn(self, tx, token: U8, amount: U64):
        """Destroy tokens."""
        source = self.balances[tx.sender, token]
        require(source.amount >= amount, "insufficient balance")
        source.amount -= amount
        self.burnt[token].amount += amount


# The language needs the types of arguments only, so nothing else is annotated here.
# ruff: noqa: ANN001, ANN201
# mypy: allow-untyped-defs, allow-incomplete-defs
