"""Points and their EIP-2537 bytes."""

import pytest
from py_ecc.optimized_bls12_381 import G1, G2, normalize

from provers.validity.curve import plain
from provers.validity.curve.pairing import engine
from provers.validity.curve.points import (
    G1_BYTES,
    G1_GENERATOR,
    G2_BYTES,
    G2_GENERATOR,
    Q,
    evm_words,
    g1_from_evm,
    g1_to_evm,
    g2_from_evm,
    g2_to_evm,
    is_on_g1_curve,
    is_on_g2_curve,
)
from rollup.errors import DecodeError
from tests.unit.validity.curve.samples import g1_outside_subgroup, g2_outside_subgroup


def test_generators_are_those_of_py_ecc() -> None:
    assert tuple(int(c) for c in normalize(G1)) == G1_GENERATOR
    assert tuple(tuple(int(c) for c in x.coeffs) for x in normalize(G2)) == G2_GENERATOR


def test_evm_bytes_of_a_point_read_back_as_the_point() -> None:
    for k in (0, 1, 2, 987654321):
        assert g1_from_evm(g1_to_evm(plain.g1_multiple(k))) == plain.g1_multiple(k)
        assert g2_from_evm(g2_to_evm(plain.g2_multiple(k))) == plain.g2_multiple(k)


def test_evm_bytes_are_those_of_the_precompile_vectors() -> None:
    # EIP-2537's test vectors, add_G1_bls.json, "bls_g1add_g1+p1": the first operand is the generator.
    assert (
        g1_to_evm(G1_GENERATOR).hex().startswith("0" * 32 + "17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f")
    )
    # "bls_g2add_g2+p2": x.c0 comes first.
    assert (
        g2_to_evm(G2_GENERATOR).hex().startswith("0" * 32 + "024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b64")
    )
    assert [len(evm_words(g1_to_evm(G1_GENERATOR))), len(evm_words(g2_to_evm(G2_GENERATOR)))] == [4, 8]


@pytest.mark.parametrize("length", [0, G1_BYTES - 1, G1_BYTES + 1, G2_BYTES])
def test_a_g1_point_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(DecodeError):
        g1_from_evm(bytes(length))


def test_a_coordinate_that_is_not_below_the_modulus_is_refused() -> None:
    x, y = G1_GENERATOR
    for pair in ((x + Q, y), (x, y + Q), (Q, Q)):
        with pytest.raises(DecodeError):
            g1_from_evm(b"".join(c.to_bytes(64, "big") for c in pair))


def test_a_point_off_its_curve_is_refused() -> None:
    with pytest.raises(DecodeError):
        g1_from_evm((1).to_bytes(64, "big") + (1).to_bytes(64, "big"))
    with pytest.raises(DecodeError):
        g2_from_evm(b"".join((1).to_bytes(64, "big") for _ in range(4)))
    assert not is_on_g1_curve((0, 0))
    assert not is_on_g2_curve(((0, 0), (0, 0)))


@pytest.mark.parametrize("name", ["arkworks", "py-ecc"])
def test_engines_tell_points_outside_the_subgroup(name: str) -> None:
    curve = engine(name)
    assert is_on_g1_curve(g1_outside_subgroup())
    assert is_on_g2_curve(g2_outside_subgroup())
    assert not curve.is_in_g1(g1_outside_subgroup())
    assert not curve.is_in_g2(g2_outside_subgroup())
    assert curve.is_in_g1(G1_GENERATOR)
    assert curve.is_in_g2(G2_GENERATOR)
    assert curve.is_in_g1(None)
    assert curve.is_in_g2(None)


@pytest.mark.parametrize("name", ["arkworks", "py-ecc"])
def test_engines_agree_on_sums_and_on_bilinearity(name: str) -> None:
    curve = engine(name)
    points = [plain.g1_multiple(k) for k in (3, 5, 0)]
    assert curve.g1_sum(points, [7, 11, 13]) == plain.g1_multiple(3 * 7 + 5 * 11)
    assert curve.g1_sum([G1_GENERATOR], [0]) is None
    left = (plain.g1_multiple(2), plain.g2_multiple(3))
    right = plain.g1_multiple(6)
    assert right is not None
    assert curve.is_product_one([left, ((right[0], Q - right[1]), G2_GENERATOR)])
    assert not curve.is_product_one([left, (right, G2_GENERATOR)])
    assert curve.is_product_one([])


def test_an_engine_of_another_name_is_refused() -> None:
    with pytest.raises(ValueError, match="no pairing engine"):
        engine("snarkjs")
