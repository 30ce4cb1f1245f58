"""Blobs, kept after the chain forgets them (18 days), and never believed unchecked."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from l1bridge import kzg
from rollup.errors import DecodeError
from rollup.ports.l1 import L1Error


class BlobArchive:
    """Blobs by versioned hash, in memory or in a folder.

    Every blob is committed to again when it is put and when it is read: 7 ms each time, and a damaged file is found.

    Parameters
    ----------
    folder
        Where to keep one file a blob, created if need be; None keeps them in memory.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._held: dict[bytes, bytes] = {}
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def put(self, blob: bytes, expected: bytes | None = None) -> bytes:
        """Keep a blob and return its versioned hash; `DecodeError` if it is not the one `expected`."""
        got = kzg.hash_of(blob)
        if expected is not None and got != expected:
            raise DecodeError("archive: a blob is not the one asked for", expected=expected.hex(), got=got.hex())
        if self._folder is None:
            self._held[got] = bytes(blob)
        elif not self._path(got).exists():
            self._write(self._path(got), blob)
        return got

    def get(self, versioned_hash: bytes) -> bytes:
        """Return a blob.

        Raises
        ------
        L1Error
            If it is not held.
        DecodeError
            If what is held under its name is another or damaged.
        """
        blob = self._read(versioned_hash)
        if blob is None:
            raise L1Error(f"archive: blob 0x{versioned_hash.hex()} is not held")
        got = kzg.hash_of(blob)
        if got != versioned_hash:
            raise DecodeError("archive: a blob on disk is damaged", expected=versioned_hash.hex(), got=got.hex())
        return blob

    def __contains__(self, versioned_hash: bytes) -> bool:
        if self._folder is None:
            return versioned_hash in self._held
        return self._path(versioned_hash).exists()

    def __iter__(self) -> Iterator[bytes]:
        if self._folder is None:
            return iter(tuple(self._held))
        return (bytes.fromhex(path.stem) for path in sorted(self._folder.glob("*.blob")))

    def _path(self, versioned_hash: bytes) -> Path:
        assert self._folder is not None
        return self._folder / f"{versioned_hash.hex()}.blob"

    def _read(self, versioned_hash: bytes) -> bytes | None:
        if self._folder is None:
            return self._held.get(versioned_hash)
        try:
            return self._path(versioned_hash).read_bytes()
        except FileNotFoundError:
            return None

    def _write(self, path: Path, blob: bytes) -> None:
        write_atomically(path, blob)


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that a reader, or a crash, sees all of it or nothing."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink()
            raise
