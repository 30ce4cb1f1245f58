"""Code of every primitive as L1 reads it, what it computes, and the identity of a program made of such code (SPEC §5)."""

import struct
from collections.abc import Sequence
from typing import Final, NamedTuple

from eth_utils import keccak

from rollup.crypto.eddsa import generate, sign
from rollup.crypto.poseidon2 import hash_items
from tests.agreement.vectors.words import R, hash_words, render, word

OPS: Final = (
    *("stop", "const", "input", "open", "load", "store", "add", "sub", "mul", "minus", "lt", "range", "narrow", "eq"),
    *("and", "or", "not", "select", "arg", "hash", "verify_signature", "output"),
    *("div", "mod", "bit_and", "bit_or", "bit_xor", "isqrt", "shr"),
)
"""By number."""
Row = tuple[str, int, int, int, int]
"""Primitive, imm, a, b, c."""
INPUTS: Final = (1, 19, 200, 300, 2**64 - 1, 2**252 - 1, 2**253 - 1, R - 1)
"""Of 1, 5, 8, 9, 64, 252, 253 and 255 bits: `tests/agreement/bare.py`."""
KEY_BITS: Final = 9
"""Of the widest table there; table 1, of cells, has attributes of 8, 255, 1, 253 and 64 bits."""
CELL: Final = (17, R - 3, 1, 2**252, 5)
READ: Final[list[Row]] = [("input", 0, number, 0, 0) for number in range(len(INPUTS))]
"""Registers 0 to 7 hold the inputs."""


class Case(NamedTuple):
    """Code after `READ`, and the element that its last register holds; with what it opens and stores."""

    name: str
    code: list[Row]
    result: int
    constants: tuple[int, ...] = ()
    records: tuple[tuple[int, ...], ...] = ()
    indices: tuple[int, ...] = ()
    stored: tuple[tuple[int, ...], ...] | None = None


def cases() -> list[Case]:
    """Return one case a primitive, and some more where words of code end."""
    key = generate(bytes(32))
    r_y, r_sign, s = sign(key, (300,))
    signature = (*key.public, r_y, r_sign, s)
    open_cell: list[Row] = [("open", 1, 3, 0, 0)]
    at = 1 << KEY_BITS | 300
    return [
        Case("const", [("const", 0, 1, 0, 0)], R - 1, (7, R - 1)),
        Case("input", [("input", 0, 6, 0, 0)], 2**253 - 1),
        Case("open", open_cell, at, (), (CELL,), (at,)),
        Case("load", [*open_cell, ("load", 3, 0, 0, 0)], 2**252, (), (CELL,), (at,)),
        Case("store", [*open_cell, ("store", 0, 0, 2, 0)], 0, (), (CELL,), (at,), ((200, *CELL[1:]),)),
        Case("add", [("add", 0, 7, 3, 0)], 299),
        Case("sub", [("sub", 0, 2, 3, 0)], R - 100),
        Case("mul", [("mul", 0, 7, 3, 0)], R - 300),
        Case("minus", [("minus", 0, 3, 2, 0)], 100),
        Case("minus of more", [("minus", 0, 2, 3, 0)], 0),
        Case("lt", [("lt", 0, 2, 3, 0)], 1),
        Case("lt of itself", [("lt", 0, 3, 3, 0)], 0),
        Case("range", [("range", 253, 6, 0, 0)], 1),
        Case("range that is too small", [("range", 252, 6, 0, 0)], 0),
        Case("narrow", [("narrow", 9, 3, 0, 0)], 300),
        Case("narrow that is too small", [("narrow", 8, 3, 0, 0)], 0),
        Case("eq", [("eq", 0, 4, 4, 0)], 1),
        Case("and", [("lt", 0, 3, 2, 0), ("and", 0, 0, 8, 0)], 0),
        Case("or", [("lt", 0, 3, 2, 0), ("or", 0, 0, 8, 0)], 1),
        Case("not", [("not", 0, 0, 0, 0)], 0),
        Case("div", [("div", 0, 3, 1, 0)], 15),
        Case("div by 0", [("lt", 0, 3, 2, 0), ("div", 0, 3, 8, 0)], 0),
        Case("mod", [("mod", 0, 3, 1, 0)], 15),
        Case("mod by 0", [("lt", 0, 3, 2, 0), ("mod", 0, 3, 8, 0)], 0),
        Case("bit_and", [("bit_and", 0, 2, 3, 0)], 0b1000),
        Case("bit_or", [("bit_or", 0, 2, 3, 0)], 0b111101100),
        Case("bit_xor", [("bit_xor", 0, 2, 3, 0)], 0b111100100),
        Case("isqrt", [("isqrt", 0, 3, 0, 0)], 17),
        Case("shr", [("shr", 3, 3, 0, 0)], 37),
        Case("shr of all bits", [("shr", 253, 6, 0, 0)], 0),
        Case("select", [("select", 0, 0, 6, 7)], 2**253 - 1),
        Case("arg", [("arg", 0, 1, 2, 3), ("hash", 8, 3, 0, 0)], hash_items(8, [19, 200, 300])),
        Case("hash of nothing", [("hash", 255, 0, 0, 0)], hash_items(255, [])),
        Case(
            "hash of four",
            [("arg", 0, 1, 2, 3), ("arg", 0, 7, 0, 0), ("hash", 8, 4, 0, 0)],
            hash_items(8, [19, 200, 300, R - 1]),
        ),
        Case(
            "verify_signature",
            [*(("const", 0, k, 0, 0) for k in range(5)), ("arg", 0, 8, 9, 3), ("verify_signature", 1, 10, 11, 12)],
            1,
            signature,
        ),
        Case(
            "verify_signature of four elements",
            [
                *(("const", 0, k, 0, 0) for k in range(5)),
                *(("arg", 0, 8, 9, 3), ("arg", 0, 1, 2, 7)),
                ("verify_signature", 4, 10, 11, 12),
            ],
            1,
            (*key.public, *sign(key, (300, 19, 200, R - 1))),
        ),
        Case(
            "verify_signature of another message",
            [*(("const", 0, k, 0, 0) for k in range(5)), ("arg", 0, 8, 9, 2), ("verify_signature", 1, 10, 11, 12)],
            0,
            signature,
        ),
    ]


