"""The pytest plug-in: `pytest --settlement MODULE:CLASS` runs the kit's scenarios against a backend, and nothing else."""

import importlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from rollup.ports.settlement import BackendFactory

SCENARIOS = Path(__file__).with_name("test_settlement.py")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A backend, and what it is made with."""

    factory: BackendFactory
    options: dict[str, object]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("tandem", "settlement backends of Tandem")
    group.addoption(
        "--settlement", metavar="MODULE:CLASS", help="run the conformance scenarios against this settlement backend"
    )
    group.addoption(
        "--settlement-option",
        metavar="NAME=JSON",
        action="append",
        default=[],
        help="an option that the backend is made with; may be repeated",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Run the kit's scenarios in the place of the tests that are configured."""
    if config.getoption("settlement"):
        config.args[:] = [str(SCENARIOS)]


@pytest.fixture(scope="session")
def settlement(request: pytest.FixtureRequest) -> Chosen:
    """The backend that `--settlement` names."""
    word = request.config.getoption("settlement")
    if not word:
        pytest.skip("for a settlement backend: pytest --settlement MODULE:CLASS")
    module, _, name = word.partition(":")
    if not name:
        raise pytest.UsageError(f"--settlement {word}: expected MODULE:CLASS, e.g. mypkg.backend:MyBackend")
    sys.path.insert(0, str(Path.cwd()))
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise pytest.UsageError(f"--settlement {word}: {error}") from error
    return Chosen(cast("BackendFactory", found), dict(map(_option, request.config.getoption("settlement_option"))))


def _option(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    try:
        return name, json.loads(value)
    except ValueError as error:
        raise pytest.UsageError(
            f"--settlement-option {text}: expected NAME=JSON, e.g. threshold=3 ({error})"
        ) from error
