"""`make bench-dispute`: what disputes cost on L1, from receipts: by the number of steps, and by the number of attackers."""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from examples.tokens import Tokens
from provers.adversaries.liars import Lie, lie_at, lie_of
from provers.optimistic.backend import OptimisticBackend
from provers.optimistic.terms import DAY
from provers.optimistic.truth import Truth
from rollup.crypto.keccak import keccak256
from rollup.devnet import Devnet
from rollup.devnet.plugins import cache_folder
from rollup.ports.l1 import L1
from rollup.ports.settlement import Context, Move, batch_struct
from rollup.state.steps import Steps

STEPS = (16, 64, 128, 256, 512, 1024, 2016)
ATTACKERS = (1, 2, 4, 10, 25, 50)
REAL = 128
"""Up to as many steps are those of a batch; a liar has more for a short batch, all but the last of them garbage."""
TURN = 43_200
"""Seconds between looks at L1 while a claim waits for its finality."""


@dataclass(frozen=True, slots=True)
class ByLength:
    """A dispute about a claim of some steps; gas from receipts, `moves` all but collecting what was won."""

    steps: int
    moves: int
    propose: int
    ask: int
    show: int
    refute: int
    dispute: int


@dataclass(frozen=True, slots=True)
class ByAttackers:
    """Wrong claims about one batch of 16 transactions, and one right; wei from balances, seconds from L1's clock.

    Attributes
    ----------
    attackers, fallen
        Wrong claims, each with a bond and shown when it is doubted; how many of them fell.
    staked, challenger, proposer
        What attackers, the honest challenger and the honest proposer had at stake at once.
    gas
        Of the honest challenger's moves.
    gained, burnt
        What he won beside the bonds that came back; what nobody did.
    delay
        From the right claim to its finality.
    """

    attackers: int
    fallen: int
    staked: int
    challenger: int
    proposer: int
    gas: int
    gained: int
    burnt: int
    delay: int


@dataclass
class Attack:
    """A chain, and somebody who lies about its newest batch and shows what he claimed."""

    chain: Devnet
    number: int
    parent: int
    l1: L1
    lies: dict[bytes, Lie] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def on(cls, transactions: int) -> Iterator["Attack"]:
        """Post a batch of these transactions and nothing else; the batch before is claimed rightly."""
        with Devnet(Tokens, "optimistic", accounts=2) as chain:
            chain.post()
            (parent,) = chain.propose()
            for amount in range(1, transactions + 1):
                chain.send(chain.account(0), "mint", token=1, amount=amount)
            block = chain.post()
            assert block is not None, "there was something to post"
            yield cls(chain, block.batch.number, parent, chain.spare_key())

    def propose(self, lie: Lie) -> tuple[int, int]:
        """Claim a lie; return the claim and its gas."""
        chain, number = self.chain, self.number
        self.lies[lie.steps.commitment] = lie
        headers = chain.node.header(number - 1).words(), lie.header.words()
        words = (batch_struct(chain.node.batch(number)), self.parent, *headers, lie.payload)
        bond = chain.l1.call(chain.deployment.settlement, "CLAIM_BOND")
        receipt = self.l1.transact(chain.rollup, "propose", *words, value=bond, cause="propose")
        return int(chain.l1.call(chain.rollup, "claim_count")), receipt.gas_used

    def play(self) -> list[Move]:
        """Let liar and challenger move until neither has a move left."""
        chain = self.chain
        tools = chain.toolchain
        context = Context(self.l1, tools.compiler, tools.blobs, cache_folder())
        liar = OptimisticBackend(context, defence=lambda claim, _: self.lies[claim.steps].steps)
        liar.prepare(chain.image)
        liar.attach(chain.rollup, chain.deployment.settlement)
        moves: list[Move] = []
        while fresh := [*chain.challenger.react(), *liar.react(chain.node, chain.l1.head())]:
            moves += fresh
        return moves

    def fell(self, claim: int) -> bool:
        """Tell whether a claim was thrown out."""
        return bool(self.chain.challenger_backend.describe(claim)["verdict"] == "rejected")

    def garbage(self, count: int) -> Lie:
        """Return a lie of `count` steps, none of which is one."""
        truth = Truth.of(self.chain.node, self.number)
        leaves = [keccak256(b"garbage", at.to_bytes(8, "big")) for at in range(count - 1)]
        terminal = truth.execution.step_headers[-1]
        return lie_of(truth.header, Steps((*leaves, terminal.hash())), terminal, 0)


