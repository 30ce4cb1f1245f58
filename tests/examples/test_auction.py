"""Sealed bids: what is hidden, what is shown, and what each gets back."""

import pytest

from examples.auction import Auctions
from rollup.crypto.poseidon2 import Domain, hash_items
from rollup.params import Status
from tests.programs.world import World, outcome, why

BALANCES = 3
SELLER, ADA, BOB, CYD = 1, 2, 3, 4
BIDDING, SHOWING = 600, 300


def seal(bidder: int, amount: int, secret: int) -> int:
    return hash_items(Domain.USER, (bidder, amount, secret))


@pytest.fixture
def world() -> World:
    """Four accounts with 100 each, and auction 9, in which three have bid: 30, 50 and 40, each with 60 put aside."""
    world = World(Auctions.image())
    for account in (SELLER, ADA, BOB, CYD):
        world.register()
        world.act("mint", account, 100)
    done(world, "open", SELLER, 9, BIDDING, SHOWING)
    for bidder, amount in ((ADA, 30), (BOB, 50), (CYD, 40)):
        done(world, "bid", bidder, 9, seal(bidder, amount, 7 * bidder), 60)
    return world


def done(world: World, name: str, sender: int, *arguments: int) -> None:
    run = world.act(name, sender, *arguments)
    assert outcome(run)[0] is Status.APPLIED, why(run)


def balances(world: World) -> tuple[int, ...]:
    return tuple(world.record(BALANCES, account)[0] for account in (SELLER, ADA, BOB, CYD))


def test_highest_bid_that_is_shown_wins_and_all_else_comes_back(world: World) -> None:
    world.timestamp += BIDDING
    for bidder, amount in ((ADA, 30), (BOB, 50), (CYD, 40)):
        done(world, "reveal", bidder, 9, amount, 7 * bidder)
    world.timestamp += SHOWING
    done(world, "settle", SELLER, 9)
    for bidder in (ADA, BOB, CYD):
        done(world, "reclaim", bidder, 9)
        done(world, "reclaim", bidder, 9)
    assert balances(world) == (150, 100, 50, 100)


def test_bid_that_is_not_shown_does_not_count(world: World) -> None:
    world.timestamp += BIDDING
    done(world, "reveal", CYD, 9, 40, 28)
    world.timestamp += SHOWING
    done(world, "settle", SELLER, 9)
    for bidder in (ADA, BOB, CYD):
        done(world, "reclaim", bidder, 9)
    assert balances(world) == (140, 100, 100, 60)


def test_auction_without_bids_that_are_shown_sells_nothing(world: World) -> None:
    world.timestamp += BIDDING + SHOWING
    done(world, "settle", SELLER, 9)
    done(world, "reclaim", BOB, 9)
    assert balances(world) == (100, 40, 100, 40)


def test_losers_need_not_wait_for_the_seller_and_the_winner_cannot_run(world: World) -> None:
    world.timestamp += BIDDING
    done(world, "reveal", BOB, 9, 50, 21)
    world.timestamp += SHOWING
    done(world, "reclaim", ADA, 9)
    assert why(world.act("reclaim", BOB, 9)) == "this auction is not paid"
    done(world, "settle", SELLER, 9)
    done(world, "reclaim", BOB, 9)
    assert balances(world) == (150, 100, 50, 40)


def test_what_bidders_may_not_do(world: World) -> None:
    assert why(world.act("bid", ADA, 9, 5, 1)) == "one bid each"
    assert why(world.act("bid", SELLER, 9, 0, 1)) == "one bid each"
    assert why(world.act("bid", SELLER, 9, 5, 101)) == "U64 underflow in -"
    assert why(world.act("bid", SELLER, 8, 5, 1)) == "no bids are taken"
    world.timestamp += BIDDING - 1
    assert why(world.act("reveal", ADA, 9, 30, 14)) == "bids are still taken"
    assert why(world.act("reclaim", ADA, 9)) == "this auction is not over"
    world.timestamp += 1
    assert why(world.act("bid", SELLER, 9, 5, 1)) == "no bids are taken"
    assert why(world.act("reveal", ADA, 9, 31, 14)) == "this was not the bid"
    # Whoever copies another's seal cannot show it, for it names who made it.
    assert why(world.act("reveal", SELLER, 9, 50, 21)) == "this was not the bid"
    world.timestamp += SHOWING
    assert why(world.act("reveal", ADA, 9, 30, 14)) == "bids are not shown any more"


def test_bid_of_more_than_was_put_aside_is_not_shown() -> None:
    world = World(Auctions.image())
    for account in (SELLER, ADA):
        world.register()
        world.act("mint", account, 100)
    done(world, "open", SELLER, 9, BIDDING, SHOWING)
    done(world, "bid", ADA, 9, seal(ADA, 1_000, 3), 60)
    world.timestamp += BIDDING
    assert why(world.act("reveal", ADA, 9, 1_000, 3)) == "more than was put aside"


def test_only_the_seller_is_paid_and_once(world: World) -> None:
    assert why(world.act("open", ADA, 9, 1, 1)) == "this number is taken"
    assert why(world.act("open", ADA, 8, 0, 1)) == "it takes time to bid and to show bids"
    assert why(world.act("settle", SELLER, 9)) == "this auction is not over"
    world.timestamp += BIDDING + SHOWING
    assert why(world.act("settle", ADA, 9)) == "not your auction"
    done(world, "settle", SELLER, 9)
    assert why(world.act("settle", SELLER, 9)) == "this auction is paid"
