"""SOUNDNESS 3, 6: no prover makes a bad signature good, or a good one bad."""

from collections.abc import Sequence

import pytest

from provers.validity.constraints import eddsa as gadgets
from provers.validity.constraints import jubjub as points
from provers.validity.constraints.bits import require_bits
from provers.validity.constraints.builder import Builder
from provers.validity.constraints.linear import Term
from rollup.crypto import eddsa, jubjub
from rollup.crypto.fr import GENERATOR as SEVEN
from rollup.crypto.fr import R, is_canonical, sqrt
from rollup.crypto.jubjub import GENERATOR, D, Point
from tests.attacks.circuit_liar import Attempt, Lie, Values, always, lie_to
from tests.unit.crypto.eddsa_cases import Case, cases

CASES = {case.name: case for case in cases()}
QUOTIENT = "_quotient"
ROOTLESS = next(y for y in range(2, R) if jubjub.decompress(y, 0) is None)


def verifying(b: Builder, x: Sequence[Term]) -> list[Term]:
    signature = gadgets.TermSignature(x[3], x[4], require_bits(b, x[5], 252))
    return [gadgets.is_valid_signature(b, (x[0], x[1]), x[2], signature)]


def decompressing(b: Builder, x: Sequence[Term]) -> list[Term]:
    exists, point = gadgets.decompress(b, x[0], x[1])
    return [exists, *point]


def attempt(case: Case, *lies: Lie) -> Attempt:
    return lie_to(verifying, [*case.public, case.message, *case.signature], *lies)


def opposite(honest: Values) -> Sequence[int]:
    """Change the inverse by which something is shown not to be 0: "it is 0 after all", or "it is not"."""
    return [0 if honest[0] else 12345]


FORGED = [
    "another message",
    "s equal to L",
    "r_y of no point",
    "r_y of another point",
    "key off the curve, all zero",
    "key off the curve, x = 0",
    "key of order 1",
    "key of order 8",
    "R the identity, x = 0 with the wrong sign",
]


FLAGS = ("is_on_curve is_zero", "is_killed_by_cofactor is_zero", "decompress is_zero", "is_below is_zero")
FINAL = "is_valid_signature conjunction is_zero"


def lies_about(case: Case) -> list[Lie]:
    """Return a lie about each flag that decides, and about whether all of them are as they must be."""
    asked = attempt(case, *(Lie(where, list, None) for where in (*FLAGS, FINAL))).asked
    assert all(asked[where] for where in (*FLAGS, FINAL))
    flags = [Lie(where, opposite, number) for where in FLAGS for number in range(asked[where])]
    return [*flags, Lie(FINAL, opposite, asked[FINAL] - 1)]


@pytest.mark.parametrize("name", FORGED)
def test_a_signature_that_is_refused_for_one_reason_is_not_helped_by_a_lie_about_it(name: str) -> None:
    case = CASES[name]
    assert attempt(case).outputs == (0,)
    for lie in lies_about(case):
        tried = attempt(case, lie)
        assert not (tried.holds and tried.outputs == (1,)), lie


def test_a_signature_with_another_number_that_multiplies_the_base_alike_is_refused() -> None:
    """s plus the order satisfies the equation; were it valid, anybody could write a call in two ways."""
    secret = eddsa.generate(bytes(range(32)))
    signed = ((message, eddsa.sign(secret, message)) for message in range(200))
    message, signature = next((m, s) for m, s in signed if s.s + jubjub.ORDER < 2**252)
    case = Case("", secret.public, message, signature._replace(s=signature.s + jubjub.ORDER), valid=False)
    honest = attempt(case)
    assert (honest.holds, honest.outputs) == (True, (0,))
    for lie in lies_about(case):
        tried = attempt(case, lie)
        assert not (tried.holds and tried.outputs == (1,)), lie


