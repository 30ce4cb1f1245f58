"""The elements of a batch as what L1 carries: a blob of 131,072 bytes, or words of calldata."""

from collections.abc import Sequence

from rollup.crypto.fr import from_bytes32, to_bytes32
from rollup.errors import DecodeError
from rollup.params import BLOB_ELEMENTS, DataKind

WORD = 32
BLOB_BYTES = BLOB_ELEMENTS * WORD


def to_blob(elements: Sequence[int]) -> bytes:
    """Write up to 4096 elements as a blob, zeros after them; `DecodeError` if there are more or one is not below R."""
    if len(elements) > BLOB_ELEMENTS:
        raise DecodeError("blob: too many elements", expected=f"<= {BLOB_ELEMENTS}", got=len(elements))
    return to_words(elements).ljust(BLOB_BYTES, b"\0")


def to_words(elements: Sequence[int]) -> bytes:
    """Write elements as words of calldata; `DecodeError` if one is not below R."""
    return b"".join(map(to_bytes32, elements))


def from_blob(data: bytes) -> tuple[int, ...]:
    """Read the 4096 elements of a blob; `DecodeError` if the length is wrong or one is not below R."""
    if len(data) != BLOB_BYTES:
        raise DecodeError("blob: another length", expected=BLOB_BYTES, got=len(data))
    return _elements(data)


def from_words(data: bytes, limit: int) -> tuple[int, ...]:
    """Read words of calldata; `DecodeError` if they are no whole words, more than `limit`, or one is not below R."""
    if len(data) % WORD or len(data) > WORD * limit:
        raise DecodeError("calldata: not whole words, or too many", expected=f"<= {WORD * limit} bytes", got=len(data))
    return _elements(data)


def to_data(kind: DataKind, elements: Sequence[int]) -> bytes:
    """Write elements as data of a kind."""
    return to_blob(elements) if kind is DataKind.BLOB else to_words(elements)


def _elements(data: bytes) -> tuple[int, ...]:
    return tuple(from_bytes32(data[at : at + WORD]) for at in range(0, len(data), WORD))
