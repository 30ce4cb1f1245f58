from collections.abc import Sequence

import pytest

from provers.validity.constraints import eddsa as gadgets
from provers.validity.constraints.bits import require_bits
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from rollup.crypto import eddsa, jubjub
from rollup.crypto.fr import GENERATOR as NON_SQUARE
from rollup.crypto.fr import R, is_canonical, sqrt
from rollup.crypto.jubjub import GENERATOR, ORDER, D
from rollup.crypto.poseidon2 import Domain, hash_items
from tests.unit.crypto.eddsa_cases import Case, cases
from tests.unit.validity.constraints.harness import build, constraints, run

CASES = [
    case
    for case in cases()
    # What does not decode never reaches the gadget: coordinates are elements, s has 252 bits and the sign one.
    if all(map(is_canonical, (*case.public, *case.message, case.signature.r_y)))
    and case.message
    and 0 <= case.signature.s < 2**252
    and case.signature.r_sign in (0, 1)
]
ROOTLESS = next(y for y in range(2, R) if jubjub.decompress(y, 0) is None)


def verifying(b: Builder, x: Sequence[Term]) -> list[Term]:
    signature = gadgets.TermSignature(x[2], x[3], require_bits(b, x[4], 252))
    return [gadgets.is_valid_signature(b, (x[0], x[1]), x[5:], signature)]


def decompressing(b: Builder, x: Sequence[Term]) -> list[Term]:
    exists, point = gadgets.decompress(b, x[0], x[1])
    return [exists, *point]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_verification_of_every_case_agrees_with_plain_python(case: Case) -> None:
    built = build(verifying, *case.public, *case.signature, *case.message)
    assert built.holds
    assert built.outputs == (int(case.valid),)
    assert case.valid == eddsa.verify(case.public, case.message, case.signature)


def test_the_cases_that_reach_the_gadget_are_both_valid_and_not() -> None:
    assert {case.valid for case in CASES} == {True, False}
    assert len(CASES) > 20


WITHOUT_CHOICE = (
    "valid",
    "key off the curve, all zero",
    "s zero",
    "s of all ones",
    "key of order 8",
    "key 0x2 B, R -0x2 B",
)


@pytest.mark.parametrize("name", WITHOUT_CHOICE)
def test_verification_leaves_no_wire_to_the_prover(name: str) -> None:
    case = next(case for case in CASES if case.name == name)
    assert run(verifying, *case.public, *case.signature, *case.message) == (int(case.valid),)


@pytest.mark.parametrize("sign", [0, 1])
@pytest.mark.parametrize("y", [0, 1, R - 1, 2, 3, ROOTLESS, GENERATOR.y, R - GENERATOR.y])
def test_decompression_of_any_y_and_sign_agrees_with_plain_python(y: int, sign: int) -> None:
    point = jubjub.decompress(y, sign)
    assert run(decompressing, y, sign) == (int(point is not None), *(point or GENERATOR))


@pytest.mark.parametrize("sign", [0, 1])
@pytest.mark.parametrize("y", [1, R - 1, ROOTLESS, GENERATOR.y])
def test_decompression_with_the_other_answer_to_whether_a_root_exists_breaks(y: int, sign: int) -> None:
    honest = build(decompressing, y, sign)
    # Wires: constant, y, sign, y², then whether there is a square, then its root.
    is_square = jubjub.decompress(y, 0) is not None
    roots = {0, 1, 5, jubjub.GENERATOR.x, honest.outputs[1]}
    for root in roots:
        assert not build(decompressing, y, sign, overrides={4: 1 - is_square, 5: root}).holds


def test_decompression_with_the_root_of_the_other_sign_breaks() -> None:
    y, sign = GENERATOR.y, GENERATOR.x & 1
    assert not build(decompressing, y, sign, overrides={5: R - GENERATOR.x}).holds


def test_decompression_with_a_square_flag_that_is_no_boolean_breaks() -> None:
    """With 2 for the flag the equation asks for a root of -5·x², which some y have."""
    for y in range(2, 50):
        square = (y * y - 1) * pow(1 + D * y * y, -1, R) % R
        root = sqrt(square * (NON_SQUARE + (1 - NON_SQUARE) * 2))
        if root:
            assert not build(decompressing, y, root & 1, overrides={4: 2, 5: root}).holds
            return
    pytest.fail("no such y")


# Signatures that one flag alone refuses: the equation itself holds of them.

SECRET = eddsa.generate(b"one flag alone".ljust(32))


def refused(public: tuple[int, int], message: int, signature: tuple[int, int, int]) -> bool:
    built = build(verifying, *public, *signature, message)
    return built.holds and built.outputs == (0,)


def valid(public: tuple[int, int], message: int, signature: tuple[int, int, int]) -> bool:
    return run(verifying, *public, *signature, message) == (1,)


def signed_for(public: jubjub.Point, scalar: int, r: jubjub.Point, nonce: int) -> tuple[int, eddsa.Signature]:
    """Return the first message that these may sign, and the signature."""
    for message in range(1000):
        s = (nonce + eddsa.challenge(r, public, (message,)) * scalar) % ORDER
        if s < eddsa.SCALAR_LIMIT:
            return message, eddsa.Signature(r.y, r.x & 1, s)
    raise AssertionError("none of a thousand is small")


@pytest.mark.parametrize("name", ["s from 2^251 and below L, nonce 5", "s plus L, of 252 bits"])
def test_a_scalar_with_the_highest_bit_is_all_that_is_wrong_and_refused(name: str) -> None:
    case = next(case for case in CASES if case.name == name)
    r = jubjub.decompress(case.signature.r_y, case.signature.r_sign)
    assert r is not None
    right = jubjub.add(r, jubjub.multiply(eddsa.challenge(r, case.public, case.message), case.public))
    assert jubjub.multiply(case.signature.s, GENERATOR) == right
    assert refused(case.public, case.message[0], case.signature)


def test_a_key_off_the_curve_signed_for_by_what_replaces_it_is_refused() -> None:
    """The challenge hashes the key as it is; the generator's logarithm is 1."""
    public = jubjub.Point(5, 6)
    message, signature = signed_for(public, 1, jubjub.multiply(9, GENERATOR), 9)
    assert refused(public, message, signature)
    replaced = build(verifying, *GENERATOR, *signature, message)
    assert replaced.outputs == (0,), "the challenge is of the key that was given"


def test_a_key_of_small_order_signed_for_by_what_replaces_it_is_refused() -> None:
    public = jubjub.multiply(ORDER, jubjub.FULL_GENERATOR)
    message, signature = signed_for(public, 1, jubjub.multiply(9, GENERATOR), 9)
    assert refused(public, message, signature)


def test_an_r_that_is_no_point_with_a_scalar_for_what_replaces_it_is_refused() -> None:
    """The generator replaces R; the challenge is of the y that was given."""
    for message in range(1000):
        digest = hash_items(Domain.CHALLENGE, (ROOTLESS, *SECRET.public, message))
        s = (1 + (2**128 + digest % 2**128) * SECRET.scalar) % ORDER
        if s < eddsa.SCALAR_LIMIT:
            assert refused(SECRET.public, message, (ROOTLESS, 0, s))
            return
    pytest.fail("none of a thousand is small")


def test_constraints_of_signatures_are_those_documented() -> None:
    assert constraints(decompressing, 2) == 336
    assert constraints(verifying, 6) == 253 + 1976 + 2 * 264
    assert constraints(verifying, 8) == 253 + 1976 + 2 * 264
    assert constraints(verifying, 9) == 253 + 1976 + 3 * 264
