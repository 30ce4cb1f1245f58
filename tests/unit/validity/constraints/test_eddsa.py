from collections.abc import Sequence

import pytest

from provers.validity.constraints import eddsa as gadgets
from provers.validity.constraints.bits import require_bits
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from rollup.crypto import eddsa, jubjub
from rollup.crypto.fr import R, is_canonical
from rollup.crypto.jubjub import GENERATOR
from tests.unit.crypto.eddsa_cases import Case, cases
from tests.unit.validity.constraints.harness import build, constraints, run

CASES = [
    case
    for case in cases()
    # What does not decode never reaches the gadget: coordinates are elements, s has 252 bits and the sign one.
    if all(map(is_canonical, (*case.public, case.message, case.signature.r_y)))
    and 0 <= case.signature.s < 2**252
    and case.signature.r_sign in (0, 1)
]
ROOTLESS = next(y for y in range(2, R) if jubjub.decompress(y, 0) is None)


def verifying(b: Builder, x: Sequence[Term]) -> list[Term]:
    signature = gadgets.TermSignature(x[3], x[4], require_bits(b, x[5], 252))
    return [gadgets.is_valid_signature(b, (x[0], x[1]), x[2], signature)]


def decompressing(b: Builder, x: Sequence[Term]) -> list[Term]:
    exists, point = gadgets.decompress(b, x[0], x[1])
    return [exists, *point]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_verification_of_every_case_agrees_with_plain_python(case: Case) -> None:
    built = build(verifying, *case.public, case.message, *case.signature)
    assert built.holds
    assert built.outputs == (int(case.valid),)
    assert case.valid == eddsa.verify(case.public, case.message, case.signature)


def test_the_cases_that_reach_the_gadget_are_both_valid_and_not() -> None:
    assert {case.valid for case in CASES} == {True, False}
    assert len(CASES) > 20


@pytest.mark.parametrize("name", ["valid", "key off the curve", "s zero"])
def test_verification_leaves_no_wire_to_the_prover(name: str) -> None:
    case = next(case for case in CASES if case.name == name)
    assert run(verifying, *case.public, case.message, *case.signature) == (int(case.valid),)


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


def test_constraints_of_signatures_are_those_documented() -> None:
    assert constraints(decompressing, 2) == 336
    assert constraints(verifying, 6) == 253 + 4980
