"""What a client asks of a chain, and who asks."""

from collections.abc import Sequence
from typing import Protocol

from rollup.batch.receipt import Receipt
from rollup.crypto.eddsa import SecretKey
from rollup.ports.l1 import L1


class Wallet(Protocol):
    """Who signs: an account on L2 with its key, and a connection that signs on L1."""

    @property
    def id(self) -> int:
        """The account's number on L2; `OutsideError` if it has none yet."""
        ...

    @property
    def secret(self) -> SecretKey:
        """The key on L2."""
        ...

    @property
    def l1(self) -> L1:
        """A connection to L1 that signs with the user's key there."""
        ...


class Connection(Protocol):
    """A chain, as a client sees it; `Devnet.connection` is one."""

    @property
    def program_id(self) -> bytes:
        """What the chain runs, 32 bytes."""
        ...

    @property
    def domain(self) -> int:
        """The element that transactions are signed for."""
        ...

    @property
    def fee(self) -> int:
        """What a transaction is asked for now, in gwei."""
        ...

    def nonce(self, account: int) -> int:
        """Return the nonce that is due."""
        ...

    def submit(self, transaction: bytes) -> Receipt:
        """Hand in a signed transaction and return its receipt; `PeerError` if a batch would skip it."""
        ...

    def call(self, wallet: Wallet, tag: int, words: tuple[int, int], amount: int) -> Receipt:
        """Call an action from L1, bringing `amount` gwei, and return the receipt of its delivery."""
        ...

    def record(self, index: int) -> Sequence[int]:
        """Return the attributes of the record at a tree index; none if it is absent."""
        ...
