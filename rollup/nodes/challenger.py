"""The challenger: lets backends answer what happens on L1, at every head."""

from collections.abc import Sequence

from rollup.nodes.settlements import Settlements
from rollup.ports.l1 import L1
from rollup.ports.settlement import ChainView, Move


class Challenger:
    """Reacts; whoever proposes needs one too, to defend its claims.

    Parameters
    ----------
    l1
        Where heads come from; moves are signed by the account in a backend's own context.
    view
        The chain as derived and executed here.
    settlements
        By whose rules it plays: in every epoch, by its own.
    """

    def __init__(self, l1: L1, view: ChainView, settlements: Settlements) -> None:
        self._l1, self._view, self._settlements = l1, view, settlements
        self._seen = b""

    def react(self) -> Sequence[Move]:
        """Make the moves that are due at the present head; none if it was answered already."""
        head = self._l1.head()
        if head.hash == self._seen:
            return ()
        moves = [move for seat in self._settlements.all() for move in seat.backend.react(self._view, head)]
        self._seen = head.hash
        return moves
