"""Somebody who uses a devnet: a key on L1, a key on L2, and the account that the chain gave to it."""

from dataclasses import dataclass

from rollup.crypto import eddsa
from rollup.crypto.eddsa import SecretKey
from rollup.errors import OutsideError
from rollup.ports.l1 import L1

SEED = b"tandem devnet account"
SEED_BYTES = 32


@dataclass
class Account:
    """A user.

    Attributes
    ----------
    index
        From 0; the L2 key is derived from it, so everybody knows it.
    l1
        A connection that signs with the user's L1 key.
    secret
        The L2 key.
    number
        The id on L2; None until a deposit has registered the key.
    """

    index: int
    l1: L1
    secret: SecretKey
    number: int | None = None

    @classmethod
    def of(cls, index: int, l1: L1) -> "Account":
        """Return the account of an index, unregistered."""
        return cls(index, l1, eddsa.generate((SEED + b" %d" % index).ljust(SEED_BYTES, b".")))

    @property
    def id(self) -> int:
        """The id on L2; `OutsideError` if it has none yet."""
        if self.number is None:
            raise OutsideError(f"devnet: account {self.index} is not registered", remedy="deposit something for it")
        return self.number

    @property
    def l1_address(self) -> int:
        """The L1 address as an integer of 160 bits, as actions take it."""
        return int.from_bytes(self.l1.address, "big")
