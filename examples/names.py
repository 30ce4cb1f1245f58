"""A registry of names: paid for by the period, renewed, handed on, and free for others when they lapse."""

from rollup import (
    U8,
    U32,
    U64,
    AccountId,
    L1Address,
    Parameter,
    Program,
    Record,
    Table,
    action,
    conserves,
    invariant,
    require,
)


class Name(Record):
    """Whose it is, what it stands for, and until when it is paid, in seconds."""

    owner: AccountId
    address: L1Address
    paid_until: U64


class Balance(Record):
    """What an account can spend here."""

    amount: U64


class Names(Program):
    """Names by number, which clients make of their letters; the registrar is paid, so much a period."""

    REGISTRAR = Parameter(AccountId, default=1)
    PRICE = Parameter(U64, default=5)
    PERIOD = Parameter(U64, default=30 * 24 * 3600)

    names = Table(Name, key=U32)
    balances = Table(Balance, key=AccountId)

    money = conserves("balances.amount", except_in="mint")

    @invariant(names)
    def no_time_is_taken(self, old, new):
        """Nobody who has a name loses time that is paid."""
        return (old.owner == 0) | (new.paid_until >= old.paid_until)

    @action
    def mint(self, tx, amount: U64):  # a faucet: this is an example
        """Create money for the sender."""
        self.balances[tx.sender].amount += amount

    @action
    def claim(self, tx, name: U32, periods: U8, address: L1Address):
        """Take a name that is nobody's, or has lapsed, from now on."""
        record = self.names[name]
        require((record.owner == AccountId(0)) | (record.paid_until < tx.timestamp), "this name is taken")
        require(periods != 0, "a name is taken for a period at least")
        self._pay(tx, periods)
        record.owner, record.address = tx.sender, address
        record.paid_until = tx.timestamp + U64(periods) * self.PERIOD

    @action
    def renew(self, tx, name: U32, periods: U8):
        """Pay for more periods of a name of one's own that has not lapsed."""
        record = self.names[name]
        require((record.owner == tx.sender) & (record.paid_until >= tx.timestamp), "not your name")
        self._pay(tx, periods)
        record.paid_until += U64(periods) * self.PERIOD

    @action
    def transfer(self, tx, name: U32, to: AccountId, address: L1Address):
        """Hand a name on, or let it stand for something else."""
        record = self.names[name]
        require((record.owner == tx.sender) & (record.paid_until >= tx.timestamp), "not your name")
        require(to != AccountId(0), "nobody cannot own a name")
        record.owner, record.address = to, address

    def _pay(self, tx, periods):  # noqa: ANN202 -- nothing
        price = U64(periods) * self.PRICE
        require(tx.sender != self.REGISTRAR, "the registrar takes no names")
        self.balances[tx.sender].amount -= price
        self.balances[self.REGISTRAR].amount += price


# The language needs the types of arguments only, so nothing else is annotated here.
# ruff: noqa: ANN001, ANN201 -- an action takes its transaction whether it reads it or not
# Assignment converts when an action is traced.
# mypy: allow-untyped-defs, allow-incomplete-defs, disable-error-code="assignment, no-untyped-call"
