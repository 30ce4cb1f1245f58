"""What a claim commits to: the header of a chain state, and the same between two steps of a batch (spec §3)."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import ClassVar, Self

from rollup.crypto.fr import R
from rollup.crypto.keccak import keccak256
from rollup.encoding import uint_to_bytes
from rollup.errors import DecodeError
from rollup.params import END

COUNTER = 1 << 64
"""Exclusive bound of every counter in a header; at a billion steps a second none reaches it in five centuries."""


class Words:
    """Integers that are hashed as 32-byte words, each below a bound of its own."""

    __slots__ = ()
    BOUNDS: ClassVar[tuple[int, ...]]

    def words(self) -> tuple[int, ...]:
        """Return the words in their order of hashing."""
        return astuple(self)  # type: ignore[call-overload, no-any-return]  # every subclass is a dataclass of integers

    @classmethod
    def from_words(cls, words: Sequence[int]) -> Self:
        """Read what `words` wrote; `DecodeError` unless there are as many as due, each below its bound."""
        if len(words) != len(cls.BOUNDS):
            raise DecodeError(f"{cls.__name__}: another number of words", expected=len(cls.BOUNDS), got=len(words))
        for place, (word, bound) in enumerate(zip(words, cls.BOUNDS, strict=True)):
            if not 0 <= word < bound:
                raise DecodeError(f"{cls.__name__}: word {place} is out of range", expected=f"[0, {bound})", got=word)
        return cls(*words)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what `to_bytes` wrote; `DecodeError` if the length or a word is wrong."""
        if len(data) != 32 * len(cls.BOUNDS):
            raise DecodeError(f"{cls.__name__}: another length", expected=32 * len(cls.BOUNDS), got=len(data))
        return cls.from_words([int.from_bytes(data[at : at + 32], "big") for at in range(0, len(data), 32)])

    def to_bytes(self) -> bytes:
        """Return the words, 32 big-endian bytes each: what is hashed."""
        return b"".join(uint_to_bytes(word, 32) for word in self.words())

    def hash(self) -> bytes:
        """Return keccak256 of the words."""
        return keccak256(self.to_bytes())


@dataclass(frozen=True, slots=True)
class Header(Words):
    """A chain state after a batch.

    Attributes
    ----------
    state_root
        Root of the tree of records, in [0, R).
    withdrawals, withdrawals_count
        The accumulator of withdrawals, in [0, R), and how many it holds.
    inbox_index
        How many inbox messages have been consumed.
    next_account
        The id that the next registration takes.
    batch_number
        Number of the batch that led here; 0 at genesis.
    """

    BOUNDS = (R, R, COUNTER, COUNTER, COUNTER, COUNTER)

    state_root: int
    withdrawals: int
    withdrawals_count: int
    inbox_index: int
    next_account: int
    batch_number: int

    @classmethod
    def genesis(cls, state_root: int, next_account: int = 1) -> Self:
        """Return the header before batch 1."""
        return cls(state_root, 0, 0, 0, next_account, 0)

    def after(self, end: "StepHeader") -> "Header":
        """Return the header that a batch on top of this one leaves when its steps end in the terminal header `end`."""
        assert end.is_terminal, "only a terminal step header ends a batch"
        return Header.from_words((*end.words()[:5], self.batch_number + 1))


@dataclass(frozen=True, slots=True)
class StepHeader(Words):
    """A chain state between two steps of a batch: everything a step needs to be executed alone.

    Attributes
    ----------
    state_root, withdrawals, withdrawals_count, inbox_index, next_account
        As in `Header`.
    data_cursor
        Slot at which the next transaction starts; `END` once nothing follows.
    fees
        Collected so far in this batch, in gwei.
    step
        How many steps led here.
    """

    BOUNDS = (R, R, COUNTER, COUNTER, COUNTER, END + 1, COUNTER, COUNTER)

    state_root: int
    withdrawals: int
    withdrawals_count: int
    inbox_index: int
    next_account: int
    data_cursor: int
    fees: int
    step: int

    @classmethod
    def start(cls, header: Header) -> Self:
        """Return what a batch on top of `header` starts from."""
        return cls.from_words((*header.words()[:5], 0, 0, 0))

    @property
    def is_terminal(self) -> bool:
        """Whether every further step is the identity (SOUNDNESS 9)."""
        return self.data_cursor == END
