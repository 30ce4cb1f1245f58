"""Chains with a few batches on them, deployed once a process; every test plays on a copy that is undone."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from examples.counter import Counter
from examples.tokens import Tokens
from rollup.params import DataKind
from tests.game.chain import Chain

ALICE, BOB = 1, 2


@cache
def counters() -> Chain:
    """Batch 1: a deposit and two calls in a blob; batch 2: a call in calldata; batch 3: nothing."""
    chain = Chain.deploy(Counter.image())
    chain.deposit(5)
    chain.post(chain.call(ALICE, "add", 3, fee=2), chain.call(BOB, "add", 4, fee=1), kind=DataKind.BLOB)
    chain.post(chain.call(ALICE, "add", 1))
    chain.post()
    return chain


@cache
def tokens() -> Chain:
    """Batch 1: mint, transfer, a transfer that fails, one that is skipped, a withdrawal, between two deposits and garbage."""
    chain = Chain.deploy(Tokens.image())
    chain.deposit(7)
    chain.deposit(8, account=BOB)
    calls = (
        chain.call(ALICE, "mint", 7, 100, fee=3),
        chain.call(ALICE, "transfer", BOB, 7, 60, fee=1, nonce=1),
        chain.call(ALICE, "transfer", BOB, 7, 60, fee=1, nonce=2),
        chain.call(BOB, "transfer", ALICE, 7, 1, fee=1, nonce=9),
        chain.call(BOB, "withdraw", 0xB0B, 500, fee=0, nonce=0),
    )
    chain.post(*calls, kind=DataKind.BLOB)
    return chain


def on(make: Callable[[], Chain]) -> Any:
    """Return the fixture that gives a copy of a chain: `chain = on(counters)`."""

    @pytest.fixture(name="chain")
    def copy() -> Iterator[Chain]:
        with make().undone() as chain:
            yield chain

    return copy
