"""Circuits that circom compiled: `.r1cs`, version 1, over Fr of BLS12-381.

Section 1 is the header: size of an element and the prime, then the numbers of wires, public outputs, public inputs, private
inputs (`uint32`), labels (`uint64`) and constraints (`uint32`). Section 2 holds the constraints, each as A, B, C: a
number of terms, then a wire (`uint32`) and a coefficient (32 bytes) a term. Section 3 maps wires to labels. Wires stand as
in `R1CS`: 1, outputs, public inputs, then the private ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from provers.validity.constraints.r1cs import R1CS, SparseMatrix, ints_of
from provers.validity.iden3.sections import Bytes, Reader, Sections, field_elements, require_prime
from rollup.crypto.fr import R
from rollup.errors import DecodeError

VERSION: Final = 1
HEADER, CONSTRAINTS, LABELS, GATE_LIST, GATE_USES = range(1, 6)
ELEMENT: Final = 32
MAX_WIRES: Final = 1 << 28
"""As powers of tau go."""
_TERM = 1 + ELEMENT // 4
"""Words of 32 bits that a term takes."""


@dataclass(frozen=True)
class Header:
    """What a file says of itself."""

    wires: int
    public: int
    constraints: int


def read(path: Path | str) -> R1CS:
    """Read a circuit.

    Raises
    ------
    OutsideError
        It cannot be opened.
    DecodeError
        Another prime; a section missing, cut off, too long or there twice; counts that disagree; a wire out of range; a
        coefficient not below r; or custom gates, which Groth16 has none of.
    """
    file = Sections.open(path, b"r1cs", VERSION)
    file.require_only(range(1, 6))
    for number in (GATE_LIST, GATE_USES):
        if any(file.contents.get(number, b"")):
            raise DecodeError(
                f"{file.source}: it has custom gates, which are for PLONK", remedy="compile it without them"
            )
    header = _header(file)
    a, b, c = _matrices(file, header)
    try:
        return R1CS(a, b, c, header.wires, header.public)
    except ValueError as error:
        raise DecodeError(f"{file.source}: {error}") from error


def _header(file: Sections) -> Header:
    reader = Reader(file.source, file.take(HEADER))
    require_prime(file.source, reader, R, ELEMENT)
    wires, outputs, inputs, private = (reader.uint(4, "the header") for _ in range(4))
    reader.uint(8, "the header")
    constraints = reader.uint(4, "the header")
    reader.end("the header")
    if wires > MAX_WIRES:
        raise DecodeError(f"{file.source}: too many wires", expected=f"<= {MAX_WIRES}", got=wires)
    if outputs + inputs + private >= wires:
        raise DecodeError(
            f"{file.source}: more inputs and outputs than wires", expected=f"< {wires}", got=outputs + inputs + private
        )
    file.take(LABELS, 8 * wires)
    return Header(wires, outputs + inputs, constraints)


def _matrices(file: Sections, header: Header) -> list[SparseMatrix]:
    counts, terms = _terms(file.source, file.take(CONSTRAINTS), 3 * header.constraints)
    wires = terms[:, 0].astype(np.int64)
    if len(wires) and wires.max() >= header.wires:
        raise DecodeError(
            f"{file.source}: a constraint names a wire out of range", expected=f"< {header.wires}", got=int(wires.max())
        )
    values = field_elements(file.source, np.ascontiguousarray(terms[:, 1:]).view(np.uint8).reshape(-1), "coefficient")
    terms_of = list(zip(wires.tolist(), ints_of(values), strict=True))
    ends = np.concatenate(([0], np.cumsum(counts))).tolist()
    rows = [terms_of[first:end] for first, end in pairwise(ends)]
    return [SparseMatrix.from_rows(rows[k::3]) for k in range(3)]


def _terms(source: str, data: Bytes, combinations: int) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of terms `int64[combinations]` and all terms `uint32[n, 9]`, in the file's order.

    Nothing is allocated by what a count says before the section is seen to have that many bytes.
    """
    if len(data) % 4 or 4 * combinations > len(data):
        raise DecodeError(
            f"{source}: section {CONSTRAINTS} does not hold its constraints",
            expected=f">= {4 * combinations} bytes, a multiple of 4",
            got=len(data),
        )
    words = np.frombuffer(data.tobytes(), dtype="<u4")
    at, counts, places = 0, [], []
    for k in range(combinations):
        if at >= len(words) or int(words[at]) * _TERM > len(words) - at - 1:
            raise DecodeError(f"{source}: constraint {k // 3} is cut off")
        places.append(at)
        counts.append(int(words[at]))
        at += 1 + counts[-1] * _TERM
    if at != len(words):
        raise DecodeError(f"{source}: {4 * (len(words) - at)} bytes follow the last constraint")
    terms = np.delete(words, places).reshape(-1, _TERM)
    return np.array(counts, dtype=np.int64), terms
