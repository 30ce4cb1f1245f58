"""Many players at once, at random: every wrong claim falls, no right one does, and nobody who was honest pays for it.

`pytest -m long` plays a thousand such games.
"""

import random
from dataclasses import dataclass, field

import pytest

from l1bridge.devchain import KEYS
from provers.adversaries.liars import Lie, lie_at
from provers.optimistic.backend import OptimisticBackend
from provers.optimistic.table import Stage
from rollup.ports.l1 import L1Reverted
from tests.game.builder import Play, propose_right
from tests.game.chain import CHALLENGER, PROPOSER, TERMS, Chain
from tests.game.players import seat
from tests.game.scene import counters

RIVALS = [key for key in KEYS if key not in (PROPOSER, CHALLENGER)][:18]
GAS = 10**17
"""Wei that a player may spend on gas in a game; far more than any does."""


@dataclass
class Melee:
    """One honest proposer, one honest challenger, and rivals who do what comes to their minds."""

    chain: Chain
    random: random.Random
    rivals: list[bytes]
    wrong: list[Play] = field(default_factory=list)
    right: list[Play] = field(default_factory=list)
    lies: dict[bytes, Lie] = field(default_factory=dict)

    def act(self, key: bytes) -> None:
        """Let a rival do something; what L1 refuses did not happen."""
        pick = self.random.choice
        known = [*self.wrong, *self.right]
        try:
            match pick(("lie", "copy", "ask", "show", "silence", "refute", "expire")):
                case "lie":
                    lie = lie_at(self.chain, 1, self.random.randrange(3))
                    self.wrong.append(Play.of_lie(self.chain, lie, proposer=key))
                case "copy":
                    self.right.append(Play.of_truth(self.chain, proposer=key))
                case "ask":
                    pick(known).ask(key)
                case "show":
                    pick(known).show(key=key)
                case "refute":
                    game = pick(known)
                    game.refute(self.random.randrange(min(4, len(game.steps.leaves))), key)
                case "expire":
                    pick(known).expire(key)
        except L1Reverted:
            return

    def play(self, honest: list[OptimisticBackend]) -> None:
        """Let a window and two clocks pass, with rivals at any time and the honest ones at least once in half a clock."""
        head = self.chain.head.timestamp
        end = head + TERMS.window + 2 * TERMS.clock
        while head < end:
            for _ in range(self.random.randrange(4)):
                self.act(self.random.choice(self.rivals))
            for backend in self.random.sample(honest, len(honest)):
                backend.react(self.chain, self.chain.head)
            head = self.chain.head.timestamp + self.random.randrange(1, TERMS.clock // 2 - 60)
            self.chain.pass_to(head)

    def finish(self, honest: list[OptimisticBackend]) -> None:
        """Let the honest ones end what is open, when the rivals have had their say."""
        for _ in range(8):
            self.chain.pass_to(self.chain.head.timestamp + TERMS.clock // 2)
            for backend in honest:
                backend.react(self.chain, self.chain.head)


def melee(seed: int) -> None:
    source = random.Random(seed)
    with counters().undone() as chain:
        rivals = RIVALS[: source.randint(1, len(RIVALS))]
        people = (PROPOSER, CHALLENGER)
        had = {key: chain.l1.balance(chain.as_(key).address) for key in people}
        claim, steps = propose_right(chain, PROPOSER, 1)
        game = Melee(chain, source, rivals, right=[Play(chain, claim, steps, PROPOSER)])
        honest = [seat(chain, key) for key in people]
        game.play(honest)
        game.finish(honest)
        assert game.right[0].verdict == "accepted", seed
        chain.finalise(claim, chain.header(1))
        for backend in honest * 2:
            backend.react(chain, chain.head)
        assert {play.verdict for play in game.wrong} <= {"rejected"}, seed
        assert {play.verdict for play in game.right} <= {"accepted"}, seed
        assert {play.read.stage for play in (game.right[0], *game.wrong)} <= {Stage.PAID, Stage.FALLEN}, seed
        for key in people:
            assert game.right[0].credit(key) == 0, seed
            assert chain.l1.balance(chain.as_(key).address) > had[key] - GAS, seed


@pytest.mark.parametrize("seed", range(6))
def test_whatever_many_players_do_the_truth_wins(seed: int) -> None:
    melee(seed)


@pytest.mark.long
def test_whatever_many_players_do_the_truth_wins_a_thousand_times() -> None:
    for seed in range(1_000):
        melee(1_000 + seed)
