"""Inverses by the binary algorithm against Python's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollup.crypto.fr import R
from rollup.crypto.fr_kernels import fr_inverse
from rollup.crypto.inversion import inverse_body
from rollup.crypto.limbs import Words, array_address, ints_from_words, keep, kernel, words_from_ints
from rollup.crypto.limbs_ir import MontgomeryCode

# Numbers of every length, near powers of two and near the modulus, where the approximations of both are closest.
LENGTHS = [n for i in range(1, 255) for n in ((1 << i) - 1, 1 << i, R - (1 << i), R // (i + 1)) if 0 <= n < R]


@kernel("void(uint64[:,::1])")
def invert_all(values: Words) -> None:
    first = array_address(values)
    for i in range(len(values)):
        fr_inverse(first + 32 * i, first + 32 * i)
    keep(values)


def inverses(values: list[int]) -> list[int]:
    words = np.ascontiguousarray(words_from_ints(values, 4))
    invert_all(words)
    return ints_from_words(words)


@pytest.mark.parametrize("values", [[0, 1, 2, 3, R - 1, R - 2, R // 2], LENGTHS])
def test_an_inverse_of_any_length_is_pythons(values: list[int]) -> None:
    assert inverses(values) == [pow(value, -1, R) if value else 0 for value in values]


@given(st.lists(st.integers(1, R - 1), min_size=1, max_size=100))
def test_an_inverse_is_pythons_and_that_of_the_inverse_the_number(values: list[int]) -> None:
    assert inverses(values) == [pow(value, -1, R) for value in values]
    assert inverses(inverses(values)) == values


def test_a_modulus_of_another_length_is_refused() -> None:
    with pytest.raises(AssertionError, match="four words"):
        inverse_body(MontgomeryCode("fq", (1 << 61) - 1, 1))
