"""What a chain plays for: bonds and times of its game contract."""

from dataclasses import dataclass

from rollup.ports.l1 import L1, Contract

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Terms:
    """What a chain plays for. Bonds in wei, times in seconds.

    By default whoever asks gets a quarter of the claim's bond for a wrong claim, 0.1 ether, and so does whoever refutes it, which pays the dearest step
    that L1 takes (2^24 gas) at 5.9 gwei, and a usual one (3 million gas) at 33. A question costs an eighth of what a claim costs.

    Attributes
    ----------
    claim_bond, question_bond
        Staked on a claim, and on a question about one.
    window
        In which a claim can be doubted.
    clock
        In which a question must be answered, and an answer refuted.
    """

    claim_bond: int = 4 * 10**17
    question_bond: int = 5 * 10**16
    window: int = 7 * DAY
    clock: int = 7 * DAY // 2

    @classmethod
    def read(cls, l1: L1, game: Contract) -> "Terms":
        """Ask a contract that stands; they never change."""
        return cls(*(int(l1.call(game, name)) for name in ("CLAIM_BOND", "QUESTION_BOND", "WINDOW", "CLOCK")))

    @property
    def share(self) -> int:
        """What asker and refuter get each for a claim that fell, in wei; half of its bond is burnt."""
        return self.claim_bond // 4
