"""The tokens of the demonstration under another rule: what a forger would like the chain to run."""

from examples.tokens import Balance
from rollup import U8, U64, AccountId, Program, Table, action, require


class Generous(Program):
    """Tokens, but a mint gives twice what was asked for. Same tables, same actions, same transactions."""

    balances = Table(Balance, key=(AccountId, U8))

    @action
    def mint(self, tx, token: U8, amount: U64):
        """Create tokens for the sender, twice."""
        self.balances[tx.sender, token].amount += amount + amount

    @action
    def transfer(self, tx, to: AccountId, token: U8, amount: U64):
        """Send tokens to another account."""
        source = self.balances[tx.sender, token]
        target = self.balances[to, token]
        require(source.amount >= amount, "insufficient balance")
        source.amount -= amount
        target.amount += amount


# The language needs the types of arguments only, so nothing else is annotated here.
# ruff: noqa: ANN001, ANN201
# mypy: allow-untyped-defs, allow-incomplete-defs
