"""A wrong claim under the optimistic backend: every role does its part, and what is right becomes final."""

from dataclasses import dataclass

import pytest

from examples.tokens import Tokens
from provers.adversaries.liars import Lie, lie_at
from rollup.devnet import Devnet
from rollup.ports.settlement import ChainView, Submission
from rollup.state.header import Header


@dataclass
class Liar:
    """Claims one lie, and builds on it."""

    lie: Lie
    batch: int
    bond: int

    def header(self, view: ChainView, number: int) -> Header:
        return self.lie.header if number == self.batch else view.header(number)

    def submission(self, view: ChainView, number: int) -> Submission | None:
        return Submission(self.lie.payload, self.bond) if number == self.batch else None


@pytest.mark.parametrize("step", [0, 3])
def test_lie_when_it_is_claimed_first_is_thrown_out_and_value_leaves_by_the_right_claim(step: int) -> None:
    with Devnet(Tokens, "optimistic", accounts=2) as chain:
        alice = chain.account(0)
        chain.send(alice, "mint", token=1, amount=5)
        chain.withdraw(alice, 400)
        chain.post()
        bond = chain.l1.call(chain.deployment.settlement, "CLAIM_BOND")
        lie = lie_at(chain.node, 1, step)
        liar = chain.rival(lambda _: Liar(lie, 1, bond), {"defence": lie.defence})
        assert liar.proposer.propose() == (1,)
        moves: list[str] = []
        while fresh := [*liar.defender.react(), *chain.react()]:
            moves += [move.what for move in fresh]
        assert moves[0] == "ask"
        assert "refute" in moves
        assert chain.backend.describe(1)["verdict"] == "rejected"
        chain.settle()
        assert (chain.claims.final_claim(1), chain.claims[2].parent) == (2, 0)
        assert chain.claims[2].header == chain.node.header(1)
        held = chain.l1.balance(alice.l1.address)
        chain.release()
        assert chain.l1.balance(alice.l1.address) - held == 400 * 10**9
        assert chain.alarms == []


def test_claims_when_nobody_lies_become_final_after_the_window_and_not_before() -> None:
    with Devnet(Tokens, "optimistic", accounts=1) as chain:
        for amount in (1, 2):
            chain.send(chain.account(0), "mint", token=1, amount=amount)
            chain.post()
        assert chain.propose() == (1, 2)
        chain.advance(days=6.9)
        assert chain.finalise() == ()
        chain.advance(days=0.2)
        assert chain.finalise() == (1, 2)
        assert chain.react() != ()  # the bonds come back
        assert chain.settle() == ()
