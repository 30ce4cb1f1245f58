"""Attacks by data: whatever a sequencer posts, somebody can prove what it leads to.

SOUNDNESS 12: garbage decodes to skipped, never to an unsatisfiable constraint. SOUNDNESS 4: a bad signature is a status.
"""

import random
from collections.abc import Sequence

import pytest

from rollup.batch.parcel import Parcel, elements_of
from rollup.crypto.fr import R
from rollup.params import BLOB_ELEMENTS, ChunkKind, DataKind, Reason, Status
from tests.unit.validity.backend.claims import Claim
from tests.unit.validity.backend.keys import IdealProver
from tests.unit.validity.backend.programs import Purses
from tests.unit.validity.backend.scenes import empty_chain, l1
from tests.unit.validity.backend.settled import SettledChain

ELEMENTS = 26
"""That eight transactions take."""


def proved(chain: SettledChain, elements: Sequence[int], kind: DataKind = DataKind.BLOB) -> Claim:
    """Post elements, prove what they lead to, and have the claim taken."""
    number = chain.post(elements, kind).number
    claim = Claim.honest(chain, IdealProver(Purses), number)
    chain.propose(number, claim.payload().to_bytes())
    assert l1().call(chain.settlement, "verdict", chain.claims()) == 1
    return claim


def outcomes(chain: SettledChain) -> list[tuple[Status, Reason]]:
    """Status and reason of each transaction of the last batch."""
    receipts = chain.executions[-1].receipts
    return [(receipt.status, receipt.skip) for receipt in receipts if receipt.kind == "transaction"]


def noise(chance: random.Random, tag: int) -> Parcel:
    """A transaction of which only the tag is known."""
    slots = (chance.getrandbits(55) << 8 | tag, *(chance.getrandbits(63) for _ in range(8)))
    return Parcel(chance.randrange(R), slots)


def test_a_blob_full_of_random_elements_is_proved_to_its_end() -> None:
    chance = random.Random(4)
    claim = proved(empty_chain(), [chance.randrange(R) for _ in range(BLOB_ELEMENTS)])
    assert [row.kind for row in claim.rows] == [ChunkKind.DATA, *[ChunkKind.TAIL] * 16]


@pytest.mark.parametrize("seed", range(3))
def test_noise_behind_known_tags_is_skipped_and_proved(seed: int) -> None:
    chance = random.Random(seed)
    chain = empty_chain()
    parcels = [noise(chance, chance.randint(1, 3)) for _ in range(8)]
    before = chain.header(0).words()[:5]
    proved(chain, elements_of(parcels), DataKind.CALLDATA)
    assert {status for status, _ in outcomes(chain)} == {Status.SKIPPED}
    assert len(outcomes(chain)) == 8
    assert chain.header(1).words()[:5] == before


@pytest.mark.parametrize("high", [1, 6])
@pytest.mark.parametrize("place", [4, 5, 12, 17])
def test_an_element_with_bits_above_its_slots_is_proved(place: int, high: int) -> None:
    chance = random.Random(5)
    chain = empty_chain()
    elements = list(elements_of([noise(chance, 2) for _ in range(5)]))
    elements[place] += high << 252
    proved(chain, elements, DataKind.CALLDATA)
    assert len(outcomes(chain)) == 5


@pytest.mark.parametrize("tag", [0, 4, 255])
def test_an_unknown_tag_ends_the_data_and_what_follows_is_only_covered(tag: int) -> None:
    chance = random.Random(6)
    chain = empty_chain()
    parcels = [noise(chance, kind) for kind in (2, tag, *[2] * 6)]
    claim = proved(chain, elements_of(parcels), DataKind.CALLDATA)
    assert len(outcomes(chain)) == 1
    assert [row.kind for row in claim.rows] == [ChunkKind.DATA, ChunkKind.TAIL]


def test_a_transaction_that_the_sequencer_did_not_sign_right_is_skipped_and_the_next_one_runs() -> None:
    chain = empty_chain()
    chain.register(100)
    chain.post()
    chain.propose(1, Claim.honest(chain, IdealProver(Purses), 1).payload().to_bytes())
    forged = chain.call(1, "withdraw", 0xBAD, 50, nonce=1)
    proved(chain, chain.packed(forged, chain.call(1, "put", 5, fee=1)), DataKind.CALLDATA)
    assert outcomes(chain) == [(Status.SKIPPED, Reason.BAD_SIGNATURE), (Status.APPLIED, Reason.NONE)]
    assert chain.header(2).withdrawals_count == 0


def test_a_batch_at_its_capacity_leaves_what_follows_unread_and_is_proved() -> None:
    chance = random.Random(7)
    chain = empty_chain()
    parcels = [noise(chance, 2) for _ in range(9)]
    claim = proved(chain, elements_of(parcels))
    assert len(outcomes(chain)) == 8
    assert [row.kind for row in claim.rows] == [ChunkKind.DATA, ChunkKind.DATA, ChunkKind.TAIL]
    assert claim.rows[2].proved.start == ELEMENTS


def test_an_inbox_at_its_cap_whose_last_registrations_find_no_room_is_proved() -> None:
    chain = empty_chain()
    chain.register(*[10] * 16)
    chain.post()
    claim = Claim.honest(chain, IdealProver(Purses), 1)
    chain.propose(1, claim.payload().to_bytes())
    assert [row.kind for row in claim.rows] == [ChunkKind.INBOX, ChunkKind.INBOX, ChunkKind.DATA]
    header = chain.header(1)
    assert (header.next_account, header.withdrawals_count) == (16, 1)
