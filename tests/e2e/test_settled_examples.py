"""Every example, settled by fraud proof and by validity proof: final on L1, and what it should have come to."""

from typing import Any

import pytest

from examples.amm import Amm
from examples.auction import Auctions
from examples.counter import Counter
from examples.escrow import Escrow
from examples.names import Names
from examples.orderbook import OrderBook
from examples.payments import Payments
from examples.tictactoe import TicTacToe
from examples.voting import Voting
from rollup.crypto.poseidon2 import Domain, hash_items
from rollup.devnet import Devnet
from rollup.devnet.devnet import FUNDS
from rollup.params import Status
from rollup.program import Program

CHUNK = 4
Call = tuple[int, str, dict[str, int]]
"""Who calls what; `CLOCK` lets time pass, and `FROM_L1` is the first user's address there."""
CLOCK, FROM_L1 = -1, -2

SCRIPTS: dict[str, tuple[type[Program], list[Call], tuple[str, int], dict[str, int]]] = {
    "amm": (
        Amm,
        [
            (0, "mint", {"token": 0, "amount": 5_000}),
            (0, "mint", {"token": 1, "amount": 5_000}),
            (0, "add", {"x": 1_000, "y": 4_000, "least": 2_000}),
            (0, "swap", {"sell": 0, "amount": 100, "least": 362}),
        ],
        ("pools", 0),
        {"x": 1_100, "y": 3_638, "shares": 2_000},
    ),
    "auction": (
        Auctions,
        [
            (0, "open", {"number": 1, "bidding": 600, "showing": 600}),
            (1, "mint", {"amount": 100}),
            (1, "bid", {"number": 1, "seal": hash_items(Domain.USER, (2, 30, 5)), "held": 60}),
            (CLOCK, "pass", {"seconds": 601}),
            (1, "reveal", {"number": 1, "amount": 30, "secret": 5}),
            (CLOCK, "pass", {"seconds": 601}),
            (0, "settle", {"number": 1}),
        ],
        ("balances", 1),
        {"amount": 30},
    ),
    "names": (
        Names,
        [
            (1, "mint", {"amount": 100}),
            (1, "claim", {"name": 42, "periods": 2, "address": 0xAD}),
            (CLOCK, "pass", {"seconds": 2 * Names.PERIOD + 60}),
            (2, "mint", {"amount": 100}),
            (2, "claim", {"name": 42, "periods": 1, "address": 0xCD}),
        ],
        ("names", 42),
        {"owner": 3, "address": 0xCD},
    ),
    "orderbook": (
        OrderBook,
        [
            (0, "mint", {"base": 0, "quote": 1_000}),
            (1, "mint", {"base": 100, "quote": 0}),
            (0, "place", {"number": 1, "side": 0, "price": 5, "amount": 100}),
            (1, "place", {"number": 2, "side": 1, "price": 4, "amount": 60}),
            (2, "match", {"buy": 1, "sell": 2}),
        ],
        ("balances", 1),
        {"base": 60, "quote": 560},
    ),
    "counter": (Counter, [(0, "add", {"step": 5}), (0, "add", {"step": 7})], ("counts", 1), {"value": 12}),
    "payments": (Payments, [(0, "pay", {"to": 2, "amount": 70})], ("accounts", 2), {"balance": FUNDS + 70}),
    "escrow": (
        Escrow,
        [
            (0, "mint", {"amount": 100}),
            (0, "open", {"number": 1, "seller": 2, "arbiter": 3, "amount": 60}),
            (2, "close", {"number": 1, "to": 2}),
        ],
        ("balances", 2),
        {"amount": 60},
    ),
    "voting": (
        Voting,
        [
            (FROM_L1, "propose", {"number": 1, "text": 77, "lasts": 300}),
            (1, "vote", {"number": 1, "approve": 1}),
            (2, "vote", {"number": 1, "approve": 1}),
            (CLOCK, "pass", {"seconds": 300}),
            (2, "close", {"number": 1}),
        ],
        ("proposals", 1),
        {"text": 77, "yes": 2, "no": 0, "is_accepted": 1},
    ),
    "tictactoe": (
        TicTacToe,
        [
            (0, "offer", {"number": 1, "stake": 0}),
            (1, "accept", {"number": 1}),
            (0, "play", {"number": 1, "place": 4}),
            (1, "play", {"number": 1, "place": 0}),
        ],
        ("games", 1),
        {"cross": 1, "nought": 2, "pot": 0, "moves": 2, **{f"board.{k}": {0: 2, 4: 1}.get(k, 0) for k in range(9)}},
    ),
}


@pytest.mark.parametrize("backend", ["optimistic", "groth16"])
@pytest.mark.parametrize("name", SCRIPTS)
def test_example_is_settled(name: str, backend: str) -> None:
    program, calls, (table, key), expected = SCRIPTS[name]
    options: dict[str, Any] = {"transactions": CHUNK} if backend == "groth16" else {}
    with Devnet(program, backend, accounts=3, options=options) as chain:
        for account, action, arguments in calls:
            if account == CLOCK:
                chain.advance(**arguments)
                continue
            act = chain.call if account == FROM_L1 else chain.send
            assert act(chain.account(max(account, 0)), action, **arguments).status is Status.APPLIED
        block = chain.post()
        assert block is not None
        last = block.batch.number
        chain.settle()
        assert expected.items() <= chain.record(table, key).items()
        follower = chain.full_node()
        follower.sync()
        assert follower.header(last) == block.header
        assert chain.claims.final_batch == last
        assert chain.alarms == []
