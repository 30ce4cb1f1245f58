import pytest
from hypothesis import given

from rollup.crypto.fr import R
from rollup.errors import DecodeError
from rollup.ir.codec import (
    code_of,
    decode,
    decode_constants,
    decode_instructions,
    encode_constants,
    encode_instructions,
)
from rollup.ir.graph import Instruction
from rollup.ir.primitives import Primitive
from tests.programs.graphs import Case, cases

NOT = Instruction(Primitive.NOT, a=0x0102)
NOT_BYTES = bytes([16, 0, 1, 2, 0, 0, 0, 0])


@given(cases())
def test_code_when_encoded_and_decoded_is_the_same(case: Case) -> None:
    code = code_of(case.graph)
    assert decode(encode_constants(code.constants), encode_instructions(code.instructions)) == code


def test_instruction_when_encoded_has_the_bytes_of_the_specification() -> None:
    select = Instruction(Primitive.SELECT, 0, 0x0102, 0x0304, 0x0506)
    narrow = Instruction(Primitive.NARROW, 64, 9)
    expected = bytes([17, 0, 1, 2, 3, 4, 5, 6]) + bytes([12, 64, 0, 9, 0, 0, 0, 0]) + bytes(16)
    assert encode_instructions([select, narrow]) == expected


@pytest.mark.parametrize(("count", "words"), [(0, 0), (1, 1), (4, 1), (5, 2), (512, 128)])
def test_code_when_encoded_is_a_whole_number_of_words(count: int, words: int) -> None:
    data = encode_instructions([NOT] * count)
    assert len(data) == 32 * words
    assert decode_instructions(data) == (NOT,) * count


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (NOT_BYTES, "whole number of words"),
        (bytes(32), "word of padding"),
        (NOT_BYTES * 4 + bytes(32), "word of padding"),
        (bytes([29]) + bytes(31), "no known primitive"),
        (NOT_BYTES + bytes(8) + NOT_BYTES + bytes(8), "instruction 1 is of no known primitive"),
        (bytes([16, 1, 0, 0, 0, 0, 0, 0]) + bytes(24), "does not use"),
        (bytes([16, 0, 0, 0, 0, 1, 0, 0]) + bytes(24), "does not use"),
        (bytes([16, 0, 0, 0, 0, 0, 0, 1]) + bytes(24), "does not use"),
        (NOT_BYTES * 513 + bytes(24), "too many instructions"),
    ],
)
def test_code_that_nobody_writes_is_refused(data: bytes, problem: str) -> None:
    with pytest.raises(DecodeError, match=problem):
        decode_instructions(data)


@pytest.mark.parametrize("data", [bytes(31), R.to_bytes(32, "big"), b"\xff" * 32])
def test_pool_that_is_not_of_elements_is_refused(data: bytes) -> None:
    with pytest.raises(DecodeError):
        decode_constants(data)


@pytest.mark.parametrize("constant", [-1, R])
def test_constant_outside_the_field_is_not_encoded(constant: int) -> None:
    with pytest.raises(DecodeError):
        encode_constants([constant])


def test_operand_past_two_bytes_is_not_encoded() -> None:
    with pytest.raises(DecodeError):
        encode_instructions([Instruction(Primitive.NOT, a=1 << 16)])
