"""Another program for a chain of tokens: it finds every balance where `Tokens` left it, counts what is burnt, and mints twice as much."""

from rollup import U8, U64, U128, AccountId, Program, Record, Table, action, require


class Balance(Record):
    amount: U128


class Burnt(Record):
    amount: U64


class TokensV2(Program):
    """Tokens that can be burnt, too."""

    balances = Table(Balance, key=(AccountId, U8))
    burnt = Table(Burnt, key=U8)

    @action
    def mint(self, tx, token: U8, amount: U64):
        self.balances[tx.sender, token].amount += U128(amount) * 2

    @action
    def transfer(self, tx, to: AccountId, token: U8, amount: U64):
        source = self.balances[tx.sender, token]
        target = self.balances[to, token]
        require(source.amount >= amount, "insufficient balance")
        source.amount -= amount
        target.amount += amount

    @action(from_l1=True)
    def burn(self, tx, token: U8, amount: U64):
        source = self.balances[tx.sender, token]
        require(source.amount >= amount, "insufficient balance")
        source.amount -= amount
        self.burnt[token].amount += amount


# ruff: noqa: ANN001, ANN201
# mypy: allow-untyped-defs, allow-incomplete-defs
