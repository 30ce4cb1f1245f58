"""Who settles which batch: a chain's epochs may have different settlement contracts, and each wants a backend of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from rollup.batch.epoch import Epoch
from rollup.batch.epochs import Epochs
from rollup.ports.l1 import Contract
from rollup.ports.settlement import SettlementBackend


@dataclass(frozen=True, slots=True)
class Seat:
    """A settlement contract, and a backend that works with it."""

    settlement: Contract
    backend: SettlementBackend


class EpochView(Protocol):
    """Whatever knows a chain's epochs, e.g. a full node."""

    def epochs(self) -> Epochs:
        """Return the epochs that L1 has applied."""
        ...


class Settlements:
    """The seats of one role; each is taken when it is first asked for, since keys may be large.

    Parameters
    ----------
    view
        The chain as derived here.
    take
        From an epoch to a seat: finds a backend that works with its settlement contract; `OutsideError` if there is none.
    """

    def __init__(self, view: EpochView, take: Callable[[Epoch], Seat]) -> None:
        self._view, self._take = view, take
        self._seats: dict[tuple[bytes, bytes], Seat] = {}

    def of(self, number: int) -> Seat:
        """Return the seat for a derived batch."""
        return self._seat(self._view.epochs().of(number))

    def all(self) -> tuple[Seat, ...]:
        """Return the seats for all epochs that have begun, oldest first: bonds are owed in the old ones too."""
        seats = [self._seat(epoch) for epoch in self._view.epochs() if epoch.first is not None]
        return tuple({id(seat): seat for seat in seats}.values())

    def _seat(self, epoch: Epoch) -> Seat:
        key = (epoch.settlement, epoch.program_id)
        if key not in self._seats:
            self._seats[key] = self._take(epoch)
        return self._seats[key]
