"""A chain that starts from records: settled both ways, followed by others, and its balances paid out on L1."""

from dataclasses import replace
from typing import Any

import pytest

from examples.names import Names
from rollup.devnet import Devnet
from rollup.devnet.account import Account
from rollup.devnet.chain import KEYS, USERS
from rollup.devnet.plugins import load
from rollup.errors import PeerError
from rollup.params import Status
from rollup.state.genesis import GenesisState

LAYOUT = Names.image().layout
ADA, BOB = 1, 2
FOREVER = 2**40


def genesis() -> GenesisState:
    """Two users with accounts, of whom the first has native balance, a name and money."""
    l1 = load("tandem.l1", "tester")(key=KEYS[0])
    users = [Account.of(index, l1.as_account(KEYS[USERS + index])) for index in range(2)]
    records: dict[int, tuple[int, ...]] = {
        LAYOUT.tree_index(0, number): (*user.secret.public, user.l1_address, 10 * number, balance)
        for number, (user, balance) in enumerate(zip(users, (5_000, 7), strict=True), 1)
    }
    records[LAYOUT.tree_index(1, 42)] = (BOB, 0xAD, FOREVER)
    records[LAYOUT.tree_index(2, BOB)] = (100,)
    return GenesisState(3, records)


@pytest.mark.parametrize("backend", ["optimistic", "groth16"])
def test_chain_that_starts_from_records_is_settled_and_pays_their_balances_out(backend: str) -> None:
    options: dict[str, Any] = {"transactions": 4} if backend == "groth16" else {}
    start = genesis()
    with Devnet(Names, backend, accounts=2, options=options, genesis=start) as chain:
        ada, bob = chain.account(0), chain.account(1)
        assert (ada.id, bob.id) == (ADA, BOB)
        assert chain.l1.call(chain.rollup, "genesis_funds") == 5_007
        assert chain.send(bob, "renew", name=42, periods=2, fee=1).status is Status.APPLIED
        assert chain.send(bob, "transfer", name=42, to=ADA, address=0xCD, fee=1).status is Status.APPLIED
        assert chain.withdraw(ada, 4_000).status is Status.APPLIED
        before = chain.l1.balance(ada.l1.address)
        block = chain.post()
        assert block is not None
        chain.settle()
        chain.release()
        assert chain.l1.balance(ada.l1.address) == before + 4_000 * 10**9
        assert chain.record("names", 42)["owner"] == ADA
        follower = chain.full_node()
        follower.sync()
        assert follower.header(1) == block.header
        assert chain.alarms == []


def test_node_with_another_genesis_than_the_chain_s_is_refused() -> None:
    start = genesis()
    with Devnet(Names, "mock", accounts=2, genesis=start) as chain:
        for other in (GenesisState(), replace(start, next_account=4)):
            chain._settings = replace(chain._settings, genesis=other)
            with pytest.raises(PeerError, match="starts from another state"):
                chain.full_node()


def test_genesis_that_no_chain_may_have_is_not_deployed() -> None:
    start = genesis()
    bad = replace(start, records={**start.records, 1: (*start.records[1][:3], 2**160, 5)})
    with pytest.raises(PeerError, match="nonce of account 1"):
        Devnet(Names, "mock", accounts=2, genesis=bad)
