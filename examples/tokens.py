"""Tokens of up to 256 kinds, that anyone can mint and send: the smallest rollup with something to steal."""

from rollup import U8, U64, U128, AccountId, Program, Record, Table, action, conserves, require


class Balance(Record):
    """What an account holds of one token."""

    amount: U128


class Tokens(Program):
    """Balances by account and token."""

    balances = Table(Balance, key=(AccountId, U8))  # key = (account, token)

    @action
    def mint(self, tx, token: U8, amount: U64):  # a faucet: this is an example
        """Create tokens for the sender."""
        self.balances[tx.sender, token].amount += amount

    @action
    def transfer(self, tx, to: AccountId, token: U8, amount: U64):
        """Send tokens to another account."""
        source = self.balances[tx.sender, token]
        target = self.balances[to, token]
        require(source.amount >= amount, "insufficient balance")
        source.amount -= amount
        target.amount += amount

    supply = conserves("balances.amount", each=1, except_in="mint")  # of each token: `tandem audit` proves it


# The language needs the types of arguments only, so nothing else is annotated here.
# ruff: noqa: ANN001, ANN201
# mypy: allow-untyped-defs, allow-incomplete-defs
