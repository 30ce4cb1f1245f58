"""Hostile hands on the money: what leaves was debited, was proved final, came in before, and nobody can lock the others'."""

from collections.abc import Sequence

import pytest

from l1bridge.compiler import source
from provers.adversaries.liars import lie_at, words
from rollup.crypto.fr import R
from rollup.crypto.poseidon2 import Domain, hash_items
from rollup.ports.l1 import Contract, L1Reverted
from rollup.state.header import Header
from tests.game.builder import Play, propose_right
from tests.game.chain import GWEI, LIAR, PROPOSER, STRANGER, TERMS, Chain
from tests.game.scene import BOB, counters, on

chain = on(counters)

Item = tuple[int, bytes, int]
"""The accumulator before, the recipient, gwei."""
FRIEND = bytes(19) + b"\xfe"
REFUSING = """
@external
@payable
def __default__():
    raise "no, thank you"
"""


def accumulated(items: Sequence[tuple[bytes, int]], before: int = 0) -> tuple[list[Item], int]:
    """Return the items as `release` takes them, newest first, and what they accumulate to."""
    listed: list[Item] = []
    for recipient, amount in items:
        listed.append((before, recipient, amount))
        before = hash_items(Domain.WITHDRAWAL, (before, int.from_bytes(recipient, "big"), amount))
    return listed[::-1], before


def withdrawn(chain: Chain, items: Sequence[tuple[bytes, int]]) -> list[Item]:
    """Bob sends these to L1 in a batch, whose right claim becomes final."""
    calls = [
        chain.call(BOB, "withdraw", int.from_bytes(recipient, "big"), amount, nonce=1 + place)
        for place, (recipient, amount) in enumerate(items)
    ]
    chain.post(*calls)
    listed, total = accumulated(items)
    assert chain.headers[-1].withdrawals == total
    finalise(chain, [propose_right(chain, PROPOSER, number)[0] for number in range(1, chain.derived() + 1)])
    return listed


def finalise(chain: Chain, claims: Sequence[int]) -> None:
    chain.pass_to(chain.head.timestamp + TERMS.window + 1)
    for number, claim in enumerate(claims, 1):
        chain.finalise(claim, chain.header(number))


def release(chain: Chain, *items: Item) -> None:
    chain.as_(STRANGER).transact(chain.rollup, "release", list(items))


def withdraw(chain: Chain, recipient: bytes) -> int:
    before = chain.l1.balance(recipient)
    chain.as_(STRANGER).transact(chain.rollup, "withdraw", recipient)
    return chain.l1.balance(recipient) - before


def refused(chain: Chain, *items: Item) -> str:
    with pytest.raises(L1Reverted) as reverted:
        release(chain, *items)
    return reverted.value.reason


def test_false_claim_that_nobody_disputed_takes_no_more_than_was_brought(chain: Chain) -> None:
    """SOUNDNESS 18: L1 caps what leaves by what came in, even if every watcher slept."""
    me = chain.as_(LIAR).address
    items, total = accumulated([(me, 2**64 - 1)])
    stolen = lie_at(chain, 1, 3, words(withdrawals=total, withdrawals_count=1))
    game = Play.of_lie(chain, stolen)
    chain.pass_to(game.read.made + TERMS.window + 1)
    chain.finalise(game.claim, stolen.header)
    assert refused(chain, *items) == "rollup: more would leave than came in"
    assert chain.l1.balance(chain.rollup.address) == 5 * GWEI


def test_items_of_a_false_claim_cannot_pass_for_more_than_64_bits_or_for_no_element(chain: Chain) -> None:
    """SOUNDNESS 18, 22: a word of the list is an element and an amount, or it is refused."""
    me = chain.as_(LIAR).address
    before, amount = 7, 2**64
    total = hash_items(Domain.WITHDRAWAL, (before, int.from_bytes(me, "big"), amount))
    stolen = lie_at(chain, 1, 3, words(withdrawals=total, withdrawals_count=1))
    game = Play.of_lie(chain, stolen)
    chain.pass_to(game.read.made + TERMS.window + 1)
    chain.finalise(game.claim, stolen.header)
    assert refused(chain, (before, me, amount)) == "rollup: withdrawal is not canonical"
    assert refused(chain, (before + R, me, amount)) == "rollup: withdrawal is not canonical"


