"""Messages from L1, in the order in which the chain must consume them (spec §4, Inbox messages)."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass

from rollup.crypto.fr import R
from rollup.crypto.keccak import keccak256
from rollup.encoding import uint_to_bytes
from rollup.errors import DecodeError
from rollup.params import ADDRESS_BITS, AMOUNT_BITS, MESSAGE_WORDS, MessageKind

EMPTY_ROLLING = bytes(32)
"""The rolling hash of an inbox that holds nothing."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the inbox.

    Attributes
    ----------
    kind
        `MessageKind.DEPOSIT`; L1 accepts no other yet.
    account
        Who is credited; 0 registers a new account.
    key_x, key_y
        The public key to register, in [0, R); not necessarily on the curve.
    l1_address
        The depositor, 160 bits.
    amount
        In gwei, 64 bits.
    """

    kind: int
    account: int
    key_x: int
    key_y: int
    l1_address: int
    amount: int

    def words(self) -> tuple[int, ...]:
        """Return the six words that are hashed."""
        return astuple(self)

    @classmethod
    def from_words(cls, words: Sequence[int], account_bits: int) -> "Message":
        """Read six words; `DecodeError` if one is out of the range in which L1 accepts it."""
        bounds = (MessageKind.DEPOSIT + 1, 1 << account_bits, R, R, 1 << ADDRESS_BITS, 1 << AMOUNT_BITS)
        if len(words) != MESSAGE_WORDS:
            raise DecodeError("inbox: another number of words in a message", expected=MESSAGE_WORDS, got=len(words))
        for place, (word, bound) in enumerate(zip(words, bounds, strict=True)):
            if not (place == 0) <= word < bound:
                raise DecodeError(f"inbox: word {place} of a message is out of range", expected=f"< {bound}", got=word)
        return cls(*words)

    def hash(self) -> bytes:
        """Return keccak256 of the words."""
        return keccak256(*(uint_to_bytes(word, 32) for word in self.words()))


def roll(rolling: bytes, message_hash: bytes) -> bytes:
    """Return the rolling hash after one more message: keccak256(rolling ‖ message_hash)."""
    return keccak256(rolling, message_hash)


def rolling_hash(messages: Iterable[Message], rolling: bytes = EMPTY_ROLLING) -> bytes:
    """Return the rolling hash after `messages`, starting from `rolling`."""
    for message in messages:
        rolling = roll(rolling, message.hash())
    return rolling
