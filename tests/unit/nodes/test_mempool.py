import pytest

from rollup.batch.transaction import Transaction
from rollup.crypto import eddsa
from rollup.nodes.mempool import Mempool, MempoolFullError
from tests.contracts.scenario import ALICE, DOMAIN, Tokens, secret, transfer

IMAGE = Tokens.image()
KEY = secret(ALICE).public


@pytest.fixture
def mempool() -> Mempool:
    return Mempool(IMAGE, DOMAIN, ahead=3, limit=4)


def signed(nonce: int, amount: int = 30) -> Transaction:
    return transfer(amount).sign(secret(ALICE), IMAGE, DOMAIN, nonce)


def test_mempool_when_popped_gives_transactions_in_the_order_in_which_they_came(mempool: Mempool) -> None:
    first, second = signed(0), signed(1)
    mempool.push(first)
    mempool.push(second)
    assert [mempool.pop(), mempool.pop(), mempool.pop()] == [first, second, None]


def test_transaction_when_signed_for_a_later_nonce_is_held_until_that_is_due(mempool: Mempool) -> None:
    later = signed(7)
    assert mempool.hold(later, KEY, 5) == 7
    assert mempool.take(ALICE, 6) is None
    assert mempool.take(ALICE, 7) == later
    assert mempool.take(ALICE, 7) is None


@pytest.mark.parametrize("nonce", [4, 5, 9])
def test_transaction_when_signed_for_a_nonce_out_of_reach_is_not_held(mempool: Mempool, nonce: int) -> None:
    assert mempool.hold(signed(nonce), KEY, 5) is None
    assert len(mempool) == 0


def test_transaction_when_another_key_signed_it_is_not_held(mempool: Mempool) -> None:
    stranger = eddsa.generate(b"somebody else's seed".ljust(32))
    assert mempool.hold(transfer().sign(stranger, IMAGE, DOMAIN, 6), KEY, 5) is None


def test_transaction_when_unsigned_is_not_held(mempool: Mempool) -> None:
    assert mempool.hold(transfer(), KEY, 5) is None


def test_transaction_when_a_later_one_has_its_nonce_is_replaced(mempool: Mempool) -> None:
    mempool.hold(signed(6, 1), KEY, 5)
    mempool.hold(signed(6, 2), KEY, 5)
    assert len(mempool) == 1
    assert mempool.take(ALICE, 6) == signed(6, 2)


def test_mempool_when_full_refuses_both_ways(mempool: Mempool) -> None:
    for _ in range(4):
        mempool.push(signed(0))
    with pytest.raises(MempoolFullError):
        mempool.push(signed(0))
    with pytest.raises(MempoolFullError):
        mempool.hold(signed(6), KEY, 5)
