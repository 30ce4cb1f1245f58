"""Votes: once an account, while the vote is open, and closed by the chair."""

import pytest

from examples.voting import Voting
from rollup.params import Status
from tests.programs.world import World, outcome, why

PROPOSALS = 1
CHAIR, TEXT = 1, 0xABC


@pytest.fixture
def world() -> World:
    """Four accounts, and vote 5, which is open."""
    world = World(Voting.image())
    for _ in range(4):
        world.register()
    assert outcome(world.act("propose", CHAIR, 5, TEXT))[0] is Status.APPLIED
    return world


@pytest.mark.parametrize(("votes", "accepted"), [((1, 1, 0), 1), ((1, 0), 0), ((0, 0, 1), 0), ((), 0), ((1,), 1)])
def test_more_than_half_accept(world: World, votes: tuple[int, ...], accepted: int) -> None:
    for account, vote in enumerate(votes, 1):
        assert outcome(world.act("vote", account, 5, vote))[0] is Status.APPLIED
    assert outcome(world.act("close", CHAIR, 5))[0] is Status.APPLIED
    assert world.record(PROPOSALS, 5) == (TEXT, sum(votes), len(votes) - sum(votes), 0, accepted)


def test_nobody_votes_twice(world: World) -> None:
    world.act("vote", 2, 5, 1)
    assert outcome(world.act("vote", 2, 5, 0))[0] is Status.FAILED
    assert world.record(PROPOSALS, 5) == (TEXT, 1, 0, 1, 0)


def test_only_the_chair_opens_and_closes(world: World) -> None:
    for name, *arguments in (("propose", 6, TEXT), ("close", 5)):
        assert outcome(world.act(str(name), 2, *map(int, arguments)))[0] is Status.FAILED
    assert world.record(PROPOSALS, 5)[3] == 1
    assert world.record(PROPOSALS, 6)[3] == 0


def test_what_is_not_open_is_not_voted_on(world: World) -> None:
    assert why(world.act("vote", 2, 6, 1)) == "this vote is not open"
    world.act("close", CHAIR, 5)
    assert why(world.act("vote", 2, 5, 1)) == "this vote is not open"
    assert why(world.act("close", CHAIR, 5)) == "this vote is not open"
    assert why(world.act("propose", CHAIR, 5, TEXT)) == "this number is taken"
    assert why(world.act("propose", CHAIR, 6, 0)) == "the hash of a text is not 0"
