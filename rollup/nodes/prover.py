"""The prover: has backends make the payloads of right claims, ahead of the proposer who will want them."""

from rollup.nodes.settlements import Settlements
from rollup.ports.settlement import ChainView, Job


class Prover:
    """Keeps the backends busy.

    Parameters
    ----------
    view
        The chain as derived and executed here.
    settlements
        Whose backends make the payloads; their jobs have the same id for everybody, so the proposer finds them.
    """

    def __init__(self, view: ChainView, settlements: Settlements) -> None:
        self._view, self._settlements = view, settlements

    def work(self, final: int = 0) -> dict[int, Job]:
        """Start the jobs of all batches after `final` that are derived, and say where each stands, by batch."""
        found: dict[int, Job] = {}
        for number in range(final + 1, self._view.derived() + 1):
            # A job is asked for anew each time: after a reorganisation the same number is another batch.
            backend = self._settlements.of(number).backend
            found[number] = backend.poll(backend.submit(self._view, number))
        return found
