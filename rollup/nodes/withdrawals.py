"""From withdrawals of final batches to money on L1: the list, walked back from its end (docs/spec/contracts.md, `release`)."""

from dataclasses import dataclass

from rollup.crypto.poseidon2 import Domain, hash_items
from rollup.encoding import uint_to_bytes
from rollup.errors import InternalError
from rollup.nodes.claims import Claims
from rollup.ports.l1 import L1, Contract, Receipt
from rollup.ports.store import ChainStore

PREFIX = 64
"""Withdrawals that one call releases at most; SPEC: rollup.vy, MAX_ITEMS."""
ADDRESS_BYTES = 20


@dataclass(frozen=True, slots=True)
class Leaving:
    """A withdrawal and the accumulator before it; `amount` in gwei, `recipient` has 20 bytes."""

    before: int
    recipient: bytes
    amount: int

    def after(self) -> int:
        """Return the accumulator with it; SPEC: machine.md §3."""
        items = (self.before, int.from_bytes(self.recipient, "big"), self.amount)
        return hash_items(Domain.WITHDRAWAL, items)

    def item(self) -> tuple[int, bytes, int]:
        """Return what `rollup.release` takes."""
        return self.before, self.recipient, self.amount


class Withdrawals:
    """Releases and pays.

    Parameters
    ----------
    l1
        Pays for the calls; recipients get all that is theirs.
    rollup
        The rollup contract.
    store
        Kept by a full node.
    claims
        Says what is final, and how many withdrawals were released.
    """

    def __init__(self, l1: L1, rollup: Contract, store: ChainStore, claims: Claims) -> None:
        self._l1, self._rollup, self._store, self._claims = l1, rollup, store, claims

    def due(self) -> tuple[Leaving, ...]:
        """Return what can be released now, in the order in which L1 takes it: newest first.

        L1 walks from the newest accumulator that was final when the walk began to where the walk before began; what became final
        since is due when this walk has ended.
        """
        self._claims.sync()
        leaving = self._final()
        count, end = (self._l1.call(self._rollup, name) for name in ("cursor_count", "walk_to_count"))
        # INVARIANT: released = end + (start - count), where the present walk began at `start`.
        start = self._claims.released - end + count
        if count == end:
            count, end = len(leaving), start
        return tuple(reversed(leaving[end:count]))

    def release(self, limit: int | None = None) -> tuple[Receipt, ...]:
        """Release what is due, in as many calls as it takes, or at most `limit`; anyone may go on from there.

        Raises
        ------
        L1Reverted
            If L1 refuses, e.g. because somebody else released the same meanwhile.
        """
        receipts: list[Receipt] = []
        while (limit is None or len(receipts) < limit) and (due := self.due()):
            items = [leaving.item() for leaving in due[:PREFIX]]
            receipts.append(self._l1.transact(self._rollup, "release", items, cause="release"))
        return tuple(receipts)

    def credit(self, recipient: bytes) -> int:
        """Return the wei that a recipient can be paid."""
        amount: int = self._l1.call(self._rollup, "credit", recipient)
        return amount

    def withdraw(self, recipient: bytes) -> Receipt:
        """Have a recipient paid what is credited to it; `L1Reverted` if that is nothing."""
        return self._l1.transact(self._rollup, "withdraw", recipient, cause="withdraw")

    def pay(self) -> tuple[Receipt, ...]:
        """Have everybody paid to whom something is credited."""
        recipients = dict.fromkeys(leaving.recipient for leaving in self._final())
        return tuple(self.withdraw(recipient) for recipient in recipients if self.credit(recipient))

    def _final(self) -> list[Leaving]:
        """Return the withdrawals of all final batches, oldest first."""
        found: list[Leaving] = []
        accumulator = 0
        for number in range(1, self._claims.final_batch + 1):
            for receipt in self._store.block(number).receipts:
                for withdrawal in receipt.withdrawals:
                    recipient = uint_to_bytes(withdrawal.recipient, ADDRESS_BYTES)
                    found.append(Leaving(accumulator, recipient, withdrawal.amount))
                    accumulator = found[-1].after()
        header = self._store.header(self._claims.final_batch)
        if (header.withdrawals, header.withdrawals_count) != (accumulator, len(found)):
            raise InternalError(
                f"withdrawals: the receipts up to batch {header.batch_number} do not give its accumulator",
                expected=header.withdrawals,
                got=accumulator,
            )
        return found
