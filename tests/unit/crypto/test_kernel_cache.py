"""The cache's folder follows every source of a kernel."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rollup.crypto import kernel_cache, limbs_ir, poseidon2_kernels


def test_sources_hold_every_file_that_enters_a_kernel() -> None:
    sources = kernel_cache.sources()
    assert {Path(limbs_ir.__file__), Path(poseidon2_kernels.__file__)} <= set(sources)
    root = Path(kernel_cache.__file__).parents[2]
    assert set(root.glob("rollup/**/*_kernels.py")) | set(root.glob("provers/**/*_kernels.py")) <= set(sources)


def test_fingerprint_when_one_source_changes_is_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "one_kernels.py"
    source.write_text("a")
    monkeypatch.setattr(kernel_cache, "sources", lambda: [source])
    before = kernel_cache.fingerprint()
    source.write_text("b")
    assert kernel_cache.fingerprint() != before


def test_folder_is_under_tandem_cache_and_named_by_the_fingerprint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANDEM_CACHE", str(tmp_path))
    assert kernel_cache.folder() == tmp_path / kernel_cache.fingerprint()


def test_folder_when_the_cache_cannot_be_written_is_temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TANDEM_CACHE", str(tmp_path / "file" / "cache"))
    path = kernel_cache.folder()
    assert os.access(path, os.W_OK)
    assert tmp_path not in path.parents
    path.rmdir()


def test_folder_removes_caches_unused_for_a_month_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANDEM_CACHE", str(tmp_path))
    names = {"old": "0" * 16, "recent": "1" * 16, "foreign": "notes"}
    for name in names.values():
        (tmp_path / name).mkdir()
    for name in ("old", "foreign"):
        os.utime(tmp_path / names[name], (0, 0))
    used = kernel_cache.folder()
    assert {path.name for path in tmp_path.iterdir()} == {names["recent"], names["foreign"], used.name}


def test_importing_the_plain_modules_loads_no_compiler() -> None:
    program = "import sys, rollup.crypto.eddsa; sys.exit('numba' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_kernels_are_cached_in_the_folder_even_if_numba_was_imported_first(tmp_path: Path) -> None:
    program = "import numba, rollup.crypto.kernel_cache as c\n@c.kernel('intp(intp)')\ndef f(x): return x + 1\nassert f(1) == 2"
    (tmp_path / "program.py").write_text(program)
    environment = {**os.environ, "TANDEM_CACHE": str(tmp_path / "cache"), "PYTHONPATH": str(Path.cwd())}
    subprocess.run([sys.executable, str(tmp_path / "program.py")], check=True, env=environment)
    assert list((tmp_path / "cache").rglob("*.nbi"))


CALLER = """
import sys
import numba
from rollup.crypto.kernel_cache import kernel, shared

@shared("intp(intp)")
def twice(x): return 2 * x

@kernel("intp(intp)")
def twice_and_one(x): return twice(x) + 1

(hits,) = twice_and_one.stats.cache_hits.values() or (0,)
print(twice_and_one(20), hits)
"""


def test_a_shared_function_is_called_by_kernels_of_the_process_that_compiled_them_and_of_the_next(
    tmp_path: Path,
) -> None:
    (tmp_path / "caller.py").write_text(CALLER)
    environment = {**os.environ, "TANDEM_CACHE": str(tmp_path / "cache")}
    found = []
    for _ in range(2):
        command = [sys.executable, str(tmp_path / "caller.py")]
        found.append(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)
    assert found == ["41 0\n", "41 1\n"]
