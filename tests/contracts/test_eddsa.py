"""Verification on L1 against the one in Python, on signatures that are right, wrong and hostile."""

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from l1bridge.client import L1Client
from provers.optimistic.one_step import Root, root_of
from rollup.crypto import eddsa, jubjub
from rollup.crypto.eddsa import Signature
from rollup.crypto.fr import R
from rollup.crypto.jubjub import FULL_GENERATOR, GENERATOR, IDENTITY, ORDER, Point
from rollup.ports.l1 import Contract, L1Reverted

SECRET = eddsa.generate(b"tests/contracts/test_eddsa" + bytes(8))
MESSAGE = (12_345, 0, 7)
GOOD = eddsa.sign(SECRET, MESSAGE)
SMALL = jubjub.multiply(ORDER, FULL_GENERATOR)
"""A point of order 8."""
few = settings(max_examples=5)

Verify = Callable[..., bool]


def arguments(key: Point, message: Sequence[int], signature: Signature, root: Root | None = None) -> list[Any]:
    root = root or root_of(signature.r_y)
    return [*key, list(message), signature.r_y, signature.r_sign, signature.s, root.is_square, root.root]


@pytest.fixture
def verify(l1: L1Client, eddsa_contract: Contract) -> Verify:
    return lambda *given: l1.call(eddsa_contract, "verify", *arguments(*given))


def with_torsion(r_torsion: Point, key_torsion: Point) -> tuple[Point, Signature]:
    """Sign so that only the cofactored equation holds: R and A have components of small order."""
    key = jubjub.add(SECRET.public, key_torsion)
    for nonce in count(77):
        r = jubjub.add(jubjub.multiply(nonce, GENERATOR), r_torsion)
        s = (nonce + eddsa.challenge(r, key, MESSAGE) * SECRET.scalar) % ORDER
        if s < eddsa.SCALAR_LIMIT:
            return key, Signature(r.y, r.x & 1, s)
    raise AssertionError("numbers do not end")


@few
@given(seed=st.binary(min_size=32, max_size=32), message=st.lists(st.integers(0, R - 1), min_size=1, max_size=16))
def test_signature_of_any_key_over_any_message_is_valid(
    l1: L1Client, eddsa_contract: Contract, seed: bytes, message: list[int]
) -> None:
    secret = eddsa.generate(seed)
    given = arguments(secret.public, message, eddsa.sign(secret, message))
    assert l1.call(eddsa_contract, "verify", *given) is True


