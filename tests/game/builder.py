"""Moves of a game, one after the other, each by whom it behoves unless a test says otherwise.

Play.on(chain, claim, tree).challenge().down_to(2).step()
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from l1bridge import kzg
from provers.adversaries.liars import Lie
from provers.optimistic.rules import Steps
from provers.optimistic.table import Claim, Game, Table
from provers.optimistic.truth import Truth
from rollup.ports.l1 import L1Reverted, Receipt
from rollup.ports.settlement import batch_struct
from rollup.state.header import Header, StepHeader
from tests.game.chain import CHALLENGER, LIAR, SEQUENCER, STRANGER, Chain, backend_for


@dataclass
class Play:
    """A game about a claim: `tree` is what the claim was made from, `number` that of the game once it is open."""

    chain: Chain
    claim: int
    tree: Steps
    proposer: bytes
    challenger: bytes = CHALLENGER
    number: int = 0

    @classmethod
    def of_lie(cls, chain: Chain, lie: Lie, batch: int = 1, proposer: bytes = LIAR, **options: Any) -> "Play":
        """Propose a lie."""
        claim = chain.propose(proposer, batch, lie.header, lie.payload, **options)
        return cls(chain, claim, lie.steps_tree, proposer)

    @classmethod
    def of_truth(cls, chain: Chain, batch: int = 1, proposer: bytes = LIAR, **options: Any) -> "Play":
        """Propose the right claim."""
        claim, tree = propose_right(chain, proposer, batch, **options)
        return cls(chain, claim, tree, proposer)

    # Moves

    def challenge(self, key: bytes | None = None, **options: Any) -> "Play":
        """Open a game; `root` and `value` are right unless given."""
        self.challenger = key or self.challenger
        root = options.get("root", self.tree.root)
        value = options.get("value", self.chain.l1.call(self.chain.game, "CHALLENGE_BOND"))
        self._send(self.challenger, "challenge", self.claim, root, value=value)
        self.number = int(self.chain.l1.call(self.chain.game, "game_count"))
        return self

    def reveal(self, children: tuple[bytes, bytes] | None = None, key: bytes | None = None) -> "Play":
        """Open the node in dispute."""
        self._send(key or self.proposer, "reveal", self.number, *(children or self._children()))
        return self

    def attack(self, node: bytes | None = None, key: bytes | None = None) -> "Play":
        """Go left."""
        self._send(key or self.challenger, "attack", self.number, self.game.left if node is None else node)
        return self

    def defend(self, node: bytes | None = None, key: bytes | None = None) -> "Play":
        """Go right."""
        self._send(key or self.challenger, "defend", self.number, self.game.right if node is None else node)
        return self

    def down_to(self, leaf: int, level: int = 0) -> "Play":
        """Reveal and halve until the node of `level` above a leaf is in dispute."""
        while (game := self.game).level > level:
            self.reveal()
            self.defend() if leaf >> game.level - 1 & 1 else self.attack()
        return self

    def step(self, key: bytes = STRANGER, gas: int | None = None, **changes: Any) -> Receipt:
        """Execute the step in dispute; `changes` replace what the contract is given."""
        return self._send(key, "step", self.number, *self._step_arguments(changes), gas=gas)

    def would_step(self, **changes: Any) -> bool:
        """Tell whether L1 would execute the step, without taking it."""
        try:
            self.chain.l1.call(self.chain.game, "step", self.number, *self._step_arguments(changes))
        except L1Reverted:
            return False
        return True

    def timeout(self, key: bytes = STRANGER) -> "Play":
        """Claim that the side to move has used up its clock."""
        self._send(key, "timeout", self.number)
        return self

    def close(self, key: bytes = STRANGER) -> "Play":
        """End a game about a claim that fell in another."""
        self._send(key, "close", self.number)
        return self

    def settle(self, key: bytes = STRANGER) -> "Play":
        """Ask for the claim's bond to be given where it belongs."""
        self._send(key, "settle", self.claim)
        return self

    def collect(self, key: bytes) -> int:
        """Have an account paid; return what it got, in wei."""
        address = self.chain.as_(key).address
        before = self.chain.l1.balance(address)
        self._send(SEQUENCER, "collect", address)
        return self.chain.l1.balance(address) - before

    def at(self, time: int) -> "Play":
        """Let the next move happen exactly then."""
        self.chain.at(time)
        return self

    # What L1 says

    @property
    def table(self) -> Table:
        """The contracts, read."""
        return Table(self.chain.l1, self.chain.rollup, self.chain.game)

    @property
    def game(self) -> Game:
        """The game as it stands."""
        return self.table.read_game(self.number)

    @property
    def verdict(self) -> str:
        """What became of the claim."""
        return ("pending", "accepted", "rejected")[self.table.verdict(self.claim)]

    @property
    def read(self) -> Claim:
        """The claim as it stands."""
        return self.table.claim(self.claim)

    def credit(self, key: bytes) -> int:
        """What an account can collect, in wei."""
        return self.table.credit(self.chain.as_(key).address)

    def refusal(self, move: str, *args: Any, **options: Any) -> str:
        """Make a move that must be refused, and return with which words; nothing of the game has changed then."""
        before = (self.game, self.read) if self.number else self.read
        try:
            getattr(self, move)(*args, **options)
        except L1Reverted as refused:
            assert before == ((self.game, self.read) if self.number else self.read)
            return refused.reason
        raise AssertionError(f"{move} was not refused")

    # What a move needs

    def evidence(self) -> dict[str, Any]:
        """Return what `step` takes for the leaf in dispute, the step executed on the true state."""
        truth, game = Truth.of(self.chain, self.read.batch), self.game
        return {
            "batch": batch_struct(truth.batch),
            "parent_header": truth.parent.words(),
            "pre": truth.before(game.position).words(),
            "path": self._path(game),
            "evidence": truth.evidence(game.position, kzg).to_abi(),
        }

    def _step_arguments(self, changes: dict[str, Any]) -> list[Any]:
        given = self.evidence() | changes
        return [given[name] for name in ("batch", "parent_header", "pre", "path", "evidence")]

    def _path(self, game: Game) -> Sequence[bytes]:
        return self.tree.path(game.position - 1)[: game.agreed_level] if game.position else ()

    def _children(self) -> tuple[bytes, bytes]:
        game = self.game
        if game.level == 0:
            return game.node, game.node  # nothing hashes to a leaf that has 64 bytes: L1 must refuse whatever is given
        below, left = game.level - 1, 2 * game.position
        return self.tree.node(below, left), self.tree.node(below, left + 1)

    def _send(self, key: bytes, function: str, *args: Any, **options: Any) -> Receipt:
        return self.chain.as_(key).transact(self.chain.game, function, *args, **options)


def propose_right(chain: Chain, key: bytes, number: int, **options: Any) -> tuple[int, Steps]:
    """Propose the right claim as the backend makes it; return its number and its tree."""
    backend = backend_for(chain.as_(key))
    backend.prepare(chain.image)
    backend.attach(chain.rollup, chain.game)
    submission = backend.fetch(backend.submit(chain, number))
    claim = chain.propose(key, number, chain.header(number), submission.payload, **options)
    return claim, Truth.of(chain, number).steps


def wrong_header(header: Header) -> Header:
    """Return a header with another state root."""
    words = header.words()
    return Header.from_words((words[0] ^ 1, *words[1:]))


def start_of(chain: Chain, number: int) -> StepHeader:
    """Return the step header before the first step of a batch."""
    return StepHeader.start(chain.header(number - 1))
