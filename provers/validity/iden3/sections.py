"""The container that all these files share: a type, a version, and numbered sections with a length each.

A file is its type (4 bytes), version and number of sections (`uint32`), then of each section its number (`uint32`), its
length (`uint64`) and so many bytes; integers are little-endian. It is mapped, not read: a length that the file does not
have costs nothing.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from provers.validity.constraints.r1cs import first_not_canonical
from rollup.errors import DecodeError, OutsideError

Bytes = NDArray[np.uint8]
_HEAD: Final = struct.Struct("<4sII")
_SECTION: Final = struct.Struct("<IQ")
MAX_SECTIONS: Final = 64


@dataclass(frozen=True, eq=False)
class Sections:
    """A file's sections.

    Attributes
    ----------
    source
        What errors call the file.
    contents
        Bytes of each section by its number, views of the mapped file.
    """

    source: str
    contents: dict[int, Bytes]

    @classmethod
    def open(cls, path: Path | str, kind: bytes, version: int) -> Sections:
        """Map a file.

        Raises
        ------
        OutsideError
            It cannot be opened.
        DecodeError
            Another type or version; a section cut off, or there twice; bytes after the last.
        """
        try:
            # Copy-on-write: kernels take writable arrays only, and nothing reaches the file.
            data = np.memmap(path, dtype=np.uint8, mode="c") if Path(path).stat().st_size else np.zeros(0, np.uint8)
        except OSError as error:
            raise OutsideError(f"{path} cannot be read: {error.strerror}") from error
        return cls(str(path), _split(str(path), data, kind, version))

    def take(self, number: int, size: int | None = None, *, at_least: int = 0) -> Bytes:
        """Return a section; DecodeError if it is not there, or is not `size` or `at_least` so many bytes long."""
        if number not in self.contents:
            raise DecodeError(f"{self.source}: section {number} is missing")
        content = self.contents[number]
        if size is not None and len(content) != size:
            raise DecodeError(f"{self.source}: section {number} has the wrong length", expected=size, got=len(content))
        if len(content) < at_least:
            raise DecodeError(f"{self.source}: section {number} is too short", expected=at_least, got=len(content))
        return content

    def require_only(self, numbers: Iterable[int]) -> None:
        """Raise DecodeError if there are sections of other numbers."""
        unknown = sorted(set(self.contents) - set(numbers))
        if unknown:
            raise DecodeError(f"{self.source}: a section has an unknown number", got=unknown[0])


def _split(source: str, data: Bytes, kind: bytes, version: int) -> dict[int, Bytes]:
    if len(data) < _HEAD.size:
        raise DecodeError(f"{source}: the file is cut off", expected=f">= {_HEAD.size} bytes", got=len(data))
    found_kind, found_version, count = _HEAD.unpack(data[: _HEAD.size].tobytes())
    if found_kind != kind:
        raise DecodeError(f"{source}: not a .{kind.decode()} file", expected=kind, got=found_kind)
    if found_version != version:
        raise DecodeError(f"{source}: unknown version of its format", expected=version, got=found_version)
    if count > MAX_SECTIONS:
        raise DecodeError(f"{source}: too many sections", expected=f"<= {MAX_SECTIONS}", got=count)
    at, contents = _HEAD.size, {}
    for _ in range(count):
        if len(data) - at < _SECTION.size:
            raise DecodeError(f"{source}: the file is cut off at byte {len(data)}, before its last section")
        number, size = _SECTION.unpack(data[at : at + _SECTION.size].tobytes())
        at += _SECTION.size
        if size > len(data) - at:
            raise DecodeError(f"{source}: section {number} is cut off", expected=size, got=len(data) - at)
        if number in contents:
            raise DecodeError(f"{source}: section {number} is there twice")
        contents[number] = data[at : at + size]
        at += size
    if at != len(data):
        raise DecodeError(f"{source}: {len(data) - at} bytes follow the last section")
    return contents


def write(path: Path | str, kind: bytes, version: int, contents: dict[int, list[bytes | NDArray[np.generic]]]) -> None:
    """Write a file, each section as parts in order; arrays as their bytes, which are little-endian on the machines we run on.

    Raises
    ------
    OutsideError
        It cannot be written.
    """
    try:
        with Path(path).open("wb") as file:
            file.write(_HEAD.pack(kind, version, len(contents)))
            for number, parts in contents.items():
                sizes = [part.nbytes if isinstance(part, np.ndarray) else len(part) for part in parts]
                file.write(_SECTION.pack(number, sum(sizes)))
                file.writelines(np.ascontiguousarray(p).data if isinstance(p, np.ndarray) else p for p in parts)
    except OSError as error:
        raise OutsideError(f"{path} cannot be written: {error.strerror}") from error


class Reader:
    """Reads a section from its start; DecodeError, naming what, where it ends too early or too late."""

    def __init__(self, source: str, data: Bytes) -> None:
        self._source, self._data, self._at = source, data, 0

    def bytes(self, count: int, what: str) -> bytes:
        """Return the next bytes."""
        if count > len(self._data) - self._at:
            raise DecodeError(f"{self._source}: {what} is cut off", expected=count, got=len(self._data) - self._at)
        self._at += count
        return self._data[self._at - count : self._at].tobytes()

    def uint(self, size: int, what: str) -> int:
        """Return the next `size` bytes as an integer."""
        return int.from_bytes(self.bytes(size, what), "little")

    def end(self, what: str) -> None:
        """Raise DecodeError unless all is read."""
        if self._at != len(self._data):
            raise DecodeError(f"{self._source}: {len(self._data) - self._at} bytes follow {what}")


def field_elements(source: str, data: Bytes, what: str) -> NDArray[np.uint64]:
    """Return canonical elements of Fr, 32 bytes each, as `uint64[n, 4]`; DecodeError if one is not below r."""
    elements = np.frombuffer(data.tobytes(), dtype="<u8").reshape(-1, 4).astype(np.uint64)
    at = first_not_canonical(elements)
    if at is not None:
        raise DecodeError(f"{source}: {what} {at} is not below r")
    return elements


def require_prime(source: str, reader: Reader, prime: int, size: int) -> None:
    """Read a field's size and modulus; DecodeError if they are another field's."""
    found = reader.uint(4, "the size of a field element")
    if found != size:
        raise DecodeError(f"{source}: elements of another field", expected=f"{size} bytes", got=found)
    got = reader.uint(size, "the prime")
    if got != prime:
        raise DecodeError(
            f"{source}: another prime than BLS12-381's",
            expected=hex(prime),
            got=hex(got),
            remedy="make the file for this curve: circom --prime bls12381, snarkjs powersoftau new bls12-381",
        )
