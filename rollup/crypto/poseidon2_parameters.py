"""Poseidon2's parameters from their seed, and the text of `poseidon2_constants`.

SPEC: Poseidon2, ePrint 2023/323, §5 and §6: one constant in an internal round; matrices fixed for t = 2, 3; for t = 4 the internal
diagonal is drawn until no subspace trail can exist. The order of the draws is that of the authors' `poseidon2_rust_params.sage`.
A tenth of a second in all, so it is run once, by `python -m rollup.crypto.poseidon2_parameters`, and again by a test.
"""

import sys
from collections.abc import Iterator
from typing import NamedTuple

from rollup.crypto import grain
from rollup.crypto.fr import R
from rollup.crypto.irreducible import are_powers_irreducible

WIDTHS = (2, 3, 4)
FULL_ROUNDS = 8
PARTIAL_ROUNDS = 56


class Parameters(NamedTuple):
    """One instance.

    Attributes
    ----------
    external
        R_F rows of t constants, the first R_F/2 of them before the internal rounds.
    internal
        R_P constants, each added to the first element.
    diagonal
        The internal matrix's diagonal *minus one*, so that its product is `sum(x) + diagonal[i] * x[i]`.
    """

    external: tuple[tuple[int, ...], ...]
    internal: tuple[int, ...]
    diagonal: tuple[int, ...]


def generate(width: int) -> Parameters:
    """Produce the instance of `width` elements; `ValueError` unless that is 2, 3 or 4."""
    if width not in WIDTHS:
        raise ValueError(f"poseidon2: no instance of width {width}")
    stream = grain.bits(width, FULL_ROUNDS, PARTIAL_ROUNDS)
    first = [tuple(grain.element(stream) for _ in range(width)) for _ in range(FULL_ROUNDS // 2)]
    internal = tuple(grain.element(stream) for _ in range(PARTIAL_ROUNDS))
    last = [tuple(grain.element(stream) for _ in range(width)) for _ in range(FULL_ROUNDS // 2)]
    return Parameters((*first, *last), internal, _diagonal(stream, width))


def _diagonal(stream: Iterator[int], width: int) -> tuple[int, ...]:
    if width in (2, 3):
        return (1,) * (width - 1) + (2,)
    while True:
        # SPEC: here values are reduced, not rejected (the authors' script casts them into the field).
        diagonal = [grain.integer(stream) % R for _ in range(width)]
        matrix = [[diagonal[i] if i == j else 1 for j in range(width)] for i in range(width)]
        if are_powers_irreducible(matrix, 2 * width):
            return tuple((entry - 1) % R for entry in diagonal)


def render() -> str:
    """Return the whole text of `poseidon2_constants.py`."""
    lines = [
        '"""Written by `python -m rollup.crypto.poseidon2_parameters`; a test writes it again and compares."""',
        "",
        "Rows = tuple[tuple[int, ...], ...]",
        "PARAMETERS: dict[int, tuple[Rows, tuple[int, ...], tuple[int, ...]]] = {",
    ]
    for width in WIDTHS:
        external, internal, diagonal = generate(width)
        lines += [f"    {width}: (", "        ("]
        for row in external:
            lines += ["            (", *(f"                0x{value:064X}," for value in row), "            ),"]
        lines += ["        ),", "        (", *(f"            0x{value:064X}," for value in internal), "        ),"]
        lines += ["        (", *(f"            0x{value:064X}," for value in diagonal), "        ),", "    ),"]
    return "\n".join([*lines, "}", ""])


if __name__ == "__main__":
    sys.stdout.write(render())
