"""Rule 6 on a chain: signatures replayed, bent and forged by a sequencer, and keys that must never sign."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from provers.adversaries.liars import credit, lie_at
from rollup.batch.packed_fee import encode_fee
from rollup.batch.transaction import Transaction
from rollup.crypto import jubjub
from rollup.crypto.eddsa import SCALAR_LIMIT, challenge
from rollup.crypto.fr import R
from rollup.crypto.jubjub import GENERATOR, IDENTITY, ORDER, Point
from rollup.execution.engine import domain
from rollup.params import AccountAttribute, Reason, Status
from tests.game.builder import Play, propose_right
from tests.game.chain import CHALLENGER, LIAR, PROPOSER, Chain, secret
from tests.game.judge import judged
from tests.game.packed import Packed, data_of
from tests.game.players import play, seat
from tests.game.scene import ALICE, tokens

APPLIED = (Status.APPLIED, Reason.NONE)
UNDECODABLE, FORGED = (Status.SKIPPED, Reason.UNDECODABLE), (Status.SKIPPED, Reason.BAD_SIGNATURE)
ORDER_TWO, OFF_CURVE = Point(0, R - 1), Point(1, 1)
FEE = 3


def order_eight() -> Point:
    """A point of order 8: what is left of a point of the curve when the large prime is multiplied away."""
    found = (jubjub.decompress(y, 0) for y in range(2, 100))
    small = (jubjub.multiply(ORDER, point) for point in found if point is not None)
    return next(point for point in small if jubjub.multiply(4, point) != IDENTITY)


TORSION = order_eight()
OWNER = secret(3)
FRIEND, NOTHING, TWO, EIGHT, NOWHERE, MIXED = range(4, 10)
KEYS = {
    FRIEND: OWNER.public,
    NOTHING: IDENTITY,
    TWO: ORDER_TWO,
    EIGHT: TORSION,
    NOWHERE: OFF_CURVE,
    MIXED: jubjub.add(OWNER.public, TORSION),
}
"""What deposits registered, by account; L1 takes any two elements for a key."""


@pytest.fixture(scope="module")
def chain() -> Iterator[Chain]:
    with tokens().undone() as copy:
        assert copy.headers[-1].next_account == FRIEND
        for public in KEYS.values():
            copy.deposit(1000, public=public)
        copy.post()
        yield copy


def mint(chain: Chain, nonce: int = 0, amount: int = 1, to_domain: int | None = None, **changes: int) -> Packed:
    """A call that FRIEND signed for its `nonce`-th transaction; parts changed after that."""
    call = Transaction(chain.image.action("mint").tag, FRIEND, FEE, (7, amount))
    where = chain.domain if to_domain is None else to_domain
    return Packed.of(chain.image, call.sign(OWNER, chain.image, where, nonce), **changes)


def made(
    chain: Chain,
    sender: int,
    scalar: int,
    nonce: int = 0,
    r: int = 5,
    r_part: Point = IDENTITY,
    *,
    large: bool = False,
) -> Packed:
    """A signature made by the equation: R = r·B + `r_part`, s = r + c·`scalar`; of the first amount whose s is below 2^251, or not if `large`."""
    point = jubjub.add(jubjub.multiply(r, GENERATOR), r_part)
    for amount in range(1, 999):
        call = Transaction(chain.image.action("mint").tag, sender, FEE, (7, amount))
        c = challenge(point, KEYS[sender], call.message(chain.image, chain.domain, nonce))
        s = (r + c * scalar) % ORDER
        if (s >= SCALAR_LIMIT) == large:
            return Packed(chain.image, call.tag, sender, encode_fee(FEE), s, point.x & 1, point.y, call.args)
    raise AssertionError("no amount serves")


def malleated(chain: Chain) -> Packed:
    """A signature with s + L for s, as far as 252 bits have room for it."""
    good = next(call for amount in range(1, 999) if (call := mint(chain, 2, amount)).s + ORDER < 1 << 252)
    return replace(good, s=good.s + ORDER)


def off_curve(chain: Chain) -> Packed:
    y = next(y for y in range(2, 100) if jubjub.decompress(y, 0) is None)
    return replace(mint(chain, 2), r_y=y)


def elsewhere(chain: Chain) -> int:
    return domain(chain.l1.chain_id, bytes(20), chain.image.program_id)


Row = tuple[str, Callable[[Chain], Packed], tuple[Status, Reason]]
ROWS: tuple[Row, ...] = (
    ("as it should be", mint, APPLIED),
    ("the same once more", mint, FORGED),
    ("for a later nonce", lambda c: mint(c, 2), FORGED),
    ("under another name", lambda c: mint(c, 1, sender=ALICE), FORGED),
    ("with another amount", lambda c: replace(mint(c, 1), args=(7, 2)), FORGED),
    ("with another fee", lambda c: mint(c, 1, packed_fee=encode_fee(FEE + 1)), FORGED),
    ("as another action with the same bits", lambda c: replace(mint(c, 1), tag=1, args=(7 | 1 << 8, 0)), FORGED),
    ("for another contract", lambda c: mint(c, 1, to_domain=elsewhere(c)), FORGED),
    ("for another L1", lambda c: mint(c, 1, to_domain=domain(1, c.rollup.address, c.image.program_id)), FORGED),
    ("for another program", lambda c: mint(c, 1, to_domain=domain(c.l1.chain_id, c.rollup.address, bytes(32))), FORGED),
    ("for no chain", lambda c: mint(c, 1, to_domain=0), FORGED),
    ("R is the identity, rightly made", lambda c: made(c, FRIEND, OWNER.scalar, 1, r=0), APPLIED),
    ("R is the identity with a negative zero", lambda c: replace(made(c, FRIEND, OWNER.scalar, 2, r=0), r_sign=1), FORGED),
    ("R of order two for the identity", lambda c: replace(made(c, FRIEND, OWNER.scalar, 2, r=0), r_y=R - 1), FORGED),
    ("R is off the curve", off_curve, FORGED),
    ("R with the other sign", lambda c: replace(mint(c, 2), r_sign=1 - mint(c, 2).r_sign), FORGED),
    ("s beyond the order", malleated, FORGED),
    ("s of the equation, from 2^251 on", lambda c: made(c, FRIEND, OWNER.scalar, 2, large=True), FORGED),
    ("s of all ones", lambda c: mint(c, 2, s=2**252 - 1), FORGED),
    ("all zeros", lambda c: mint(c, 2, s=0, r_sign=0, r_y=0), FORGED),
    ("R of small order beside a right one", lambda c: made(c, FRIEND, OWNER.scalar, 2, r_part=TORSION), APPLIED),
    ("a key that is the identity", lambda c: made(c, NOTHING, 0), FORGED),
    ("a key of order two", lambda c: made(c, TWO, 0), FORGED),
    ("a key of order eight", lambda c: made(c, EIGHT, 0), FORGED),
    ("a key off the curve", lambda c: made(c, NOWHERE, 0), FORGED),
    ("a key with a part of small order", lambda c: made(c, MIXED, OWNER.scalar), APPLIED),
    ("a right one after all that", lambda c: mint(c, 3), APPLIED),
)  # fmt: skip


@pytest.fixture(scope="module")
def number(chain: Chain) -> int:
    """The batch of all of them."""
    return chain.post(elements=data_of(*(make(chain) for _, make, _ in ROWS))).number


@pytest.mark.parametrize("leaf", range(len(ROWS)), ids=[name for name, _, _ in ROWS])
def test_signature_counts_only_for_what_was_signed_by_a_key_that_can_sign(chain: Chain, number: int, leaf: int) -> None:
    """SOUNDNESS 6: one answer, from the engine and from L1."""
    receipt = chain.executions[number - 1].receipts[leaf]
    assert (receipt.status, receipt.skip) == ROWS[leaf][2]
    assert judged(chain, number, leaf) == ROWS[leaf][2]


def test_skipped_calls_did_not_move_the_nonce(chain: Chain, number: int) -> None:
    """SOUNDNESS 6: a nonce is used by a valid signature and by nothing else."""
    record = chain.states[number].get(chain.image.layout.tree_index(0, FRIEND))
    right = [
        place for place, (_, make, status) in enumerate(ROWS) if status is APPLIED and make(chain).sender == FRIEND
    ]
    assert record[AccountAttribute.NONCE] == len(right)


def test_replay_that_is_said_to_have_counted_falls(chain: Chain, number: int) -> None:
    """SOUNDNESS 6: the proposer says that a call signed once was carried out twice."""
    with chain.undone() as copy:
        for batch in range(1, number):
            propose_right(copy, PROPOSER, batch)
        lie = lie_at(copy, number, 1, credit(FRIEND, 1))
        game = Play.of_lie(copy, lie, number)
        play(copy, (seat(copy, LIAR, lie.defence), seat(copy, CHALLENGER)))
        assert game.verdict == "rejected"
