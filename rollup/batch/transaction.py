"""A call of an action by an account: what it says, what is signed, how it is written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rollup.batch.packing import Decoded, decode_transaction, encode_transaction, tag_of
from rollup.batch.slots import bits_of, slots_from_bits
from rollup.crypto import eddsa
from rollup.crypto.eddsa import SecretKey, Signature
from rollup.crypto.keccak import keccak256
from rollup.crypto.poseidon2 import Domain, hash_items
from rollup.errors import DecodeError, PeerError
from rollup.ir.image import Image
from rollup.ir.layout import Layout
from rollup.params import SLOT_BITS


@dataclass(frozen=True, slots=True)
class Transaction:
    """A call; unsigned while `signature` is None.

    Attributes
    ----------
    tag
        Of the action, from 1.
    sender
        Account id.
    fee
        In gwei, one that `encode_fee` can write.
    args
        The action's arguments, in order; integers of their widths or elements of [0, R).
    signature
        Over `message`, with the nonce that the account has; the nonce itself is not written.
    """

    tag: int
    sender: int
    fee: int
    args: tuple[int, ...]
    signature: Signature | None = None

    def message(self, layout: Layout, domain: int, nonce: int) -> int:
        """Return what is signed: hash_items(MESSAGE, [domain, sender, nonce, tag, fee, word_0 …]), absent words 0."""
        words = (*self.args, *(0,) * (layout.arguments - len(self.args)))
        return hash_items(Domain.MESSAGE, (domain, self.sender, nonce, self.tag, self.fee, *words))

    def sign(self, secret: SecretKey, layout: Layout, domain: int, nonce: int) -> "Transaction":
        """Return this transaction with a signature for the nonce given."""
        return replace(self, signature=eddsa.sign(secret, (self.message(layout, domain, nonce),)))

    def slots(self, image: Image) -> tuple[int, ...]:
        """Return the slots that a batch carries; `PeerError` if unsigned, unknown to the program or not exactly writable."""
        if self.signature is None:
            raise PeerError(f"transaction of account {self.sender} is not signed")
        return encode_transaction(image.layout, argument_widths(image, self.tag), self._decoded(self.signature))

    def to_bytes(self, image: Image) -> bytes:
        """Return the slots' bit string in little-endian bytes: the form in which wallets hand it in."""
        return bytes_of_slots(self.slots(image))

    @classmethod
    def from_bytes(cls, data: bytes, image: Image) -> "Transaction":
        """Read what `to_bytes` wrote; `DecodeError` for anything else."""
        if len(data) != wire_bytes(image.layout):
            raise DecodeError("transaction: another length", expected=wire_bytes(image.layout), got=len(data))
        bits = int.from_bytes(data, "little")
        if bits >> SLOT_BITS * image.layout.stride:
            raise DecodeError("transaction: bits after the last slot", expected=0, got=data[-1])
        return cls.from_slots(slots_from_bits(bits, image.layout.stride), image)

    @classmethod
    def from_slots(cls, slots: Sequence[int], image: Image) -> "Transaction":
        """Read the slots of a transaction; `DecodeError` if the tag is unknown or they are not decodable."""
        decoded = decode_transaction(image.layout, argument_widths(image, tag_of(slots)), slots)
        if not decoded.decodable:
            raise DecodeError("transaction: not decodable", got=decoded)
        signature = Signature(decoded.r_y, decoded.r_sign, decoded.s)
        return cls(decoded.tag, decoded.sender, decoded.fee, decoded.args, signature)

    def hash(self, image: Image) -> bytes:
        """Return keccak256 of `to_bytes`, by which people speak of a transaction; no consensus rule uses it."""
        return hash_of_slots(self.slots(image))

    def _decoded(self, signature: Signature) -> Decoded:
        r_y, r_sign, s = signature
        return Decoded(self.tag, self.sender, self.fee, s, r_sign, r_y, self.args, decodable=True)


def argument_widths(image: Image, tag: int) -> tuple[int, ...]:
    """Return the widths of an action's arguments; `DecodeError` if the program has no such action."""
    if not 1 <= tag <= image.layout.actions:
        raise DecodeError(
            f"transaction: {image.name} has no such action", expected=f"1 … {image.layout.actions}", got=tag
        )
    return image.graph(tag).arguments


def wire_bytes(layout: Layout) -> int:
    """Return how many bytes `Transaction.to_bytes` writes."""
    return -(-SLOT_BITS * layout.stride // 8)


def bytes_of_slots(slots: Sequence[int]) -> bytes:
    """Return the bit string of a transaction's slots in little-endian bytes, whatever they hold."""
    return bits_of(slots).to_bytes(-(-SLOT_BITS * len(slots) // 8), "little")


def hash_of_slots(slots: Sequence[int]) -> bytes:
    """Return the hash of the transaction that stands in these slots."""
    return keccak256(bytes_of_slots(slots))
