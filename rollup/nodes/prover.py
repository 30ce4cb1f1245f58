"""The prover: has the backend make the payloads of right claims, ahead of the proposer who will want them."""

from rollup.ports.settlement import ChainView, Job, SettlementBackend


class Prover:
    """Keeps the backend busy.

    Parameters
    ----------
    view
        The chain as derived and executed here.
    backend
        Makes the payloads; its jobs have the same id for everybody, so the proposer finds them.
    """

    def __init__(self, view: ChainView, backend: SettlementBackend) -> None:
        self._view, self._backend = view, backend
        self._jobs: dict[int, str] = {}

    def work(self, final: int = 0) -> dict[int, Job]:
        """Start the jobs of all batches after `final` that are derived, and say where each stands, by batch."""
        wanted = range(final + 1, self._view.derived() + 1)
        # A job is asked for anew each time: after a reorganisation the same number is another batch.
        self._jobs = {number: self._backend.submit(self._view, number) for number in wanted}
        return {number: self._backend.poll(job) for number, job in self._jobs.items()}
