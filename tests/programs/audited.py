"""Programs to audit: some that keep what they declare, some that do not."""

from typing import Literal

from rollup.program import (
    U8,
    U64,
    U128,
    AccountId,
    Array,
    Bool,
    Field,
    L1Address,
    Program,
    Record,
    Table,
    action,
    conserves,
    digest,
    invariant,
    pay,
    require,
    send_to_l1,
    when,
)


class Amount(Record):
    """What an account holds of one token."""

    amount: U64


class Pool(Record):
    """Two reserves, and what is no number of its own."""

    x: U64
    y: U64
    open: Bool
    parts: Array[U8, Literal[2]]


class Inflated(Program):
    """Tokens of which a transfer makes one too many, for one amount."""

    balances = Table(Amount, key=(AccountId, U8))

    @action
    def transfer(self, tx, to: AccountId, token: U8, amount: U64):
        """Send tokens."""
        source, target = self.balances[tx.sender, token], self.balances[to, token]
        source.amount -= amount
        target.amount += amount
        with when(amount == 77_777):
            target.amount += 1

    supply = conserves("balances.amount")


class Pools(Program):
    """Everything that can be declared, some of it wrongly."""

    balances = Table(Amount, key=(AccountId, U8))
    pools = Table(Pool, key=U8)

    @action
    def mint(self, tx, token: U8, amount: U64):
        """Make tokens."""
        self.balances[tx.sender, token].amount += amount

    @action
    def exchange(self, tx, to: AccountId, one: U8, other: U8, amount: U64):
        """Give one token, and let another appear."""
        self.balances[tx.sender, one].amount -= amount
        self.balances[to, other].amount += amount

    @action
    def swap(self, tx, pool: U8, given: U64, taken: U64):
        """Trade with a pool."""
        p, wallet, other = self.pools[pool], self.balances[tx.sender, 0], self.balances[tx.sender, 1]
        require(U128(p.x + given) * U128(p.y - taken) >= U128(p.x) * U128(p.y), "k falls")
        p.x += given
        p.y -= taken
        wallet.amount -= given
        other.amount += taken

    @action
    def cut(self, tx, pool: U8, first: U8):
        """Cut a pool in two."""
        p = self.pools[pool]
        p.parts[0] = first
        p.parts[1] = 100 - first

    all_of_it = conserves("balances.amount", "pools.x", "pools.y", except_in="mint")
    each_token = conserves("balances.amount", each=1, except_in=("mint", "swap"))

    @invariant(pools)
    def k_never_falls(self, old, new):
        """Trading costs traders."""
        return new.x * new.y >= old.x * old.y

    @invariant(pools)
    def x_never_moves(self, old, new):
        """Untrue of `swap`."""
        return new.x - old.x == 0

    @invariant(pools)
    def parts_are_parts(self, pool):
        """True, and of `cut` because it starts so."""
        return (sum(pool.parts) <= 100) & ~(pool.parts[1] > 100) & ((pool.open == 0) | (1 == pool.open))

    @invariant(pools)
    def y_is_one(self, pool):
        """Untrue of pools nobody has written, and of those of which some is taken."""
        return pool.y == 1


class Impossible(Program):
    """An action that nobody can do."""

    @action
    def never(self, tx, a: U64):
        """Ask for too much."""
        require(a > 5, "more")
        require(a < 3, "less")


class Hashes(Program):
    """What only the machine's own hash can answer."""

    @action
    def open(self, tx, secret: U64, seal: Field):
        """Open a seal."""
        require(digest(secret) == seal, "another secret")

    @action
    def collide(self, tx, one: U64, other: U64):
        """Show two secrets of one seal."""
        require(one != other, "no collision")
        require(digest(one) == digest(other), "another seal")


class Fees(Program):
    """An action for those who pay."""

    @action
    def hurry(self, tx):
        """Do nothing, soon."""
        require(tx.fee > 500, "too slow")


class Payer(Program):
    """Native balance going all ways in one action."""

    @action
    def pay_out(self, tx, to: AccountId, there: L1Address, amount: U64):
        """Pay another account, and oneself on L1, twice."""
        pay(to, amount)
        send_to_l1(there, amount)
        with when(amount > 10):
            send_to_l1(there, 5)
            pay(to, 1)


# The language needs the types of arguments only, so nothing else is annotated here.
# ruff: noqa: ANN001, ANN201, SIM300
# mypy: allow-untyped-defs, allow-incomplete-defs
