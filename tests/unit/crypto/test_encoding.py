"""Fixed-width integers: strict both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollup.encoding import uint_from_bytes, uint_to_bytes
from rollup.errors import DecodeError


@given(st.integers(0, 40), st.data())
def test_uint_round_trips(size: int, data: st.DataObject) -> None:
    value = data.draw(st.integers(0, 256**size - 1))
    encoded = uint_to_bytes(value, size)
    assert len(encoded) == size
    assert uint_from_bytes(encoded, size) == value


def test_uint_to_bytes_is_big_endian() -> None:
    assert uint_to_bytes(0x0102, 4) == b"\0\0\1\2"


@pytest.mark.parametrize(("value", "size"), [(-1, 4), (256, 1), (1, 0)])
def test_uint_to_bytes_of_a_value_that_does_not_fit_is_refused(value: int, size: int) -> None:
    with pytest.raises(DecodeError) as caught:
        uint_to_bytes(value, size)
    assert caught.value.got == value


@pytest.mark.parametrize("length", [0, 3, 5])
def test_uint_from_bytes_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(DecodeError) as caught:
        uint_from_bytes(bytes(length), 4)
    assert (caught.value.expected, caught.value.got) == (4, length)
