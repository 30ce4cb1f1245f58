"""What a claim says of the steps of its batch: one hash that commits to the header after each (spec §4, SOUNDNESS 9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from rollup.crypto.keccak import keccak256
from rollup.errors import DecodeError
from rollup.params import MAX_STEPS
from rollup.state.header import StepHeader

HASH = 32


@dataclass(frozen=True)
class Steps:
    """The steps of a batch, or what somebody says they are.

    Attributes
    ----------
    leaves
        The hash of the header after each step, 32 bytes each, 1 to 2048 of them. Those of a right claim end with the batch: the last is
        that of a terminal header, and none before it is.
    """

    leaves: tuple[bytes, ...]

    def __post_init__(self) -> None:
        assert 1 <= len(self.leaves) <= MAX_STEPS, f"{len(self.leaves)} steps are not those of a batch"
        assert all(len(leaf) == HASH for leaf in self.leaves), "a leaf has 32 bytes"

    @classmethod
    def of(cls, headers: Sequence[StepHeader]) -> "Steps":
        """Return the steps that lead through these headers."""
        return cls(tuple(header.hash() for header in headers))

    @classmethod
    def from_bytes(cls, data: bytes) -> "Steps":
        """Read leaves that stand one behind the other; `DecodeError` if they cannot."""
        if not data or len(data) % HASH or len(data) > HASH * MAX_STEPS:
            raise DecodeError("steps: not leaves of 32 bytes", expected=f"1 to {MAX_STEPS}", got=f"{len(data)} bytes")
        return cls(tuple(data[at : at + HASH] for at in range(0, len(data), HASH)))

    def to_bytes(self) -> bytes:
        """Return the leaves one behind the other."""
        return b"".join(self.leaves)

    @cached_property
    def hash(self) -> bytes:
        """The hash of all leaves, 32 bytes."""
        return keccak256(*self.leaves)

    @cached_property
    def commitment(self) -> bytes:
        """32 bytes: `keccak256(keccak256(leaf 0 ‖ … ‖ leaf n-1) ‖ leaf n-1)`; so L1 can check the last leaf without seeing the others."""
        return keccak256(self.hash, self.leaves[-1])

    def first_difference(self, other: "Steps") -> int | None:
        """Return the position of the first leaf that is not as in `other`, in which the last leaf repeats for ever; None if there is none."""
        last = len(other.leaves) - 1
        return next((at for at, leaf in enumerate(self.leaves) if leaf != other.leaves[min(at, last)]), None)
