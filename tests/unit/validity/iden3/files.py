"""Writers of the binary files, independent of the readers under test, and what to break in them."""

import struct
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from provers.validity.constraints.r1cs import R1CS, SparseMatrix, ints_of
from rollup.crypto.fr import R

VECTORS = Path(__file__).parents[3] / "vectors"
Section = tuple[int, bytes]


def container(kind: bytes, version: int, sections: Sequence[Section], count: int | None = None) -> bytes:
    """A file of sections."""
    head = kind + struct.pack("<II", version, len(sections) if count is None else count)
    return head + b"".join(struct.pack("<IQ", number, len(content)) + content for number, content in sections)


def sections_of(data: bytes) -> list[Section]:
    """The sections of a well-formed file."""
    at, found = 12, []
    while at < len(data):
        number, size = struct.unpack_from("<IQ", data, at)
        found.append((number, data[at + 12 : at + 12 + size]))
        at += 12 + size
    return found


def with_section(data: bytes, number: int, change: Callable[[bytes], bytes]) -> bytes:
    """A file in which one section's content is another, lengths in order."""
    found = [(n, change(content) if n == number else content) for n, content in sections_of(data)]
    return container(data[:4], struct.unpack_from("<I", data, 4)[0], found)


def always(content: bytes) -> Callable[[bytes], bytes]:
    """A change of a section to this content, whatever it was."""
    return lambda _: content


def r1cs_file(system: R1CS, prime: int = R) -> bytes:
    """A circuit as circom writes it; its public wires count as outputs."""
    header = struct.pack("<I", 32) + prime.to_bytes(32, "little")
    private = system.wires - system.public - 1
    header += struct.pack("<IIIIQI", system.wires, system.public, 0, private, system.wires, system.constraints)
    rows = zip(*(_rows(matrix) for matrix in (system.a, system.b, system.c)), strict=True)
    constraints = b"".join(_combination(part) for row in rows for part in row)
    labels = b"".join(struct.pack("<Q", k) for k in range(system.wires))
    # circom puts constraints first.
    return container(b"r1cs", 1, [(2, constraints), (1, header), (3, labels)])


def wtns_file(values: Sequence[int], prime: int = R) -> bytes:
    """A witness as circom's programs write it."""
    header = struct.pack("<I", 32) + prime.to_bytes(32, "little") + struct.pack("<I", len(values))
    return container(b"wtns", 2, [(1, header), (2, b"".join(x.to_bytes(32, "little") for x in values))])


def _rows(matrix: SparseMatrix) -> Iterator[list[tuple[int, int]]]:
    values = ints_of(matrix.coefficients)
    for first, end in zip(matrix.indptr[:-1].tolist(), matrix.indptr[1:].tolist(), strict=True):
        yield [(int(matrix.indices[k]), values[k]) for k in range(first, end)]


def _combination(terms: list[tuple[int, int]]) -> bytes:
    return struct.pack("<I", len(terms)) + b"".join(struct.pack("<I", w) + v.to_bytes(32, "little") for w, v in terms)
