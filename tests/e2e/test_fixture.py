"""The pytest plug-in, as a third party has it."""

import pytest

from examples.counter import Counter
from examples.tokens import Tokens
from rollup.devnet import Devnet
from rollup.params import Status

pytest_plugins = ["pytester"]


@pytest.mark.devnet(Tokens, "mock", accounts=2)
def test_devnet_when_a_marker_names_the_program_runs_it(devnet: Devnet) -> None:
    alice, bob = devnet.accounts
    devnet.send(alice, "mint", token=1, amount=2)
    assert devnet.send(alice, "transfer", to=bob.id, token=1, amount=2).status is Status.APPLIED
    assert devnet.record("balances", bob.id, 1) == {"amount": 2}


@pytest.mark.devnet(Counter, "mock", accounts=1)
def test_devnet_when_time_is_advanced_has_l1_that_much_later(devnet: Devnet) -> None:
    before = devnet.l1.head().timestamp
    devnet.advance(days=7, hours=1, seconds=5)
    assert devnet.l1.head().timestamp - before >= 7 * 86_400 + 3_605


def test_devnet_when_no_marker_names_a_program_says_what_to_write(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_nothing(devnet): ...")
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*@pytest.mark.devnet(Program)*"])


def test_marker_when_markers_are_strict_is_known(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("import pytest\n@pytest.mark.devnet(None)\ndef test_nothing(): ...")
    pytester.runpytest_inprocess("--strict-markers", "-p", "no:cacheprovider").assert_outcomes(passed=1)
