"""An auction with sealed bids: hashes first, amounts when nobody can bid any more, and the highest wins."""

from rollup import U32, U64, AccountId, Enum, Field, Program, Record, Table, action, conserves, digest, require, when


class Phase(Enum):
    """Of an auction."""

    NONE = 0
    BIDDING = 1
    REVEALING = 2
    DONE = 3


class Auction(Record):
    """Who sells, and who has bid most of those who showed their bids."""

    seller: AccountId
    phase: Phase
    best: U64
    winner: AccountId


class Bid(Record):
    """The hash of an amount, and what was put aside for it, which may be more."""

    seal: Field
    held: U64


class Balance(Record):
    """What an account can spend here."""

    amount: U64


class Auctions(Program):
    """Auctions by number; sellers move them on."""

    auctions = Table(Auction, key=U32)
    bids = Table(Bid, key=(U32, AccountId))
    balances = Table(Balance, key=AccountId)

    money = conserves("balances.amount", "bids.held", except_in="mint")

    @action
    def mint(self, tx, amount: U64):  # a faucet: this is an example
        """Create money for the sender."""
        self.balances[tx.sender].amount += amount

    @action
    def open(self, tx, number: U32):
        """Begin to take bids."""
        auction = self.auctions[number]
        require(auction.phase == Phase.NONE, "this number is taken")
        auction.seller, auction.phase = tx.sender, Phase.BIDDING

    @action
    def bid(self, tx, number: U32, seal: Field, held: U64):
        """Bid once: `seal` is the digest of the bidder, the amount and a secret number."""
        bid = self.bids[number, tx.sender]
        require(self.auctions[number].phase == Phase.BIDDING, "no bids are taken")
        require((bid.seal == 0) & (bid.held == 0) & (seal != 0), "one bid each")
        self.balances[tx.sender].amount -= held
        bid.seal, bid.held = seal, held

    @action
    def reveal(self, tx, number: U32, amount: U64, secret: Field):
        """Show a bid."""
        auction, bid = self.auctions[number], self.bids[number, tx.sender]
        require(auction.phase == Phase.REVEALING, "bids are not shown now")
        require(digest(tx.sender, amount, secret) == bid.seal, "this was not the bid")
        require(amount <= bid.held, "more than was put aside")
        with when(amount > auction.best):
            auction.best, auction.winner = amount, tx.sender

    @action
    def advance(self, tx, number: U32):
        """Go on to the next phase, as the seller; the winner pays when it ends."""
        auction = self.auctions[number]
        require(auction.seller == tx.sender, "not your auction")
        require(auction.phase != Phase.DONE, "this auction is over")
        require(auction.phase != Phase.NONE, "there is no such auction")
        is_bidding = auction.phase == Phase.BIDDING
        bid, seller = self.bids[number, auction.winner], self.balances[tx.sender]
        with when(~is_bidding):
            bid.held -= auction.best
            seller.amount += auction.best
            auction.phase = Phase.DONE
        with when(is_bidding):
            auction.phase = Phase.REVEALING

    @action
    def reclaim(self, tx, number: U32):
        """Take back what is left of a bid when the auction is over."""
        bid = self.bids[number, tx.sender]
        require(self.auctions[number].phase == Phase.DONE, "this auction is not over")
        self.balances[tx.sender].amount += bid.held
        bid.held = 0


# The language needs the types of arguments only, so nothing else is annotated here.
# ruff: noqa: ANN001, ANN201
# Assignment converts when an action is traced.
# mypy: allow-untyped-defs, allow-incomplete-defs, disable-error-code="assignment, no-untyped-call"
