"""The arkworks precompiles against py-evm's own, which are py-ecc: same output, same gas, same refusals."""

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ckzg
import eth_account.typed_transactions.base as eth_account_base
import pytest
from eth.exceptions import VMError
from eth.precompiles import point_evaluation
from eth.vm.forks.prague.computation import PragueComputation
from eth_typing import Address
from hypothesis import given, settings
from hypothesis import strategies as st
from py_ecc.bls.hash_to_curve import map_to_curve_G2
from py_ecc.optimized_bls12_381 import (
    FQ,
    FQ2,
    G1,
    G2,
    Z1,
    add,
    b,
    curve_order,
    is_inf,
    is_on_curve,
    multiply,
    neg,
    normalize,
)

from l1bridge import kzg, precompiles
from l1bridge.precompiles import G1ADD, G1MSM, ORIGINALS, PAIRING, REPLACEMENTS, P

R = curve_order
POINTS = st.integers(0, R - 1).map(lambda k: multiply(G1, k))
SCALARS = st.one_of(st.sampled_from([0, 1, R - 1, R, R + 1, 2**256 - 1]), st.integers(0, 2**256 - 1))


def word(value: int, size: int = 64) -> bytes:
    return value.to_bytes(size, "big")


def g1(point: Any) -> bytes:
    return bytes(128) if is_inf(point) else b"".join(word(int(c)) for c in normalize(point))


def g2(point: Any) -> bytes:
    return bytes(256) if is_inf(point) else b"".join(word(int(c)) for pair in normalize(point) for c in pair.coeffs)


