"""What Vyper needs of the numbers that Python holds: written by `python -m contracts.generate`, compared by a test.

A number that two languages must agree on has one source: `rollup.crypto` for the field, the hash and the curve, `rollup.params` and
`rollup.ir.primitives` for the machine.
"""

from collections.abc import Iterable
from pathlib import Path

from rollup import params
from rollup.crypto import fr, jubjub
from rollup.crypto.poseidon2 import Domain
from rollup.crypto.poseidon2_constants import PARAMETERS
from rollup.ir.primitives import Primitive
from rollup.params import AccountAttribute, DataKind, Output, Reason, Status

FOLDER = Path(__file__).parent / "lib"
UNROLLED = 2
"""Internal rounds of Poseidon2 in one turn of the contract's loop: each turn costs about 70 gas, each round 480 bytes of code."""

PARAMETERS_READ = (
    *("TAG_BITS", "PACKED_FEE_BITS", "FEE_MANTISSA_BITS", "SCALAR_BITS", "SIGN_BITS", "FULL"),
    *("SLOT_BITS", "SLOTS_PER_ELEMENT", "ELEMENT_BITS", "MESSAGE_WORDS"),
    *("MAX_ARGUMENTS", "MAX_ACTIONS", "TAG_DEPOSIT", "TAG_FEES"),
)
"""The names of `rollup.params` that a contract reads."""


def _file(title: str, lines: Iterable[str]) -> str:
    head = [
        "# pragma version 0.4.3",
        '"""',
        f"@title {title}",
        "@notice Written by `python -m contracts.generate`.",
        '"""',
        "",
    ]
    return "\n".join([*head, *lines, ""])


def _constant(name: str, value: int) -> str:
    return f"{name}: constant(uint256) = {value}"


def _list(name: str, kind: str, rows: Iterable[str]) -> list[str]:
    return ["", f"{name}: constant({kind}) = [", *(f"    {row}," for row in rows), "]"]


def poseidon2() -> str:
    """Return `lib/poseidon2_constants.vy`: the instance of t = 4."""
    external, internal, diagonal = PARAMETERS[4]
    turns = [internal[at : at + UNROLLED] for at in range(0, len(internal), UNROLLED)]
    lines = [_constant("R", fr.R), *(_constant(f"DIAGONAL_{i}", value) for i, value in enumerate(diagonal))]
    lines += _list("FULL_ROUNDS", f"uint256[4][{len(external)}]", (f"[{', '.join(map(str, row))}]" for row in external))
    lines += _list(
        "PARTIAL_ROUNDS", f"uint256[{UNROLLED}][{len(turns)}]", (f"[{', '.join(map(str, row))}]" for row in turns)
    )
    return _file("Poseidon2's constants for t = 4 over the scalar field of BLS12-381", lines)


def curve() -> str:
    """Return `lib/jubjub_constants.vy`."""
    base = jubjub.GENERATOR
    names = {"R": fr.R, "D": jubjub.D, "TWICE_D": 2 * jubjub.D % fr.R, "ORDER": jubjub.ORDER}
    names |= {"BASE_X": base.x, "BASE_Y": base.y, "NON_SQUARE": fr.GENERATOR}
    return _file(
        "Jubjub: the curve, its order and the base point of signatures", [_constant(*item) for item in names.items()]
    )


def machine() -> str:
    """Return `lib/numbers.vy`: what docs/spec/machine.md fixes for every program."""
    names = {"R": fr.R, "END": params.END, "ROOT_OF_UNITY": fr.root_of_unity(params.BLOB_ELEMENTS)}
    names |= {f"OP_{primitive.name}": primitive.value for primitive in Primitive}
    names |= {f"DOMAIN_{domain.name}": domain.value for domain in Domain}
    enums = (
        ("STATUS", Status),
        ("REASON", Reason),
        ("OUTPUT", Output),
        ("ACCOUNT", AccountAttribute),
        ("KIND", DataKind),
    )
    names |= {f"{prefix}_{member.name}": member.value for prefix, enum in enums for member in enum}
    names |= {name: getattr(params, name) for name in PARAMETERS_READ}
    return _file("The numbers of docs/spec/machine.md", [_constant(*item) for item in names.items()])


FILES = {"poseidon2_constants.vy": poseidon2, "jubjub_constants.vy": curve, "numbers.vy": machine}


if __name__ == "__main__":
    for file, text in FILES.items():
        (FOLDER / file).write_text(text())
