"""A chain of tokens under the mock backend: everything but settlement is what it is in earnest."""

from collections.abc import Iterator

import pytest

from examples.tokens import Tokens
from rollup.devnet import Devnet


@pytest.fixture
def chain() -> Iterator[Devnet]:
    with Devnet(Tokens, "mock", accounts=3) as running:
        yield running
