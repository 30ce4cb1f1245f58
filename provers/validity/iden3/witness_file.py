"""Witnesses that circom's programs calculate: `.wtns`, version 2, over Fr of BLS12-381.

Section 1 is the size of an element, the prime and the number of wires (`uint32`); section 2 the values, 32 bytes each.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from provers.validity.constraints.r1cs import R1CS
from provers.validity.iden3.sections import Reader, Sections, field_elements, require_prime
from rollup.crypto.fr import R
from rollup.errors import DecodeError

VERSION: Final = 2
HEADER, VALUES = 1, 2
ELEMENT: Final = 32


def read(path: Path | str, r1cs: R1CS) -> NDArray[np.uint64]:
    """Read a witness of a circuit, `uint64[wires, 4]`; whether it satisfies the circuit is not checked.

    Raises
    ------
    OutsideError
        It cannot be opened.
    DecodeError
        Another prime; a section missing, cut off, too long or there twice; another number of wires than the circuit's; a
        value not below r; or wire 0 is not 1.
    """
    file = Sections.open(path, b"wtns", VERSION)
    file.require_only((HEADER, VALUES))
    reader = Reader(file.source, file.take(HEADER))
    require_prime(file.source, reader, R, ELEMENT)
    wires = reader.uint(4, "the header")
    reader.end("the header")
    if wires != r1cs.wires:
        raise DecodeError(f"{file.source}: the witness of another circuit", expected=f"{r1cs.wires} wires", got=wires)
    values = field_elements(file.source, file.take(VALUES, ELEMENT * wires), "wire")
    if values[0].tolist() != [1, 0, 0, 0]:
        raise DecodeError(f"{file.source}: wire 0 is not the constant 1")
    return values
