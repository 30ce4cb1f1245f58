r"""Named arrays in one file, mapped into memory when read; a file that is damaged or cut short is found.

SPEC: 16 bytes `tandem-arrays-1\n`, SHA-256 of all that follows, length of the header as 8 little-endian bytes, the header as JSON `{"format", "facts",
"arrays": [[name, dtype, shape], …]}`, then the arrays' little-endian bytes; header and each array are filled up with zeros to a multiple of 64 bytes.
"""

import hashlib
import json
import math
import mmap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from rollup.errors import DecodeError

Array = NDArray[Any]
_MAGIC: Final = b"tandem-arrays-1\n"
_START: Final = len(_MAGIC) + 32
_ALIGNMENT: Final = 64
_DTYPES: Final = ("<i4", "<i8", "<u8")


def write_arrays(path: Path, form: str, facts: Mapping[str, int | str], arrays: Mapping[str, Array]) -> None:
    """Write a file.

    Parameters
    ----------
    form
        The name of what the arrays are.
    facts
        What there is to say of them.
    arrays
        Of `int32`, `int64` or `uint64`.
    """
    little = {name: array.astype(array.dtype.newbyteorder("<"), copy=False) for name, array in arrays.items()}
    listed = [[name, array.dtype.str, list(array.shape)] for name, array in little.items()]
    header = json.dumps({"format": form, "facts": dict(facts), "arrays": listed}).encode()
    head = len(header).to_bytes(8, "little") + header
    state = hashlib.sha256()
    # A reader never sees half a file, and who has mapped the old one keeps it: it is written beside its place and then moved there.
    partial = path.with_name(f"{path.name}.{uuid4().hex}")
    with partial.open("wb") as file:
        file.write(bytes(_START))
        for part in (_filled(head, _START), *(_filled(array.tobytes(), 0) for array in little.values())):
            state.update(part)
            file.write(part)
        file.seek(0)
        file.write(_MAGIC + state.digest())
    partial.replace(path)


def read_arrays(path: Path, form: str) -> tuple[dict[str, Any], dict[str, Array]]:
    """Map what `write_arrays` wrote; return facts and arrays, which can be written to without reaching the file.

    Raises
    ------
    DecodeError
        Not such a file, or not whole.
    OSError
        There is none.
    """
    with path.open("rb") as file:
        try:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
            return _read(mapped, form)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise DecodeError(f"{path} is no file of {form}: {error}") from error


def _read(mapped: mmap.mmap, form: str) -> tuple[dict[str, Any], dict[str, Array]]:
    view = memoryview(mapped)
    if bytes(view[: len(_MAGIC)]) != _MAGIC or hashlib.sha256(view[_START:]).digest() != view[len(_MAGIC) : _START]:
        raise ValueError("it is damaged or cut short")
    body = _START + 8 + int.from_bytes(view[_START : _START + 8], "little")
    header = json.loads(bytes(view[_START + 8 : body]))
    if header["format"] != form:
        raise ValueError(f"format is {header['format']}")
    return header["facts"], dict(_arrays(view, header["arrays"], _aligned(body)))


def _arrays(view: memoryview, listed: list[tuple[str, str, list[int]]], at: int) -> Iterator[tuple[str, Array]]:
    for name, kind, shape in listed:
        if kind not in _DTYPES:
            raise ValueError(f"array {name} is of {kind}")
        dtype, count = np.dtype(kind), math.prod(shape)
        array = np.frombuffer(view, dtype, count, at) if count else np.zeros(0, dtype)
        yield name, array.reshape(shape).astype(dtype.newbyteorder("="), copy=False)
        at = _aligned(at + count * dtype.itemsize)
    if at != len(view):
        raise ValueError(f"it has {len(view)} bytes, its arrays end at {at}")


def _aligned(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT


def _filled(data: bytes, at: int) -> bytes:
    return data + bytes(_aligned(at + len(data)) - at - len(data))