@pytest.mark.parametrize("name", ["valid", "key with a component of order 8", "R of order 4"])
def test_a_valid_signature_is_not_hurt_by_a_lie_about_it(name: str) -> None:
    """A sequencer's prover would drop whom it dislikes; the caller's nonce and fee would stay."""
    case = CASES[name]
    assert attempt(case).outputs == (1,)
    for lie in lies_about(case):
        tried = attempt(case, lie)
        assert not (tried.holds and tried.outputs == (0,)), lie


@pytest.mark.parametrize("number", [0, 1, 2, 3, 8, 200, 500, 700, -1])
def test_another_slope_on_the_way_is_refused(number: int) -> None:
    """No denominator is 0, so each quotient is the only one."""
    case = CASES["another message"]
    count = attempt(case, Lie(QUOTIENT, list, None)).asked[QUOTIENT]
    tried = attempt(case, Lie(QUOTIENT, lambda v: [v[0] + 1], number % count))
    assert tried.broken >= 1


def test_doubling_the_key_of_an_absent_account_would_give_what_the_prover_likes() -> None:
    """At (0, 0) numerator and denominator are 0. Why keys off the curve are replaced before anything doubles them."""
    doubling = [lie_to(doubled, [0, 0], Lie(QUOTIENT, always(x))) for x in (5, 6)]
    assert [(one.holds, one.outputs) for one in doubling] == [(True, (5, 0)), (True, (6, 0))]
    signature = CASES["valid"].signature
    absent = Case("", Point(0, 0), 1, signature, valid=False)
    assert {attempt(absent, Lie("double _quotient", always(x))).holds for x in (5, 6)} == {False}


def test_a_key_at_which_a_denominator_vanishes_leaves_a_proof_that_it_signed_nothing() -> None:
    """At (5, 5) the slope of a tangent does not exist: anyone who could register it would stop the chain."""
    assert not lie_to(doubled, [5, 5]).holds
    tried = attempt(Case("", Point(5, 5), 1, CASES["valid"].signature, valid=False))
    assert tried.holds
    assert tried.outputs == (0,)


def doubled(b: Builder, x: Sequence[Term]) -> Sequence[Term]:
    return points.double(b, (x[0], x[1]))


@pytest.mark.parametrize("sign", [0, 1])
@pytest.mark.parametrize("y", [0, 1, R - 1, 2, GENERATOR.y, ROOTLESS])
def test_a_coordinate_has_one_answer_to_whether_it_is_a_points_and_one_point(y: int, sign: int) -> None:
    """All roots that the equation has with either answer: of the square, of its seventh part, and their negatives."""
    honest = lie_to(decompressing, [y, sign])
    square = (y * y - 1) * pow(1 + D * y * y, -1, R) % R
    for is_square, number in ((1, square), (0, square * SEVEN % R)):
        root = sqrt(number)
        for candidate in {0, 1, *(() if root is None else (root, R - root))}:
            tried = lie_to(decompressing, [y, sign], Lie("decompress", always(is_square, candidate)))
            assert not tried.holds or tried.outputs == honest.outputs


@pytest.mark.parametrize("flag", [2, R - 1, SEVEN])
def test_an_answer_that_is_neither_yes_nor_no_is_refused(flag: int) -> None:
    """With any number allowed the target would be any multiple of y² - 1, squares among them."""
    y = ROOTLESS
    square = (y * y - 1) * pow(1 + D * y * y, -1, R) % R
    root = sqrt(square * (SEVEN + (1 - SEVEN) * flag) % R) or 0
    assert not lie_to(decompressing, [y, 0], Lie("decompress", always(flag, root))).holds


SMALL = [case for case in CASES.values() if case.name.startswith(("key with", "R with", "R of"))]


@pytest.mark.parametrize("case", SMALL, ids=lambda case: case.name)
def test_components_of_small_order_count_for_nothing_here_as_elsewhere(case: Case) -> None:
    assert is_canonical(case.public.x)
    tried = attempt(case)
    assert tried.holds
    assert tried.outputs == (int(eddsa.verify(case.public, case.message, case.signature)),)
