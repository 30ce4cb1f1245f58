"""A devnet as clients see it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rollup.batch.receipt import Receipt
from rollup.batch.transaction import Transaction
from rollup.client.connection import Wallet
from rollup.errors import PeerError

if TYPE_CHECKING:
    from rollup.devnet.devnet import Devnet


class DevnetConnection:
    """A `rollup.client.Connection` to the sequencer of a devnet: what is handed in is read from its bytes, as a node would."""

    def __init__(self, chain: "Devnet") -> None:
        self._chain = chain

    @property
    def program_id(self) -> bytes:
        """What the chain runs."""
        return self._chain.image.program_id

    @property
    def domain(self) -> int:
        """The element that transactions are signed for."""
        return self._chain.domain

    @property
    def fee(self) -> int:
        """What a transaction is asked for now, in gwei."""
        return self._chain.sequencer.fee

    def nonce(self, account: int) -> int:
        """Return the nonce that is due."""
        return self._chain.sequencer.nonce(account)

    def submit(self, transaction: bytes) -> Receipt:
        """Hand in a signed transaction; `PeerError` if a batch would skip it, or it is signed for a later nonce."""
        read = Transaction.from_bytes(transaction, self._chain.image)
        receipt = self._chain.sequencer.submit(read)
        if receipt is None:
            raise PeerError(f"devnet: the transaction of account {read.sender} is signed for a nonce that is not due")
        return receipt

    def call(self, wallet: Wallet, tag: int, words: tuple[int, int], amount: int) -> Receipt:
        """Call an action from L1 and return the receipt of its delivery."""
        return self._chain.call_from_l1(wallet.l1, (wallet.id, tag, *words), amount)

    def record(self, index: int) -> Sequence[int]:
        """Return the attributes of a record; none if it is absent."""
        return self._chain.sequencer.records.get(index) or ()
