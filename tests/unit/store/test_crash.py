"""A process killed at any statement leaves the whole of a write, or nothing."""

import json
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_store_killed_at_any_statement_keeps_all_of_a_write_or_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "tests.unit.store.crash_child", str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)
    assert ended.returncode == 0, ended.stderr
    *killed, last = json.loads(ended.stdout)
    assert len(killed) > 10
    # Up to the very commit nothing of batches 2 and 3 is there, and every transaction that was acknowledged still waits.
    assert {tuple(death) for death in killed} == {(int(signal.SIGKILL), 1, 10, 3)}
    assert last == [0, 3, 20, 1]