def encoded(code: Sequence[Row]) -> bytes:
    """Return op u8, imm u8, a u16, b u16, c u16 for each, big-endian, to the end of the last word of 32 bytes."""
    data = b"".join(struct.pack(">BBHHH", OPS.index(op), *rest) for op, *rest in code)
    return data + bytes(-len(data) % 32)


def whole(case: Case) -> list[Row]:
    """Return all of a case's code: it reads the inputs and puts its last register out as output 0."""
    code = [*READ, *case.code]
    return [*code, ("output", 0, len(code) - 1, 0, 0)]


def leaf(tag: int, widths: Sequence[int], constants: Sequence[int], code: Sequence[Row]) -> bytes:
    """Return keccak256(tag ‖ argument_widths ‖ keccak256(constants) ‖ keccak256(instructions))."""
    pool = b"".join(map(word, constants))
    return keccak(word(tag) + bytes(widths).ljust(32, b"\0") + keccak(pool) + keccak(encoded(code)))


def identity() -> dict[str, object]:
    """Return a program of eight graphs, two of them of calls from L1, its leaves, its root and its id."""
    widths = ((), (), (160, 64), (255,), (8, 1, 255), (), (255,), ())
    tags = (0xF0, 0xF1, 1, 2, 3, 4, 0x82, 0x84)
    graphs = list(zip(tags, widths, [case for case in cases() if not case.records][:8], strict=True))
    leaves = [leaf(tag, arguments, case.constants, whole(case)) for tag, arguments, case in graphs]
    level = [bytes(32)] * 64
    for place, code_leaf in zip((0, 1, 2, 3, 4, 5, 34, 36), leaves, strict=True):
        level[place] = code_leaf
    while len(level) > 1:
        level = [keccak(level[k] + level[k + 1]) for k in range(0, len(level), 2)]
    # account_bits, key_bits, table_bits, depth, argument_bits, stride, capacity, inbox_cap, actions, table_widths, calls
    table_widths = int.from_bytes(bytes((5, 5, 16, 16, 16, 16, 16)).ljust(32, b"\0"), "big")
    layout = (5, 9, 3, 6, 264, 9, 128, 32, 4, table_widths, 0b10100)
    rows = [
        {"tag": tag, "arguments": arguments, "case": case.name, "leaf": code_leaf.hex()}
        for (tag, arguments, case), code_leaf in zip(graphs, leaves, strict=True)
    ]
    program_id = hash_words([*layout, int.from_bytes(level[0], "big")])
    return {"layout": layout, "graphs": rows, "code_root": level[0].hex(), "program_id": program_id}


def text() -> str:
    """Return the text of `tests/vectors/ir.json`."""
    rows = [
        {
            "name": case.name,
            "code": [[op, *map(str, rest)] for op, *rest in whole(case)],
            "constants": case.constants,
            "encoded_constants": b"".join(map(word, case.constants)).hex(),
            "encoded_code": encoded(whole(case)).hex(),
            "records": case.records,
            "indices": case.indices,
            "records_after": case.records if case.stored is None else case.stored,
            "result": case.result,
        }
        for case in cases()
    ]
    return render("ir", {"inputs": INPUTS, "key_bits": KEY_BITS, "cases": rows, "program": identity()})
