"""The benchmark of disputes runs, on sizes that mean nothing, and writes what the page about them reads."""

import json
import subprocess
import sys
from pathlib import Path

from docs import generate

ROOT = Path(__file__).parents[3]


def test_the_benchmark_writes_what_the_page_reads(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    command = [sys.executable, "-m", "benchmarks.disputes", "--small", "--json", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    written = json.loads(file.read_text())
    assert "| 16 | 3 |" in generate.disputes(written)
    assert written["attackers"][0]["fallen"] == 2
