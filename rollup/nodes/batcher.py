"""The batcher: posts sealed batches to L1, in order, each once."""

from rollup.batch.epoch import Epoch
from rollup.batch.epochs import Epochs
from rollup.nodes.outbox import Outbox, Sealed
from rollup.ports.da import DataLayer
from rollup.ports.l1 import L1, Contract, Receipt
from rollup.ports.store import ChainStore

CAUSE = "post"
"""Under which the cost of posting is booked."""


class Batcher:
    """Posts what a sequencer left in the outbox.

    Parameters
    ----------
    l1
        Signs for the account that the contract takes batches from.
    rollup
        The rollup contract.
    layer
        How data is published.
    outbox, store
        What is to be posted; what L1 holds already, as a full node derived it.
    """

    def __init__(self, l1: L1, rollup: Contract, layer: DataLayer, outbox: Outbox, store: ChainStore) -> None:
        self._l1, self._rollup, self._layer, self._outbox, self._store = l1, rollup, layer, outbox, store

    def post(self) -> Receipt | None:
        """Post the batch that is due; None if none is, or the full node has not caught up with L1.

        SAFETY: a batch is posted with its parent's hash, which commits to its number, and names its epoch if that begins; L1 compares it; so if a crash hid that it was posted
        already, or if that is still under way, posting it again fails on L1 and changes nothing.

        Raises
        ------
        L1Reverted
            If L1 refuses it, e.g. because it reorganised meanwhile.
        """
        newest = self._store.newest()
        number = self._l1.call(self._rollup, "newest_batch")[0]
        sealed = self._outbox.get(number + 1)
        if newest != number or sealed is None or sealed.parent != self._store.header(number).hash():
            return None
        epochs = Epochs(self._store.epochs())
        inbox = sealed.inbox_from, sealed.inbox_to
        epoch = epochs.open_for(sealed.epoch, sealed.number, *inbox, self._l1.head().timestamp)
        return None if epoch is None else self._send(sealed, epoch, epochs.of(number))

    def forget(self) -> None:
        """Drop from the outbox what L1 cannot lose any more: what is posted at its finalised head."""
        final, newest = self._l1.head("finalized").number, self._store.newest()
        for sealed in self._outbox.all():
            if sealed.number <= newest and self._store.block(sealed.number).posted.number <= final:
                self._outbox.drop_through(sealed.number)

    def _send(self, sealed: Sealed, epoch: Epoch, last: Epoch) -> Receipt:
        parent_hash = self._l1.call(self._rollup, "batch_hash", sealed.number - 1)
        if epoch != last:
            parent_hash = epoch.link(parent_hash)
        header = (parent_hash, sealed.timestamp, sealed.inbox_to, sealed.rolling, sealed.payee)
        posting = self._layer.encode(sealed.elements)
        if posting.blobs:
            return self._l1.transact(self._rollup, "post_blob", *header, blobs=posting.blobs, cause=CAUSE)
        return self._l1.transact(self._rollup, "post_calldata", *header, posting.calldata, cause=CAUSE)
