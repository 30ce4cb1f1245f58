"""A call of an action by an account: what it says, what is signed, how it is written."""

from dataclasses import dataclass, replace

from rollup.batch.packing import (
    Decoded,
    decode_transaction,
    encode_transaction,
    signed_elements,
    tag_of,
    words_of,
)
from rollup.batch.parcel import Parcel
from rollup.crypto import eddsa
from rollup.crypto.eddsa import SecretKey, Signature
from rollup.crypto.keccak import keccak256
from rollup.errors import DecodeError, PeerError
from rollup.ir.interface import Interface

NO_SIGNATURE = Signature(0, 0, 0)


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

    def message(self, program: Interface, domain: int, nonce: int) -> tuple[int, ...]:
        """Return the elements that are signed (spec §5, the frame); `PeerError` if unknown to the program or not exactly writable."""
        words = words_of(program.layout, self._parcel(program, NO_SIGNATURE))
        return signed_elements(program.layout, domain, nonce, (self.tag, self.sender, self.fee), words)

    def sign(self, secret: SecretKey, program: Interface, domain: int, nonce: int) -> "Transaction":
        """Return this transaction with a signature for the nonce given; `PeerError` as `message`."""
        return replace(self, signature=eddsa.sign(secret, self.message(program, domain, nonce)))

    def parcel(self, program: Interface) -> Parcel:
        """Return what a batch carries; `PeerError` if unsigned, unknown to the program or not exactly writable."""
        if self.signature is None:
            raise PeerError(f"transaction of account {self.sender} is not signed")
        return self._parcel(program, self.signature)

    def to_bytes(self, program: Interface) -> bytes:
        """Return the parcel in bytes: the form in which wallets hand it in."""
        return self.parcel(program).to_bytes()

    @classmethod
    def from_bytes(cls, data: bytes, program: Interface) -> "Transaction":
        """Read what `to_bytes` wrote; `DecodeError` for anything else."""
        return cls.from_parcel(Parcel.from_bytes(data, program.layout.stride), program)

    @classmethod
    def from_parcel(cls, parcel: Parcel, program: Interface) -> "Transaction":
        """Read the parcel of a transaction; `DecodeError` if the tag is unknown or it is not decodable."""
        decoded = decode_transaction(program.layout, _widths(program, tag_of(parcel)), parcel)
        if not decoded.decodable:
            raise DecodeError("transaction: not decodable", got=decoded)
        signature = Signature(decoded.r_y, decoded.r_sign, decoded.s)
        return cls(decoded.tag, decoded.sender, decoded.fee, decoded.args, signature)

    def hash(self, program: Interface) -> bytes:
        """Return keccak256 of `to_bytes`, by which people speak of a transaction; no consensus rule uses it."""
        return hash_of(self.parcel(program))

    def _parcel(self, program: Interface, signature: Signature) -> Parcel:
        r_y, r_sign, s = signature
        whole = Decoded(self.tag, self.sender, self.fee, s, r_sign, r_y, self.args, decodable=True)
        return encode_transaction(program.layout, _widths(program, self.tag), whole)


def _widths(program: Interface, tag: int) -> tuple[int, ...]:
    """Return the widths of an action's arguments; `DecodeError` if the program has no such action."""
    if not 1 <= tag <= program.layout.actions:
        raise DecodeError(
            f"transaction: {program.name} has no such action", expected=f"1 … {program.layout.actions}", got=tag
        )
    return program.argument_widths(tag)


def hash_of(parcel: Parcel) -> bytes:
    """Return the hash of a transaction, whatever it holds."""
    return keccak256(parcel.to_bytes())
