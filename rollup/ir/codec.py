"""The bytes of code, exactly as L1 reads them (SPEC §5); strict both ways, so code has one encoding.

A pool is one word of 32 bytes a constant. An instruction is `op u8, imm u8, a u16, b u16, c u16`, four to a word; the last word is padded with zeros.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from rollup.crypto.fr import from_bytes32, to_bytes32
from rollup.encoding import uint_to_bytes
from rollup.errors import DecodeError
from rollup.ir.graph import Graph, Instruction
from rollup.ir.primitives import PRIMITIVES, Primitive
from rollup.params import MAX_INSTRUCTIONS

WORD: Final = 32
INSTRUCTION_BYTES: Final = 8
STOP: Final = bytes(INSTRUCTION_BYTES)


class Code(NamedTuple):
    """What of a graph is encoded; the rest describes it to us."""

    constants: tuple[int, ...]
    instructions: tuple[Instruction, ...]


def code_of(graph: Graph) -> Code:
    """Return the encoded part of a graph."""
    return Code(graph.constants, graph.instructions)


def encode_constants(constants: Sequence[int]) -> bytes:
    """Write a pool; `DecodeError` unless every constant is in [0, R)."""
    return b"".join(to_bytes32(constant) for constant in constants)


def encode_instructions(instructions: Sequence[Instruction]) -> bytes:
    """Write code, a whole number of words; `DecodeError` if an operand does not fit."""
    data = b"".join(map(_encode_instruction, instructions))
    return data + bytes(-len(data) % WORD)


def decode_constants(data: bytes) -> tuple[int, ...]:
    """Read a pool; `DecodeError` unless it is whole words, each below R."""
    _require_words(data)
    return tuple(from_bytes32(data[start : start + WORD]) for start in range(0, len(data), WORD))


def decode_instructions(data: bytes) -> tuple[Instruction, ...]:
    """Read code.

    Raises
    ------
    DecodeError
        Unless it is what `encode_instructions` writes: whole words, known primitives, unused parts 0, at most 512 instructions, and padding of zeros in the
        last word only, which holds an instruction.
    """
    _require_words(data)
    pieces = [data[start : start + INSTRUCTION_BYTES] for start in range(0, len(data), INSTRUCTION_BYTES)]
    padding = 0
    while padding < len(pieces) and pieces[-1 - padding] == STOP:
        padding += 1
    if padding * INSTRUCTION_BYTES >= WORD:
        raise DecodeError("codec: a word of padding", expected="less than a word", got=f"{padding} instructions")
    if len(pieces) - padding > MAX_INSTRUCTIONS:
        raise DecodeError("codec: too many instructions", expected=MAX_INSTRUCTIONS, got=len(pieces) - padding)
    return tuple(_decode_instruction(piece, i) for i, piece in enumerate(pieces[: len(pieces) - padding]))


def decode(constants: bytes, instructions: bytes) -> Code:
    """Read pool and code; `DecodeError` as for each."""
    return Code(decode_constants(constants), decode_instructions(instructions))


def _encode_instruction(instruction: Instruction) -> bytes:
    head = uint_to_bytes(instruction.op, 1) + uint_to_bytes(instruction.imm, 1)
    return head + b"".join(uint_to_bytes(operand, 2) for operand in instruction.operands)


def _decode_instruction(piece: bytes, i: int) -> Instruction:
    if piece[0] not in PRIMITIVES:
        raise DecodeError(f"codec: instruction {i} is of no known primitive", got=piece[0])
    a, b, c = (int.from_bytes(piece[start : start + 2], "big") for start in (2, 4, 6))
    instruction = Instruction(Primitive(piece[0]), piece[1], a, b, c)
    require_unused_zero(instruction, i)
    return instruction


def require_unused_zero(instruction: Instruction, i: int) -> None:
    """Refuse an instruction that hides something in what its primitive does not use.

    Raises
    ------
    DecodeError
        If an unused operand, or an unused `imm`, is not 0.
    """
    description = PRIMITIVES[instruction.op]
    unused = instruction.operands[description.arity :] + (() if description.uses_imm else (instruction.imm,))
    if any(unused):
        raise DecodeError(
            f"codec: instruction {i} ({description.name}) has an operand it does not use", expected=0, got=max(unused)
        )


def _require_words(data: bytes) -> None:
    if len(data) % WORD:
        raise DecodeError("codec: not a whole number of words", expected="a multiple of 32 bytes", got=len(data))
