"""Hostile transactions that a sequencer includes: each ends in the one status that the rules give it, here and on L1."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from provers.adversaries.liars import Forgery, lie_at, words
from rollup.crypto.fr import R
from rollup.crypto.poseidon2 import Domain, hash_items
from rollup.ir.image import Image
from rollup.params import END, AccountAttribute, Reason, Status
from rollup.state.header import StepHeader
from rollup.state.tree import Tree
from tests.game.builder import Play, propose_right
from tests.game.chain import CHALLENGER, LIAR, PROPOSER, RICH, Chain
from tests.game.judge import judged
from tests.game.packed import Packed, data_of
from tests.game.players import play, seat
from tests.game.scene import ALICE, BOB, counters, tokens

APPLIED, FAILED, SKIPPED = (Status.APPLIED, Reason.NONE), (Status.FAILED, Reason.NONE), Status.SKIPPED
UNDECODABLE, UNKNOWN = (SKIPPED, Reason.UNDECODABLE), (SKIPPED, Reason.UNKNOWN_ACCOUNT)
FORGED, BROKE = (SKIPPED, Reason.BAD_SIGNATURE), (SKIPPED, Reason.CANNOT_PAY)
NOBODY = 999
FEE = 1024
UNWRITABLE_FEE = 1 << 11 | 5
"""Exponent 1 and a mantissa below 1024: the same fee could be written with exponent 0."""


@pytest.fixture(scope="module")
def chain() -> Iterator[Chain]:
    with tokens().undone() as copy:
        yield copy


def call(chain: Chain, sender: int, action: str, *args: int, fee: int = FEE, nonce: int = 0, **changes: int) -> Packed:
    """A call of an account for its `nonce`-th transaction from now on, with parts changed after signing."""
    record = chain.states[-1].get(chain.image.layout.tree_index(0, sender))
    due = (record[AccountAttribute.NONCE] if record else 0) + nonce
    return Packed.of(chain.image, chain.call(sender, action, *args, fee=fee, nonce=due), **changes)


Row = tuple[str, Callable[[Chain], Packed], tuple[Status, Reason]]
ROWS: tuple[Row, ...] = (
    ("all there is and one more", lambda c: call(c, ALICE, "transfer", BOB, 7, 2**64 - 1), FAILED),
    ("to oneself", lambda c: call(c, ALICE, "transfer", ALICE, 7, 1, nonce=1), FAILED),
    ("out of the chain, more than there is", lambda c: call(c, ALICE, "withdraw", 5, 2**64 - 1, nonce=2), FAILED),
    ("out of the chain, what the fee has taken", lambda c: call(c, BOB, "withdraw", 5, RICH), FAILED),
    ("a fee that nobody has", lambda c: call(c, ALICE, "mint", 7, 1, fee=1 << 40, nonce=3), BROKE),
    (
        "a fee that can be written otherwise",
        lambda c: call(c, ALICE, "mint", 7, 1, packed_fee=UNWRITABLE_FEE),
        UNDECODABLE,
    ),
    ("a bit in the padding", lambda c: call(c, ALICE, "mint", 7, 1, nonce=3, padding=1), UNDECODABLE),
    ("R that is no point", lambda c: call(c, ALICE, "mint", 7, 1, nonce=3, r_y=2), FORGED),
    ("R of y = -1", lambda c: call(c, ALICE, "mint", 7, 1, nonce=3, r_y=R - 1), FORGED),
    ("of nobody", lambda c: call(c, NOBODY, "mint", 7, 1), UNKNOWN),
    ("of account 0", lambda c: call(c, 0, "mint", 7, 1), UNKNOWN),
    ("of the last account there could be", lambda c: call(c, 2**20 - 1, "mint", 7, 1), UNKNOWN),
    ("an argument changed", lambda c: replace(call(c, ALICE, "mint", 7, 1, nonce=3), args=(7, 2)), FORGED),
    ("everything wrong at once", lambda c: call(c, NOBODY, "mint", 7, 1, fee=1 << 40, s=0, padding=1), UNDECODABLE),
    ("nobody's, forged, unpaid", lambda c: call(c, NOBODY, "mint", 7, 1, fee=1 << 40, s=0), UNKNOWN),
    ("forged, unpaid", lambda c: call(c, ALICE, "mint", 7, 1, fee=1 << 40, nonce=3, s=0), FORGED),
    ("to an account that does not exist", lambda c: call(c, ALICE, "transfer", 2**20 - 1, 7, 1, nonce=3), APPLIED),
    ("a right one after all that", lambda c: call(c, ALICE, "transfer", BOB, 7, 1, nonce=4), APPLIED),
)


@pytest.fixture(scope="module")
def number(chain: Chain) -> int:
    """The batch of all of them."""
    return chain.post(elements=data_of(*(make(chain) for _, make, _ in ROWS)), payee=BOB).number


@pytest.mark.parametrize("leaf", range(len(ROWS)), ids=[name for name, _, _ in ROWS])
def test_hostile_transaction_gets_its_status_in_one_order_of_checks(chain: Chain, number: int, leaf: int) -> None:
    """SOUNDNESS 3, 4, 5: decode, account, signature, fee, body; never a revert, and L1 says the same."""
    receipt = chain.executions[number - 1].receipts[leaf]
    assert (receipt.status, receipt.skip) == ROWS[leaf][2]
    assert judged(chain, number, leaf) == ROWS[leaf][2]


def test_failed_ones_cost_their_fee_and_skipped_ones_nothing(chain: Chain, number: int) -> None:
    """SOUNDNESS 4: a failed body stores nonce and fee only; a skipped transaction leaves no trace."""
    index = chain.image.layout.tree_index
    before, after = (
        [state.get(index(0, who)) for who in (ALICE, BOB)] for state in chain.states[number - 1 : number + 1]
    )
    nonce, balance = AccountAttribute.NONCE, AccountAttribute.BALANCE
    assert [a[nonce] - b[nonce] for a, b in zip(after, before, strict=True)] == [5, 1]
    assert [a[balance] - b[balance] for a, b in zip(after, before, strict=True)] == [-5 * FEE, 5 * FEE]
    layout = chain.image.layout
    held = [state.get(index(1, layout.key(1, ALICE, 7))) for state in chain.states[number - 1 : number + 1]]
    assert held[0][0] - held[1][0] == 2


def test_fees_for_a_payee_that_does_not_exist_are_burnt(chain: Chain, number: int) -> None:
    """SOUNDNESS 4: the fee step is total as well."""
    with chain.undone() as copy:
        batch = copy.post(elements=data_of(call(copy, ALICE, "mint", 7, 1)), payee=NOBODY)
        end = copy.executions[-1].step_headers
        assert (end[0].fees, end[1].fees, end[1].data_cursor) == (FEE, 0, END)
        assert copy.states[-1].get(copy.image.layout.tree_index(0, NOBODY)) == ()
        assert judged(copy, batch.number, 1)[0] is not Status.SKIPPED


# ---------------------------------------------------------------- and whoever claims another status loses


def written(table: int, key: int, *record: int) -> Forgery:
    """Pretend that a step left this record."""

    def forge(image: Image, header: StepHeader, state: Tree) -> StepHeader:
        state.update(image.layout.tree_index(table, key), record)
        return StepHeader.from_words((state.root, *header.words()[1:]))

    return forge


def falls(chain: Chain, leaf: int, forgery: Forgery) -> None:
    """Lie about the newest batch, all before it being claimed rightly; the lie must fall by a step."""
    for number in range(1, chain.derived()):
        propose_right(chain, PROPOSER, number)
    lie = lie_at(chain, chain.derived(), leaf, forgery)
    game = Play.of_lie(chain, lie, chain.derived())
    moves = play(chain, (seat(chain, LIAR, lie.defence), seat(chain, CHALLENGER)))
    assert "refute" in [move.what for move in moves]
    assert game.verdict == "rejected"


def test_count_that_is_said_to_have_wrapped_falls() -> None:
    """SOUNDNESS 1: a sum beyond its width fails the transaction on L1 as everywhere; it never wraps."""
    with counters().undone() as chain:
        first, second = (chain.call(ALICE, "add", 2**32 - 4, nonce=nonce) for nonce in (2, 3))
        chain.post(first, second)
        receipts = chain.executions[-1].receipts
        assert [receipt.status for receipt in receipts[:2]] == [Status.FAILED, Status.FAILED]
        falls(chain, 0, written(1, ALICE, 0))


def test_transfer_that_is_said_to_have_gone_through_without_cover_falls(chain: Chain, number: int) -> None:
    """SOUNDNESS 4: failed is failed; the receiver cannot be credited by saying so."""
    with chain.undone() as copy:
        layout = copy.image.layout
        falls(copy, 0, written(1, layout.key(1, BOB, 7), 2**64 - 1))


def test_withdrawal_that_is_said_to_have_happened_without_cover_falls(chain: Chain, number: int) -> None:
    """SOUNDNESS 18: what leaves is debited first, in the same step."""
    with chain.undone() as copy:
        before = copy.header(number - 1)
        made = hash_items(Domain.WITHDRAWAL, (before.withdrawals, 5, RICH))
        falls(copy, 3, words(withdrawals=made, withdrawals_count=before.withdrawals_count + 1))
