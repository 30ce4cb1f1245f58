"""An auction with sealed bids: hashes first, amounts when nobody can bid any more, and the highest wins. The clock moves it on."""

from rollup import U32, U64, AccountId, Bool, Field, Program, Record, Table, action, conserves, digest, require, when


class Auction(Record):
    """Who sells, until when bids are taken and then shown, in seconds, and who has bid most of those who showed theirs."""

    seller: AccountId
    bids_until: U64
    shows_until: U64
    best: U64
    winner: AccountId
    is_paid: Bool


class Bid(Record):
    """The hash of an amount, and what was put aside for it, which may be more."""

    seal: Field
    held: U64


class Balance(Record):
    """What an account can spend here."""

    amount: U64


class Auctions(Program):
    """Auctions by number."""

    auctions = Table(Auction, key=U32)
    bids = Table(Bid, key=(U32, AccountId))
    balances = Table(Balance, key=AccountId)

    money = conserves("balances.amount", "bids.held", except_in="mint")

    @action
    def mint(self, tx, amount: U64):  # a faucet: this is an example
        """Create money for the sender."""
        self.balances[tx.sender].amount += amount

    @action
    def open(self, tx, number: U32, bidding: U32, showing: U32):
        """Take bids for some seconds, and let them be shown for some more."""
        auction = self.auctions[number]
        require(auction.seller == AccountId(0), "this number is taken")
        require((bidding != 0) & (showing != 0), "it takes time to bid and to show bids")
        auction.seller = tx.sender
        auction.bids_until = tx.timestamp + bidding
        auction.shows_until = auction.bids_until + showing

    @action
    def bid(self, tx, number: U32, seal: Field, held: U64):
        """Bid once: `seal` is the digest of the bidder, the amount and a secret number."""
        bid = self.bids[number, tx.sender]
        require(tx.timestamp < self.auctions[number].bids_until, "no bids are taken")
        require((bid.seal == 0) & (bid.held == 0) & (seal != 0), "one bid each")
        self.balances[tx.sender].amount -= held
        bid.seal, bid.held = seal, held

    @action
    def reveal(self, tx, number: U32, amount: U64, secret: Field):
        """Show a bid."""
        auction, bid = self.auctions[number], self.bids[number, tx.sender]
        require(tx.timestamp >= auction.bids_until, "bids are still taken")
        require(tx.timestamp < auction.shows_until, "bids are not shown any more")
        require(digest(tx.sender, amount, secret) == bid.seal, "this was not the bid")
        require(amount <= bid.held, "more than was put aside")
        with when(amount > auction.best):
            auction.best, auction.winner = amount, tx.sender

    @action
    def settle(self, tx, number: U32):
        """Pay the seller what the winner bid, as the seller."""
        auction = self.auctions[number]
        require(auction.seller == tx.sender, "not your auction")
        require(tx.timestamp >= auction.shows_until, "this auction is not over")
        require(~auction.is_paid, "this auction is paid")
        self.bids[number, auction.winner].held -= auction.best
        self.balances[tx.sender].amount += auction.best
        auction.is_paid = True

    @action
    def reclaim(self, tx, number: U32):
        """Take back what is left of a bid when the auction is over, and as its winner when it is paid."""
        auction, bid = self.auctions[number], self.bids[number, tx.sender]
        require(tx.timestamp >= auction.shows_until, "this auction is not over")
        require(auction.is_paid | (auction.winner != tx.sender), "this auction is not paid")
        self.balances[tx.sender].amount += bid.held
        bid.held = 0


# The language needs the types of arguments only, so nothing else is annotated here.
# ruff: noqa: ANN001, ANN201
# Assignment converts when an action is traced.
# mypy: allow-untyped-defs, allow-incomplete-defs, disable-error-code="assignment, no-untyped-call"