@functools.cache
def g1_outside_subgroup() -> Any:
    for x in range(1, 100):
        y = pow(x**3 + 4, (P + 1) // 4, P)
        point = (FQ(x), FQ(y), FQ(1))
        if is_on_curve(point, b) and not is_inf(multiply(point, R)):
            return point
    raise AssertionError("no point found")


@functools.cache
def g2_outside_subgroup() -> Any:
    point = map_to_curve_G2(FQ2((5, 7)))
    assert not is_inf(multiply(point, R))
    return point


OFF_CURVE_1 = word(3) + word(4)
OFF_CURVE_2 = word(1) + word(2) + word(3) + word(4)


def run(precompile: Callable[[Any], object], data: bytes) -> tuple[bytes | str, list[int]]:
    """Return the output, or "failed", and the gas charges in order."""
    gas: list[int] = []
    computation = SimpleNamespace(
        msg=SimpleNamespace(data=data, data_as_bytes=data),
        output=b"",
        consume_gas=lambda amount, reason: gas.append(amount),
    )
    try:
        precompile(computation)
    except VMError:
        return "failed", gas
    return bytes(computation.output), gas


def agree(address: bytes, data: bytes) -> bytes | str:
    mine = run(REPLACEMENTS[address], data)
    assert mine == run(ORIGINALS[address], data)
    return mine[0]


def bad_g1() -> Iterator[tuple[str, bytes]]:
    good = g1(G1)
    x, y = int.from_bytes(good[:64], "big"), int.from_bytes(good[64:], "big")
    yield "off the curve", OFF_CURVE_1
    yield "x = 0 alone", word(0) + word(y)
    yield "x + p", word(x + P) + word(y)
    yield "y + p", word(x) + word(y + P)
    yield "y = p for infinity", word(0) + word(P)
    yield "padding set", b"\1" + good[1:]
    yield "padding of y set", good[:79] + b"\1" + good[80:]
    yield "y of the other sign plus one", word(x) + word(P - y + 1)


def bad_g2() -> Iterator[tuple[str, bytes]]:
    good = g2(G2)
    yield "off the twist", OFF_CURVE_2
    yield "coordinate + p", word(int.from_bytes(good[:64], "big") + P) + good[64:]
    yield "last coordinate p", bytes(192) + word(P)
    yield "padding set", good[:128] + b"\1" + good[129:]
    yield "components swapped", good[64:128] + good[:64] + good[128:]


@settings(max_examples=15, deadline=None)
@given(POINTS, POINTS)
def test_g1_add_when_points_are_any_agrees(left: Any, right: Any) -> None:
    assert agree(G1ADD, g1(left) + g1(right)) == g1(add(left, right))


@pytest.mark.parametrize("pair", [(Z1, Z1), (G1, Z1), (Z1, G1), (G1, G1), (G1, neg(G1))], ids=str)
def test_g1_add_when_points_are_special_agrees(pair: tuple[Any, Any]) -> None:
    assert agree(G1ADD, g1(pair[0]) + g1(pair[1])) == g1(add(*pair))


def test_g1_add_when_a_point_is_outside_the_subgroup_still_adds() -> None:
    outside = g1_outside_subgroup()
    assert agree(G1ADD, g1(outside) + g1(G1)) == g1(add(outside, G1))


@pytest.mark.parametrize("length", [0, 1, 128, 255, 257, 384])
def test_g1_add_when_the_length_is_wrong_fails(length: int) -> None:
    assert agree(G1ADD, bytes(length)) == "failed"


@pytest.mark.parametrize("point", [data for _, data in bad_g1()], ids=[name for name, _ in bad_g1()])
def test_g1_precompiles_when_a_point_is_malformed_fail(point: bytes) -> None:
    assert agree(G1ADD, point + g1(G1)) == "failed"
    assert agree(G1ADD, g1(G1) + point) == "failed"
    assert agree(G1MSM, point + word(0, 32)) == "failed"
    assert agree(PAIRING, point + g2(G2)) == "failed"


@settings(max_examples=6, deadline=None)
@given(st.lists(st.tuples(POINTS, SCALARS), min_size=1, max_size=3))
def test_g1_msm_when_points_and_scalars_are_any_agrees(pairs: list[tuple[Any, int]]) -> None:
    expected = functools.reduce(add, (multiply(point, scalar) for point, scalar in pairs))
    assert agree(G1MSM, b"".join(g1(point) + word(scalar, 32) for point, scalar in pairs)) == g1(expected)


def test_g1_msm_when_all_points_are_infinity_agrees() -> None:
    assert agree(G1MSM, (bytes(128) + word(5, 32)) * 2) == bytes(128)


@pytest.mark.parametrize("length", [0, 128, 159, 161])
def test_g1_msm_when_the_length_is_wrong_fails(length: int) -> None:
    assert agree(G1MSM, bytes(length)) == "failed"


def test_g1_msm_when_a_point_is_outside_the_subgroup_fails() -> None:
    assert agree(G1MSM, g1(g1_outside_subgroup()) + word(0, 32)) == "failed"


@pytest.mark.parametrize("count", [1, 2, 127, 128, 129, 200])
def test_g1_msm_when_pairs_are_many_charges_the_same(count: int) -> None:
    data = (bytes(128) + word(1, 32)) * count
    assert agree(G1MSM, data) == bytes(128)


def test_pairing_when_the_product_is_one_returns_one() -> None:
    data = g1(multiply(G1, 6)) + g2(G2) + g1(neg(multiply(G1, 2))) + g2(multiply(G2, 3))
    assert agree(PAIRING, data) == word(1, 32)


def test_pairing_when_the_product_is_not_one_returns_zero() -> None:
    assert agree(PAIRING, g1(G1) + g2(G2)) == word(0, 32)


def test_pairing_when_points_are_infinity_returns_one() -> None:
    assert agree(PAIRING, bytes(384)) == word(1, 32)
    assert agree(PAIRING, g1(G1) + bytes(256)) == word(1, 32)
    assert agree(PAIRING, bytes(128) + g2(G2)) == word(1, 32)


@pytest.mark.parametrize("length", [0, 1, 383, 385])
def test_pairing_when_the_length_is_wrong_fails(length: int) -> None:
    assert agree(PAIRING, bytes(length)) == "failed"


@pytest.mark.parametrize("point", [data for _, data in bad_g2()], ids=[name for name, _ in bad_g2()])
def test_pairing_when_a_g2_point_is_malformed_fails(point: bytes) -> None:
    assert agree(PAIRING, g1(G1) + point) == "failed"


def test_pairing_when_a_point_is_outside_its_subgroup_fails() -> None:
    assert agree(PAIRING, g1(g1_outside_subgroup()) + g2(G2)) == "failed"
    assert agree(PAIRING, g1(G1) + g2(g2_outside_subgroup())) == "failed"
    assert agree(PAIRING, bytes(128) + g2(g2_outside_subgroup())) == "failed"


def test_trusted_setup_when_shipped_by_two_libraries_is_the_same() -> None:
    files = (Path(point_evaluation.TRUSTED_SETUP_PATH), Path(eth_account_base.TRUSTED_SETUP))
    assert files[0].read_bytes() == files[1].read_bytes()


def test_install_when_repeated_and_undone_changes_what_py_evm_calls() -> None:
    before = precompiles.installed()
    try:
        for choice, table in (("arkworks", REPLACEMENTS), ("arkworks", REPLACEMENTS), ("py-ecc", ORIGINALS)):
            precompiles.install(choice)  # type: ignore[arg-type]
            assert precompiles.installed() == choice
            assert {a: PragueComputation.get_precompiles()[Address(a)] for a in table} == table
            for module in (point_evaluation, eth_account_base):
                assert module.load_trusted_setup("anything", 0) is kzg.trusted_setup()
        precompiles.uninstall()
        assert point_evaluation.load_trusted_setup is ckzg.load_trusted_setup
        assert vars(eth_account_base)["load_trusted_setup"] is ckzg.load_trusted_setup
        assert PragueComputation.get_precompiles()[Address(PAIRING)] is ORIGINALS[PAIRING]
    finally:
        precompiles.install(before)
