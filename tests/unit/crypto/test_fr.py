"""Fr against arkworks' scalar field and its own definitions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from py_arkworks_bls12381 import Scalar
from py_ecc.optimized_bls12_381 import curve_order

from rollup.crypto import fr
from rollup.crypto.fr import R
from rollup.errors import DecodeError

elements = st.one_of(st.sampled_from([0, 1, 2, R - 1, R - 2, (R - 1) // 2]), st.integers(0, R - 1))


def scalar(value: int) -> Scalar:
    return Scalar.from_le_bytes(value.to_bytes(32, "little"))


def test_modulus_equals_the_curve_order_of_py_ecc() -> None:
    assert curve_order == R


@given(elements.filter(bool))
def test_inv_of_any_unit_agrees_with_arkworks(value: int) -> None:
    assert scalar(fr.inv(value)) == scalar(value).inverse()


def test_inv_of_zero_raises() -> None:
    for zero in (0, R, -R):
        with pytest.raises(ZeroDivisionError):
            fr.inv(zero)


@given(st.lists(elements.filter(bool), max_size=12))
def test_batch_inv_agrees_with_inv(values: list[int]) -> None:
    assert fr.batch_inv(values) == [fr.inv(value) for value in values]


def test_batch_inv_with_a_zero_raises() -> None:
    with pytest.raises(ZeroDivisionError):
        fr.batch_inv([3, 0, 5])


@given(elements)
def test_sqrt_of_a_square_is_its_even_root(value: int) -> None:
    root = fr.sqrt(value * value)
    assert root in (value, R - value, 0)
    assert root is not None
    assert root % 2 == 0
    assert (root * root - value * value) % R == 0


@given(elements.filter(bool))
def test_sqrt_of_a_non_square_is_none(value: int) -> None:
    assert fr.sqrt(fr.GENERATOR * value * value) is None


@given(elements)
def test_bytes32_round_trips(value: int) -> None:
    data = fr.to_bytes32(value)
    assert data == bytes(reversed(scalar(value).to_le_bytes()))
    assert fr.from_bytes32(data) == value


@pytest.mark.parametrize("value", [R, R + 1, 2**256 - 1])
def test_from_bytes32_of_a_value_not_below_the_modulus_is_refused(value: int) -> None:
    with pytest.raises(DecodeError) as caught:
        fr.from_bytes32(value.to_bytes(32, "big"))
    assert caught.value.got == value


@pytest.mark.parametrize("size", [0, 31, 33])
def test_from_bytes32_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(DecodeError) as caught:
        fr.from_bytes32(bytes(size))
    assert (caught.value.expected, caught.value.got) == (32, size)


@pytest.mark.parametrize("value", [-1, R, 2**256])
def test_to_bytes32_of_a_value_outside_the_field_is_refused(value: int) -> None:
    with pytest.raises(DecodeError):
        fr.to_bytes32(value)


@pytest.mark.parametrize("order", [1, 2, 4096, 2**32, 3])
def test_root_of_unity_has_exactly_the_order_asked_for(order: int) -> None:
    root = fr.root_of_unity(order)
    assert pow(root, order, R) == 1
    assert all(pow(root, order // p, R) != 1 for p in (2, 3) if order % p == 0)


@pytest.mark.parametrize("order", [0, -4, 2**33, 5])
def test_root_of_unity_of_an_order_that_does_not_divide_raises(order: int) -> None:
    with pytest.raises(ValueError, match="does not divide"):
        fr.root_of_unity(order)


def test_two_adicity_is_exact() -> None:
    assert (R - 1) % 2**fr.TWO_ADICITY == 0
    assert (R - 1) >> fr.TWO_ADICITY & 1
