"""Transactions as bit strings: decoding is total, encoding is its inverse or refuses."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollup.batch.packing import (
    Decoded,
    decode_transaction,
    encode_transaction,
    tag_of,
    transaction_bits,
    words_of,
)
from rollup.batch.parcel import Parcel
from rollup.crypto.fr import R
from rollup.errors import DecodeError
from rollup.ir.layout import Layout, accounts_table
from rollup.params import FULL

WIDTHS = (20, 64, FULL)
LAYOUT = Layout(account_bits=20, tables=(accounts_table(20),), argument_bits=345, stride=11, actions=3)
EXAMPLE = Decoded(2, 77, 2048, (1 << 252) - 3, 1, R - 1, (5, 1 << 63, R - 2), decodable=True)
SLOTS = st.lists(st.integers(0, (1 << 63) - 1), min_size=11, max_size=11)
PARCELS = st.builds(Parcel, st.integers(0, R - 1), SLOTS.map(tuple))


@st.composite
def near_misses(draw: st.DrawFn) -> Parcel:
    """A good transaction with a few bits flipped: random slots almost never are canonical."""
    r_y, slots = encode_transaction(LAYOUT, WIDTHS, EXAMPLE)
    changed = list(slots)
    for bit in draw(st.lists(st.integers(0, 11 * 63 - 1), max_size=3)):
        changed[bit // 63] ^= 1 << bit % 63
    return Parcel(draw(st.sampled_from([r_y, 0])), tuple(changed))


def test_parts_stand_where_the_specification_says() -> None:
    r_y, slots = encode_transaction(LAYOUT, WIDTHS, EXAMPLE)
    assert r_y == R - 1
    bits = sum(slot << 63 * i for i, slot in enumerate(slots))
    expected = [
        (8, 2),
        (20, 77),
        (16, 1 << 11 | 1024),
        (252, EXAMPLE.s),
        (1, 1),
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
    parcel = encode_transaction(LAYOUT, WIDTHS, EXAMPLE)
    assert decode_transaction(LAYOUT, WIDTHS, parcel) == EXAMPLE
    assert tag_of(parcel) == 2


def test_words_are_the_bits_of_the_arguments_as_they_stand_up_to_the_widest_actions() -> None:
    """345 bits of arguments in this program, 339 of them of the action that `WIDTHS` is of: words of 252 and 93 bits."""
    r_y, slots = encode_transaction(LAYOUT, WIDTHS, EXAMPLE)
    bits = 5 | 1 << 63 + 20 | (R - 2) << 84
    assert LAYOUT.word_widths == (252, 93)
    assert words_of(LAYOUT, Parcel(r_y, slots)) == (bits % 2**252, bits >> 252)
    for bit, changes in ((297 + 344, (0, 1 << 92)), (297 + 345, (0, 0)), (296, (0, 0)), (297, (1, 0))):
        changed = tuple(slot ^ (1 << bit % 63 if at == bit // 63 else 0) for at, slot in enumerate(slots))
        words = words_of(LAYOUT, Parcel(r_y, changed))
        assert words == (bits % 2**252 ^ changes[0], bits >> 252 ^ changes[1])


@given(st.one_of(PARCELS, near_misses()))
def test_decoding_is_total_and_encoding_its_inverse_or_a_refusal(parcel: Parcel) -> None:
    decoded = decode_transaction(LAYOUT, WIDTHS, parcel)
    assert decoded.args[2] < R
    if decoded.decodable:
        assert encode_transaction(LAYOUT, WIDTHS, decoded) == parcel
    else:
        with pytest.raises(DecodeError):
            encode_transaction(LAYOUT, WIDTHS, decoded)


@given(st.one_of(PARCELS, near_misses()), near_misses())
def test_two_different_parcels_never_decode_to_the_same_transaction(one: Parcel, other: Parcel) -> None:
    first, second = (decode_transaction(LAYOUT, WIDTHS, parcel) for parcel in (one, other))
    if first.decodable and second.decodable:
        assert (first == second) == (one == other)


@given(st.integers(R, (1 << 255) - 1))
def test_full_element_that_is_not_canonical_reads_as_zero_and_undecodable(value: int) -> None:
    r_y, slots = encode_transaction(LAYOUT, WIDTHS, EXAMPLE)
    bits = sum(slot << 63 * i for i, slot in enumerate(slots))
    bits = bits & ~(((1 << 255) - 1) << 297 + 84) | value << 297 + 84
    parcel = Parcel(r_y, tuple(bits >> 63 * i & ((1 << 63) - 1) for i in range(11)))
    assert decode_transaction(LAYOUT, WIDTHS, parcel) == replace(EXAMPLE, args=(5, 1 << 63, 0), decodable=False)


def test_padding_that_is_not_zero_is_undecodable() -> None:
    r_y, slots = encode_transaction(LAYOUT, WIDTHS, EXAMPLE)
    parcel = Parcel(r_y, (*slots[:-1], slots[-1] | 1 << 62))
    assert decode_transaction(LAYOUT, WIDTHS, parcel) == replace(EXAMPLE, decodable=False)


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
