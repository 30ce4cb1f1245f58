"""The dispute game contract, read: its claims as L1 has them (contracts/settlement/dispute_game.vy)."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from rollup.errors import PeerError
from rollup.ports.l1 import L1, BlockTag, Contract
from rollup.state.steps import Steps


class Stage(IntEnum):
    """What became of a claim so far; SPEC: dispute_game.vy."""

    NONE = 0
    OPEN = 1
    ASKED = 2
    SHOWN = 3
    FALLEN = 4
    PAID = 5


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
    steps
        Its commitment to the steps (`state.steps.Steps`), 32 bytes; zeros for genesis.
    stage
        What became of it; NONE for genesis, and for claims that another contract judges.
    proposer
        20 bytes.
    made, moved
        When it was made, and when it came to its stage, in seconds.
    asker, shower
        Who asked and who showed the steps, 20 bytes each; zeros if nobody did.
    shown_in
        Number of the L1 block that holds the steps.
    """

    number: int
    header_hash: bytes
    batch: int
    parent: int
    steps: bytes
    stage: Stage
    proposer: bytes
    made: int
    moved: int
    asker: bytes
    shower: bytes
    shown_in: int

    @property
    def is_made(self) -> bool:
        """Whether L1 has a claim of that number."""
        return self.batch > 0

    @property
    def is_here(self) -> bool:
        """Whether it is judged here: claims of other epochs are counted with it, and judged elsewhere."""
        return self.stage is not Stage.NONE

    @property
    def is_over(self) -> bool:
        """Whether nothing can come of it any more."""
        return self.stage in (Stage.FALLEN, Stage.PAID)


@dataclass(frozen=True, slots=True)
class Table:
    """Where the game is played: the two contracts, and the connection they are read through.

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

    def claim(self, number: int) -> Claim:
        """Read a claim; where there is none, or genesis, all that the game contract knows is 0."""
        header_hash, batch, parent, _ = self._ask(self.rollup, "claim", number)
        steps, stage, *rest = self._ask(self.game, "dispute", number)
        return Claim(number, header_hash, batch, parent, steps, Stage(stage), *rest)

    def steps(self, claim: Claim) -> Steps:
        """Return the steps that were shown, from the proved receipts of the block that holds them; `PeerError` if L1 does not have them there."""
        for log in self.l1.logs(self.l1.block(claim.shown_in), self.game.address):
            name, values = self.l1.decode(self.game, log)
            if name == "Shown" and values["claim_id"] == claim.number:
                return Steps.from_bytes(values["leaves"])
        raise PeerError(
            f"game: the steps of claim {claim.number} are not where L1 says they were shown",
            got=f"block {claim.shown_in}",
        )

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

    def _ask(self, contract: Contract, function: str, *args: object) -> Any:  # noqa: ANN401 - by the ABI
        return self.l1.call(contract, function, *args, block=self.block)
