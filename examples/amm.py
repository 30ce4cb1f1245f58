"""An exchange of two tokens at a constant product: whoever brings both earns from every swap, and an audit proves that no swap takes from them."""

from rollup import (
    U8,
    U64,
    U128,
    AccountId,
    Enum,
    Program,
    Record,
    Table,
    action,
    conserves,
    invariant,
    isqrt,
    minimum,
    mul_div,
    require,
    select,
    when,
)


class Token(Enum):
    """What is exchanged."""

    X = 0
    Y = 1


class Holding(Record):
    """What an account holds of a token, or of the pool."""

    amount: U64


class Pool(Record):
    """The reserves, and the shares in them."""

    x: U64
    y: U64
    shares: U64


class Amm(Program):
    """One pool, with a fee of 3 in 1,000 that stays in it."""

    POOL = 0
    FEE = 3

    balances = Table(Holding, key=(AccountId, Token))
    shares = Table(Holding, key=AccountId)
    pools = Table(Pool, key=U8)

    wealth = conserves("balances.amount", "pools.x", "pools.y", except_in="mint")

    @invariant(pools)
    def k_never_falls(self, old, new):
        """Of swaps, which leave the shares as they are."""
        return (new.shares != old.shares) | (new.x * new.y >= old.x * old.y)

    @action
    def mint(self, tx, token: Token, amount: U64):  # a faucet: this is an example
        """Create tokens for the sender."""
        self.balances[tx.sender, token].amount += amount

    @action
    def add(self, tx, x: U64, y: U64, least: U64):
        """Bring both tokens, for at least so many shares; what does not fit the pool's ratio is a gift to it."""
        pool, mine = self.pools[self.POOL], self.shares[tx.sender]
        self.balances[tx.sender, Token.X].amount -= x
        self.balances[tx.sender, Token.Y].amount -= y
        is_first, before = pool.shares == 0, mine.amount
        with when(is_first):
            mine.amount += U64(isqrt(U128(x) * y))
        with when(~is_first):
            mine.amount += minimum(mul_div(x, pool.shares, pool.x), mul_div(y, pool.shares, pool.y))
        minted = mine.amount - before
        require((minted >= least) & (minted != 0), "too few shares")
        pool.shares += minted
        pool.x += x
        pool.y += y

    @action
    def remove(self, tx, shares: U64):
        """Give shares back, for their part of the reserves."""
        pool = self.pools[self.POOL]
        self.shares[tx.sender].amount -= shares
        x, y = mul_div(shares, pool.x, pool.shares), mul_div(shares, pool.y, pool.shares)
        pool.shares -= shares
        pool.x -= x
        pool.y -= y
        self.balances[tx.sender, Token.X].amount += x
        self.balances[tx.sender, Token.Y].amount += y

    @action
    def swap(self, tx, sell: Token, amount: U64, least: U64):
        """Sell an amount of one token for at least so much of the other."""
        pool, sells_x = self.pools[self.POOL], sell == Token.X
        reserve, other = select(sells_x, pool.x, pool.y), select(sells_x, pool.y, pool.x)
        paid = U128(amount) * (1000 - self.FEE)
        bought = U64(mul_div(paid, other, U128(reserve) * 1000 + paid))
        require((bought >= least) & (bought != 0), "the price is worse")
        self.balances[tx.sender, sell].amount -= amount
        self.balances[tx.sender, select(sells_x, Token.Y, Token.X)].amount += bought
        pool.x = select(sells_x, pool.x + amount, pool.x - bought)
        pool.y = select(sells_x, pool.y - bought, pool.y + amount)


# The language needs the types of arguments only, so nothing else is annotated here.
# ruff: noqa: ANN001, ANN201
# Assignment converts when an action is traced.
# mypy: allow-untyped-defs, allow-incomplete-defs, disable-error-code="assignment, no-untyped-call"
