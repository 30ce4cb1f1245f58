"""Transactions as bit strings: decoding is total, encoding is its inverse or refuses."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollup.batch.packing import Decoded, decode_transaction, encode_transaction, tag_of, transaction_bits
from rollup.crypto.fr import R
from rollup.errors import DecodeError
from rollup.ir.layout import Layout, accounts_table
from rollup.params import FULL

WIDTHS = (20, 64, FULL)
LAYOUT = Layout(account_bits=20, tables=(accounts_table(20),), arguments=3, stride=15, actions=3)
EXAMPLE = Decoded(2, 77, 2048, (1 << 252) - 3, 1, R - 1, (5, 1 << 63, R - 2), decodable=True)
SLOTS = st.lists(st.integers(0, (1 << 63) - 1), min_size=15, max_size=15)


@st.composite
def near_misses(draw: st.DrawFn) -> tuple[int, ...]:
    """A good transaction with a few bits flipped: random slots almost never are canonical."""
    slots = list(encode_transaction(LAYOUT, WIDTHS, EXAMPLE))
    for bit in draw(st.lists(st.integers(0, 15 * 63 - 1), max_size=3)):
        slots[bit // 63] ^= 1 << bit % 63
    return tuple(slots)


def test_parts_stand_where_the_specification_says() -> None:
    bits = sum(slot << 63 * i for i, slot in enumerate(encode_transaction(LAYOUT, WIDTHS, EXAMPLE)))
    expected = [
        (8, 2),
        (20, 77),
        (16, 1 << 11 | 1024),
        (252, EXAMPLE.s),
        (1, 1),
        (255, R - 1),
        (20, 5),
        (64, 1 << 63),
        (255, R - 2),
    ]
    for width, value in expected:
        assert bits % (1 << width) == value
        bits >>= width
    assert bits == 0
    assert transaction_bits(LAYOUT, WIDTHS) == sum(width for width, _ in expected)


def test_transaction_reads_back_as_written() -> None:
    slots = encode_transaction(LAYOUT, WIDTHS, EXAMPLE)
    assert decode_transaction(LAYOUT, WIDTHS, slots) == EXAMPLE
    assert tag_of(slots) == 2


@given(st.one_of(SLOTS.map(tuple), near_misses()))
def test_decoding_is_total_and_encoding_its_inverse_or_a_refusal(slots: tuple[int, ...]) -> None:
    decoded = decode_transaction(LAYOUT, WIDTHS, slots)
    assert decoded.r_y < R
    assert decoded.args[2] < R
    if decoded.decodable:
        assert encode_transaction(LAYOUT, WIDTHS, decoded) == slots
    else:
        with pytest.raises(DecodeError):
            encode_transaction(LAYOUT, WIDTHS, decoded)


@given(st.one_of(SLOTS.map(tuple), near_misses()), near_misses())
def test_two_different_bit_strings_never_decode_to_the_same_transaction(
    one: tuple[int, ...], other: tuple[int, ...]
) -> None:
    first, second = (decode_transaction(LAYOUT, WIDTHS, slots) for slots in (one, other))
    if first.decodable and second.decodable:
        assert (first == second) == (one == other)


@pytest.mark.parametrize("offset", [297, 297 + 255 + 84])
def test_full_element_that_is_not_canonical_reads_as_zero_and_undecodable(offset: int) -> None:
    bits = sum(slot << 63 * i for i, slot in enumerate(encode_transaction(LAYOUT, WIDTHS, EXAMPLE)))
    bits = bits & ~(((1 << 255) - 1) << offset) | R << offset
    decoded = decode_transaction(LAYOUT, WIDTHS, [bits >> 63 * i & ((1 << 63) - 1) for i in range(15)])
    assert not decoded.decodable
    assert 0 in (decoded.r_y, decoded.args[2])


def test_padding_that_is_not_zero_is_undecodable() -> None:
    slots = list(encode_transaction(LAYOUT, WIDTHS, EXAMPLE))
    slots[-1] |= 1 << 62
    assert decode_transaction(LAYOUT, WIDTHS, slots) == replace(EXAMPLE, decodable=False)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(EXAMPLE, sender=1 << 20),
        replace(EXAMPLE, fee=2049),
        replace(EXAMPLE, s=1 << 252),
        replace(EXAMPLE, r_sign=2),
        replace(EXAMPLE, r_y=R),
        replace(EXAMPLE, args=(5, 1 << 64, 0)),
        replace(EXAMPLE, args=(5, 6, R)),
        replace(EXAMPLE, args=(5, 6)),
        replace(EXAMPLE, decodable=False),
    ],
)
def test_transaction_that_does_not_fit_is_refused(wrong: Decoded) -> None:
    with pytest.raises(DecodeError):
        encode_transaction(LAYOUT, WIDTHS, wrong)
