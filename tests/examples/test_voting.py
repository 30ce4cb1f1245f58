"""Votes: once an account, while there is time; opened by the chair, who may sit on L1."""

import pytest

from examples.voting import Voting
from rollup.params import Status
from tests.programs.world import World, outcome, why

PROPOSALS = 1
CHAIR, TEXT, LASTS = 1, 0xABC, 3600


@pytest.fixture
def world() -> World:
    """Four accounts, and vote 5, which is open."""
    world = World(Voting.image())
    for _ in range(4):
        world.register()
    assert outcome(world.act("propose", CHAIR, 5, TEXT, LASTS))[0] is Status.APPLIED
    return world


@pytest.mark.parametrize(("votes", "accepted"), [((1, 1, 0), 1), ((1, 0), 0), ((0, 0, 1), 0), ((), 0), ((1,), 1)])
def test_more_than_half_accept(world: World, votes: tuple[int, ...], accepted: int) -> None:
    for account, vote in enumerate(votes, 1):
        assert outcome(world.act("vote", account, 5, vote))[0] is Status.APPLIED
    until = world.timestamp + LASTS
    world.timestamp = until
    assert outcome(world.act("close", 3, 5))[0] is Status.APPLIED
    assert world.record(PROPOSALS, 5) == (TEXT, until, sum(votes), len(votes) - sum(votes), accepted)


def test_nobody_votes_twice(world: World) -> None:
    world.act("vote", 2, 5, 1)
    assert outcome(world.act("vote", 2, 5, 0))[0] is Status.FAILED
    assert world.record(PROPOSALS, 5)[2:] == (1, 0, 0)


def test_only_the_chair_opens_a_vote_by_signature_or_from_l1(world: World) -> None:
    assert outcome(world.act("propose", 2, 6, TEXT, LASTS))[0] is Status.FAILED
    assert why(world.call("propose", 2, 6, TEXT, LASTS)) == "only account 1 may do this"
    assert (
        why(world.call("propose", CHAIR, 6, TEXT, LASTS, l1_address=0xE1))
        == "the account was registered by another L1 address"
    )
    assert world.record(PROPOSALS, 6) == (0,) * 5
    assert outcome(world.call("propose", CHAIR, 6, TEXT, LASTS))[0] is Status.APPLIED
    assert world.record(PROPOSALS, 6)[:2] == (TEXT, world.timestamp + LASTS)


def test_what_is_not_open_is_not_voted_on(world: World) -> None:
    assert why(world.act("vote", 2, 6, 1)) == "this vote is not open"
    assert why(world.act("close", 2, 6)) == "there is no such vote"
    assert why(world.act("propose", CHAIR, 5, TEXT, LASTS)) == "this number is taken"
    assert why(world.act("propose", CHAIR, 6, 0, LASTS)) == "the hash of a text is not 0"
    world.timestamp += LASTS - 1
    assert why(world.act("close", CHAIR, 5)) == "this vote is still open"
    assert outcome(world.act("vote", 2, 5, 1))[0] is Status.APPLIED
    world.timestamp += 1
    assert why(world.act("vote", 3, 5, 1)) == "this vote is not open"
