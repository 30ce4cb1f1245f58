"""The benchmark of execution runs, on sizes that mean nothing, and writes what it promises."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_benchmark_writes_a_row_a_figure(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    command = [sys.executable, "-m", "benchmarks.execution", "--small", "--json", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert [row["peer_name"] for row in json.loads(file.read_text())] == ["", "the plain interpreter"]
