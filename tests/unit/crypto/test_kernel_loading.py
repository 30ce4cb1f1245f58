"""All kernels are loaded, and compiled by several processes only where the cache lacks them."""

import os
import sys
from pathlib import Path

import pytest

from rollup.crypto import kernel_cache, kernel_loading
from rollup.crypto.kernel_switch import SWITCH

MODULE = """
import os
import sys
from pathlib import Path
with (Path(__file__).parent / "log").open("a") as log:
    log.write(f"{__name__} {os.getpid()}\\n")
"""


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three modules in two folders, which write down who imports them; there are two cores, and an empty cache."""
    names = [["kernels_a", "kernels_b"], ["kernels_c"]]
    for name in (name for folder in names for name in folder):
        (tmp_path / f"{name}.py").write_text(MODULE)
        monkeypatch.delitem(sys.modules, name, raising=False)
    cache = tmp_path / kernel_cache.fingerprint()
    cache.mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(kernel_loading, "_folders", lambda: names)
    monkeypatch.setattr(kernel_loading, "cores", lambda: 2)
    monkeypatch.setattr(kernel_cache, "CACHE", cache)
    return tmp_path / "log"


def imported(log: Path) -> list[tuple[str, bool]]:
    """Who was imported, and whether here."""
    rows = sorted(line.split() for line in log.read_text().splitlines())
    return [(name, int(process) == os.getpid()) for name, process in rows]


def test_another_process_compiles_a_folder_where_the_cache_is_empty(log: Path) -> None:
    kernel_loading.load_all()
    assert sorted(imported(log)) == [
        ("kernels_a", True), ("kernels_b", True), ("kernels_c", False), ("kernels_c", True)
    ]  # fmt: skip


def test_a_cache_that_is_complete_needs_no_other_process(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel_loading.load_all()
    log.unlink()
    for name in ("kernels_a", "kernels_b", "kernels_c"):
        monkeypatch.delitem(sys.modules, name)
    kernel_loading.load_all()
    assert imported(log) == [("kernels_a", True), ("kernels_b", True), ("kernels_c", True)]


def test_a_cache_that_cannot_be_shared_needs_no_other_process(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel_cache, "CACHE", tmp_path)
    kernel_loading.load_all()
    assert imported(log) == [("kernels_a", True), ("kernels_b", True), ("kernels_c", True)]


def test_all_modules_of_kernels_are_among_the_folders_and_those_in_lanes_only_if_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = Path(kernel_cache.__file__).parents[2]
    paths = [path for package in ("rollup", "provers") for path in (root / package).rglob("*_kernels.py")]
    expected = {".".join(path.relative_to(root).with_suffix("").parts) for path in paths}
    monkeypatch.setenv(SWITCH, "portable")
    found = [name for names in kernel_loading._folders() for name in names]
    assert len(found) == len(set(found))
    assert set(found) == {name for name in expected if not name.rpartition(".")[2].startswith("lane_")}
    monkeypatch.setattr(kernel_loading, "in_lanes", lambda: True)
    assert {name for names in kernel_loading._folders() for name in names} == expected


def test_shares_hold_every_module_once() -> None:
    folders = [["a", "b", "c"], ["d"], ["e", "f"], ["g"]]
    shares = kernel_loading._shares(folders, 3)
    assert sorted(map(sorted, shares)) == [["a", "b", "c"], ["d", "g"], ["e", "f"]]
    assert kernel_loading._shares([["a"]], 3).count([]) == 2
