"""Backends set against each other until nobody has anything left to do."""

from collections.abc import Sequence

from provers.optimistic.backend import OptimisticBackend
from provers.optimistic.rules import Defence, honest
from rollup.ports.settlement import Move
from tests.game.chain import TERMS, Chain, backend_for


def seat(chain: Chain, key: bytes, defence: Defence = honest) -> OptimisticBackend:
    """Return a backend that plays for an account."""
    backend = backend_for(chain.as_(key), TERMS, defence)
    backend.prepare(chain.image)
    backend.attach(chain.rollup, chain.game)
    return backend


def play(chain: Chain, players: Sequence[OptimisticBackend], rounds: int = 40) -> list[Move]:
    """Let each react in turn until none moves."""
    moves: list[Move] = []
    made: list[Move] = []
    for _ in range(rounds):
        made = [move for player in players for move in player.react(chain, chain.head)]
        if not made:
            return moves
        moves += made
    raise AssertionError(f"they still move after {rounds} rounds: {made}")
