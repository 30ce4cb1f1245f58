"""The challenger: lets the backend answer what happens on L1, at every head."""

from collections.abc import Sequence

from rollup.ports.l1 import L1
from rollup.ports.settlement import ChainView, Move, SettlementBackend


class Challenger:
    """Reacts; whoever proposes needs one too, to defend its claims.

    Parameters
    ----------
    l1
        Where heads come from; moves are signed by the account in the backend's own context.
    view
        The chain as derived and executed here.
    backend
        Whose rules are played by.
    """

    def __init__(self, l1: L1, view: ChainView, backend: SettlementBackend) -> None:
        self._l1, self._view, self._backend = l1, view, backend
        self._seen = b""

    def react(self) -> Sequence[Move]:
        """Make the moves that are due at the present head; none if it was answered already."""
        head = self._l1.head()
        if head.hash == self._seen:
            return ()
        moves = self._backend.react(self._view, head)
        self._seen = head.hash
        return moves