def test_false_claim_whose_list_has_no_beginning_pays_nothing(chain: Chain) -> None:
    """SOUNDNESS 19: a walk ends where the last one began; an accumulator out of thin air does not."""
    me = chain.as_(LIAR).address
    items, total = accumulated([(me, 5)], before=7)
    stolen = lie_at(chain, 1, 3, words(withdrawals=total, withdrawals_count=1))
    game = Play.of_lie(chain, stolen)
    chain.pass_to(game.read.made + TERMS.window + 1)
    chain.finalise(game.claim, stolen.header)
    assert refused(chain, *items) == "rollup: broken accumulator"


def test_leaf_or_node_of_the_state_cannot_pass_for_a_withdrawal(chain: Chain) -> None:
    """SOUNDNESS 22: accumulator, leaves and nodes are hashed in domains of their own."""
    me = int.from_bytes(chain.as_(LIAR).address, "big")
    for other in (Domain.LEAF, Domain.CHALLENGE, Domain.CHAIN):
        assert hash_items(other, (0, me, 5)) != hash_items(Domain.WITHDRAWAL, (0, me, 5))
    stolen = lie_at(chain, 1, 3, words(withdrawals=hash_items(Domain.LEAF, (0, me, 5)), withdrawals_count=1))
    game = Play.of_lie(chain, stolen)
    chain.pass_to(game.read.made + TERMS.window + 1)
    chain.finalise(game.claim, stolen.header)
    assert refused(chain, (0, chain.as_(LIAR).address, 5)) == "rollup: not the withdrawal that was proved"


def test_nothing_is_released_before_the_claim_is_final(chain: Chain) -> None:
    """SOUNDNESS 19: an accepted window that is not over pays nobody."""
    chain.post(chain.call(BOB, "withdraw", 5, 2, nonce=1))
    items, _ = accumulated([(bytes(19) + b"\x05", 2)])
    for number in range(1, chain.derived() + 1):
        propose_right(chain, PROPOSER, number)
    assert refused(chain, *items) == "rollup: nothing left to release"


def test_list_is_taken_in_prefixes_by_anyone_and_each_item_once(chain: Chain) -> None:
    """SOUNDNESS 19: resumable, by strangers, as pull credits."""
    me = chain.as_(LIAR).address
    items = withdrawn(chain, [(me, 1), (FRIEND, 2), (me, 1)])
    release(chain, items[0])
    assert refused(chain, items[0]) == "rollup: not the withdrawal that was proved"
    assert refused(chain, items[2]) == "rollup: not the withdrawal that was proved"
    release(chain, *items[1:])
    assert refused(chain, items[2]) == "rollup: nothing left to release"
    assert withdraw(chain, FRIEND) == 2 * GWEI
    assert withdraw(chain, me) == 2 * GWEI
    with pytest.raises(L1Reverted, match="rollup: no credit"):
        withdraw(chain, me)
    assert chain.l1.balance(chain.rollup.address) == GWEI


@pytest.mark.parametrize("change", ["recipient", "amount", "before"])
def test_item_that_is_not_the_one_proved_is_refused(chain: Chain, change: str) -> None:
    """SOUNDNESS 19: each item hashes to what a final header vouches for."""
    ((before, recipient, amount),) = withdrawn(chain, [(FRIEND, 2)])
    wrong = {
        "recipient": (before, chain.as_(LIAR).address, amount),
        "amount": (before, recipient, amount + 1),
        "before": (before + 1, recipient, amount),
    }[change]
    assert refused(chain, wrong) == "rollup: not the withdrawal that was proved"


def test_recipient_who_refuses_money_and_dust_by_the_dozen_lock_nobody(chain: Chain) -> None:
    """SOUNDNESS 19: one recipient's refusal is its own loss."""
    refusing: Contract = chain.l1.deploy(source("refusing", REFUSING))
    items = withdrawn(chain, [(refusing.address, 1), *[(bytes(18) + bytes([1, k]), 0) for k in range(12)], (FRIEND, 3)])
    release(chain, *items)
    with pytest.raises(L1Reverted):
        withdraw(chain, refusing.address)
    assert withdraw(chain, FRIEND) == 3 * GWEI


def test_header_of_another_claim_cannot_be_made_final_with_it(chain: Chain) -> None:
    """SOUNDNESS 10: finality gives effect to the header that was claimed, and to no other."""
    claim, _ = propose_right(chain, PROPOSER, 1)
    chain.pass_to(chain.head.timestamp + TERMS.window + 1)
    right = chain.header(1)
    false = Header.from_words((*right.words()[:1], 1, 1, *right.words()[3:]))
    with pytest.raises(L1Reverted, match="rollup: not the claim's header"):
        chain.finalise(claim, false)
