"""Programs whose circuits are small: few accounts, so short Merkle paths, and few transactions a batch."""

from rollup.program import U64, AccountId, Field, Program, Record, Table, Transaction, action, require


class Purse(Record):
    amount: U64
    note: Field


class Purses(Program):
    """A purse an account; batches of up to eight transactions."""

    account_bits = 4
    max_tables = 2
    capacity = 8
    inbox_cap = 16
    purses = Table(Purse, key=AccountId)

    @action
    def put(self, tx: Transaction, amount: U64) -> None:
        """Put something in, from nowhere."""
        require(amount != 0, "nothing to put")
        self.purses[tx.sender].amount += amount

    @action
    def write(self, tx: Transaction, note: Field) -> None:
        """Keep a full element, which a batch may give as one that is none."""
        self.purses[tx.sender].note = note


class LargestPurses(Purses):
    """The same with batches as large as the machine allows."""

    capacity = 128
    inbox_cap = 32
