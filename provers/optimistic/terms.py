"""What a chain plays for: bonds and times of its game contract."""

from dataclasses import dataclass

from rollup.ports.l1 import L1, Contract

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Terms:
    """What a chain plays for. Bonds in wei, times in seconds.

    Attributes
    ----------
    claim_bond, challenge_bond
        Staked on a claim, and on a game against one.
    window
        In which a claim can be challenged.
    clock
        What each player has for all moves of a game.
    """

    claim_bond: int = 10**17
    challenge_bond: int = 10**17
    window: int = 7 * DAY
    clock: int = 7 * DAY // 2

    @classmethod
    def read(cls, l1: L1, game: Contract) -> "Terms":
        """Ask a contract that stands; they never change."""
        return cls(*(int(l1.call(game, name)) for name in ("CLAIM_BOND", "CHALLENGE_BOND", "WINDOW", "CLOCK")))