LARGE = next(
    (message, Signature(r.y, r.x & 1, s))
    for message in ((number,) for number in range(99))
    for r in [jubjub.multiply(77, GENERATOR)]
    if (s := (77 + eddsa.challenge(r, SECRET.public, message) * SECRET.scalar) % ORDER) >= eddsa.SCALAR_LIMIT
)
HOSTILE: dict[str, tuple[Point, Sequence[int], Signature]] = {
    "another message": (SECRET.public, (*MESSAGE[:2], 8), GOOD),
    "a zero more": (SECRET.public, (*MESSAGE, 0), GOOD),
    "an element less": (SECRET.public, MESSAGE[:2], GOOD),
    "no message": (SECRET.public, (), GOOD),
    "s of the equation, but of 252 bits": (SECRET.public, *LARGE),
    "s of 2^251": (SECRET.public, MESSAGE, GOOD._replace(s=2**251)),
    "s of L": (SECRET.public, MESSAGE, GOOD._replace(s=ORDER)),
    "another key": (eddsa.generate(bytes(32)).public, MESSAGE, GOOD),
    "negated key": (jubjub.negate(SECRET.public), MESSAGE, GOOD),
    "another s": (SECRET.public, MESSAGE, GOOD._replace(s=GOOD.s ^ 1)),
    "s plus L": (SECRET.public, MESSAGE, GOOD._replace(s=GOOD.s + ORDER)),
    "s of all ones": (SECRET.public, MESSAGE, GOOD._replace(s=2**252 - 1)),
    "the other sign": (SECRET.public, MESSAGE, GOOD._replace(r_sign=1 - GOOD.r_sign)),
    "sign 2": (SECRET.public, MESSAGE, GOOD._replace(r_sign=2)),
    "r_y plus R": (SECRET.public, MESSAGE, GOOD._replace(r_y=GOOD.r_y + R)),
    "message not canonical": (SECRET.public, (*MESSAGE[:2], MESSAGE[2] + R), GOOD),
    "no point has this y": (SECRET.public, MESSAGE, GOOD._replace(r_y=2)),
    "identity as R": (SECRET.public, MESSAGE, Signature(1, 0, 0)),
    "identity with the wrong sign of zero": (SECRET.public, MESSAGE, Signature(1, 1, 0)),
    "minus one as y": (SECRET.public, MESSAGE, Signature(R - 1, 0, 0)),
    "zero as y": (SECRET.public, MESSAGE, Signature(0, 0, 0)),
    "key off the curve": (Point(SECRET.public.x, SECRET.public.y + 1), MESSAGE, GOOD),
    "key of zeros": (Point(0, 0), MESSAGE, GOOD),
    "key not canonical": (Point(SECRET.public.x + R, SECRET.public.y), MESSAGE, GOOD),
    "identity as key": (IDENTITY, MESSAGE, Signature(1, 0, 0)),
    "key of order 2": (Point(0, R - 1), MESSAGE, Signature(1, 0, 0)),
    "key of order 8": (SMALL, MESSAGE, Signature(1, 0, 0)),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_signature_is_invalid_on_l1_as_in_python(verify: Verify, case: str) -> None:
    assert eddsa.verify(*HOSTILE[case]) is False
    assert verify(*HOSTILE[case]) is False


@pytest.mark.parametrize(("r_order", "key_order"), [(8, 0), (0, 8), (8, 8), (2, 4)])
def test_signature_with_small_components_is_valid_as_the_cofactored_equation_has_it(
    verify: Verify, r_order: int, key_order: int
) -> None:
    torsion = {order: jubjub.multiply(8 // order, SMALL) if order else IDENTITY for order in (0, 2, 4, 8)}
    key, signature = with_torsion(torsion[r_order], torsion[key_order])
    assert eddsa.verify(key, MESSAGE, signature)
    assert verify(key, MESSAGE, signature)


SQUARE, NO_SQUARE = root_of(GOOD.r_y), root_of(2)
WRONG_HELP: list[tuple[int, Root, str]] = [
    (GOOD.r_y, Root(is_square=True, root=SQUARE.root + 2), "eddsa: not a root of u"),
    (GOOD.r_y, Root(is_square=True, root=0), "eddsa: not a root of u"),
    (GOOD.r_y, Root(is_square=True, root=SQUARE.root + R), "eddsa: root is not canonical"),
    (GOOD.r_y, Root(is_square=False, root=SQUARE.root), "eddsa: not a root of 7u"),
    (2, Root(is_square=True, root=NO_SQUARE.root), "eddsa: not a root of u"),
    (2, Root(is_square=False, root=NO_SQUARE.root + 2), "eddsa: not a root of 7u"),
    (1, Root(is_square=False, root=0), "eddsa: zero is a square"),
    (R - 1, Root(is_square=False, root=0), "eddsa: zero is a square"),
]


@pytest.mark.parametrize(("r_y", "root", "reason"), WRONG_HELP)
def test_wrong_help_reverts_and_never_makes_a_signature_invalid(
    refusal: Callable[..., str], eddsa_contract: Contract, r_y: int, root: Root, reason: str
) -> None:
    given = arguments(SECRET.public, MESSAGE, GOOD._replace(r_y=r_y), root)
    assert refusal(eddsa_contract, "verify", *given) == reason


def test_either_root_of_u_serves(verify: Verify) -> None:
    assert verify(SECRET.public, MESSAGE, GOOD, Root(is_square=True, root=R - SQUARE.root))


@pytest.mark.parametrize("share", [15, 25, 40, 60, 80, 95, 99])
def test_starved_verification_reverts_and_never_answers_false(
    l1: L1Client, eddsa_contract: Contract, share: int
) -> None:
    given = arguments(SECRET.public, MESSAGE, GOOD)
    needed = l1.transact(eddsa_contract, "verify", *given).gas_used
    with pytest.raises(L1Reverted):
        l1.transact(eddsa_contract, "verify", *given, gas=needed * share // 100)
