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
        `MessageKind.DEPOSIT`, or `MessageKind.CALL` and the tag of an action.
    account
        Who is credited, and calls; 0, of a deposit only, registers a new account.
    key_x, key_y
        Of a deposit the public key to register, in [0, R); not necessarily on the curve. Of a call the two words of its arguments.
    l1_address
        Who sent it, 160 bits.
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
        bounds = (MessageKind.CALL << 1, 1 << account_bits, R, R, 1 << ADDRESS_BITS, 1 << AMOUNT_BITS)
        if len(words) != MESSAGE_WORDS:
            raise DecodeError("inbox: another number of words in a message", expected=MESSAGE_WORDS, got=len(words))
        for place, (word, bound) in enumerate(zip(words, bounds, strict=True)):
            if not 0 <= word < bound:
                raise DecodeError(f"inbox: word {place} of a message is out of range", expected=f"< {bound}", got=word)
        message = cls(*words)
        if message.kind != MessageKind.DEPOSIT and not message.called:
            raise DecodeError("inbox: a message of no known kind", expected="1, or 257 to 511", got=message.kind)
        if message.called and message.account == 0:
            raise DecodeError("inbox: a call of account 0", expected=">= 1", got=0)
        return message

    @property
    def called(self) -> int:
        """The tag of the action that it calls; 0 if it is a deposit."""
        return max(0, self.kind - MessageKind.CALL)

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
