"""The exchange: shares, prices and who pays whom, beside plain Python."""

from math import isqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples.amm import Amm
from rollup.params import Status
from tests.programs.world import World, outcome, why

BALANCES, SHARES, POOLS = 1, 2, 3
X, Y = 0, 1


@pytest.fixture
def world() -> World:
    """Two accounts with a million of each token; the first has brought 1,000 X and 4,000 Y."""
    return opened(1_000, 4_000)


def opened(x: int, y: int) -> World:
    world = World(Amm.image())
    for account in (1, 2):
        world.register()
        for token in (X, Y):
            world.act("mint", account, token, 10**6)
    assert applied(world, "add", 1, x, y, 0)
    return world


def applied(world: World, name: str, sender: int, *arguments: int) -> bool:
    return outcome(world.act(name, sender, *arguments))[0] is Status.APPLIED


def holding(world: World, account: int) -> tuple[int, int, int]:
    (x,), (y,), (shares,) = (
        world.record(BALANCES, account, X),
        world.record(BALANCES, account, Y),
        world.record(SHARES, account),
    )
    return x, y, shares


def test_first_shares_are_the_root_of_the_product_and_later_ones_in_proportion(world: World) -> None:
    assert world.record(POOLS, 0) == (1_000, 4_000, 2_000)
    assert holding(world, 1) == (10**6 - 1_000, 10**6 - 4_000, 2_000)
    assert applied(world, "add", 2, 500, 2_000, 1_000)
    assert holding(world, 2) == (10**6 - 500, 10**6 - 2_000, 1_000)
    assert applied(world, "remove", 2, 1_000)
    assert holding(world, 2) == (10**6, 10**6, 0)
    assert world.record(POOLS, 0) == (1_000, 4_000, 2_000)


def test_swap_pays_the_fee_to_the_pool(world: World) -> None:
    assert applied(world, "swap", 2, X, 100, 360)
    bought = 100 * 997 * 4_000 // (1_000 * 1_000 + 100 * 997)
    assert holding(world, 2) == (10**6 - 100, 10**6 + bought, 0)
    assert world.record(POOLS, 0) == (1_100, 4_000 - bought, 2_000)
    assert applied(world, "swap", 2, Y, bought, 0)
    assert holding(world, 2)[X] < 10**6


@pytest.mark.parametrize(
    ("name", "arguments", "reason"),
    [
        ("swap", (X, 100, 363), "the price is worse"),
        ("swap", (X, 0, 0), "the price is worse"),
        ("swap", (X, 10**6 + 1, 0), "U64 underflow in -"),
        ("add", (10, 40, 21), "too few shares"),
        ("add", (0, 0, 0), "too few shares"),
        ("add", (2**64 - 1, 2**64 - 1, 0), "U64 underflow in -"),
        ("remove", (1,), "U64 underflow in -"),
    ],
)
def test_what_the_pool_refuses(world: World, name: str, arguments: tuple[int, ...], reason: str) -> None:
    before = holding(world, 2)
    assert why(world.act(name, 2, *arguments)) == reason
    assert holding(world, 2) == before


def test_an_empty_pool_sells_nothing_and_gives_nothing_back() -> None:
    world = World(Amm.image())
    world.register()
    world.act("mint", 1, X, 100)
    assert why(world.act("swap", 1, X, 100, 0)) == "the price is worse"
    assert why(world.act("remove", 1, 0)) == "U64 division by zero"


moves = st.one_of(
    st.tuples(st.just("swap"), st.integers(1, 2), st.sampled_from([X, Y]), st.integers(0, 3_000), st.just(0)),
    st.tuples(st.just("add"), st.integers(1, 2), st.integers(0, 3_000), st.integers(0, 3_000), st.just(0)),
    st.tuples(st.just("remove"), st.integers(1, 2), st.integers(0, 3_000)),
)


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 5_000), st.integers(1, 5_000), st.lists(moves, max_size=6))
def test_pool_is_that_of_plain_python_and_nobody_takes_from_it(x: int, y: int, drawn: list[tuple[str, ...]]) -> None:
    world, shares = opened(x, y), isqrt(x * y)
    for name, sender, *arguments in drawn:
        before = (x, y, shares)
        done = applied(world, name, int(sender), *map(int, arguments))
        x, y, shares = _after(before, name, list(map(int, arguments))) if done else before
        assert world.record(POOLS, 0) == (x, y, shares)
        # What a share is worth, squared, never falls.
        assert not done or not shares or x * y * before[2] ** 2 >= before[0] * before[1] * shares**2
    for token, reserve in ((X, x), (Y, y)):
        assert sum(world.record(BALANCES, account, token)[0] for account in (1, 2)) + reserve == 2 * 10**6


def _after(pool: tuple[int, int, int], name: str, arguments: list[int]) -> tuple[int, int, int]:
    x, y, shares = pool
    if name == "add":
        more_x, more_y, _ = arguments
        minted = isqrt(more_x * more_y) if not shares else min(more_x * shares // x, more_y * shares // y)
        return x + more_x, y + more_y, shares + minted
    if name == "remove":
        (given_back,) = arguments
        return x - given_back * x // shares, y - given_back * y // shares, shares - given_back
    sell, amount, _ = arguments
    reserve, other = (x, y) if sell == X else (y, x)
    bought = amount * 997 * other // (reserve * 1000 + amount * 997)
    return (x + amount, y - bought, shares) if sell == X else (x - bought, y + amount, shares)
