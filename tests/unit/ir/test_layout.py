import pytest

from examples.tokens import Tokens
from rollup.ir.layout import Layout, TableLayout, accounts_table

LAYOUT = Tokens.image().layout


def test_layout_of_the_tokens_has_the_constants_of_the_specification() -> None:
    assert (LAYOUT.account_bits, LAYOUT.key_bits, LAYOUT.table_bits, LAYOUT.depth) == (20, 28, 2, 15)
    # withdraw has the widest arguments: 8 + 20 + 16 + 252 + 1 + 160 + 64 = 521 bits, 9 slots of 63.
    assert (LAYOUT.stride, LAYOUT.argument_bits, LAYOUT.actions, LAYOUT.capacity, LAYOUT.inbox_cap) == (
        9,
        224,
        3,
        128,
        32,
    )
    assert (LAYOUT.group_elements, LAYOUT.data_elements, LAYOUT.elements_of(32)) == (13, 416, 104)


def test_parts_of_a_transaction_follow_one_another() -> None:
    offsets = (
        LAYOUT.sender_offset, LAYOUT.fee_offset, LAYOUT.s_offset,
        LAYOUT.r_sign_offset, LAYOUT.arguments_offset,
    )  # fmt: skip
    assert offsets == (8, 28, 44, 296, 297)


@pytest.mark.parametrize(
    ("bits", "widths"), [(0, ()), (1, (1,)), (252, (252,)), (253, (252, 1)), (2040, (*[252] * 8, 24))]
)
def test_words_that_are_signed_have_252_bits_and_the_last_what_is_left_over(bits: int, widths: tuple[int, ...]) -> None:
    assert Layout(4, (accounts_table(4),), bits, 38, 1).word_widths == widths


@pytest.mark.parametrize(("table_bits", "key_bits", "depth"), [(2, 20, 11), (1, 20, 11), (2, 28, 15), (2, 29, 16)])
def test_depth_has_two_bits_a_level(table_bits: int, key_bits: int, depth: int) -> None:
    tables = (accounts_table(4), TableLayout("wide", (key_bits,), (("x", 8),)))
    assert Layout(4, tables, 0, 10, 1, table_bits=table_bits).depth == depth


def test_key_of_several_parts_has_the_first_one_highest() -> None:
    assert LAYOUT.key(1, 5, 7) == 5 << 8 | 7
    assert LAYOUT.tree_index(1, 5 << 8 | 7) == 1 << 28 | 5 << 8 | 7


@pytest.mark.parametrize("parts", [(1,), (1, 2, 3), (1, 256), (1 << 20, 0), (-1, 0)])
def test_key_that_does_not_fit_is_refused(parts: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="key"):
        LAYOUT.key(1, *parts)


def test_tables_are_found_by_name() -> None:
    assert (LAYOUT.table_id("accounts"), LAYOUT.table_id("balances")) == (0, 1)
    with pytest.raises(KeyError, match="no table"):
        LAYOUT.table_id("nothing")
