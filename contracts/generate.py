"""What Vyper needs of the numbers that Python holds: written by `python -m contracts.generate`, compared by a test.

A number that two languages must agree on has one source: `rollup.crypto` for the field, the hash and the curve, `rollup.params` and
`rollup.ir.primitives` for the machine.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from contracts.poseidon2_kernel import init_code
from rollup import params
from rollup.crypto import fr, jubjub
from rollup.crypto.poseidon2 import Domain
from rollup.ir.image import code_position
from rollup.ir.primitives import Primitive
from rollup.params import AccountAttribute, DataKind, MessageKind, Output, Reason, Status

FOLDER = Path(__file__).parent / "lib"

PARAMETERS_READ = (
    *("TAG_BITS", "PACKED_FEE_BITS", "FEE_MANTISSA_BITS", "SCALAR_BITS", "SIGNED_BITS", "SIGN_BITS", "FULL"),
    *("SLOT_BITS", "SLOTS_PER_ELEMENT", "ELEMENT_BITS", "GROUP", "MESSAGE_WORDS"),
    *("MAX_ARGUMENTS", "MAX_ACTIONS", "TAG_CALL", "TAG_DEPOSIT", "TAG_FEES"),
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


def poseidon2() -> str:
    """Return `lib/poseidon2_kernel.vy`: code that Vyper does not write, as bytes."""
    code = init_code()
    lines = [f'INIT_CODE: constant(Bytes[{len(code)}]) = x"{code.hex()}"']
    return _file("Creates Poseidon2's permutation for t = 4; made by contracts/poseidon2_kernel.py", lines)


def curve() -> str:
    """Return `lib/jubjub_constants.vy`."""
    names = {"R": fr.R, "D": jubjub.D, "TWICE_D": 2 * jubjub.D % fr.R, "NON_SQUARE": fr.GENERATOR}
    lines = [_constant(*item) for item in names.items()]
    rows = [f"    [{', '.join(map(str, row))}]," for row in _base_table()]
    table = ["# i B + j 2^128 B at i + 4 j, each as y - x, y + x, 2 d x y.", "BASE_TABLE: constant(uint256[3][16]) = ["]
    return _file("Jubjub: the curve and multiples of the base point of signatures", [*lines, *table, *rows, "]"])


def _base_table() -> Iterator[tuple[int, int, int]]:
    for i in range(16):
        x, y = jubjub.multiply((i & 3) + (i >> 2 << 128), jubjub.GENERATOR)
        yield (y - x) % fr.R, (y + x) % fr.R, 2 * jubjub.D * x * y % fr.R


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
    names |= {f"MESSAGE_{kind.name}": kind.value for kind in MessageKind}
    names |= {name: getattr(params, name) for name in PARAMETERS_READ}
    names |= {"FIRST_CALL": code_position(params.TAG_CALL + 1) - 1}
    return _file("The numbers of docs/spec/machine.md", [_constant(*item) for item in names.items()])


FILES = {"poseidon2_kernel.vy": poseidon2, "jubjub_constants.vy": curve, "numbers.vy": machine}


if __name__ == "__main__":
    for file, text in FILES.items():
        (FOLDER / file).write_text(text())
