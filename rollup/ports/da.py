"""Where a batch's data lies. A layer turns field elements into what L1 posting needs, and back, checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from rollup.ports.l1 import L1


class Opening(NamedTuple):
    """A value of a data polynomial: p(z) = y, all in Fr; `proof` is the 48 bytes of a KZG witness, empty where none is due."""

    z: int
    y: int
    proof: bytes


class Blobs(Protocol):
    """KZG over whole blobs (EIP-4844): what a backend proves of posted data with."""

    def commitment(self, blob: bytes) -> bytes:
        """Return the 48 bytes of the commitment to a blob of 131,072 bytes."""
        ...

    def open_element(self, blob: bytes, index: int) -> Opening:
        """Prove element `index`, opened where the blob's polynomial takes its value."""
        ...

    def open_at(self, blob: bytes, z: int) -> Opening:
        """Prove the value of a blob's polynomial at any z in [0, r)."""
        ...


@dataclass(frozen=True, slots=True)
class Posting:
    """What the posting transaction carries. `commitments` are 32 bytes each: versioned hashes, or keccak of calldata."""

    commitments: tuple[bytes, ...]
    blobs: tuple[bytes, ...] = ()
    calldata: bytes = b""


@dataclass(frozen=True, slots=True)
class DataProperties:
    """What a layer costs and whom it trusts; shown in reports.

    Attributes
    ----------
    on_l1
        Whether L1's own consensus guarantees the data (SOUNDNESS 14).
    retention
        Seconds for which the layer promises to serve the data; None if for ever.
    capacity
        Field elements in one posting.
    gas, blob_gas
        Cost of posting one full element, amortised over a full posting.
    trust
        One sentence.
    """

    on_l1: bool
    retention: int | None
    capacity: int
    gas: float
    blob_gas: float
    trust: str


class DataLayer(Protocol):
    """A way to publish the elements of a batch."""

    name: str

    @property
    def properties(self) -> DataProperties:
        """What it costs and trusts."""
        ...

    def encode(self, elements: Sequence[int]) -> Posting:
        """Turn canonical elements of Fr, in order, into a posting."""
        ...

    def fetch(self, l1: L1, commitments: Sequence[bytes], transaction_hash: bytes) -> tuple[int, ...]:
        """Read back every element of a posting, checked against its commitments; a posting owns all elements of its blobs."""
        ...

    def open_element(self, elements: Sequence[int], index: int) -> Opening:
        """Prove the element at `index` of what `fetch` returned, as the L1 contract checks it."""
        ...

    def open_at(self, elements: Sequence[int], z: int) -> tuple[Opening, ...]:
        """Evaluate the data polynomial of each blob at `z`."""
        ...
