"""L1's time, by which a sequencer stamps its batches."""

from rollup.ports.l1 import L1, Contract


class L1Clock:
    """The time of the newest L1 block, and how far a batch's timestamp may lag the block that it is posted in (SOUNDNESS 17).

    Parameters
    ----------
    l1
        Only read from.
    rollup
        The rollup contract, which knows the chain's drift.
    """

    def __init__(self, l1: L1, rollup: Contract) -> None:
        self._l1 = l1
        self._drift: int = l1.call(rollup, "DRIFT")

    def now(self) -> int:
        """Return the newest block's time, in seconds: no later block is earlier, so L1 takes a batch with it."""
        return self._l1.head().timestamp

    def is_due(self, timestamp: int, now: int) -> bool:
        """Tell whether a batch with this timestamp should be on its way to L1: half of the drift has passed."""
        return timestamp + self._drift // 2 < now

    def is_late(self, timestamp: int, now: int) -> bool:
        """Tell whether L1 refuses a batch with this timestamp from now on."""
        return timestamp + self._drift < now
