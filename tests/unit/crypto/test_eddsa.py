"""EdDSA: every case of the vectors has one answer, asked singly, compiled and in a batch."""

from pathlib import Path

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from hypothesis import given
from hypothesis import strategies as st

from rollup.crypto import eddsa, eddsa_batch, jubjub
from rollup.crypto import eddsa_kernels as kernels
from rollup.crypto.eddsa import Item, Message, SecretKey, Signature
from rollup.crypto.fr import R
from rollup.crypto.jubjub import GENERATOR, ORDER, Point
from rollup.crypto.poseidon2 import Domain
from rollup.errors import DecodeError
from tests.unit.crypto.eddsa_cases import Case, cases, render

CASES = list(cases())
VALID = [case for case in CASES if case.valid]


def item(case: Case) -> Item:
    return case.public, case.message, case.signature


def test_vectors_file_is_what_the_cases_render() -> None:
    assert (Path(__file__).parents[2] / "vectors" / "eddsa.json").read_text() == render()


def test_names_of_cases_are_unique() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_verify_of_each_case_gives_its_answer(case: Case) -> None:
    assert eddsa.verify(*item(case)) is case.valid


def test_verify_many_of_all_cases_gives_their_answers() -> None:
    assert eddsa.verify_many([item(case) for case in CASES]) == [case.valid for case in CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_verify_batch_of_a_case_among_valid_ones_gives_its_answer(case: Case) -> None:
    """The others are enough for sums to be taken, so a hostile item meets the linear combination and not the single check."""
    others = [item(valid) for valid in VALID] * 3
    assert len(others) > 2 * eddsa_batch.SINGLE
    assert eddsa.verify_batch([*others, item(case)]) == [True] * len(others) + [case.valid]


def test_verify_batch_of_valid_items_decides_by_a_sum_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Items with components of small order too: were the sum not cofactored, it would fail for most coins and single checks follow."""

    def refuse(*_: object) -> list[bool]:
        raise AssertionError("an item was checked alone")

    monkeypatch.setattr(eddsa_batch.Prepared, "_verify_each", refuse)
    items = [item(case) for case in VALID] * 3
    assert eddsa.verify_batch(items) == [True] * len(items)


def test_verify_batch_with_two_errors_that_cancel_refuses_both() -> None:
    """Without coins, s + 1 in one and s - 1 in the other would cancel in the sum."""
    items = [item(case) for case in VALID] * 3
    for index, error in ((0, 1), (20, -1)):
        public, message, signature = items[index]
        items[index] = (public, message, signature._replace(s=signature.s + error))
    assert [index for index, verdict in enumerate(eddsa.verify_batch(items)) if not verdict] == [0, 20]


def test_verify_many_and_verify_batch_of_nothing_are_empty() -> None:
    assert eddsa.verify_many([]) == eddsa.verify_batch([]) == []


def test_verify_batch_of_all_cases_repeated_gives_their_answers() -> None:
    assert eddsa.verify_batch([item(case) for case in CASES] * 2) == [case.valid for case in CASES] * 2


def is_well_formed(case: Case) -> bool:
    """Everything but the equation."""
    message, (r_y, r_sign, s) = case.message, case.signature
    key = jubjub.is_on_curve(case.public) and not jubjub.is_small_order(case.public)
    signed = 1 <= len(message) <= 16 and all(0 <= item < R for item in message)
    return key and signed and 0 <= s < 2**251 and jubjub.decompress(r_y, r_sign) is not None


def test_prepare_many_accepts_exactly_what_is_well_formed() -> None:
    """Each check of the kernel by itself: the equation would refuse most of these too."""
    good, *_ = eddsa_batch.Prepared([item(case) for case in CASES]).prepare()
    assert [bool(one) for one in good] == [is_well_formed(case) for case in CASES]


numbers = st.one_of(st.sampled_from([0, 1, 2**251, ORDER, R - 1, R, -1, 2**256]), st.integers(0, R - 1))
hostile = st.tuples(numbers, numbers, st.lists(numbers, max_size=18), numbers, st.integers(-1, 2), numbers)


@given(st.lists(hostile, min_size=1, max_size=3))
def test_verify_of_any_integers_is_total_and_agrees_with_the_kernel(
    rows: list[tuple[int, int, list[int], int, int, int]],
) -> None:
    items = [(Point(x, y), message, Signature(r_y, sign, s)) for x, y, message, r_y, sign, s in rows]
    assert eddsa.verify_many(items) == [eddsa.verify(*one) for one in items]


@given(
    st.binary(min_size=32, max_size=40),
    st.lists(st.integers(0, R - 1), min_size=1, max_size=16),
    st.sampled_from(["nothing", "message", "s", "sign"]),
    st.integers(0, 15),
)
def test_verify_of_a_signature_fails_exactly_if_something_was_changed(
    seed: bytes, message: list[int], change: str, place: int
) -> None:
    secret = eddsa.generate(seed)
    signature = eddsa.sign(secret, message)
    assert signature.s < 2**251
    if change == "message":
        place %= len(message)
        message = [*message[:place], (message[place] + 1) % R, *message[place + 1 :]]
    elif change == "s":
        signature = signature._replace(s=(signature.s + 1) % 2**251)
    elif change == "sign":
        signature = signature._replace(r_sign=1 - signature.r_sign)
    one = (secret.public, message, signature)
    assert eddsa.verify(*one) is (change == "nothing")
    assert eddsa.verify_many([one]) == [change == "nothing"]


@given(st.sampled_from(VALID), st.integers(0, 7), st.integers(0, 7))
def test_verify_agrees_with_the_equation_written_in_affine_steps(case: Case, i: int, j: int) -> None:
    """8sB = 8R + 8cA, term by term, for keys and R shifted by any point of small order."""
    torsion = jubjub.multiply(ORDER, jubjub.FULL_GENERATOR)
    public = jubjub.add(case.public, jubjub.multiply(i, torsion))
    r = jubjub.decompress(case.signature.r_y, case.signature.r_sign)
    assert r is not None
    r = jubjub.add(r, jubjub.multiply(j, torsion))
    c = eddsa.challenge(r, public, case.message)
    left = jubjub.multiply(8 * case.signature.s, GENERATOR)
    right = jubjub.add(jubjub.multiply(8, r), jubjub.multiply(8 * c, public))
    signature = Signature(r.y, r.x & 1, case.signature.s)
    assert eddsa.verify(public, case.message, signature) is (left == right)
    assert eddsa.verify_many([(public, case.message, signature)]) == [left == right]


def test_challenge_binds_both_coordinates_of_both_points_and_the_message() -> None:
    inputs = [
        (r, a, m)
        for r in (GENERATOR, jubjub.negate(GENERATOR))
        for a in (GENERATOR, Point(0, 1))
        for m in ((0,), (1,), (0, 0), (0, 1), (0, 0, 0), (0,) * 6, (0,) * 7)
    ]
    challenges = {eddsa.challenge(*one) for one in inputs}
    assert len(challenges) == len(inputs)
    assert all(1 << 128 <= c < 1 << 129 for c in challenges)


def test_numbers_that_kernels_hold_are_those_of_the_plain_code() -> None:
    assert (kernels.CHALLENGE, kernels.CHALLENGE_ODD) == (Domain.CHALLENGE, Domain.CHALLENGE_ODD)
    assert kernels.MAX_ITEMS == eddsa.MAX_ITEMS
    assert 1 << 192 + kernels.TOP_BITS == eddsa.SCALAR_LIMIT < ORDER


def test_nonces_are_tried_until_the_scalar_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """About 1.8 of them; the first that serves is taken, and each is another."""
    secret, made, nonces = eddsa.generate(bytes(32)), eddsa.sign_with, list[int]()

    def recording(secret: SecretKey, nonce: int, message: Message) -> Signature | None:
        nonces.append(nonce)
        return made(secret, nonce, message)

    monkeypatch.setattr(eddsa, "sign_with", recording)
    tried = 0
    for number in range(40):
        nonces.clear()
        signature = eddsa.sign(secret, (number,))
        assert [made(secret, nonce, (number,)) for nonce in nonces] == [*[None] * (len(nonces) - 1), signature]
        assert len(set(nonces)) == len(nonces)
        tried += len(nonces)
    assert 50 < tried < 100


def test_sign_is_deterministic_and_never_reuses_a_nonce() -> None:
    first, second = eddsa.generate(bytes(32)), eddsa.generate(bytes(31) + b"\1")
    messages = [(0,), (1,), (0, 0), (0, 1)]
    signatures = [eddsa.sign(secret, message) for secret in (first, second) for message in messages]
    assert signatures == [eddsa.sign(secret, message) for secret in (first, second) for message in messages]
    assert len({signature.r_y for signature in signatures}) == 8


@pytest.mark.parametrize("message", [(-1,), (R,), (1, R), (), (0,) * 17])
def test_sign_of_what_is_no_message_is_refused(message: tuple[int, ...]) -> None:
    with pytest.raises(DecodeError):
        eddsa.sign(eddsa.generate(bytes(32)), message)


def test_generate_from_too_short_a_seed_is_refused() -> None:
    with pytest.raises(DecodeError):
        eddsa.generate(bytes(31))


def test_secret_key_when_printed_shows_no_secret() -> None:
    secret = eddsa.generate(bytes(32))
    assert str(secret.scalar) not in repr(secret)
    assert repr(secret.prefix) not in repr(secret)
    assert secret.public == jubjub.multiply(secret.scalar, GENERATOR)


def wallet_signature(chain_id: int) -> bytes:
    account = Account.from_key(b"\7" * 32)
    return bytes(account.sign_message(encode_defunct(text=eddsa.wallet_text(chain_id))).signature)


def test_key_from_a_wallet_signature_is_the_same_every_time_and_for_both_forms_of_v() -> None:
    signature = wallet_signature(1)
    other_form = signature[:64] + bytes([signature[64] - 27])
    assert eddsa.from_wallet_signature(signature) == eddsa.from_wallet_signature(other_form)
    assert eddsa.from_wallet_signature(signature) == eddsa.from_wallet_signature(wallet_signature(1))
    assert eddsa.from_wallet_signature(signature) != eddsa.from_wallet_signature(wallet_signature(2))


def test_key_from_a_malformed_wallet_signature_is_refused() -> None:
    good = wallet_signature(1)
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    high_s = (order - int.from_bytes(good[32:64], "big")).to_bytes(32, "big")
    malformed = [
        b"",
        good[:64],
        good + b"\0",
        good[:64] + b"\2",
        bytes(32) + good[32:],
        good[:32] + bytes(32) + good[64:],
        order.to_bytes(32, "big") + good[32:],
        good[:32] + high_s + good[64:],
    ]
    for signature in malformed:
        with pytest.raises(DecodeError):
            eddsa.from_wallet_signature(signature)