def by_length(count: int) -> ByLength:
    """Dispute a lie of `count` steps."""
    is_real = count <= REAL
    with Attack.on(count - 1 if is_real else 1) as attack:
        lie = lie_at(attack.chain.node, attack.number, count // 2) if is_real else attack.garbage(count)
        assert len(lie.steps.leaves) == count, "the batch has other steps"
        claim, proposed = attack.propose(lie)
        moves = [move for move in attack.play() if move.what != "collect"]
        assert attack.fell(claim), "the lie did not fall"
        gas = {move.what: move.gas for move in moves}
        dispute = sum(gas.values())
        return ByLength(count, len(moves), proposed, gas["ask"], gas["show"], gas["refute"], dispute)


def by_attackers(count: int) -> ByAttackers:
    """Dispute `count` lies about one batch."""
    with Attack.on(16) as attack:
        chain, game = attack.chain, attack.chain.deployment.settlement
        bond, question = (int(chain.l1.call(game, name)) for name in ("CLAIM_BOND", "QUESTION_BOND"))
        (right,) = chain.propose()
        made, honest = chain.l1.head().timestamp, chain.l1.balance(game.address)
        lies = [lie_at(chain.node, attack.number, step) for step in range(min(count, 8))]
        wrong = [attack.propose(lies[place % len(lies)])[0] for place in range(count)]
        staked = chain.l1.balance(game.address) - honest
        moves = attack.play()
        fallen = sum(map(attack.fell, wrong))
        mine = [move for move in moves if move.what in ("ask", "refute")]
        won = sum(int(str(move.details["wei"])) for move in moves if move.what == "collect")
        gained = won - count * question
        chain.settle(step=TURN)
        assert chain.claims.final_claim(attack.number) == right, "the right claim is not final"
        delay = chain.l1.head().timestamp - made
        gas = sum(move.gas for move in mine)
        return ByAttackers(count, fallen, staked, count * question, bond, gas, gained, staked - gained, delay)


WEI = ("staked", "challenger", "proposer", "gained", "burnt")
"""Columns in wei, shown in ether."""


def show(lengths: Sequence[ByLength], attackers: Sequence[ByAttackers]) -> None:
    """Print two tables."""
    for title, rows in (
        ("By the number of steps, gas", lengths),
        ("By the number of attackers, ether and days", attackers),
    ):
        table = Table(title=title, title_justify="left")
        plain: list[Mapping[str, int]] = [asdict(row) for row in rows]
        for name in plain[0]:
            table.add_column(name, justify="right")
        for row in plain:
            table.add_row(*(_shown(name, value) for name, value in row.items()))
        Console().print(table)


def _shown(name: str, value: int) -> str:
    if name in WEI:
        return f"{value / 10**18:,.2f}"
    return f"{value / DAY:.1f}" if name == "delay" else f"{value:,}"


def main() -> None:
    """Measure, print, and write JSON if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures")
    parser.add_argument("--small", action="store_true", help="tiny sizes, to try the benchmark itself")
    arguments = parser.parse_args()
    console = Console(stderr=True)
    steps, attackers = ((16,), (2,)) if arguments.small else (STEPS, ATTACKERS)
    lengths: list[ByLength] = []
    for count in steps:
        console.print(f"disputing a claim of {count} steps …")
        lengths.append(by_length(count))
    rows: list[ByAttackers] = []
    for count in attackers:
        console.print(f"disputing {count} wrong claims …")
        rows.append(by_attackers(count))
    show(lengths, rows)
    if arguments.json:
        found = {"steps": [asdict(row) for row in lengths], "attackers": [asdict(row) for row in rows]}
        arguments.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
