"""Transactions that cannot run yet: in the order in which they came, and by the nonce that each is signed for."""

from collections import deque

from rollup.batch.transaction import Transaction
from rollup.crypto import eddsa
from rollup.crypto.jubjub import Point
from rollup.errors import PeerError
from rollup.ir.image import Image


class MempoolFullError(PeerError):
    """No more transactions are taken for now."""


class Mempool:
    """A queue, and transactions held until their nonce is due. Nothing here was acknowledged, so nothing is durable.

    The nonce is no part of a transaction; which one it is signed for is found by trying (machine.md §5, frame).

    Parameters
    ----------
    image, domain
        The program and the chain: what signatures bind.
    ahead
        How many nonces beyond the next one a transaction may be signed for.
    limit
        How many transactions are kept, queued and held together.
    """

    def __init__(self, image: Image, domain: int, *, ahead: int = 16, limit: int = 4096) -> None:
        self._image, self._domain = image, domain
        self._ahead, self._limit = ahead, limit
        self._queue: deque[Transaction] = deque()
        self._held: dict[tuple[int, int], Transaction] = {}

    def __len__(self) -> int:
        return len(self._queue) + len(self._held)

    def push(self, transaction: Transaction) -> None:
        """Append to the queue; `MempoolFullError` if there is no room."""
        self._require_room()
        self._queue.append(transaction)

    def pop(self) -> Transaction | None:
        """Take the oldest of the queue; None if it is empty."""
        return self._queue.popleft() if self._queue else None

    def hold(self, transaction: Transaction, key: Point, nonce: int) -> int | None:
        """Keep a transaction that is signed for a nonce after `nonce`, and return that; None, and not kept, if for none within reach.

        A later one for the same nonce replaces the earlier.
        """
        if transaction.signature is None:
            return None
        candidates = range(nonce + 1, nonce + 1 + self._ahead)
        messages = [transaction.message(self._image, self._domain, candidate) for candidate in candidates]
        answers = eddsa.verify_many([(key, message, transaction.signature) for message in messages])
        for candidate, answer in zip(candidates, answers, strict=True):
            if answer:
                if (transaction.sender, candidate) not in self._held:
                    self._require_room()
                self._held[transaction.sender, candidate] = transaction
                return candidate
        return None

    def take(self, account: int, nonce: int) -> Transaction | None:
        """Take the transaction held for an account's nonce; None if there is none."""
        return self._held.pop((account, nonce), None)

    def _require_room(self) -> None:
        if len(self) >= self._limit:
            raise MempoolFullError("mempool: full", expected=f"<= {self._limit} transactions")
