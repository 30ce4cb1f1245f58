"""No example declares what it does not keep, or has an action that nobody can do."""

from pathlib import Path

import pytest

from rollup.audit.auditor import audit
from rollup.audit.report import BAD
from rollup.audit.solver import Limits
from rollup.program.loading import load_program

EXAMPLES = sorted(path for path in (Path(__file__).parents[3] / "examples").glob("*.py") if path.stem != "__init__")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_keeps_what_it_declares(path: Path) -> None:
    report = audit(load_program(str(path)), Limits(seconds=2))
    assert [finding for finding in report.findings if finding.verdict in BAD] == []
