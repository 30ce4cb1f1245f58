"""Limit orders: what is put aside, at what price two meet, and what comes back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples.orderbook import OrderBook
from rollup.params import Status
from tests.programs.world import World, outcome, why

ORDERS, BALANCES = 1, 2
ADA, BOB = 1, 2
BUY, SELL = 0, 1


@pytest.fixture
def world() -> World:
    """Two accounts with 1,000 of both."""
    return fresh()


def fresh() -> World:
    world = World(OrderBook.image())
    for account in (ADA, BOB):
        world.register()
        world.act("mint", account, 1_000, 1_000)
    return world


def done(world: World, name: str, sender: int, *arguments: int) -> None:
    run = world.act(name, sender, *arguments)
    assert outcome(run)[0] is Status.APPLIED, why(run)


def balances(world: World) -> list[tuple[int, ...]]:
    return [world.record(BALANCES, account) for account in (ADA, BOB)]


def test_two_orders_meet_at_the_seller_s_price_as_far_as_both_go(world: World) -> None:
    done(world, "place", ADA, 1, BUY, 5, 100)
    done(world, "place", BOB, 2, SELL, 4, 60)
    assert balances(world) == [(1_000, 500), (940, 1_000)]
    done(world, "match", BOB, 1, 2)
    assert balances(world) == [(1_060, 560), (940, 1_240)]
    assert world.record(ORDERS, 1) == (ADA, BUY, 5, 40, 200)
    assert world.record(ORDERS, 2) == (BOB, SELL, 4, 0, 0)
    assert why(world.act("match", BOB, 1, 2)) == "an order is filled"
    done(world, "cancel", ADA, 1)
    assert balances(world) == [(1_060, 760), (940, 1_240)]


def test_what_the_book_refuses(world: World) -> None:
    done(world, "place", ADA, 1, BUY, 5, 100)
    done(world, "place", BOB, 2, SELL, 6, 10)
    assert why(world.act("match", ADA, 1, 2)) == "these orders do not meet"
    assert why(world.act("match", ADA, 2, 1)) == "a buyer and a seller are wanted"
    assert why(world.act("match", ADA, 1, 1)) == "a buyer and a seller are wanted"
    assert why(world.act("cancel", BOB, 1)) == "not your order"
    assert why(world.act("place", BOB, 1, SELL, 1, 1)) == "this number is taken"
    assert why(world.act("place", BOB, 3, SELL, 0, 1)) == "an order for nothing"
    assert why(world.act("place", BOB, 3, SELL, 1, 991)) == "U64 underflow in -"
    assert why(world.act("place", BOB, 3, BUY, 1, 1_001)) == "U64 underflow in -"
    assert why(world.act("place", BOB, 3, BUY, 2**32 - 1, 2**40)) == "U64 overflow in *"


def test_number_of_a_cancelled_order_stays_taken(world: World) -> None:
    done(world, "place", ADA, 1, SELL, 5, 100)
    done(world, "cancel", ADA, 1)
    done(world, "cancel", ADA, 1)
    assert balances(world) == [(1_000, 1_000), (1_000, 1_000)]
    assert why(world.act("place", BOB, 1, SELL, 1, 1)) == "this number is taken"


prices, amounts = st.integers(1, 9), st.integers(1, 80)


@settings(max_examples=12, deadline=None)
@given(prices, amounts, prices, amounts)
def test_a_trade_is_fair_to_both(bid: int, wanted: int, ask: int, offered: int) -> None:
    world = fresh()
    done(world, "place", ADA, 1, BUY, bid, wanted)
    done(world, "place", BOB, 2, SELL, ask, offered)
    run = world.act("match", ADA, 1, 2)
    assert (outcome(run)[0] is Status.APPLIED) == (bid >= ask)
    traded = min(wanted, offered) if bid >= ask else 0
    for account, number in ((ADA, 1), (BOB, 2)):
        done(world, "cancel", account, number)
    assert balances(world) == [(1_000 + traded, 1_000 - traded * ask), (1_000 - traded, 1_000 + traded * ask)]
