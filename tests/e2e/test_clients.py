"""Generated clients on a chain: what they send is what the program does, and what they read is what it left."""

from collections.abc import Iterator

import pytest

from examples.tokens import Tokens
from examples.voting import Voting
from rollup.devnet import Devnet
from rollup.errors import AuthorError, PeerError
from rollup.params import Status
from tests.clients.market_client import Book, Grade, MarketClient, Order, Price, Side
from tests.clients.tokens_client import TokensClient
from tests.clients.voting_client import Ballot, VotingClient
from tests.programs.market import Market


@pytest.fixture(scope="module")
def market() -> Iterator[Devnet]:
    with Devnet(Market, "mock", accounts=2) as chain:
        yield chain


def test_arrays_nested_records_and_enums_go_there_and_back(market: Devnet) -> None:
    ada = MarketClient(market.connection, market.account(0))
    placed = ada.place(number=7, side=Side.SELL, grade=Grade.FINE, limit=Price(3, 4), sizes=(10, 20, 30))
    assert placed.status is Status.APPLIED
    assert ada.orders(7) == Order(ada.orders(7).owner, Grade.FINE, Price(3, 4), (10, 20, 30))
    assert ada.orders(7).owner == market.account(0).id
    book = ada.books(Side.SELL)
    assert book == Book(best=Price(0, 0), counts=(10, 20, 30), seal=book.seal, open=False)
    assert ada.open(side=Side.SELL, opened=True).status is Status.APPLIED
    assert ada.books(Side.SELL).open is True
    assert ada.orders(8) == Order(0, Grade.NONE, Price(0, 0), (0, 0, 0))
    assert ada.accounts(market.account(1).id).key_x == market.account(1).secret.public.x


def test_what_fails_says_why_and_what_cannot_be_sent_is_refused_with_its_argument(market: Devnet) -> None:
    bob = MarketClient(market.connection, market.account(1))
    assert "only account 1" in bob.open(side=Side.BUY, opened=True).reason
    with pytest.raises(AuthorError, match=r"Market\.place: sizes\.1 does not fit.*2\^16"):
        bob.place(number=1, side=Side.BUY, grade=Grade.FINE, limit=Price(1, 1), sizes=(1, 1 << 16, 1))
    with pytest.raises(AuthorError, match="sizes has another length; expected 3, got 2"):
        bob.place(number=1, side=Side.BUY, grade=Grade.FINE, limit=Price(1, 1), sizes=(1, 2))
    with pytest.raises(AuthorError, match=r"outside \[0, 2\*\*8\)"):
        bob.orders(256)
    with pytest.raises(AuthorError, match="nobody signs"):
        MarketClient(market.connection).open(side=Side.BUY, opened=True)
    with pytest.raises(PeerError, match="offers too little"):
        MarketClient(market.connection, market.account(1), fee=0).open(side=Side.BUY, opened=True)


def test_client_of_another_program_is_refused_at_once(market: Devnet) -> None:
    with pytest.raises(AuthorError, match="another program than the chain runs"):
        TokensClient(market.connection)


def test_client_and_names_in_strings_do_the_same() -> None:
    with Devnet(Tokens, "mock", accounts=2) as chain:
        ada, bob = chain.accounts
        client = TokensClient(chain.connection, ada, fee=chain.sequencer.fee + 5)
        assert client.mint(token=1, amount=100).fee == chain.sequencer.fee + 5
        sent = client.transfer(to=bob.id, token=1, amount=30)
        assert sent.args == chain.send(ada, "transfer", to=bob.id, token=1, amount=30).args
        assert client.balances(bob.id, 1).amount == chain.record("balances", bob.id, 1)["amount"] == 60
        client.withdraw(recipient=ada.l1_address, amount=1_000)
        chain.post()
        chain.settle()
        assert chain.release()


def test_action_is_called_from_l1_too() -> None:
    with Devnet(Voting, "mock", accounts=2) as chain:
        chair, voter = (VotingClient(chain.connection, account) for account in chain.accounts)
        called = chair.propose_from_l1(amount=500, number=3, text=77, lasts=1_000)
        assert (called.kind, called.status) == ("inbox", Status.APPLIED)
        assert voter.vote(number=3, approve=True).status is Status.APPLIED
        assert voter.proposals(3).yes == 1
        assert voter.ballots(3, chain.account(1).id) == Ballot(is_cast=True)
        assert "only account 1" in voter.propose_from_l1(number=4, text=5, lasts=9).reason
