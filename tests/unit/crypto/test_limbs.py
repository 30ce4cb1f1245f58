"""Field kernels against Python's integers and py_ecc's quadratic extension."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from py_ecc.optimized_bls12_381 import FQ2, field_modulus

from rollup.crypto.fr import R
from rollup.crypto.limbs import (
    MontgomeryField,
    QuadraticField,
    Words,
    array_address,
    ints_from_words,
    keep,
    kernel,
    load_word,
    store_word,
    words_from_ints,
)

FR = MontgomeryField("fr", R, 4)
FP = MontgomeryField("fp", field_modulus, 6)
FP2 = QuadraticField("fp2", FP)

fr_mul, fr_sqr, fr_add, fr_sub, fr_neg, fr_dbl, fr_copy = FR.mul, FR.sqr, FR.add, FR.sub, FR.neg, FR.dbl, FR.copy
fr_is_zero, fr_eq, fr_less = FR.is_zero, FR.eq, FR.less
fp_mul, fp_sqr, fp_add, fp_sub, fp_neg, fp_dbl, fp_copy = FP.mul, FP.sqr, FP.add, FP.sub, FP.neg, FP.dbl, FP.copy
fp2_mul, fp2_sqr, fp2_add, fp2_sub = FP2.mul, FP2.sqr, FP2.add, FP2.sub
fp2_neg, fp2_dbl, fp2_copy, fp2_is_zero, fp2_eq = FP2.neg, FP2.dbl, FP2.copy, FP2.is_zero, FP2.eq


@kernel("void(uint64[:,::1],uint64[:,::1])")
def every_fr(out: Words, operands: Words) -> None:
    o, a = array_address(out), array_address(operands)
    b = a + 32
    fr_mul(o, a, b)
    fr_sqr(o + 32, a)
    fr_add(o + 64, a, b)
    fr_sub(o + 96, a, b)
    fr_neg(o + 128, a)
    fr_dbl(o + 160, a)
    fr_copy(o + 192, b)
    keep(out)
    keep(operands)


@kernel("void(uint64[:,::1],uint64[:,::1])")
def every_fp(out: Words, operands: Words) -> None:
    o, a = array_address(out), array_address(operands)
    b = a + 48
    fp_mul(o, a, b)
    fp_sqr(o + 48, a)
    fp_add(o + 96, a, b)
    fp_sub(o + 144, a, b)
    fp_neg(o + 192, a)
    fp_dbl(o + 240, a)
    fp_copy(o + 288, b)
    keep(out)
    keep(operands)


@kernel("void(uint64[:,::1],uint64[:,::1])")
def every_fp2(out: Words, operands: Words) -> None:
    o, a = array_address(out), array_address(operands)
    b = a + 96
    fp2_mul(o, a, b)
    fp2_sqr(o + 96, a)
    fp2_add(o + 192, a, b)
    fp2_sub(o + 288, a, b)
    fp2_neg(o + 384, a)
    fp2_dbl(o + 480, a)
    fp2_copy(o + 576, b)
    keep(out)
    keep(operands)


@kernel("void(uint64[:,::1])")
def in_place(values: Words) -> None:
    a = array_address(values)
    fr_mul(a, a, a)
    fr_add(a, a, a)
    fr_sub(a + 32, a, a + 32)
    fr_neg(a + 32, a + 32)
    keep(values)


@kernel("intp(uint64[:,::1],uint64[:,::1])")
def predicates(base: Words, quadratic: Words) -> int:
    a, x = array_address(base), array_address(quadratic)
    flags = 0
    flags |= 1 if fr_is_zero(a) else 0
    flags |= 2 if fr_eq(a, a + 32) else 0
    flags |= 4 if fr_less(a, a + 32) else 0
    flags |= 8 if fp2_is_zero(x) else 0
    flags |= 16 if fp2_eq(x, x + 96) else 0
    keep(base)
    keep(quadratic)
    return flags


@kernel("void(uint64[:,::1])")
def swap_ends(values: Words) -> None:
    a = array_address(values)
    first, last = load_word(a), load_word(a + 24)
    store_word(a, last)
    store_word(a + 24, first)
    keep(values)


def values(modulus: int) -> st.SearchStrategy[int]:
    edges = [0, 1, 2, modulus - 1, modulus - 2, modulus // 2, (1 << 64) - 1, (1 << 192) - 1]
    return st.one_of(st.sampled_from(edges), st.integers(0, modulus - 1))


def expected(a: int, b: int, modulus: int) -> list[int]:
    return [result % modulus for result in (a * b, a * a, a + b, a - b, -a, 2 * a, b)]


@given(values(R), values(R))
def test_every_operation_of_fr_agrees_with_integers_and_stays_canonical(a: int, b: int) -> None:
    out = np.zeros((7, 4), dtype=np.uint64)
    every_fr(out, FR.from_ints([a, b]))
    assert FR.to_ints(out) == expected(a, b, R)
    assert all(word < R for word in ints_from_words(out))


@given(values(R), values(R))
def test_every_operation_of_fr_on_raw_edges_stays_canonical(a: int, b: int) -> None:
    """The stored integers themselves at the edges, not only the values they stand for."""
    out = np.zeros((7, 4), dtype=np.uint64)
    raw = words_from_ints([a, b], 4)
    every_fr(out, raw)
    x, y = FR.to_ints(raw)
    assert FR.to_ints(out) == expected(x, y, R)
    assert all(word < R for word in ints_from_words(out))


@given(values(field_modulus), values(field_modulus))
def test_every_operation_of_fp_agrees_with_integers_and_stays_canonical(a: int, b: int) -> None:
    out = np.zeros((7, 6), dtype=np.uint64)
    every_fp(out, FP.from_ints([a, b]))
    assert FP.to_ints(out) == expected(a, b, field_modulus)
    assert all(word < field_modulus for word in ints_from_words(out))


@given(st.lists(values(field_modulus), min_size=4, max_size=4))
def test_every_operation_of_fp2_agrees_with_py_ecc(limbs: list[int]) -> None:
    out = np.zeros((14, 6), dtype=np.uint64)
    every_fp2(out, FP.from_ints(limbs))
    a, b = FQ2(limbs[:2]), FQ2(limbs[2:])
    wanted = [a * b, a * a, a + b, a - b, -a, a + a, b]
    assert FP.to_ints(out) == [int(coefficient) for result in wanted for coefficient in result.coeffs]


@given(values(R), values(R))
def test_operations_whose_result_is_an_operand_agree_with_integers(a: int, b: int) -> None:
    array = FR.from_ints([a, b])
    in_place(array)
    assert FR.to_ints(array) == [2 * a * a % R, (b - 2 * a * a) % R]


@pytest.mark.parametrize(
    ("a", "b", "flags"), [(0, 0, 3), (0, 1, 5), (1, 0, 0), (7, 7, 2), (2**192, 2**192 + 1, 4), (2**192, 2**64, 0)]
)
def test_predicates_of_stored_integers(a: int, b: int, flags: int) -> None:
    quadratic = words_from_ints([0, a, 0, b], 6)
    wanted = flags | (8 if a == 0 else 0) | (16 if a == b else 0)
    assert predicates(words_from_ints([a, b], 4), quadratic) == wanted


def test_words_are_loaded_and_stored_at_addresses() -> None:
    array = words_from_ints([3 << 192 | 2 << 64 | 5], 4)
    swap_ends(array)
    assert ints_from_words(array) == [5 << 192 | 2 << 64 | 3]


@given(st.lists(st.integers(-(2**300), 2**300), max_size=4))
def test_from_ints_reduces_and_to_ints_returns_canonical_values(numbers: list[int]) -> None:
    array = FR.from_ints(numbers)
    assert array.shape == (len(numbers), 4)
    assert FR.to_ints(array) == [number % R for number in numbers]


@pytest.mark.parametrize("value", [-1, 2**256])
def test_words_from_ints_of_a_value_that_does_not_fit_raises(value: int) -> None:
    with pytest.raises(OverflowError):
        words_from_ints([value], 4)


@pytest.mark.parametrize(("modulus", "limbs"), [(2**64, 2), (2**256 - 189, 4), (2**255 - 1, 4)])
def test_a_modulus_that_the_carries_do_not_allow_raises(modulus: int, limbs: int) -> None:
    with pytest.raises(ValueError, match="limbs"):
        MontgomeryField("wrong", modulus, limbs)


def test_a_quadratic_field_over_fr_raises_because_minus_one_is_a_square() -> None:
    with pytest.raises(ValueError, match="square"):
        QuadraticField("fr2", FR)
