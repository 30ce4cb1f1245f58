"""The dispute game contract, read: its claims and games as L1 has them (contracts/settlement/dispute_game.vy)."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from rollup.ports.l1 import L1, BlockTag, Contract


class Turn(IntEnum):
    """Whose move it is."""

    NONE = 0
    PROPOSER = 1
    CHALLENGER = 2
    OVER = 3


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim as rollup and game contract know it.

    Attributes
    ----------
    number
        As the rollup counts; 0 is genesis.
    header_hash
        keccak256 of the header it claims, 32 bytes.
    batch, parent
        Which batch it is about, and the claim it stands on.
    proposer
        20 bytes.
    root
        Over its step headers, 32 bytes; zeros for genesis.
    opened
        When it was made, in seconds; 0 for genesis.
    open_games, rejected, settled
        What became of it so far.
    """

    number: int
    header_hash: bytes
    batch: int
    parent: int
    proposer: bytes
    root: bytes
    opened: int
    open_games: int
    rejected: bool
    settled: bool

    @property
    def is_made(self) -> bool:
        """Whether L1 has a claim of that number."""
        return self.batch > 0

    @property
    def is_here(self) -> bool:
        """Whether it is judged here: claims of other epochs are counted with it, and judged elsewhere."""
        return self.opened > 0


@dataclass(frozen=True, slots=True)
class Game:
    """A game between a claim's proposer and one challenger.

    Attributes
    ----------
    number, claim
        Its own number, and that of the claim.
    challenger
        20 bytes.
    turn
        Whose move it is.
    moved
        When the last move was made, in seconds.
    proposer_used, challenger_used
        Seconds each side has used.
    node, left, right
        The node in dispute and, once revealed, its children; 32 bytes each.
    level, position
        Where `node` stands: level 0 is a leaf.
    agreed, agreed_level
        The last left half that the challenger agreed on, and its level; the leaf before the disputed one is its rightmost.
    """

    number: int
    claim: int
    challenger: bytes
    turn: Turn
    moved: int
    proposer_used: int
    challenger_used: int
    node: bytes
    left: bytes
    right: bytes
    level: int
    position: int
    agreed: bytes
    agreed_level: int

    def overdue(self, now: int, clock: int) -> bool:
        """Tell whether the side to move has used up its `clock` seconds by L1's time `now`."""
        used = self.proposer_used if self.turn is Turn.PROPOSER else self.challenger_used
        return self.turn in (Turn.PROPOSER, Turn.CHALLENGER) and used + now - self.moved > clock


@dataclass(frozen=True, slots=True)
class Table:
    """Where games are played: the two contracts, and the connection they are read through.

    Attributes
    ----------
    block
        As of which block everything is read.
    """

    l1: L1
    rollup: Contract
    game: Contract
    block: BlockTag = "latest"

    def claim_count(self) -> int:
        """Return the number of the newest claim."""
        return int(self._ask(self.rollup, "claim_count"))

    def game_count(self) -> int:
        """Return the number of the newest game."""
        return int(self._ask(self.game, "game_count"))

    def claim(self, number: int) -> Claim:
        """Read a claim; where there is none, or genesis, all that the game contract knows is 0."""
        header_hash, batch, parent, _ = self._ask(self.rollup, "claim", number)
        root, proposer, opened, open_games, rejected, settled = self._ask(self.game, "claims", number)
        return Claim(number, header_hash, batch, parent, proposer, root, opened, open_games, rejected, settled)

    def read_game(self, number: int) -> Game:
        """Read a game."""
        claim, challenger, turn, *rest = self._ask(self.game, "games", number)
        return Game(number, claim, challenger, Turn(turn), *rest)

    def final_claim(self, batch: int) -> int:
        """Return the claim that is final for a batch; 0 if none is."""
        return int(self._ask(self.rollup, "final_claim", batch))

    def final_batch(self) -> int:
        """Return the newest batch that is final."""
        return int(self._ask(self.rollup, "final_batch"))

    def verdict(self, claim: int) -> int:
        """Return 0 pending, 1 accepted, 2 rejected."""
        return int(self._ask(self.game, "verdict", claim))

    def credit(self, address: bytes) -> int:
        """Return the wei that an address can collect."""
        return int(self._ask(self.game, "credit", address))

    def heir(self, claim: Claim) -> bytes:
        """Return who gets the bond of a claim about a final batch: its proposer if it was right, else whoever was."""
        right = self.claim(self.final_claim(claim.batch))
        return claim.proposer if claim.header_hash == right.header_hash else right.proposer

    def _ask(self, contract: Contract, function: str, *args: object) -> Any:  # noqa: ANN401 - by the ABI
        return self.l1.call(contract, function, *args, block=self.block)
