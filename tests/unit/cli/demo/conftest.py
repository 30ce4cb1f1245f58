import io
from collections.abc import Iterator

import pytest
from rich.console import Console

from examples.tokens import Tokens
from rollup.cli.demo.screen import PLAIN_WIDTH, Screen
from rollup.devnet import Devnet


@pytest.fixture
def chain() -> Iterator[Devnet]:
    """A chain whose settlement believes everything."""
    with Devnet(Tokens, "mock") as chain:
        yield chain


@pytest.fixture
def screen() -> Iterator[Screen]:
    with Screen(Console(file=io.StringIO(), width=PLAIN_WIDTH)) as screen:
        yield screen
