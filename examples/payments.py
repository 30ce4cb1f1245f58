"""Payments between accounts in the chain's own currency: the smallest rollup that moves value."""

from rollup import U64, AccountId, Program, action, pay


class Payments(Program):
    """No state but the accounts that every program has."""

    max_tables = 1

    @action
    def pay(self, tx, to: AccountId, amount: U64):
        """Pay another account, in gwei."""
        pay(to, amount)


# The language needs the types of arguments only, so nothing else is annotated here.
# ruff: noqa: ANN001, ANN201, ARG002 -- an action takes its transaction whether it reads it or not
# mypy: allow-untyped-defs, allow-incomplete-defs
