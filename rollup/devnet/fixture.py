"""The pytest plug-in: a fixture `devnet`, for whoever tests a program of their own.

::

    @pytest.mark.devnet(Tokens, backend="optimistic")
    def test_transfer(devnet): ...
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from rollup.devnet.arena import Arena
    from rollup.devnet.devnet import Devnet


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers", "devnet(program, backend, **parameters): what the fixture `devnet` runs; as `Devnet`"
    )


@pytest.fixture
def start_devnet() -> Iterator["Callable[..., Devnet]"]:
    """Return what starts devnets, as `Devnet` is made; all are stopped after the test."""
    with ExitStack() as stack:

        def start(*args: Any, **named: Any) -> "Devnet":
            from rollup.devnet.devnet import Devnet  # a run that asks for none should not load it

            return stack.enter_context(Devnet(*args, **named))

        yield start


@pytest.fixture
def start_arena() -> Iterator["Callable[..., Arena]"]:
    """Return what starts arenas, as `Arena` is made; all are stopped after the test."""
    with ExitStack() as stack:

        def start(*args: Any, **named: Any) -> "Arena":
            from rollup.devnet.arena import Arena  # as above

            return stack.enter_context(Arena(*args, **named))

        yield start


@pytest.fixture
def devnet(request: pytest.FixtureRequest) -> Iterator["Devnet"]:
    """Start the devnet that the test's marker asks for, and stop it after the test."""
    from rollup.devnet.devnet import Devnet  # a run that asks for none should not load it

    marker = request.node.get_closest_marker("devnet")
    if marker is None or not marker.args:
        raise pytest.UsageError(
            "the fixture devnet needs a marker that names the program: @pytest.mark.devnet(Program)"
        )
    with Devnet(*marker.args, **marker.kwargs) as chain:
        yield chain
