"""The epochs of a chain, and which of them a batch may belong to. The rules are those of rollup.vy, `_enter`."""

from collections.abc import Iterator, Sequence

from rollup.batch.epoch import Epoch


class Epochs:
    """All epochs that L1 has applied, in order; at most the last one waits for its first batch.

    Parameters
    ----------
    epochs
        Epoch 0 first, without gaps; only the last one may have no first batch.
    """

    def __init__(self, epochs: Sequence[Epoch]) -> None:
        assert [epoch.index for epoch in epochs] == list(range(len(epochs))), "epochs are kept in order"
        assert all(epoch.first is not None for epoch in (epochs[0], *epochs[:-1])), "only the last epoch can wait"
        self._epochs = tuple(epochs)

    def __iter__(self) -> Iterator[Epoch]:
        """Yield them in order."""
        return iter(self._epochs)

    def __len__(self) -> int:
        return len(self._epochs)

    def of(self, number: int) -> Epoch:
        """Return the epoch of a batch that L1 has; genesis, batch 0, counts to epoch 0."""
        return next(epoch for epoch in reversed(self._epochs) if epoch.first is not None and epoch.first <= number)

    @property
    def waiting(self) -> Epoch | None:
        """The epoch that waits for its first batch."""
        return self._epochs[-1] if self._epochs[-1].first is None else None

    def after(self, epoch: Epoch) -> Epoch | None:
        """Return the epoch that follows another; None if none is applied."""
        return self._epochs[epoch.index + 1] if epoch.index + 1 < len(self._epochs) else None

    def next_of(self, last: Epoch, inbox_index: int) -> Epoch:
        """Return the epoch to build in, on a batch of epoch `last` that leaves the inbox at `inbox_index`."""
        follower = self.after(last)
        return last if follower is None or inbox_index < follower.inbox_from else follower

    def open_for(self, fingerprint: bytes, number: int, inbox_from: int, inbox_to: int, now: int) -> Epoch | None:
        """Return the epoch that a batch was built in, if L1 can still take it; else None.

        Parameters
        ----------
        fingerprint
            Of the epoch that it was built in.
        number
            Of the batch; L1 does not have it yet.
        inbox_from, inbox_to
            It consumes the messages [inbox_from, inbox_to).
        now
            L1's time, in seconds.
        """
        epoch = next((epoch for epoch in self._epochs if epoch.fingerprint() == fingerprint), None)
        if epoch is None or inbox_from < epoch.inbox_from:
            return None  # L1 took the epoch back, or applied it behind later messages
        follower = self.after(epoch)
        if follower is None:
            return epoch
        is_over = follower.first is not None and follower.first <= number
        is_late = inbox_from >= follower.inbox_from and now > follower.until
        return None if is_over or is_late or inbox_to > follower.inbox_from else epoch
