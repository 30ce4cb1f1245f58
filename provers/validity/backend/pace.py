"""How long a batch's proofs will still take, by what those took that are done."""

import threading
import time
from collections.abc import Callable, Sequence


class Pace:
    """Work in parts that are under way together.

    Parameters
    ----------
    weights
        Of each part, in any unit: constraints.
    clock
        Seconds.
    """

    def __init__(self, weights: Sequence[int], clock: Callable[[], float] = time.monotonic) -> None:
        self._weights, self._clock = weights, clock
        self._started, self._done = clock(), [False] * len(weights)
        self._latest = self._started
        self._lock = threading.Lock()

    def finish(self, part: int) -> None:
        """Note that a part is done; from any thread, and once or more."""
        with self._lock:
            self._done[part] = True
            self._latest = self._clock()

    def seconds_left(self) -> float | None:
        """Return about how long the rest takes, at the pace at which the latest part was reached; None before as much is done as the heaviest part.

        A light part is done while heavy ones, which began with it, are nearly so: it alone says little.
        """
        with self._lock:
            finished = sum(weight for weight, done in zip(self._weights, self._done, strict=True) if done)
            if finished < max(self._weights):
                return None
            left = sum(self._weights) - finished
            return max(0.0, (self._latest - self._started) * left / finished - (self._clock() - self._latest))
