"""Data in a blob (EIP-4844): cheap, forgotten by L1 after 18 days, named by a KZG commitment."""

from collections.abc import Sequence

from l1bridge import kzg
from l1bridge.chain import BLOB_RETENTION
from rollup.errors import DecodeError
from rollup.ports.da import DataProperties, Opening, Posting
from rollup.ports.l1 import L1

BASE_GAS = 21_000


class BlobLayer:
    """One blob a batch; see `ports.da.DataLayer`. An element is opened where the blob's polynomial takes its value."""

    name = "blob"

    @property
    def properties(self) -> DataProperties:
        """What it costs and trusts."""
        return DataProperties(
            on_l1=True,
            retention=BLOB_RETENTION,
            capacity=kzg.ELEMENTS,
            gas=BASE_GAS / kzg.ELEMENTS,
            blob_gas=kzg.GAS_PER_BLOB / kzg.ELEMENTS,
            trust="L1's consensus keeps it for 18 days; after that somebody must have kept a copy, which anyone can check.",
        )

    def encode(self, elements: Sequence[int]) -> Posting:
        """Write up to 4096 elements as one blob; `DecodeError` if there are more or one is not below R."""
        blob = kzg.blob_of(elements)
        return Posting((kzg.hash_of(blob),), blobs=(blob,))

    def fetch(self, l1: L1, commitments: Sequence[bytes], transaction_hash: bytes) -> tuple[int, ...]:
        """Return all 4096 elements of the blob, checked by its versioned hash; `L1Error` if nobody has it."""
        return kzg.elements_of(l1.blob(_only(commitments), transaction_hash))

    def open_element(self, elements: Sequence[int], index: int) -> Opening:
        """Prove the element at `index`; `DecodeError` outside [0, 4096)."""
        return kzg.open_element(kzg.blob_of(elements), index)

    def open_at(self, elements: Sequence[int], z: int) -> tuple[Opening, ...]:
        """Prove the blob's polynomial at `z`."""
        return (kzg.open_at(kzg.blob_of(elements), z),)


def _only(commitments: Sequence[bytes]) -> bytes:
    if len(commitments) != 1:
        raise DecodeError("blob: a batch has one blob", expected=1, got=len(commitments))
    return commitments[0]
