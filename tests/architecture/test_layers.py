"""The contracts in pyproject.toml are read by `lint-imports`; here each is shown to catch what it is for."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ["rollup", "rollup.crypto", "rollup.ir", "rollup.nodes", "provers", "provers.validity"]
PACKAGES += ["provers.validity.curve", "provers.validity.groth16", "l1bridge", "examples"]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    (folder / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    return subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A checkout that has the packages and nothing in them."""
    for name in PACKAGES:
        folder = tmp_path.joinpath(*name.split("."))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").touch()
    (tmp_path / "rollup" / "errors.py").touch()
    return tmp_path


def test_layers_when_nothing_is_imported_are_kept(tree: Path) -> None:
    result = lint(tree)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("rollup/errors.py", "rollup.crypto"),
        ("rollup/crypto/__init__.py", "rollup.ir"),
        ("rollup/nodes/__init__.py", "provers"),
        ("rollup/nodes/__init__.py", "l1bridge"),
        ("provers/__init__.py", "l1bridge"),
        ("l1bridge/__init__.py", "provers"),
        ("provers/__init__.py", "rollup.nodes"),
        ("provers/validity/curve/__init__.py", "provers.validity.groth16"),
    ],
)
def test_layers_when_an_import_points_up_are_broken(tree: Path, importer: str, imported: str) -> None:
    (tree / importer).write_text(f"import {imported}\n")
    result = lint(tree)
    assert result.returncode == 1, result.stdout
    assert f"{imported}" in result.stdout


def test_layers_when_a_module_has_none_are_broken(tree: Path) -> None:
    (tree / "rollup" / "stray.py").touch()
    result = lint(tree)
    assert result.returncode == 1, result.stdout
    assert "stray" in result.stdout
