"""Chains with a few batches on them, deployed once; every test plays on a copy that is undone."""

from collections.abc import Iterator

import pytest

from examples.counter import Counter
from rollup.params import DataKind
from tests.game.chain import Chain


@pytest.fixture(scope="session")
def _counters() -> Chain:
    """Batch 1: a deposit and two calls in a blob; batch 2: a call in calldata; batch 3: nothing."""
    chain = Chain.deploy(Counter.image())
    chain.deposit(5)
    chain.post(chain.call(1, "add", 3, fee=2), chain.call(2, "add", 4, fee=1), kind=DataKind.BLOB)
    chain.post(chain.call(1, "add", 1))
    chain.post()
    return chain


@pytest.fixture
def chain(_counters: Chain) -> Iterator[Chain]:
    with _counters.undone() as copy:
        yield copy
