"""The packed fee: exact or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollup.batch.packed_fee import MAX_FEE, decode_fee, encode_fee, round_up_fee
from rollup.errors import DecodeError


@pytest.mark.parametrize(
    ("packed", "decoded"),
    [
        (0, (0, True)),
        (2047, (2047, True)),
        (1 << 11 | 1024, (2048, True)),
        (1 << 11 | 1023, (2046, False)),
        (31 << 11, (0, False)),
        (0xFFFF, (2047 << 31, True)),
    ],
)
def test_decoding_gives_the_value_whether_canonical_or_not(packed: int, decoded: tuple[int, bool]) -> None:
    assert decode_fee(packed) == decoded


def test_every_sixteen_bits_that_are_canonical_are_what_encoding_writes() -> None:
    values = []
    for packed in range(1 << 16):
        fee, canonical = decode_fee(packed)
        if canonical:
            assert encode_fee(fee) == packed
            values.append(fee)
    assert len(set(values)) == len(values) == 2048 + 31 * 1024
    assert max(values) == MAX_FEE


@given(st.integers(0, MAX_FEE))
def test_rounding_up_gives_the_least_writable_fee(fee: int) -> None:
    rounded = round_up_fee(fee)
    exponent = max(0, fee.bit_length() - 11)
    assert fee <= rounded < fee + (1 << exponent)
    assert decode_fee(encode_fee(rounded)) == (rounded, True)


@given(st.integers(0, MAX_FEE))
def test_encoding_is_exact_or_refused(fee: int) -> None:
    if round_up_fee(fee) == fee:
        assert decode_fee(encode_fee(fee))[0] == fee
    else:
        with pytest.raises(DecodeError):
            encode_fee(fee)


@pytest.mark.parametrize("fee", [-1, MAX_FEE + 1, 2049])
def test_fee_that_cannot_be_written_is_refused(fee: int) -> None:
    with pytest.raises(DecodeError):
        encode_fee(fee)
