"""What every test has: Hypothesis' profiles, and in CI the rule that nothing is skipped."""

import os
from collections.abc import Generator
from typing import Any, Final

import pytest
from hypothesis import settings

NO_SKIP_VARIABLE: Final = "TANDEM_NO_SKIP"

# Kernels compile on first use, so a deadline would measure the compiler.
settings.register_profile("dev", max_examples=25, deadline=None)
# The same examples each time, so that a red run can be repeated, and the lines that repeat it.
settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skipped test into a failed one where nothing may be skipped."""
    report = yield
    if not hasattr(report, "wasxfail"):
        _forbid_skip(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn a skipped file into a failed one where nothing may be skipped."""
    report = yield
    _forbid_skip(report)
    return report


def _forbid_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and os.environ.get(NO_SKIP_VARIABLE) == "1":
        reason: Any = report.longrepr
        report.outcome = "failed"
        report.longrepr = (
            f"skipped, which {NO_SKIP_VARIABLE}=1 forbids: {reason[2] if isinstance(reason, tuple) else reason}"
        )
